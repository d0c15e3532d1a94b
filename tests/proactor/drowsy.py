#!/usr/bin/python3
"""Heartbeats through TLS past a handler that sleeps (drowsy.c on this library), with Debian's Proton as the peer that minds silence.

  drowsy.py OURS THEIRS WORK

Each side of a connection sleeps once with TLS 1.2 and once with 1.3, all at a time."""
import os
import subprocess
import sys
import threading

OURS, THEIRS, WORK = sys.argv[1:]
TIMEOUT = 100

os.makedirs(WORK, exist_ok=True)
certificate, key = os.path.join(WORK, "certificate.pem"), os.path.join(WORK, "key.pem")
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                "/CN=localhost", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
complaints = []


def end(process, what):
    try:
        said = process.communicate(timeout=TIMEOUT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[0] + "it did not end"
    if process.returncode:
        complaints.append("%s: status %d: %s" % (what, process.returncode, said))


def start(program, *arguments):
    return subprocess.Popen([program, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def run(sleeper, version):
    ours, theirs = (OURS, "asleep"), (THEIRS, "awake")
    listening, connecting = (ours, theirs) if sleeper == "listener" else (theirs, ours)
    what = "the %s sleeps, %s" % (sleeper, version)
    listener = start(listening[0], "listen", listening[1], version, certificate, key)
    port = listener.stdout.readline().strip()
    client = start(connecting[0], "connect", connecting[1], version, certificate, key, port)
    end(client, what + ": client")
    end(listener, what + ": listener")


threads = [threading.Thread(target=run, args=(sleeper, version))
           for sleeper in ("listener", "client") for version in ("TLSv1.2", "TLSv1.3")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if complaints:
    sys.exit("\n".join(complaints))
