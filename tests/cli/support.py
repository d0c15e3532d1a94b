"""What the tests of the command share: running it, brokers, and checks that say what they saw."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback

BARYON, FOLDER, COMPILER = sys.argv[1:4]
EXAMPLES = "/usr/share/proton/examples"
os.makedirs(FOLDER, exist_ok=True)
os.environ.pop("NO_COLOR", None)
os.environ["TERM"] = "xterm"


def check(condition, what, *seen):
    if not condition:
        raise AssertionError("\n  ".join([what, *map(str, seen)]))


def equal(got, wanted, what):
    check(got == wanted, what, f"got    {got!r}", f"wanted {wanted!r}")


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n  out: {self.out!r:.600}\n  err: {self.err!r:.900}"


def start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more):
    return subprocess.Popen([BARYON, *map(str, words)], stdin=stdin, stdout=stdout, stderr=stderr, bufsize=0, **more)


def finish(process, input=None, timeout=250):
    try:
        out, err = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        check(False, f"{process.args} does not end", err)
    return Result(process.returncode, out, (err or b"").decode())


def baryon(*words, input=None, code=0):
    """Run the command to its end; it has to end with that exit code."""
    result = finish(start(*words, stdin=subprocess.PIPE), b"" if input is None else input)
    check(code is None or result.code == code, f"baryon {' '.join(map(str, words))}: exit code {code} expected", result)
    return result


def says(result, *texts):
    """One line on standard error at the end, and it has these in it."""
    last = result.err.splitlines()[-1] if result.err else ""
    for text in texts:
        check(text in last, f"the last line on standard error is to say {text!r}", result)
    return result


def wait_for(condition, what, seconds=100):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f"{what}: did not come within {seconds} s")
        time.sleep(0.01)


HELD = []  # sockets that are bound, and do not listen


def free_port():
    """A port for somebody who listens later. It is held until this process ends: who allows two sockets on a port, as brokers do,
    can listen there, and the system gives it to nobody else."""
    holder = socket.socket()
    HELD.append(holder)
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return holder.getsockname()[1]


def accepts(port):
    with contextlib.closing(socket.socket()) as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(words, **more):
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@contextlib.contextmanager
def broker(*options):
    """baryon broker; gives "host:port"."""
    words = [BARYON, "broker", "127.0.0.1:0", *map(str, options)]
    with running(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        seen = b""
        while not re.search(rb"127\.0\.0\.1:(\d+)", seen):
            line = process.stdout.readline()
            check(line, "baryon broker does not listen", seen)
            seen += line
        # Its log is not read any more, so it must be short or go elsewhere.
        yield "127.0.0.1:" + re.search(rb"127\.0\.0\.1:(\d+)", seen).group(1).decode()


@contextlib.contextmanager
def python_broker():
    port = free_port()
    words = ["/usr/bin/python3", f"{EXAMPLES}/python/broker.py", "-a", f"127.0.0.1:{port}"]
    with running(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        wait_for(lambda: accepts(port), "Debian's Python broker")
        yield f"127.0.0.1:{port}"


def c_example(name):
    """One of Debian's examples in C, built with Debian's library."""
    program = f"{FOLDER}/c_{name}"
    if not os.path.exists(program):
        building = f"{program}.{os.getpid()}"
        subprocess.run([COMPILER, f"{EXAMPLES}/c/{name}.c", "-o", building, "-lqpid-proton", "-lpthread"], check=True)
        os.rename(building, program)
    return program


@contextlib.contextmanager
def c_broker():
    program = c_example("broker")
    with running([program, "127.0.0.1", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        line = process.stdout.readline()
        while line and not line.startswith(b"listening on"):
            line = process.stdout.readline()
        check(line, "Debian's C broker does not listen")
        yield f"127.0.0.1:{int(line.split()[-1])}"


def main(*tests):
    """Run each test; say what went wrong, and where."""
    failures = 0
    for test in tests:
        begun = time.monotonic()
        try:
            test()
            print(f"{test.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        except Exception:
            failures += 1
            print(f"{test.__name__}: FAILED", flush=True)
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failures else 0)
