#!/usr/bin/python3
"""baryon broker, with Debian's Proton as client: what each feature promises, and what becomes of messages when somebody dies.

  broker.py BARYON FOLDER COMPILER            all tests (the folder and the compiler are not used)
  broker.py BARYON FOLDER COMPILER NAME...    these
"""
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from proton import Delivery, Link, Message, Terminus, symbol
from proton import ConnectionException, Timeout
from proton.reactor import AtLeastOnce, AtMostOnce, Copy, DynamicNodeProperties, LinkOption
from proton.utils import BlockingConnection, LinkDetached

BARYON = sys.argv[1]
PYTHON = "/usr/share/proton/examples/python"
WAIT = 100  # seconds until something that should happen has not
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Broker:
    """A broker on a port of its own; what it prints is read as it comes."""

    def __init__(self, *arguments):
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"  # memory is measured with a sanitizer, too
        self.process = subprocess.Popen([BARYON, "broker", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env={**os.environ, "ASAN_OPTIONS": options})
        self.lines, self.came = [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)
        self.url = "amqp://127.0.0.1:" + self.port

    def _read(self):
        for line in self.process.stdout:
            with self.came:
                self.lines.append(line)
                self.came.notify_all()
        with self.came:
            self.lines.append("END\n")
            self.came.notify_all()

    def wait_for(self, pattern):
        found = []

        def look():
            found[:] = [match for match in (re.search(pattern, line) for line in self.lines) if match]
            return found or self.lines[-1:] == ["END\n"]
        with self.came:
            self.came.wait_for(look, WAIT)
            assert found, "the broker did not print '%s', but:\n%s" % (pattern, "".join(self.lines))
        return found[-1]

    def statistics(self):
        with self.came:
            del self.lines[:]
        self.process.send_signal(signal.SIGUSR1)
        self.wait_for("longest batch")
        return "".join(self.lines)

    def row(self, name):
        """Waiting, in memory, consumers, in, out, returned, expired."""
        row = re.search(r"^ +%s +((?:\d+ *){7})$" % re.escape(name), self.statistics(), re.MULTILINE)
        return [int(number) for number in row.group(1).split()] if row else None

    def until(self, name, condition):
        end = time.monotonic() + WAIT
        while True:
            row = self.row(name)
            if row and condition(row):
                return row
            assert time.monotonic() < end, "%s: %s" % (name, row)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(WAIT)
        self.process.stdout.close
        assert code == 0, "the broker ended with %d:\n%s" % (code, "".join(self.lines))
        return int(self.wait_for(r"stopped; (\d+) messages were left").group(1))


@contextlib.contextmanager
def broker(*arguments, left=0):
    started = Broker(*arguments)
    try:
        yield started
        remaining = started.stop()
        assert remaining == left, "%d messages were left, not %d" % (remaining, left)
    finally:
        started.process.kill()


@contextlib.contextmanager
def connection(to, **options):
    conn = BlockingConnection(to if isinstance(to, str) else to.url, timeout=WAIT, **options)
    try:
        yield conn
    finally:
        with contextlib.suppress(Exception):
            conn.close()


def send(conn, address, *bodies, **properties):
    sender = conn.create_sender(address)
    for body in bodies:
        sender.send(Message(body=body, **properties))
    sender.close()


def pump(receiver):
    """A blocking connection writes only while it waits for something."""
    conn = receiver.connection
    conn.wait(lambda: conn.conn.transport.pending() <= 0, timeout=WAIT)


def take(receiver, count, outcome="accept"):
    bodies = []
    for _ in range(count):
        bodies.append(receiver.receive(timeout=WAIT).body)
        getattr(receiver, outcome)()
    pump(receiver)
    return bodies


def modify(receiver, failed=False, undeliverable=False, annotations=None):
    dlv = receiver.fetcher.unsettled.popleft()
    dlv.local.failed, dlv.local.undeliverable = failed, undeliverable
    if annotations:
        dlv.local.annotations = annotations
    dlv.update(Delivery.MODIFIED)
    dlv.settle()


def nothing_more(receiver):
    try:
        message = receiver.receive(timeout=0.2)
    except Timeout:
        return
    raise AssertionError("there is one more: %s" % message)


def same(got, wanted):
    assert got == wanted, "%r instead of %r" % (got, wanted)


@test
def queue_keeps_order_and_content():
    with broker() as b, connection(b) as c:
        bodies = [None, True, 5, "text", b"octets", [1, "two", {"three": 3.0}], {"key": ["value"]}, "x" * 300000]
        send(c, "q", *bodies, durable=True, id="an id", properties={"a": 1}, annotations={symbol("x-b"): 2})
        receiver = c.create_receiver("q", credit=3)
        for body in bodies:
            message = receiver.receive(timeout=WAIT)
            receiver.accept()
            same((message.body, message.durable, message.id, message.properties, message.annotations),
                 (body, True, "an id", {"a": 1}, {symbol("x-b"): 2}))
        nothing_more(receiver)
        pump(receiver)
        b.until("q", lambda row: row[:5] == [0, 0, 1, 8, 8])


@test
def annotations_are_combined():
    """[3.4.5] What an outcome has changed comes with the message when it is given again, beside what was there."""
    with broker() as b, connection(b) as c:
        a, other, long = symbol("a"), symbol("b"), symbol("x" * 300)
        for body in ("small", "large" * 60000):
            for before, instructions in ((None, None), ({a: 1, other: ["kept"]}, None), ({a: 1}, {symbol("way"): "home"}), ({long: {"k": 1}}, None)):
                send(c, "q", body, id="an id", annotations=before, instructions=instructions)
                receiver = c.create_receiver("q", credit=3)
                expected = dict(before or {})
                for number, change in enumerate(({a: {"now": [2, None]}}, {a: 3, long: True}, {}, {a: "x" * 5000}, {symbol("c"): b"4"})):
                    message = receiver.receive(timeout=WAIT)
                    same((message.annotations or {}, message.delivery_count), (expected, number))
                    same((message.body == body, message.id, message.instructions or {}), (True, "an id", instructions or {}))
                    modify(receiver, failed=True, annotations=change)
                    expected.update(change if number != 3 else {})  # too large
                same(receiver.receive(timeout=WAIT).annotations, expected)
                receiver.accept()
                receiver.close()


@test
def outcomes_are_honoured():
    with broker(left=1) as b, connection(b) as c, connection(b) as d:
        send(c, "q", "one")
        receiver = c.create_receiver("q", credit=1)
        first = receiver.receive(timeout=WAIT)
        same((first.delivery_count, first.first_acquirer), (0, False))
        receiver.release(delivered=False)  # released
        again = receiver.receive(timeout=WAIT)
        same(again.delivery_count, 0)
        modify(receiver)
        same(receiver.receive(timeout=WAIT).delivery_count, 0)
        modify(receiver, failed=True)
        same(receiver.receive(timeout=WAIT).delivery_count, 1)
        receiver.fetcher.unsettled.popleft().settle()  # without an outcome
        same(receiver.receive(timeout=WAIT).delivery_count, 2)
        receiver.close()  # unsettled
        receiver = d.create_receiver("q", credit=1)
        same(receiver.receive(timeout=WAIT).body, "one")
        receiver.reject()
        nothing_more(receiver)
        same(b.until("q", lambda row: row[1] == 0)[0], 0)
        assert "0 moved to the dead-letter address, 1 dropped" in b.statistics()
        send(c, "kept", "stays until the end")


@test
def undeliverable_here_goes_to_another():
    with broker() as b, connection(b) as c, connection(b) as d:
        send(c, "q", "one")
        receiver = c.create_receiver("q", credit=1)
        receiver.receive(timeout=WAIT)
        modify(receiver, failed=True, undeliverable=True)
        nothing_more(receiver)
        other = d.create_receiver("q", credit=1)
        same(other.receive(timeout=WAIT).delivery_count, 1)
        other.accept()
        pump(other)


@test
def rejected_and_expired_go_to_the_dead_letter_address():
    with broker("--dead-letter", "dead", left=2) as b, connection(b) as c:
        send(c, "q", "bad")
        receiver = c.create_receiver("q", credit=1)
        take(receiver, 1, "reject")
        receiver.close()
        send(c, "q", "late", ttl=0.05)
        b.until("dead", lambda row: row[0] == 2)
        browser = c.create_receiver("dead", credit=5, options=Copy())
        same(take(browser, 2), ["bad", "late"])


@test
def time_to_live_and_priority():
    with broker() as b, connection(b) as c:
        send(c, "q", "lives", ttl=60, priority=2)  # first: a queue that is empty and unused is forgotten, and what it has counted
        send(c, "q", "expires", ttl=0.01)
        for priority in (1, 4, 9, 4, 0):
            send(c, "q", "%d" % priority, priority=priority)
        time.sleep(0.05)
        receiver = c.create_receiver("q", credit=1)
        same(take(receiver, 4), ["9", "4", "4"] + ["lives"])
        same(take(receiver, 2), ["1", "0"])
        nothing_more(receiver)
        same(b.row("q")[6], 1)
        receiver.close()
        send(c, "q", "less left", ttl=60)
        time.sleep(0.05)
        receiver = c.create_receiver("q", credit=1)
        message = receiver.receive(timeout=WAIT)
        receiver.accept()
        pump(receiver)
        assert 50 < message.ttl < 59.99, message.ttl


@test
def browsing_takes_nothing():
    with broker(left=3) as b, connection(b) as c:
        send(c, "q", "one", "two")
        browsers = [c.create_receiver("q", credit=10, name="b%d" % i, options=Copy()) for i in range(2)]
        for browser in browsers:
            same(take(browser, 2), ["one", "two"])
        send(c, "q", "three")
        for browser in browsers:
            same(take(browser, 1), ["three"])
            nothing_more(browser)
        consumer = c.create_receiver("q", credit=1)
        same(take(consumer, 1), ["one"])
        consumer.close()
        send(c, "q", "four")
        same(take(browsers[0], 1), ["four"])


@test
def topic_gives_everybody_a_copy():
    large = "y" * 200000
    with broker() as b, connection(b) as c:
        send(c, "topic/news", "nobody hears this")
        receivers = [c.create_receiver("topic/news", credit=10, name="r%d" % i) for i in range(3)]
        send(c, "topic/news", "one", large, "three")
        for receiver in receivers[1:]:
            same(take(receiver, 3), ["one", large, "three"])
        same(take(receivers[0], 1), ["one"])
        same(take(receivers[0], 2, "reject"), [large, "three"])  # one's own affair
        b.until("topic/news", lambda row: row[1] == 0)


@test
def topic_is_as_full_as_its_slowest_subscriber():
    with broker("--max-messages", "10") as b, connection(b) as c, connection(b) as d:
        slow = d.create_receiver("topic/t", credit=1)
        fast = c.create_receiver("topic/t", credit=100)
        sender = subprocess.Popen(["/usr/bin/python3", PYTHON + "/simple_send.py", "-a", b.url + "/topic/t", "-m", "50"],
                                  stdout=subprocess.PIPE)
        same(len(take(fast, 10)), 10)
        nothing_more(fast)
        take(slow, 1)
        slow.flow(50)
        taker = threading.Thread(target=take, args=(slow, 49))
        taker.start()
        same(len(take(fast, 40)), 40)
        same(sender.wait(WAIT), 0)
        b.until("topic/t", lambda row: row[1] == 0)
        taker.join()


@test
def consumers_compete_fairly():
    with broker("--threads", "4") as b:
        consumers = [subprocess.Popen(["/usr/bin/python3", PYTHON + "/simple_recv.py", "-a", b.url + "/q", "-m", "500"],
                                      stdout=subprocess.PIPE, text=True) for _ in range(4)]
        b.until("q", lambda row: row[2] == 4)
        sender = subprocess.run(["/usr/bin/python3", PYTHON + "/simple_send.py", "-a", b.url + "/q", "-m", "2000"],
                                stdout=subprocess.PIPE, timeout=WAIT, check=True)
        got = [consumer.communicate(timeout=WAIT)[0].count("sequence") for consumer in consumers]
        same(got, [500] * 4)  # each ends after its share


@test
def two_consumers_with_much_credit_get_half_each():
    with broker() as b, connection(b) as c, connection(b) as d, connection(b) as e:
        receivers = [c.create_receiver("q", credit=1000), d.create_receiver("q", credit=1000)]
        send(e, "q", *range(400))
        b.until("q", lambda row: row[0] == 0)
        counts, end = [0, 0], time.monotonic() + WAIT
        while sum(counts) < 400 and time.monotonic() < end:
            for i, receiver in enumerate(receivers):
                with contextlib.suppress(Timeout):
                    while True:
                        receiver.receive(timeout=0.3)
                        receiver.accept()
                        counts[i] += 1
        same(sum(counts), 400)
        assert min(counts) >= 100, counts


@test
def what_a_killed_receiver_had_goes_to_the_next():
    """3000 messages; a receiver that holds 150 of them is killed again and again."""
    victim_program = """
import sys
from proton.utils import BlockingConnection
receiver = BlockingConnection(sys.argv[1]).create_receiver("q", credit=200)
for i in range(200):
    print(receiver.receive(timeout=30).body["sequence"], flush=True)
    receiver.accept() if i < 50 else receiver.fetcher.unsettled.popleft()
receiver.connection.wait(lambda: False, timeout=60)
"""
    with broker() as b, connection(b) as c:
        subprocess.run(["/usr/bin/python3", PYTHON + "/simple_send.py", "-a", b.url + "/q", "-m", "3000"], check=True,
                       stdout=subprocess.DEVNULL)
        for victims in range(3):
            victim = subprocess.Popen(["/usr/bin/python3", "-c", victim_program, b.url], stdout=subprocess.PIPE, text=True)
            seen = [int(victim.stdout.readline()) for _ in range(200)]
            same(seen, list(range(50 * victims + 1, 50 * victims + 201)))
            b.until("q", lambda row: row[1] == 2950 - 50 * victims)
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
            b.until("q", lambda row: row[0] == row[1])
        receiver = c.create_receiver("q", credit=100)
        counts = []
        for number in range(151, 3001):
            message = receiver.receive(timeout=WAIT)
            receiver.accept()
            same(message.body["sequence"], number)  # in its place, and none of those that were acknowledged
            counts.append(message.delivery_count)
        pump(receiver)
        same((counts[0], counts[-1]), (3, 0))
        b.until("q", lambda row: row[1] == 0)


@test
def dynamic_address_ends_with_its_link():
    with broker() as b, connection(b) as c, connection(b) as d:
        receiver = c.create_receiver(None, credit=5, dynamic=True)
        address = receiver.link.remote_source.address
        sender = d.create_sender(address)
        sender.send(Message(body="reply"))
        same(take(receiver, 1), ["reply"])
        sender.send(Message(body="lost with its queue"))
        receiver.close()
        try:
            for _ in range(100):
                sender.send(Message(body="late"))
                time.sleep(0.02)
            raise AssertionError("the sender was not told")
        except LinkDetached as gone:
            assert "amqp:resource-deleted" in str(gone), gone
        try:
            d.create_sender(address)
            raise AssertionError("there is none any more")
        except LinkDetached as refused:
            assert "amqp:not-found" in str(refused), refused


@test
def messages_without_a_link_of_their_own():
    with broker(left=1) as b, connection(b) as c:
        assert "ANONYMOUS-RELAY" in str(c.conn.remote_offered_capabilities)
        sender = c.create_sender(None)
        sender.send(Message(address="q", body="routed"))
        same(take(c.create_receiver("q", credit=1), 1), ["routed"])
        sender.send(Message(address="made", body="routed"))
        for address in (None, "temporary/77"):
            try:
                sender.send(Message(address=address, body="nowhere"))
                raise AssertionError("it was accepted")
            except Exception as rejected:
                assert "SendException" in type(rejected).__name__, rejected


@test
def full_queue_withholds_credit():
    with broker("--max-messages", "20", "--max-size", "1M") as b, connection(b) as c:
        sender = subprocess.Popen(["/usr/bin/python3", PYTHON + "/simple_send.py", "-a", b.url + "/q", "-m", "3000"],
                                  stdout=subprocess.PIPE)
        b.until("q", lambda row: row[0] >= 20)
        time.sleep(0.1)
        row = b.row("q")
        assert 20 <= row[1] <= 21, row
        receiver = c.create_receiver("q", credit=10)
        same([body["sequence"] for body in take(receiver, 3000)], list(range(1, 3001)))
        same(sender.wait(WAIT), 0)


def memory_of(process):
    with open("/proc/%d/status" % process.pid) as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1024


@test
def memory_is_bounded_with_slow_consumers():
    """Octets: 100 KB each, of which a consumer with endless credit, and all settled, reads nothing for a while."""
    with broker("--max-size", "8M") as b:
        with connection(b) as c, connection(b) as d:
            receiver = d.create_receiver("q", credit=10)
            before = memory_of(b.process)
            sent = []

            def feed():
                sender = c.create_sender("q")
                for i in range(600):
                    sender.send(Message(body="z" * 100000, id=i))
                    sent.append(i)
            feeder = threading.Thread(target=feed)
            feeder.start()
            b.until("q", lambda row: row[1] >= 80)
            time.sleep(0.3)
            assert len(sent) < 130, len(sent)
            for i in range(600):
                same(receiver.receive(timeout=WAIT).id, i)
                receiver.accept()
            pump(receiver)
            feeder.join(WAIT)
            grown = memory_of(b.process) - before
            assert grown < 60, "%.1f MiB more" % grown


@test
def drain_is_answered():
    with broker() as b, connection(b) as c:
        send(c, "q", "one", "two")
        receiver = c.create_receiver("q", credit=0)
        receiver.link.drain(10)
        c.wait(lambda: receiver.link.credit == 0 and len(receiver.fetcher.incoming) == 2, timeout=WAIT)
        same(take(receiver, 2), ["one", "two"])


@test
def presettled_both_ways():
    with broker() as b, connection(b) as c:
        sender = c.create_sender("q", options=AtMostOnce())
        for i in range(1000):
            sender.link.send(Message(body=i))
            c.wait(lambda: sender.link.credit > 0, timeout=WAIT)
        receiver = c.create_receiver("q", credit=100, options=AtMostOnce())
        same([receiver.receive(timeout=WAIT).body for i in range(1000) if not receiver.flow(1)], list(range(1000)))
        b.until("q", lambda row: row[1] == 0)


@test
def limits_are_said():
    with broker("--max-queues", "1", "--max-message-size", "1k") as b, connection(b) as c:
        sender = c.create_sender("q")
        same(sender.link.remote_max_message_size, 1024)
        for attempt in (lambda: c.create_sender("another"), lambda: sender.send(Message(body="x" * 20000))):
            try:
                attempt()
                raise AssertionError("it was allowed")
            except LinkDetached as refused:
                assert re.search("resource-limit-exceeded|message-size-exceeded", str(refused)), refused


@test
def long_lines_of_users_are_not_cut():
    with tempfile.NamedTemporaryFile("w", suffix=".users", newline="") as users:
        users.write("anna:" + "x" * 4091 + "\r\n" + "#" * 4096 + "\nbert:secret\n")
        users.flush()
        with broker("--users", users.name) as b:
            with connection(b, user="bert", password="secret", allowed_mechs="PLAIN", allow_insecure_mechs=True):
                pass
        users.write("#" * 4096 + "eve:let me in\n")
        users.flush()
        refused = subprocess.run([BARYON, "broker", "--users", users.name], capture_output=True, text=True, timeout=WAIT)
        same(refused.returncode, 1)
        assert "line 4: longer than 4096 octets" in refused.stderr, refused.stderr


@test
def users_are_asked():
    with tempfile.NamedTemporaryFile("w", suffix=".users") as users:
        users.write("# who may\nanna:secret\nbert:other:with colon\n")
        users.flush()
        with broker("--users", users.name) as b:
            for user, password in (("anna", "secret"), ("bert", "other:with colon")):
                with connection(b, user=user, password=password, allowed_mechs="PLAIN", allow_insecure_mechs=True) as c:
                    send(c, "q", user)
                    same(take(c.create_receiver("q", credit=1), 1), [user])
            b.wait_for("user 'anna'")
            for wrong in (dict(user="anna", password="Secret"), dict(user="carl", password="secret"), dict()):
                try:
                    with connection(b, allow_insecure_mechs=True, reconnect=False, **wrong):
                        raise AssertionError("%s got in" % wrong)
                except ConnectionException:
                    pass
            b.wait_for("never opened")


@test
def tls_on_the_same_port():
    with tempfile.TemporaryDirectory() as folder:
        files = {name: os.path.join(folder, name + ".pem") for name in ("cert", "key")}
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", files["key"], "-out", files["cert"]], check=True, capture_output=True)
        from proton import SSLDomain
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(files["cert"])
        domain.set_peer_authentication(SSLDomain.VERIFY_PEER)
        tls = ("--cert", files["cert"], "--key", files["key"])
        with broker(*tls) as b:
            with connection(b.url.replace("amqp", "amqps"), ssl_domain=domain) as c, connection(b) as d:
                send(c, "q", "through TLS")
                same(take(d.create_receiver("q", credit=1), 1), ["through TLS"])
            b.wait_for("encrypted")
        with broker(*tls, "--ca", files["cert"], "--require-client-cert", "--require-encryption") as b:
            for url in (b.url, b.url.replace("amqp", "amqps")):
                try:
                    with connection(url, ssl_domain=domain, reconnect=False):
                        raise AssertionError("it got in without a certificate")
                except ConnectionException:
                    pass
            domain.set_credentials(files["cert"], files["key"], None)
            with connection(b.url.replace("amqp", "amqps"), ssl_domain=domain) as c:
                send(c, "q", "known")
                same(take(c.create_receiver("q", credit=1), 1), ["known"])


@test
def stopping_delivers_what_has_a_consumer():
    with contextlib.ExitStack() as stack:
        b = Broker("--drain", "20s")
        stack.callback(b.process.kill)
        c, d = stack.enter_context(connection(b)), stack.enter_context(connection(b))
        send(c, "q", *range(50))
        receiver = d.create_receiver("q", credit=5)
        b.process.send_signal(signal.SIGTERM)
        same(take(receiver, 50), list(range(50)))
        d.wait(lambda: True)
        same(b.process.wait(WAIT), 0)
        same(b.wait_for(r"stopped; (\d+)").group(1), "0")
        b.wait_for("amqp:connection:forced: the broker is stopping")


@test
def bad_arguments_are_explained():
    for arguments, text in ((["--users", "/nonexistent"], "nonexistent"), (["--cert", "/nonexistent"], "nonexistent"),
                            (["--require-encryption"], "--cert"), (["192.0.2.1:1"], "cannot listen on 192.0.2.1:1"),
                            (["localhost:1/q"], "HOST:PORT"), (["--threads", "0"], "--threads")):
        done = subprocess.run([BARYON, "broker", *arguments], capture_output=True, text=True, timeout=WAIT)
        assert done.returncode in (1, 2) and text in done.stderr and done.stderr.count("\n") == 1, (arguments, done)


def main():
    chosen = [function for function in TESTS if not sys.argv[4:] or function.__name__ in sys.argv[4:]]
    failed, lock, waiting = [], threading.Lock(), list(chosen)

    def run():
        while True:
            with lock:
                if not waiting:
                    return
                function = waiting.pop(0)
            start = time.monotonic()
            try:
                function()
                print("ok    %-60s %.1f s" % (function.__name__, time.monotonic() - start), flush=True)
            except BaseException as error:
                failed.append(function.__name__)
                import traceback
                print("FAIL  %s\n%s" % (function.__name__, "".join(traceback.format_exception(error))), flush=True)
    runners = [threading.Thread(target=run) for _ in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    sys.exit(1 if failed or not chosen else 0)


main()
