"""Plays scenes: programs made for Proton that talk to each other, with Debian's Proton, with this library, and with one on each
side. What they print has to be the same every time.

A scene is a list of steps, each a line (see python_examples.py). Every performance has ports and a folder of its own, so many are
given at once. Nothing sleeps: a step waits for a port that listens, a line that is printed, or a process that ends.

That a process used the library that it was to use is taken from the dynamic linker's own protocol (LD_DEBUG=libs), for each process.
"""
import argparse
import concurrent.futures
import dataclasses
import difflib
import itertools
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

PATIENCE = 200  # seconds that a step may take, on a machine with other things to do
PYTHON = "/usr/bin/python3"  # Debian's, which has the binding


# What scenes are made of. In arguments, {port} and {other} are two free ports, {certificates} a folder of fresh ones.

@dataclasses.dataclass
class Step:
    program: str
    arguments: tuple = ()
    prints: str = None   # a text that has to come
    listens: str = None  # ready when something listens on this port
    ends: bool = False   # over when the process is
    status: int = 0      # ... with this status
    serves: bool = False  # belongs to the server's side
    types: str = None    # for its standard input
    proton: bool = True  # uses Proton at all
    times: int = 1       # how many lines with `prints` it takes
    name: str = None     # if a program plays twice

    def __post_init__(self):
        self.name = self.name or self.program.rpartition("/")[2]


def serve(program, *arguments, listens="{port}", **more):
    """A program that listens, and goes on."""
    return Step(program, arguments, listens=listens, serves=True, **more)


def start(program, *arguments, **more):
    """A program that goes on; the next step waits for `prints`, if given."""
    return Step(program, arguments, **more)


def run(program, *arguments, **more):
    """A program, until it ends."""
    return Step(program, arguments, ends=True, **more)


@dataclasses.dataclass
class Await:
    """Wait for a program begun before: until it has printed something, or ends."""
    name: str
    prints: str = None
    ends: bool = True
    types: str = None  # after this has been written to its standard input
    times: int = 1     # how often it is printed


def finish(name, prints=None):
    return Await(name, prints)


def until(name, prints, times=1):
    return Await(name, prints, ends=False, times=times)


def say(name, text, prints):
    """Type a line, and wait for what it leads to."""
    return Await(name, prints, ends=False, types=text)


@dataclasses.dataclass
class Stop:
    """Stop a program. What goes on when the scene is over is stopped, too."""
    name: str


@dataclasses.dataclass
class Post:
    """Fill in a form."""
    address: str
    fields: dict


@dataclasses.dataclass
class Varies:
    """What differs from run to run with the same library, and why: a pattern and what stands for it, or a way to change all lines."""
    why: str
    pattern: str = None
    to: str = ""
    lines: callable = None

    def apply(self, lines):
        if self.lines:
            return self.lines(lines)
        return [re.sub(self.pattern, self.to, line) for line in lines]


def folded(lines):
    """Runs of equal lines as one."""
    return [line for at, line in enumerate(lines) if at == 0 or lines[at - 1] != line]


@dataclasses.dataclass
class Scene:
    title: str
    steps: list
    varies: list
    mixed: bool  # is given with every library on the server's side and every on the client's


def scene(title, *steps, varies=(), mixed=False):
    return Scene(title, list(steps), list(varies), mixed)


ALWAYS = [Varies("names of dynamic nodes are made up", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID")]


# Ports.

class Ports:
    """Ports below those that the system gives to clients. Each is held by a socket that is bound to it and does not listen: who allows
    two sockets on a port, as servers do, can listen there, and nobody who looks for a free one finds it, in other tests neither."""

    def __init__(self):
        low = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
        self.range = (10000, low - 1) if low > 12000 else (20000, 60000)
        self.random = random.SystemRandom()

    def hold(self):
        """A socket; its port is held until it is closed."""
        while True:
            holder = socket.socket()
            try:
                holder.bind(("127.0.0.1", self.random.randint(*self.range)))  # which fails if somebody else holds it
            except OSError:
                holder.close()
                continue
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return holder


def listens(port):
    """Whether a socket listens, without a connection that its owner would notice: two sockets that allow it may be bound to a port
    unless one listens."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


# A performance: one scene, once.

class Failure(Exception):
    pass


class Process:
    def __init__(self, step, player, command, folder, environment):
        self.step, self.player = step, player
        self.output = folder / f"{step.name}.out"
        self.said = None  # what it had said when it was stopped
        self.linked = folder / f"{step.name}.ld"
        environment = {**environment, "LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(self.linked), "PYTHONUNBUFFERED": "1",
                       "PYTHONDONTWRITEBYTECODE": "1"}
        with open(self.output, "wb") as output:
            self.popen = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT,
                                          stdin=subprocess.PIPE if step.types is not None else subprocess.DEVNULL)
        if step.types is not None:
            self.type(step.types)
            if step.ends:
                self.popen.stdin.close()

    def type(self, text):
        self.popen.stdin.write(text.encode())
        self.popen.stdin.flush()

    def text(self):
        return self.output.read_text(errors="backslashreplace")

    def fault(self, what):
        return Failure(f"{self.step.name}: {what}; it printed:\n{self.text()[-2000:]}")

    def wait(self, what, ready):
        end = time.monotonic() + PATIENCE
        while not ready():
            if self.popen.poll() is not None:
                if ready():
                    return
                raise self.fault(f"ended with {self.popen.returncode}, instead of {what}")
            if time.monotonic() > end:
                raise self.fault(f"no {what} within {PATIENCE} s")
            time.sleep(0.02)

    def wait_for_text(self, text, times=1):
        self.wait(f"'{text}'", lambda: self.text().count(text) >= times)

    def wait_for_end(self, status):
        try:
            self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise self.fault(f"did not end within {PATIENCE} s") from None
        if self.popen.returncode != status:
            raise self.fault(f"ended with {self.popen.returncode}, not {status}")

    def hush(self):
        """If it goes on, what it says from now on does not count."""
        if self.said is None and self.popen.poll() is None:
            self.said = self.text()

    def stop(self):
        self.hush()
        if self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait()

    def report(self):
        """All that it said that counts, and how it ended."""
        if self.said is None:
            return self.text().splitlines() + [f"(ended with {self.popen.returncode})"]
        return self.said.splitlines() + ["(was stopped)"]

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        if self.popen.stdin:
            try:
                self.popen.stdin.close()
            except BrokenPipeError:
                pass

    def libraries(self):
        """The files that the dynamic linker took Proton's libraries from."""
        found = set()
        for protocol in self.linked.parent.glob(self.linked.name + ".*"):
            found.update(re.findall(r"calling init: (\S*/libqpid-proton[^\s/]*)", protocol.read_text()))
        return found


class Performance:
    def __init__(self, stage, scene, server, client):
        self.stage, self.scene, self.server, self.client = stage, scene, server, client
        self.cast = f"{server.name} serves {client.name}"
        self.folder = stage.work / re.sub(r"\W+", "-", scene.title) / self.cast.replace(" ", "-")
        self.values = {"certificates": stage.certificates}
        self.processes = {}
        self.answers = []
        self.failure = None
        self.seconds = 0

    def give(self):
        began = time.monotonic()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        held = {name: self.stage.ports.hold() for name in ("port", "other")}
        self.values.update({name: holder.getsockname()[1] for name, holder in held.items()})
        try:
            self.stage.prepare(self)
            for step in self.scene.steps:
                self.take(step)
            for process in self.processes.values():
                process.hush()
            for process in self.processes.values():
                process.stop()
            for process in self.processes.values():
                self.check_libraries(process)
        except (Failure, OSError) as failure:
            self.failure = str(failure)
        finally:
            for process in self.processes.values():
                process.kill()
            for holder in held.values():
                holder.close()
        self.seconds = time.monotonic() - began
        return self

    def take(self, step):
        if isinstance(step, Stop):
            self.processes[step.name].stop()
        elif isinstance(step, Post):
            address = step.address.format(**self.values)
            with urllib.request.urlopen(address, urllib.parse.urlencode(step.fields).encode(), timeout=PATIENCE) as answer:
                self.answers.append(answer.read().decode())
        elif isinstance(step, Await):
            self.wait(self.processes[step.name], step)
        else:
            self.begin(step)

    def wait(self, process, step):
        seen = process.text().count(step.prints) if step.prints else 0
        if step.types:
            process.type(step.types + "\n")
            process.wait_for_text(step.prints, seen + 1)
            return
        if step.prints and not step.ends:
            process.wait_for_text(step.prints, step.times)
            return
        process.wait_for_end(process.step.status)
        if step.prints and step.prints not in process.text():
            raise process.fault(f"no '{step.prints}'")

    def begin(self, step):
        player = self.server if step.serves else self.client
        arguments = [str(argument).format(**self.values) for argument in step.arguments]
        environment = {**os.environ, "LD_LIBRARY_PATH": player.folder, **self.stage.environment}
        if step.name in self.processes:
            raise Failure(f"{step.name} plays twice, and needs a name")
        process = Process(step, player, self.stage.command(self, step.program, player) + arguments, self.folder, environment)
        self.processes[step.name] = process
        if step.listens:
            port = int(step.listens.format(**self.values))
            process.wait(f"a listener on port {port}", lambda: listens(port))
        if step.ends:
            process.wait_for_end(step.status)
            if step.prints and step.prints not in process.text():
                raise process.fault(f"no '{step.prints}'")
        elif step.prints:
            process.wait_for_text(step.prints, step.times)

    def check_libraries(self, process):
        used = process.libraries()
        own = {path for path in used if "libqpid-proton-cpp" not in path}
        if not process.step.proton:
            own = own or {"none"}
        if not own:
            raise Failure(f"{process.step.name}: did not load Proton, or the dynamic linker did not say so")
        wrong = [path for path in own if path != "none" and os.path.realpath(os.path.dirname(path)) != process.player.folder]
        if wrong:
            raise Failure(f"{process.step.name}: loaded {wrong}, and not from {process.player.folder}")

    def script(self):
        """What everyone said, with what varies taken out."""
        result = []
        for name, process in self.processes.items():
            lines = process.report()
            for value, placeholder in ((self.folder, "FOLDER"), (self.values["port"], "PORT"), (self.values["other"], "OTHER")):
                lines = [line.replace(str(value), placeholder) for line in lines]
            for varies in ALWAYS + self.scene.varies:
                lines = varies.apply(lines)
            result += [f"{name}: {line}" for line in lines]
        return result + [f"answered {answer}" for answer in self.answers]


# The stage: what all performances have in common.

@dataclasses.dataclass
class Player:
    """What a side of a scene is played with."""
    name: str
    folder: str          # of the library
    headers: str = None  # that its programs were compiled with, if there is a choice


class Stage:
    """A folder to work in, who can play, and how a program's name becomes a command."""

    environment = {}

    def __init__(self, options):
        self.work = pathlib.Path(options.work).resolve()
        self.players = [Player("theirs", os.path.realpath(options.theirs)), Player("ours", os.path.realpath(options.ours))]
        self.ports = Ports()
        self.certificates = self.work / "certificates"

    def prepare(self, performance):
        pass

    def command(self, performance, program, player):
        raise NotImplementedError

    def make_certificates(self):
        """Self-signed ones by the names and passwords that the examples have; theirs have expired."""
        shutil.rmtree(self.certificates, ignore_errors=True)
        self.certificates.mkdir(parents=True)
        for name, subject in ("tserver", "test_server"), ("tclient", "test_client"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2",
                            "-keyout", f"{name}-private-key.pem", "-out", f"{name}-certificate.pem", "-passout", f"pass:{name}pw",
                            "-subj", f"/CN={subject}/OU=proton_test"], cwd=self.certificates, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def casts(stage, scene):
    """Who plays server and client: first the original, whom the others are compared with."""
    return list(itertools.product(stage.players, repeat=2)) if scene.mixed else [(player, player) for player in stage.players]


def judge(scene, performances):
    """The faults of a scene: what failed, and where another library made another play."""
    faults = []
    original = performances[0]
    for performance in performances:
        if performance.failure:
            faults.append(f"{performance.cast}: {performance.failure}\n    see {performance.folder}")
        elif performance is not original and not original.failure:
            difference = list(difflib.unified_diff(original.script(), performance.script(), original.cast, performance.cast, lineterm="", n=1))
            if difference:
                faults.append("\n    ".join([f"{performance.cast}: differs"] + difference[:40]))
    return faults


def play(stage, scenes, only=None):
    scenes = [scene for scene in scenes if not only or only in scene.title]
    titles = [scene.title for scene in scenes]
    assert titles and len(set(titles)) == len(titles)
    began = time.monotonic()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        given = [(scene, [pool.submit(Performance(stage, scene, *cast).give) for cast in casts(stage, scene)]) for scene in scenes]
        for scene, futures in given:
            performances = [future.result() for future in futures]
            faults = judge(scene, performances)
            failed += bool(faults)
            seconds = sum(performance.seconds for performance in performances)
            print(f"{'FAILED' if faults else 'same  '} {seconds:5.1f} s  {len(performances)} x {scene.title}", flush=True)
            for fault in faults:
                print(f"  {fault}", flush=True)
    print(f"{len(scenes)} scenes, {failed} failed, {time.monotonic() - began:.1f} s")
    return failed == 0


def check_complete(folder, scenes, left_out):
    """Every example of a folder plays somewhere, or is left out for a reason."""
    played = {step.program for scene in scenes for step in scene.steps if isinstance(step, Step)}
    there = {example.stem for example in pathlib.Path(folder).glob("*.*") if example.suffix in (".py", ".c", ".cpp")}
    missing, gone = there - played - left_out.keys(), left_out.keys() - there
    assert not missing and not gone, f"{folder}: nobody plays {sorted(missing)}, and there is no {sorted(gone)}"


def main(stage_class, scenes, **more):
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True, help="folder of this project's libraries")
    parser.add_argument("--theirs", required=True, help="folder of Debian's")
    parser.add_argument("--work", required=True, help="folder to write in")
    parser.add_argument("--only", help="scenes whose title contains this")
    for option, text in more.items():
        parser.add_argument(f"--{option}", required=True, help=text)
    options = parser.parse_args()
    stage = stage_class(options)
    stage.make_certificates()
    sys.exit(0 if play(stage, scenes, options.only) else 1)
