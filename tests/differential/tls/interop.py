#!/usr/bin/env python3
"""TLS over real sockets: this library with Debian's Proton, both ways, and with openssl's s_client and s_server.

interop.py OURS THEIRS: two builds of peer.c. Certificates are made here, and go when the test ends. A combination that should
work has to carry all messages; one that should not has to fail on the side that sees what is wrong, for that reason."""
import itertools
import os
import subprocess
import sys
import tempfile

PROGRAMS = {"ours": os.path.abspath(sys.argv[1]), "theirs": os.path.abspath(sys.argv[2])}
failures = []


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=directory, **more)


def certificate(name, issuer=None, days="2", extensions=()):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key")
    request = ["-new", "-key", name + ".key", "-subj", "/CN=" + name]
    added = [word for extension in extensions for word in ("-addext", extension)]
    if not issuer:
        openssl("req", "-x509", *request, "-days", days, "-out", name + ".pem", *added)
        return
    openssl("req", *request, "-out", name + ".csr")
    with open(os.path.join(directory, name + ".ext"), "w", encoding="ascii") as file:
        file.write("\n".join(extensions) + "\n")
    openssl("x509", "-req", "-in", name + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key", "-CAcreateserial",
            "-days", days, "-extfile", name + ".ext", "-out", name + ".pem")


def make_certificates():
    certificate("ca", extensions=["keyUsage=critical,keyCertSign,cRLSign"])
    certificate("stranger", extensions=["keyUsage=critical,keyCertSign,cRLSign"])
    certificate("server", "ca", extensions=["subjectAltName=DNS:server.test"])
    certificate("old", "ca", days="-1", extensions=["subjectAltName=DNS:server.test"])
    certificate("client", "ca")


class Peer:
    def __init__(self, side, role, **options):
        words = [key.rstrip("_") + "=" + str(value) for key, value in options.items()]
        self.process = subprocess.Popen([PROGRAMS[side], role, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, cwd=directory)
        self.port = int(self.process.stdout.readline().split()[1]) if role == "server" else None

    def end(self):
        out, err = self.process.communicate(timeout=120)
        if self.process.returncode != 0:
            return {"crashed": "%d %s" % (self.process.returncode, err)}
        return dict(line.split(" ", 1) for line in out.splitlines())


def pair(server_side, client_side, server, client):
    listening = Peer(server_side, "server", **server)
    connecting = Peer(client_side, "client", port=listening.port, **client)
    return listening.end(), connecting.end()


def check(name, fact, seen):
    if fact:
        return
    failures.append(name)
    print("FAILED", name, seen)


SERVER = {"cert": "server.pem", "key": "server.key"}
CLIENT = {"ca": "ca.pem", "host": "server.test"}
MUTUAL_SERVER = dict(SERVER, ca="ca.pem", verify="peer")
MUTUAL_CLIENT = dict(CLIENT, cert="client.pem", key="client.key")
WORKS = [
    ("plain settings", SERVER, CLIENT, {}),
    ("1.2", dict(SERVER, protocols="TLSv1.2"), CLIENT, {"version": "TLSv1.2"}),
    ("1.3", SERVER, dict(CLIENT, protocols="TLSv1.3"), {"version": "TLSv1.3"}),
    ("large", SERVER, dict(CLIENT, count=20, size=100000), {"taken": "20"}),
    ("many", SERVER, dict(CLIENT, count=3000, size=50), {"taken": "3000"}),
    ("sasl", dict(SERVER, sasl="ANONYMOUS"), dict(CLIENT, sasl="ANONYMOUS"), {"user": "anonymous", "authenticated": "1"}),
    ("mutual", MUTUAL_SERVER, MUTUAL_CLIENT, {"subject": "CN=client", "user": "CN=client"}),
    ("mutual 1.2", dict(MUTUAL_SERVER, protocols="TLSv1.2"), MUTUAL_CLIENT, {"subject": "CN=client"}),
    ("external", dict(MUTUAL_SERVER, sasl="EXTERNAL"), dict(MUTUAL_CLIENT, sasl="EXTERNAL"),
     {"user": "CN=client", "authenticated": "1"}),
    ("no identity", SERVER, {"verify": "none", "host": "anything"}, {}),
    ("either: plain", dict(SERVER, unsecured=1), {"plain": 1}, {"taken": "10"}),
    ("either: tls", dict(SERVER, unsecured=1), CLIENT, {"taken": "10"}),
]
FAILS = [  # which side sees it, and what that says
    ("stranger", SERVER, dict(CLIENT, ca="stranger.pem"), "client", "verify failed"),
    ("old", dict(SERVER, cert="old.pem", key="old.key"), CLIENT, "client", "verify failed"),
    ("other host", SERVER, dict(CLIENT, host="other.test"), "client", "verify failed"),
    ("client is nobody", MUTUAL_SERVER, CLIENT, "server", "peer did not return a certificate"),
    ("client is a stranger", MUTUAL_SERVER, dict(CLIENT, cert="stranger.pem", key="stranger.key"), "server", "verify failed"),
    ("plain client", SERVER, {"plain": 1}, "server", ""),
    ("plain server", {"plain": 1}, CLIENT, "client", ""),
    ("versions", dict(SERVER, protocols="TLSv1.3"), dict(CLIENT, protocols="TLSv1.2"), "server", "unsupported protocol"),
]


def with_proton():
    for server_side, client_side in (("ours", "ours"), ("ours", "theirs"), ("theirs", "ours")):
        for what, server, client, expected in WORKS:
            name = "%s: server %s, client %s" % (what, server_side, client_side)
            served, connected = pair(server_side, client_side, server, client)
            count = str(client.get("count", 10))
            check(name, served.get("taken") == count and connected.get("taken") == count, (served, connected))
            check(name, "error" not in served and "error" not in connected, (served, connected))
            for key, value in expected.items():
                check(name + " " + key, served.get(key) == value, served)
        for what, server, client, seen_by, text in FAILS:
            name = "%s: server %s, client %s" % (what, server_side, client_side)
            served, connected = pair(server_side, client_side, server, client)
            check(name, served.get("taken") == "0" and connected.get("taken") == "0", (served, connected))
            seen = connected if seen_by == "client" else served
            check(name + ", " + seen_by, text in seen.get("error", "nothing"), seen)
            for side, told in ((client_side, connected), (server_side, served)):
                check(name + ", " + side, side == "theirs" or "error" in told, told)


def read_until(pipe, what):
    heard = b""
    while what not in heard:
        piece = os.read(pipe.fileno(), 4096)
        if not piece:
            break
        heard += piece
    return heard


def with_openssl():
    header = b"AMQP\0\1\0\0"
    for version in ("-tls1_2", "-tls1_3"):
        listening = Peer("ours", "server", **MUTUAL_SERVER)
        client = subprocess.Popen(["openssl", "s_client", "-connect", "127.0.0.1:%d" % listening.port, "-quiet",
                                   "-verify_return_error", "-CAfile", "ca.pem", "-verify_hostname", "server.test", "-servername",
                                   "server.test", "-cert", "client.pem", "-key", "client.key", version],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, cwd=directory)
        client.stdin.write(header)
        client.stdin.flush()
        heard = read_until(client.stdout, header)
        client.terminate()
        served = listening.end()
        client.communicate()
        check("s_client " + version, served.get("subject") == "CN=client", served)
        check("s_client hears " + version, header in heard, heard)

        server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", "server.pem", "-key",
                                   "server.key", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error", version],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE, cwd=directory)
        port = None
        while port is None:
            line = server.stdout.readline()
            if line.startswith(b"ACCEPT"):
                port = int(line.rsplit(b":", 1)[1])
        connecting = Peer("ours", "client", port=port, **MUTUAL_CLIENT)
        heard = read_until(server.stdout, header)
        server.terminate()
        connected = connecting.end()
        server.communicate()
        check("s_server " + version, connected.get("subject") == "CN=server" and header in heard, (connected, heard))
        check("s_server is gone " + version, "connection aborted" in connected.get("error", ""), connected)


with tempfile.TemporaryDirectory() as directory:
    make_certificates()
    with_proton()
    with_openssl()
print("%d failed" % len(failures))
sys.exit(1 if failures else 0)
