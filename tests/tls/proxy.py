#!/usr/bin/python3
"""examples/tls_proxy.c between sockets of this script and OpenSSL's s_client and s_server, and what it does about ends and faults.

  proxy.py TLS_PROXY WORK

Certificates are made below WORK. The proxy uses three threads. What it prints goes to WORK/proxy.log."""
import os
import random
import signal
import socket
import subprocess
import sys
import threading

PROXY, WORK = sys.argv[1:]
SIZE = 3_000_000
TIMEOUT = 100

os.makedirs(WORK, exist_ok=True)
running = []


def path(name):
    return os.path.join(WORK, name)


def make_certificate(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
                    "-keyout", path(name + ".key"), "-out", path(name + ".pem")], check=True, stderr=subprocess.DEVNULL)


def start(command, **options):
    process = subprocess.Popen(command, **options)
    running.append(process)
    return process


def proxy(*arguments):
    """Where a new proxy listens, and the proxy."""
    process = start([PROXY, *arguments[:3], "127.0.0.1:0", arguments[3], "3"], stdout=subprocess.PIPE,
                    stderr=open(path("proxy.log"), "ab"))
    line = process.stdout.readline().decode()
    return line.split()[-1], process


def stop(process):
    process.send_signal(signal.SIGTERM)
    if process.wait(TIMEOUT) != 0:
        fail("the proxy ended with status %d" % process.returncode)


def complaints():
    with open(path("proxy.log")) as log:
        return log.read()


def fail(text):
    for process in running:
        process.kill()
    sys.exit("proxy.py: %s; the proxy said:\n%s" % (text, complaints()))


def check(holds, text):
    if not holds:
        fail(text)


def listen():
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(TIMEOUT)
    return server, "127.0.0.1:%d" % server.getsockname()[1]


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)


def nothing_arrived(server, text):
    """The proxy is gone by now; it may or may not have connected before it knew better."""
    server.settimeout(0)
    try:
        sock = server.accept()[0]
    except BlockingIOError:
        return
    finally:
        server.settimeout(TIMEOUT)
    sock.settimeout(TIMEOUT)
    check(read_all(sock) == b"", text)


def read_all(sock):
    parts = []
    while part := sock.recv(65536):
        parts.append(part)
    return b"".join(parts)


def read_some(sock, size):
    got = b""
    while len(got) < size and (part := sock.recv(size - len(got))):
        got += part
    return got


def client_of_openssl(server, address, there, back):
    """s_client through `accept`: what it sends arrives, and an answer that the server ends reaches it whole."""
    entrance, process = proxy("accept", path("here.pem"), path("here.key"), address)
    client = start(["openssl", "s_client", "-quiet", "-nbio", "-verify_return_error", "-CAfile", path("here.pem"), "-verify_hostname", "here",
                    "-connect", entrance], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    writer = threading.Thread(target=lambda: (client.stdin.write(there), client.stdin.flush()))
    writer.start()
    sock = server.accept()[0]
    sock.settimeout(TIMEOUT)
    check(read_some(sock, SIZE) == there, "what s_client sent is not what arrived")
    sock.sendall(back)
    sock.shutdown(socket.SHUT_WR) # which becomes close_notify, by which s_client ends
    check(client.stdout.read() == back, "what s_client received is not what was sent")
    check(client.wait(TIMEOUT) == 0, "s_client ended with status %d" % client.returncode)
    check(read_all(sock) == b"", "octets that nobody sent")
    writer.join()
    stop(process)


def server_of_openssl(there, back):
    """s_server through `connect`: a half close arrives as close_notify, and the other direction goes on."""
    server = start(["openssl", "s_server", "-quiet", "-nbio", "-naccept", "1", "-cert", path("there.pem"), "-key", path("there.key"),
                    "-accept", "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    port = port_of(server.pid)
    entrance, process = proxy("connect", path("there.pem"), "there", "127.0.0.1:%d" % port)
    sock = connect(entrance)
    writer = threading.Thread(target=lambda: (server.stdin.write(back), server.stdin.flush()))
    writer.start()
    check(read_some(sock, SIZE) == back, "what s_server sent is not what arrived")
    sock.sendall(there)
    sock.shutdown(socket.SHUT_WR)
    check(server.stdout.read() == there, "what s_server received is not what was sent")
    check(read_all(sock) == b"", "octets that nobody sent")
    check(server.wait(TIMEOUT) == 0, "s_server ended with status %d" % server.returncode)
    writer.join()
    stop(process)


def sockets_of(pid):
    """The inodes of a process's sockets. It opens and closes files meanwhile."""
    links = set()
    for entry in os.scandir("/proc/%d/fd" % pid):
        try:
            links.add(os.readlink(entry.path))
        except FileNotFoundError:
            pass
    return links


def port_of(pid):
    """The port that a process listens on, which s_server does not say when it is quiet."""
    while True:
        with open("/proc/%d/net/tcp" % pid) as table:
            listening = {"socket:[%s]" % words[9]: words[1] for words in map(str.split, table) if words[3] == "0A"}
        for link in sockets_of(pid) & listening.keys():
            return int(listening[link].split(":")[1], 16)


def cut_off(server, address):
    """A client that vanishes has not said that this was all."""
    entrance, process = proxy("accept", path("here.pem"), path("here.key"), address)
    client = start(["openssl", "s_client", "-quiet", "-nbio", "-connect", entrance], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    client.stdin.write(b"half a sent")
    client.stdin.flush()
    sock = server.accept()[0]
    check(read_some(sock, 11) == b"half a sent", "the first octets did not arrive")
    client.kill()
    check(read_all(sock) == b"", "octets that nobody sent")
    stop(process)
    check("cut off" in complaints(), "nobody says that the stream was cut off")


def wrong_server(text, authority, name):
    """A server that is not the right one gets nothing."""
    server, address = listen()
    there, other = proxy("accept", path("there.pem"), path("there.key"), address)
    entrance, process = proxy("connect", path(authority), name, there)
    sock = connect(entrance)
    sock.sendall(b"secret")
    check(read_all(sock) == b"", "octets that nobody sent")
    stop(process)
    stop(other)
    nothing_arrived(server, "the secret was told to the wrong server")
    check(text in complaints(), "nobody says '%s'" % text)


def no_tls(server, address):
    """Who does not speak TLS is turned away."""
    entrance, process = proxy("accept", path("here.pem"), path("here.key"), address)
    sock = connect(entrance)
    sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
    try:
        read_all(sock)
    except ConnectionResetError:
        pass
    stop(process)
    nothing_arrived(server, "octets that were not encrypted went through")
    check("TLS" in complaints(), "nobody says that this was no TLS")


def main():
    open(path("proxy.log"), "w").close()
    for name in ("here", "there"):
        make_certificate(name)
    server, address = listen()
    there, back = random.randbytes(SIZE), random.randbytes(SIZE)
    client_of_openssl(server, address, there, back)
    server_of_openssl(there, back)
    check(complaints() == "", "complaints")
    cut_off(server, address)
    wrong_server("certificate verify failed", "here.pem", "there")
    wrong_server("hostname mismatch", "there.pem", "elsewhere")
    no_tls(server, address)
    print("%d octets both ways, and six ends" % SIZE)


main()
