#!/usr/bin/python3
"""Debian's examples in C++ (libqpid-proton11-dev-examples), compiled as they are with Debian's headers and binding
(libqpid-proton-cpp12-dev); only what the binding stands on changes."""
import pathlib
import re

import scene
from scene import Varies, finish, folded, run, scene as _, serve, start, until

HERE = pathlib.Path(__file__).parent

url = "127.0.0.1:{port}"
node = "127.0.0.1:{port}/examples"
broker = serve("broker", "-a", url)                # the example
full_broker = serve("tests/broker", url, name="full broker")  # in Python, with selectors
confirmed = "all messages confirmed"
last = '{"sequence"=100}'
song = "AND THE MOME RATHS OUTGRABE."


def said_at_once(lines):
    """What the broker's threads say piece by piece: any piece may come between two others, and a line's end between any two."""
    known = "receiving to|sending from|examples"
    mixed = [line for line in lines if re.search(known, line) or not line.strip()]
    return sorted(re.findall(rf"{known}|(?:(?!{known})\S)+", " ".join(mixed))) + [line for line in lines if line not in mixed]


at_once = Varies("links that are attached at once are named by the broker's threads, a piece at a time", lines=said_at_once)
threads = Varies("threads take turns as they like, and have numbers of their own", lines=sorted)
numbers = Varies("a thread's number, and how many messages it got", r"\d{10,}( (sent|received) \d+.*)?", "thread")
pings = Varies("how many messages go before the time is up is a matter of time", lines=folded)
frames = Varies("the largest frame that a side takes unless told: any in Proton, 32 KiB in Baryon", r"(max_frame_size:) \d+", r"\1")
peers = Varies("Baryon says whose connection it was that broke off", r"(connection aborted) - [\d.:]+", r"\1")
early = Varies("the binding goes on with a connection that the proactor has already, as the checker of a debug build says (PN_CHECK)",
               lines=lambda lines: [line for line in lines if "while nobody holds the batch" not in line])
reasons = Varies("why a certificate is refused is said in other words", r"(SSL Failure): .*", r"\1")

SCENES = [
    # Hello world.
    _("hello world", broker, run("helloworld", url, prints="Hello World!"), mixed=True),

    # Connections.
    _("connect", broker, run("simple_connect", "-a", url), mixed=True),
    _("connect, with SASL", broker, run("simple_connect", "-a", url, "-s"), mixed=True),
    _("connect, with mechanisms", broker, run("simple_connect", "-a", url, "-u", "user", "-m", "ANONYMOUS"), mixed=True),
    _("nobody listens", run("simple_connect", "-a", url, status=1, prints="refused"),
      varies=[Varies("addresses that were tried are named", r".*([Cc]onnection refused).*", r"\1")]),
    _("options of a connection", broker, run("connection_options", url, prints="going to handler_2"), varies=[frames], mixed=True),
    _("failover", serve("tests/broker", url, "--cut-at", "5", name="first"),
      serve("tests/broker", "127.0.0.1:{other}", name="second", listens="{other}"),
      run("reconnect_client", url, "examples", "10", "127.0.0.1:{other}", prints='{"sequence"=10}'), mixed=True),

    # Many messages.
    _("send, then receive", broker, run("simple_send", "-a", node, prints=confirmed), run("simple_recv", "-a", node, prints=last),
      mixed=True),
    _("receive while sending", broker, start("simple_recv", "-a", node), until("broker", "sending from examples"),
      run("simple_send", "-a", node, prints=confirmed), finish("simple_recv", last)),
    _("direct receiver", serve("direct_recv", "-a", node), run("simple_send", "-a", node, prints=confirmed),
      finish("direct_recv", last), mixed=True),
    _("direct sender", serve("direct_send", "-a", node), run("simple_recv", "-a", node, prints=last),
      finish("direct_send", confirmed), mixed=True),
    _("selected messages", full_broker, run("colour_send", "-a", node, prints=confirmed),
      start("selected_recv", url, prints="green 99"), varies=[early], mixed=True),
    _("browsing a queue leaves it as it was", full_broker, run("simple_send", "-a", node, "-m", "5", prints=confirmed),
      start("queue_browser", url, prints='{"sequence"=5}'), run("simple_recv", "-a", node, "-m", "5", prints='{"sequence"=5}'),
      varies=[early], mixed=True),
    _("credit", run("flow_control", prints="Example 4: high/low watermark")),

    # Requests and responses.
    _("client and server", broker, start("server", url, prints="Server connected"), run("client", "-a", node, prints=song),
      varies=[at_once, peers, early], mixed=True),
    _("client and direct server", serve("server_direct", "-a", node), run("client", "-a", node, prints=song),
      varies=[early], mixed=True),

    # Threads and timers.
    _("threads", broker, run("multithreaded_client", url, "examples", "200", prints="200 messages sent and received"),
      varies=[at_once, threads], mixed=True),
    _("threads, with flow control", broker,
      run("multithreaded_client_flow_control", url, "examples", "100", "4", prints="400 messages sent and received"),
      varies=[at_once, numbers, threads], mixed=True),
    _("scheduled", broker, run("scheduled_send", "-a", node, "-i", "0.05", "-t", "0.4", prints="send"), varies=[pings]),
    _("scheduled, in C++03", broker, run("scheduled_send_03", "-a", node, "-i", "0.05", "-t", "0.4", prints="send"), varies=[pings]),

    # Values.
    _("properties of a message", run("message_properties", prints="short=42 string=bar")),
    _("values, encoded and decoded", run("encode_decode", prints="map{string(k1):int(42), symbol(k2):boolean(0)}")),

    # TLS.
    _("TLS", run("ssl", "-c", "{certificates}", prints="Hello World!")),
    _("TLS, whatever the server's name", run("ssl", "-c", "{certificates}", "-v", "noname", prints="Hello World!")),
    _("TLS, with another name", run("ssl", "-c", "{certificates}", "-v", "fail", prints="Expected failure"), varies=[reasons]),
    _("TLS, both with certificates", run("ssl_client_cert", "{certificates}", prints="Hello World!")),
]

LEFT_OUT = {"service_bus": "needs a service that others run"}


class Stage(scene.Stage):
    def __init__(self, options):
        super().__init__(options)
        self.programs = options.programs

    def command(self, performance, program, player):
        if program.startswith("tests/"):
            return [scene.PYTHON, f"{HERE}/{program.rpartition('/')[2]}.py"]
        return [f"{self.programs}/{program}"]


if __name__ == "__main__":
    scene.check_complete("/usr/share/proton/examples/cpp", SCENES, LEFT_OUT)
    scene.main(Stage, SCENES, programs="folder of the compiled examples")
