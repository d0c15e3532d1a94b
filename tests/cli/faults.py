"""What goes wrong: one line that says what and where, the exit code, and how many messages were acknowledged."""
import os
import signal
import socket
import subprocess
import threading

import proton
from proton.handlers import MessagingHandler
from proton.reactor import Container

from support import BARYON, FOLDER, baryon, broker, check, equal, finish, free_port, main, running, says, start, wait_for


class Fickle(MessagingHandler):
    """A peer of whom the address says what it does with messages."""

    def __init__(self, port):
        super().__init__(auto_accept=False)
        self.url, self.seen, self.listening = f"127.0.0.1:{port}", 0, threading.Event()

    def on_start(self, event):
        self.acceptor = event.container.listen(self.url)
        self.listening.set()

    def on_link_opening(self, event):
        link = event.link
        address = link.remote_target.address if link.is_receiver else link.remote_source.address
        if address == "missing":
            return  # opened without a target or source, and closed
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        if address == "small":
            link.max_message_size = 100

    def on_link_opened(self, event):
        if not event.link.source.address and not event.link.target.address:
            event.link.condition = proton.Condition("amqp:not-found", "no queue 'missing'")
            event.link.close()

    def on_message(self, event):
        what, number = event.link.target.address, event.message.body
        if what == "picky" and number.endswith("3"):
            event.delivery.local.condition = proton.Condition("test:three", "no threes")
            self.reject(event.delivery)
        elif what == "tired" and number.endswith("5"):
            self.release(event.delivery, delivered=False)
        elif what in ("closing", "ending", "hanging") and int(number) > 10:
            if what == "closing" and event.connection.state & proton.Endpoint.LOCAL_ACTIVE:
                event.connection.condition = proton.Condition("amqp:connection:forced", "good night")
                event.connection.close()
            elif what == "ending" and event.link.state & proton.Endpoint.LOCAL_ACTIVE:
                event.link.condition = proton.Condition("amqp:resource-deleted", "the queue was deleted")
                event.link.close()
        else:
            self.accept(event.delivery)


def with_fickle(test):
    def run():
        handler = Fickle(free_port())
        container = Container(handler)
        thread = threading.Thread(target=container.run, daemon=True)
        thread.start()
        check(handler.listening.wait(100), "the peer does not listen")
        test(handler.url)
    run.__name__ = test.__name__
    return run


def numbers(count):
    return "".join(f"{i + 1}\n" for i in range(count)).encode()


@with_fickle
def outcomes_are_counted(url):
    says(baryon("send", f"{url}/picky", input=numbers(20), code=1), "message 3 was rejected", "test:three: no threes", "18 messages acknowledged, 2 rejected")
    says(baryon("send", f"{url}/tired", input=numbers(20), code=1), "message 5 was given back", "18 messages acknowledged, 2 given back")


@with_fickle
def the_peer_ends_it_half_way(url):
    says(baryon("send", f"{url}/closing", input=numbers(20), code=1), "the broker closed the connection: good night (amqp:connection:forced)", "10 messages acknowledged, ", " not acknowledged")
    says(baryon("send", f"{url}/ending", input=numbers(20), code=1), "sending to 'ending' was ended by the broker: the queue was deleted", "10 messages acknowledged, ", " not acknowledged")
    says(baryon("send", f"{url}/hanging", "--timeout", "3s", input=numbers(20), code=1), "nothing was acknowledged for 3000 ms; 10 messages acknowledged, 10 not acknowledged")


@with_fickle
def links_are_refused(url):
    says(baryon("send", f"{url}/missing", "x", code=1), "sending to 'missing' was refused: no queue 'missing' (amqp:not-found)", "0 messages acknowledged")
    says(baryon("receive", f"{url}/missing", "--reconnect", code=1), "receiving from 'missing' was refused", "0 messages received")
    says(baryon("send", f"{url}/small", "x" * 200, code=1), "takes no more than 100")
    says(baryon("receive", f"{url}/any", "--filter", "a = 1", "-t", "50ms", code=0), "0 messages received")


def a_broker_dies_half_way():
    port = free_port()
    with running([BARYON, "broker", f"127.0.0.1:{port}", "-q"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        process.stdout.readline()
        sender = start("send", f"127.0.0.1:{port}/q", "x {n}", "-n", 100000000)
        receiver = start("receive", f"127.0.0.1:{port}/q", stdout=subprocess.PIPE)
        receiver.stdout.readline()
        process.kill()
        process.wait()
        result = says(finish(sender), "127.0.0.1", "acknowledged", "never sent")
        equal(result.code, 1, "exit code of the sender")
        result = says(finish(receiver), "127.0.0.1", "received")
        equal(result.code, 1, "exit code of the receiver")
        check(sum(line.startswith("baryon ") for line in result.err.splitlines()) == 1, "one line", result)


def nobody_is_there():
    port = free_port()
    says(baryon("send", f"127.0.0.1:{port}/q", "x", code=1), f"127.0.0.1:{port}: Connection refused; is a broker running there?", "0 messages acknowledged, 1 never sent")
    says(baryon("receive", f"127.0.0.1:{port}/q", code=1), "Connection refused")
    says(baryon("request", f"127.0.0.1:{port}/q", "x", code=1), "Connection refused", "0 of 1 requests answered")
    says(baryon("send", "no-such-host.invalid/q", "x", code=1), "no-such-host.invalid:amqp", "is the host's name right?")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_port = silent.getsockname()[1]
        says(baryon("send", f"127.0.0.1:{silent_port}/q", "x", "--connect-timeout", "100ms", code=1), "no answer within 100 ms")
    with socket.create_server(("127.0.0.1", 0)) as web:
        def answer():
            client, _ = web.accept()
            client.recv(8)  # the header; what is not read becomes a reset
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            client.close()
        threading.Thread(target=answer, daemon=True).start()
        says(baryon("send", f"127.0.0.1:{web.getsockname()[1]}/q", "x", code=1), "HTTP", "0 messages acknowledged")


def the_broker_comes_later():
    port = free_port()
    sender = start("send", f"127.0.0.1:{port}/q", "x", "-n", 10, "--reconnect", "--reconnect-min", "5ms", "--reconnect-max", "20ms")
    check(b"connecting again" in sender.stderr.readline(), "it is said once that it cannot connect")
    with running([BARYON, "broker", f"127.0.0.1:{port}", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        result = says(finish(sender), "10 messages acknowledged")
        equal(result.code, 0, "exit code")
        equal(len(result.err.splitlines()), 2, "connected again, and the counts")


def who_one_is():
    users = f"{FOLDER}/users"
    password = f"{FOLDER}/password"
    for path, text in ((users, "ann:se:cret\n"), (password, "se:cret\n")):
        with open(path, "w") as file:
            file.write(text)
    with broker("--quiet", "--users", users) as address:
        baryon("send", f"amqp://ann:se%3Acret@{address}/q", "x")
        baryon("send", f"{address}/q", "x", "--user", "ann", "--password-file", password)
        result = says(baryon("send", f"amqp://ann:wrong@{address}/q", "x", "--reconnect", code=1), "user 'ann' was refused", "0 messages acknowledged")
        check("wrong" not in result.err, "the password is not shown", result)
        says(baryon("receive", f"{address}/q", code=1), "--user", "0 messages received")
        says(baryon("send", f"amqp://ann:x@{address}/q", "x", "--sasl-mechanism", "EXTERNAL", code=1), "0 messages acknowledged")
    says(baryon("send", "127.0.0.1/q", "x", "--password-file", password, code=2), "no user")
    says(baryon("send", "127.0.0.1/q", "x", "--user", "ann", "--password-file", "/no/such", code=1), "/no/such: No such file")


def certificate(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{FOLDER}/{name}.key", "-out", f"{FOLDER}/{name}.pem", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"], check=True, stderr=subprocess.DEVNULL)
    return f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key"


def whom_one_talks_to():
    pem, key = certificate("localhost")
    other, _ = certificate("elsewhere")
    with broker("--quiet", "--cert", pem, "--key", key) as address:
        port = address.split(":")[1]
        baryon("send", f"amqps://localhost:{port}/q", "x", "--ca", pem)
        says(baryon("send", f"amqps://localhost:{port}/q", "x", code=1), "TLS: ", "verify", "--ca", "0 messages acknowledged")
        says(baryon("send", f"amqps://localhost:{port}/q", "x", "--ca", other, "--reconnect", code=1), "TLS: ")
        says(baryon("send", f"amqps://{address}/q", "x", "--ca", pem, code=1), "TLS: ")  # another name
        result = baryon("send", f"amqps://{address}/q", "x", "--insecure", "-q")
        check("WARNING" in result.err, "--insecure is said, even with --quiet", result)
    says(baryon("send", "amqps://localhost/q", "x", "--ca", "/no/such", code=1), "--ca: /no/such: ")
    says(baryon("send", "amqp://localhost/q", "x", "--ca", pem, code=2), "--ca", "amqps://")


def bodies_that_are_not_what_is_claimed():
    with broker("--quiet") as address:
        says(baryon("send", f"{address}/q", "--json", input=b'{"a": 1}\n\n{"b": }\n{"c": 1}\n', code=1), "line 3: column 7: ", "1 message acknowledged")
        says(baryon("send", f"{address}/q", "--json", '{"$int": 5000000000}', code=1), "BODY: $int: 5000000000 is not")
        says(baryon("send", f"{address}/q", input=b"good\nb\xffd\n", code=1), "line 2: octet 2 is not UTF-8", "--input=binary", "1 message acknowledged")
        says(baryon("send", f"{address}/q", "--input", "message", input=b'{"body": 1, "haeder": {}}', code=1), "line 1: a message has no section 'haeder'")
        says(baryon("send", f"{address}/q", "--file", "/no/such", code=1), "/no/such: No such file")
        says(baryon("receive", f"{address}/q", "-n", 3, "-t", "3s", code=1), "no message came for 3000 ms; 2 messages received, 2 acknowledged")


def wrong_usage():
    for words, text in ((["send"], "URL is missing"), (["send", "http://h/q", "x"], "'http' is not a scheme"), (["send", "h", "x"], "no address"),
                        (["send", "h/q", "x", "y"], "one argument too many: 'y'"), (["send", "h/q", "x", "--cuont", "5"], "did you mean --count?"),
                        (["send", "h/q", "x", "-P", "novalue"], "'novalue' is not NAME=TEXT"), (["send", "h/q", "x", "-P", "a:={"], "a: column"),
                        (["send", "h/q", "x", "--file", "y"], "only one"), (["receive", "h:0/q"], "port 0"), (["receive", "[::1/q"], "has no ']'"),
                        (["receive", "h/q", "--ack", "maybe"], "none of accept, release"), (["receive", "h/q", "--json", "-o", "raw"], "contradict"),
                        (["receive", "h/q", "--reconnect-min", "20s"], "longer than"), (["recieve"], "did you mean 'receive'?"), ([], "a command is missing"),
                        (["reply", "h/q", "x", "--exec", "y"], "only one")):
        result = says(baryon(*words, code=2), text, "--help")
        equal(len(result.err.splitlines()), 1, f"one line for {words}")


def living(group):
    """Processes of a group that have not ended."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/stat") as file:
                state, _, its_group = file.read().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [process] if its_group == group and state not in "ZX" else []
    return found


def a_reply_that_fails():
    with broker("--quiet") as address:
        service = start("reply", f"{address}/service", "--exec", "exit 3", "-n", 1)
        says(baryon("request", f"{address}/service", "x", "-t", "3s", code=1), "0 of 1 requests answered")
        result = says(finish(service), "0 requests answered, 1 rejected")
        check("the command ended with 3" in result.err, "why it was rejected", result)
        for command in ("echo $$ > late; sleep 1000 | cat", "echo $$ > late; exec >&-; sleep 1000"):
            service = start("reply", f"{address}/service", "--exec", command, "--exec-timeout", "2s", "-n", 1)
            baryon("send", f"{address}/service", "x", "--reply-to", "answers", "-q")
            result = finish(service)
            check("the command took longer than 2.000 s, and was killed" in result.err, "a command that does not end", result)
            with open("late") as file:
                group = file.read().strip()
            os.remove("late")
            wait_for(lambda: not living(group), "what the command had begun is gone, too")
        service = start("reply", f"{address}/service", "-n", 2)
        baryon("send", f"{address}/service", "x", "-q", code=None)  # without reply-to
        baryon("send", f"{address}/service", "x", "--reply-to", "answers", "-q")
        result = finish(service)
        check("no reply-to" in result.err and "1 request answered, 1 rejected" in result.err, "a request that nobody waits for", result)
        equal(baryon("receive", f"{address}/answers", "-n", 1, "-t", "10s").out, b"x\n", "the answer to the other one")


def drained(url, wanted):
    """All of a queue, to which messages come back as soon as the broker knows that a receiver is gone; these have to be among them."""
    lines = []

    def have_come():
        lines.extend(baryon("receive", url, "--drain").out.splitlines(keepends=True))
        return wanted <= set(lines)
    wait_for(have_come, f"{len(wanted)} messages")
    return lines


def a_killed_receiver_loses_nothing():
    with broker("--quiet") as address:
        baryon("send", f"{address}/q", "m{n}", "-n", 500, "-q")
        receiver = start("receive", f"{address}/q", "--credit", 200)
        first = [receiver.stdout.readline() for _ in range(20)]
        os.kill(receiver.pid, signal.SIGKILL)
        rest, _ = receiver.communicate()
        printed = first + rest.splitlines(keepends=True)
        sent = {f"m{i + 1}\n".encode() for i in range(500)}
        next_ones = drained(f"{address}/q", sent - set(printed))
        equal(set(printed) | set(next_ones), sent, "all messages come to one of them")
        check(len(next_ones) == len(set(next_ones)), "each once")


def nobody_reads_the_output():
    with broker("--quiet") as address:
        baryon("send", f"{address}/q", "m{n}", "-n", 3000, "-q")
        receiver = start("receive", f"{address}/q", "--credit", 10)
        first = receiver.stdout.readline()
        receiver.stdout.close()
        receiver.stdout = None
        result = finish(receiver)
        equal(first, b"m1\n", "the first")
        equal(result.code, 1, f"exit code: not everything was printed ({result})")
        equal(len(result.err.splitlines()), 1, "the counts, and nothing else")
        rest = drained(f"{address}/q", {b"m3000\n"})
        equal(set(rest), {b"m%d\n" % number for number in range(3001 - len(rest), 3001)}, "what was not acknowledged is still there")
        check(len(rest) < 3000, "and no more", len(rest))
        with open("/dev/full", "w") as full:
            result = finish(start("receive", f"{address}/q", "-n", 1, "-t", "5s", stdout=full) if not baryon("send", f"{address}/q", "x", "-q").code else None)
        equal(result.code, 1, "exit code with a full disk")
        check("No space left" in result.err, "why", result)
        equal(baryon("receive", f"{address}/q", "-n", 1, "-t", "5s").out, b"x\n", "the message that did not fit on the disk")


main(outcomes_are_counted, the_peer_ends_it_half_way, links_are_refused, a_broker_dies_half_way, nobody_is_there, the_broker_comes_later, who_one_is,
     whom_one_talks_to, bodies_that_are_not_what_is_claimed, wrong_usage, a_reply_that_fails, a_killed_receiver_loses_nothing, nobody_reads_the_output)
