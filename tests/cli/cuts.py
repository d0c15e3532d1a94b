"""The connection is cut 50 times under load: nothing that was acknowledged is sent again, everything arrives, counts are exact."""
import collections
import os
import re
import socket
import threading
import time

from support import FOLDER, broker, check, equal, finish, main, start

MESSAGES, CUTS, BETWEEN = 20000, 50, 12000  # octets that pass between two cuts


class Proxy:
    """Passes octets on, and cuts all connections a number of times, whenever so many octets have passed."""

    def __init__(self, to, cuts, between):
        host, port = to.rsplit(":", 1)
        self.to = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.between, self.cuts_left, self.passed = between, cuts, 0
        self.pairs, self.lock = set(), threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            pair = (client, socket.create_connection(self.to))
            with self.lock:
                self.pairs.add(pair)
            for side in (0, 1):
                threading.Thread(target=self.pump, args=(pair, side), daemon=True).start()

    def pump(self, pair, side):
        try:
            while True:
                octets = pair[side].recv(4096)
                if not octets:
                    break
                pair[1 - side].sendall(octets)
                self.count(len(octets))
        except OSError:
            pass
        self.end(pair)

    def count(self, octets):
        """Cut, if it is time to. What comes while the last connections end does not count."""
        with self.lock:
            if not self.pairs:
                return
            self.passed += octets
            if self.passed < self.between or not self.cuts_left:
                return
            self.passed = 0
            self.cuts_left -= 1
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            self.end(pair)

    def end(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for side in pair:
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def number(text, what):
    found = re.search(rf"(\d+) {what}", text)
    return int(found.group(1)) if found else 0


def conversation(name, both_cut, receive_options):
    """Send and receive through a proxy that cuts. Gives both last lines and what was printed."""
    options = ["--reconnect", "--reconnect-min", "2ms", "--reconnect-max", "20ms"]
    with broker("--quiet") as address, open(f"{FOLDER}/{name}.out", "w+b") as output:
        proxy = Proxy(address, CUTS, BETWEEN)
        receiver = start("receive", f"{proxy.url if both_cut else address}/{name}", "--timeout", "2m", *receive_options, *options, stdout=output)
        sender = start("send", f"{proxy.url}/{name}", "message {n}", "--count", MESSAGES, "--timeout", "2m", *options)
        sent = finish(sender, timeout=200)
        equal(sent.code, 0, f"exit code of the sender ({sent})")
        if "--count" not in receive_options:  # until it has all: then it waits for more
            last = f"message {MESSAGES}\n".encode()
            while os.pread(output.fileno(), len(last), max(0, os.fstat(output.fileno()).st_size - len(last))) != last:
                check(receiver.poll() is None, "the receiver has ended", finish(receiver) if receiver.poll() is not None else "")
                time.sleep(0.01)
            time.sleep(0.3)
            receiver.terminate()
        received = finish(receiver)
        equal(received.code, 0, f"exit code of the receiver ({received})")
        proxy.listener.close()
        output.seek(0)
        equal(proxy.cuts_left, 0, "cuts that are missing")
        return sent.err.splitlines()[-1], received.err.splitlines()[-1], output.read().decode().splitlines()


def exactly_once():
    """Ids make of at-least-once on both sides exactly once on the screen."""
    sent, received, lines = conversation("both", True, ["--unique", "--count", MESSAGES])
    equal(number(sent, "messages? acknowledged"), MESSAGES, f"what the sender says: {sent}")
    equal(number(received, "messages? received"), MESSAGES, f"what the receiver says: {received}")
    check(number(sent, "times connected again") > 10, "the sender was cut", sent)
    check(number(received, "times connected again") > 5, "the receiver was cut", received)
    seen = collections.Counter(lines)
    seen.subtract(f"message {i + 1}" for i in range(MESSAGES))
    equal({line: count for line, count in seen.items() if count}, {}, "each message once: too many or too few of")


def nothing_acknowledged_is_sent_again():
    """Only the sender is cut, and nothing left out: what came twice was sent twice, and the counts say so."""
    sent, received, lines = conversation("sender", False, [])
    seen = collections.Counter(lines)
    equal(sorted({f"message {i + 1}" for i in range(MESSAGES)} ^ set(seen)), [], "every message arrives, and nothing else")
    equal(number(received, "messages? received"), len(lines), f"what the receiver says, and what it printed: {received}")
    equal(number(sent, "messages? acknowledged"), MESSAGES, f"what the sender says: {sent}")
    twice = len(lines) - MESSAGES
    check(twice <= number(sent, "sent again"), f"{twice} came twice, and no more than were sent again", sent)


main(exactly_once, nothing_acknowledged_is_sent_again)
