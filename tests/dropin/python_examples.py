#!/usr/bin/python3
"""Debian's examples in Python (libqpid-proton11-dev-examples), on Debian's binding (python3-qpid-proton).

They are run as they are, but for the ports that some of them name: 5672 and 8888 become free ones. They are copied for that."""
import os
import pathlib
import re

import scene
from scene import Post, Stop, Varies, finish, folded, run, say, scene as _, serve, start, until

EXAMPLES = pathlib.Path("/usr/share/proton/examples/python")
HERE = pathlib.Path(__file__).parent

broker = serve("broker", "-a", "127.0.0.1:{port}")            # the example
full_broker = serve("tests/broker", "127.0.0.1:{port}", name="full broker")  # ours, with transactions and selectors
tls_server = serve("tests/tls_server", "127.0.0.1:{port}", "{certificates}")
address = ["-a", "127.0.0.1:{port}/examples"]
patient = ["-t", str(scene.PATIENCE)]
confirmed = "all messages confirmed"
last = "{'sequence': 100}"
song = "AND THE MOME RATHS OUTGRABE."


def tls_client(*arguments, prints):
    return run("tests/tls_client", "127.0.0.1:{port}", "{certificates}", *arguments, prints=prints)


ticks = Varies("how many ticks there are is a matter of time", lines=folded)
rereads = Varies("how often the database is read depends on how fast the messages go", r"^(loading records|Exhausted|Rechecking).*", "")
order = Varies("what is read, sent and settled next is a matter of time", lines=lambda lines: sorted(filter(None, lines)))

SCENES = [
    # Hello world.
    _("hello world", broker, run("helloworld", prints="Hello World!")),
    _("hello world, blocking", broker, run("helloworld_blocking", prints="Hello World!")),
    _("hello world, direct", run("helloworld_direct", prints="Hello World!")),
    _("hello world, with tornado's loop", broker, run("helloworld_tornado", prints="Hello World!")),
    _("hello world, direct, with tornado's loop", run("helloworld_direct_tornado", prints="Hello World!")),

    # Many messages.
    _("send, then receive", broker, run("simple_send", *address, prints=confirmed), run("simple_recv", *address, prints=last)),
    _("receive while sending", broker, start("simple_recv", *address), run("simple_send", *address, prints=confirmed),
      finish("simple_recv", last)),
    _("direct receiver", serve("direct_recv", *address), run("simple_send", *address, prints=confirmed),
      finish("direct_recv", last), mixed=True),
    _("direct sender", serve("direct_send", *address), run("simple_recv", *address, prints=last),
      finish("direct_send", confirmed), mixed=True),
    _("a broker that is cut off, and another in its place", serve("tests/broker", "127.0.0.1:{port}", "--cut-at", "50", name="first"),
      start("simple_send", *address), finish("first"), full_broker, finish("simple_send", confirmed)),

    # Requests and responses.
    _("client and server", broker, start("server", *address, prints="Listening"), run("client", *address, prints=song)),
    _("blocking client and server", broker, start("server", *address, prints="Listening"),
      run("sync_client", *address, *patient, prints=song)),
    _("client and direct server", serve("server_direct", listens="{other}"),
      run("client", "-a", "127.0.0.1:{other}/examples", prints=song)),
    _("blocking client and direct server", serve("server_direct", listens="{other}"),
      run("sync_client", "-a", "127.0.0.1:{other}/examples", *patient, prints=song)),
    _("client and a server made of a class", broker, start("abstract_server"), run("client", *address, prints=song),
      until("abstract_server", "Request from", times=4)),
    _("client and server in transactions", full_broker, start("server_tx"), run("client", *address, prints=song),
      until("server_tx", "Request processed", times=4)),
    _("a client behind HTTP", broker, start("server", *address, prints="Listening"),
      start("client_http", listens="{other}"), Post("http://127.0.0.1:{other}/client", {"message": "hello"}),
      until("client_http", "hello => HELLO")),

    # Selectors, browsing.
    _("selected messages", full_broker, run("colour_send", *address, prints=confirmed),
      run("selected_recv", *address, "-m", "50", prints="green 99")),
    _("browsing a queue leaves it as it was", full_broker, run("simple_send", *address, "-m", "5", prints=confirmed),
      start("queue_browser", prints="'sequence': 5"), Stop("queue_browser"),
      run("simple_recv", *address, "-m", "5", prints="{'sequence': 5}")),

    # Transactions.
    _("send and receive in transactions", full_broker, run("tx_send", *address, prints="all messages committed"),
      run("tx_recv", *address, prints=last), mixed=True),
    _("receive in transactions, by hand", full_broker, run("simple_send", *address, "-m", "2", prints=confirmed),
      start("tx_recv_interactive", types="", prints="transaction declared"),
      say("tx_recv_interactive", "fetch", "{'sequence': 1}"), say("tx_recv_interactive", "abort", "transaction declared"),
      say("tx_recv_interactive", "fetch", "{'sequence': 1}"), say("tx_recv_interactive", "commit", "transaction declared"),
      say("tx_recv_interactive", "fetch", "{'sequence': 2}"), say("tx_recv_interactive", "commit", "transaction declared"),
      Stop("tx_recv_interactive")),

    # A database at both ends.
    _("from one database into another", broker,
      run("db_ctrl", "init", "src_db", proton=False, name="make source"), run("db_ctrl", "init", "dst_db", proton=False, name="make target"),
      run("db_ctrl", "insert", "src_db", proton=False, name="fill", types="".join(f"Message-{n}\n" for n in range(1, 101))),
      start("db_recv", *address, "-m", "100"), run("db_send", *address, "-m", "100", prints="settled message 100"),
      finish("db_recv", "inserted message 100"),
      run("db_ctrl", "list", "dst_db", proton=False, name="list", prints="(100, 'Message-100')"),
      varies=[rereads, order]),

    # Timers.
    _("a timer", start("recurring_timer", prints="Tick...", times=2), Stop("recurring_timer"), varies=[ticks]),
    _("a timer in tornado's loop", start("recurring_timer_tornado", prints="Tick...", times=2), Stop("recurring_timer_tornado"),
      varies=[ticks]),

    # The binding's objects, as python_objects.py says.
    _("lives of objects", run("tests/python_objects", "20", "120", prints="0 attached objects are left")),

    # TLS. The package has no example of it in Python, so these are ours.
    _("TLS", tls_server, tls_client("peer", prints="Hello World!"), finish("tls_server", "Hello World!")),
    _("TLS, with the server's name", tls_server, tls_client("name", prints="Hello World!"), finish("tls_server", "Hello World!")),
    _("TLS, with another name", tls_server, tls_client("other-name", prints="refused"), finish("tls_server", "refused"), mixed=True),
    _("TLS, both with certificates", serve("tests/tls_server", "127.0.0.1:{port}", "{certificates}", "--client-certificate"),
      tls_client("peer", "--certificate", prints="Hello World!"), finish("tls_server", "CN=test_client"), mixed=True),
]

LEFT_OUT = {
    "db_common": "a part of db_send and db_recv",
    "proton_server": "a part of abstract_server",
    "proton_tornado": "a part of those with tornado",
    "test_examples": "runs the others",
}


class Stage(scene.Stage):
    def prepare(self, performance):
        ports = {"5672": str(performance.values["port"]), "8888": str(performance.values["other"])}
        for source, target in (EXAMPLES, performance.folder / "examples"), (HERE, performance.folder / "examples/tests"):
            target.mkdir()
            for program in source.glob("*.py"):
                text = program.read_text()
                (target / program.name).write_text(re.sub(r"\b(5672|8888)\b", lambda match: ports[match[0]], text))

    def command(self, performance, program, player):
        return [scene.PYTHON, f"{performance.folder}/examples/{program}.py"]


if __name__ == "__main__":
    scene.check_complete(EXAMPLES, SCENES, LEFT_OUT)
    scene.main(Stage, SCENES)
