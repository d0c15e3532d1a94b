#!/usr/bin/python3
"""Debian's examples in C (libqpid-proton11-dev-examples), compiled as they are: with Debian's headers of 0.37 and its combined
library, as programs that exist already were, and with this project's headers and libraries. Each kind runs on each library, and
talks to each."""
import os
import pathlib

import scene
from scene import Player, Varies, finish, run, scene as _, serve, until

PYTHON_EXAMPLES = "/usr/share/proton/examples/python"

at = ["127.0.0.1", "{port}"]
count = "200"
ten = ["-a", "127.0.0.1:{port}/examples", "-m", "10"]
sent = f"{count} messages sent and acknowledged"
received = f"{count} messages received"
broker = serve("broker", *at)

reasons = Varies("why a certificate is refused is said in other words", r"(SSL Failure): .*", r"\1")
goodbye = Varies("the last word of who echoes is read, or comes too late", r"\*\* Goodbye \*\*", "")
subject = Varies("a name is written as RFC 2253 has it", r"OU=proton_test,CN=test_server|CN=test_server,OU=proton_test", "SERVER")

SCENES = [
    _("direct, receiving", serve("direct", *at, "examples", count),
      run("send", *at, "examples", count, prints=sent), finish("direct", received), mixed=True),
    _("direct, sending", serve("direct", *at, "examples", count),
      run("receive", *at, "examples", count, prints=received), finish("direct", sent), mixed=True),
    _("through a broker", broker, run("send", *at, "examples", count, prints=sent),
      run("receive", *at, "examples", count, prints=received), mixed=True),
    _("aborted messages", broker, run("send-abort", *at, "examples", count, prints="messages started and aborted"),
      until("broker", "Message aborted", times=int(count)), mixed=True),
    _("TLS", broker, run("send-ssl", *at, "examples", count, prints=sent), varies=[subject], mixed=True),
    _("TLS, with a certificate that nobody trusts", broker,
      run("send-ssl", *at, "examples", count, "user", "password", status=1, prints="certificate verify failed"),
      varies=[reasons], mixed=True),
    _("bytes", serve("raw_echo", *at), run("raw_connect", *at, types="one\ntwo\nthree\n", prints="three"),
      varies=[goodbye], mixed=True),

    # With Python's examples on the other side.
    _("Python sends", serve("direct", *at, "examples", "10"), run("python/simple_send", *ten, prints="all messages confirmed"),
      finish("direct", "10 messages received")),
    _("Python receives", serve("direct", *at, "examples", "10"), run("python/simple_recv", *ten, prints="int32(10)"),
      finish("direct", "10 messages sent and acknowledged")),
    _("through Python's broker", serve("python/broker", *ten[:2]), run("send", *at, "examples", "10", prints="10 messages sent"),
      run("receive", *at, "examples", "10", prints="10 messages received")),
]


class Stage(scene.Stage):
    def __init__(self, options):
        super().__init__(options)
        self.programs = pathlib.Path(options.programs)
        self.players = [Player(f"{library.name} {headers}", library.folder, headers)
                        for library in self.players for headers in ("037", "041")]

    def prepare(self, performance):
        os.symlink(self.certificates, performance.folder / "ssl-certs")

    def command(self, performance, program, player):
        if program.startswith("python/"):
            return [scene.PYTHON, f"{PYTHON_EXAMPLES}/{program.rpartition('/')[2]}.py"]
        return [f"{self.programs}/{player.headers}/{program}"]


if __name__ == "__main__":
    scene.main(Stage, SCENES, programs="folder of the compiled examples, in folders by the headers that they were compiled with")
