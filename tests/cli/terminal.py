"""The command as a program of the terminal: colours and progress there and nowhere else, signals, and what strangers send."""
import os
import pty
import re
import select
import signal
import subprocess
import time

from support import BARYON, FOLDER, baryon, broker, check, equal, finish, main, says, start, wait_for

ESCAPE = b"\x1b["


def on_terminal(*words, environment=None, until=None, interrupt=False):
    """Run with a terminal for input and all output. Gives the exit code and what the screen got."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execve(BARYON, [BARYON, *map(str, words)], {**os.environ, "TERM": "xterm", **(environment or {})})
    seen, end = b"", time.monotonic() + 90
    while time.monotonic() < end:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                octets = os.read(screen, 65536)
            except OSError:  # the other side is closed
                break
            seen += octets
            if until and until in seen:
                os.write(screen, b"\x03")  # Ctrl-C, typed
                until = None
    else:
        os.kill(pid, signal.SIGKILL)
        check(False, f"{words} does not end", seen)
    status = os.waitpid(pid, 0)[1]
    os.close(screen)
    return os.waitstatus_to_exitcode(status), seen


def colours_are_for_terminals():
    code, seen = on_terminal("send", "--help")
    check(code == 0 and ESCAPE in seen, "help in colours", seen)
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        check(ESCAPE not in on_terminal("send", "--help", environment=environment)[1], f"no colours with {environment}")
    check(ESCAPE not in baryon("send", "--help").out, "no colours in a pipe")
    trace = f"{FOLDER}/terminal.hex"
    with open(trace, "w") as file:
        file.write("414d515000010000 00000008 02000000\n")
    check(ESCAPE not in baryon("trace", trace).out, "no colours in a pipe")


def progress_is_for_terminals():
    with broker("--quiet") as address:
        words = ["send", f"{address}/q", "x", "--count", 40, "--rate", 20]
        code, seen = on_terminal(*words)
        check(code == 0 and re.search(rb"\r\x1b\[K\d+ messages, \d+ a second", seen), "progress", seen)
        check(seen.endswith(b"\r\x1b[Kbaryon send: 40 messages acknowledged\r\n"), "the counts in its place", seen)
        check(b"a second" not in on_terminal(*words, "--quiet")[1], "none with --quiet")
        result = baryon(*words)
        equal((result.out, result.err), (b"", "baryon send: 40 messages acknowledged\n"), "none in a pipe")


def what_strangers_send_is_tamed():
    body = "red \x1b[31m bell \x07 line\ttab \u009b1m é"
    with broker("--quiet") as address:
        baryon("send", f"{address}/q", body, "-n", 2, "-q")
        equal(baryon("receive", f"{address}/q", "-n", 1, "-q").out, body.encode() + b"\n", "in a pipe, what was sent")
        code, seen = on_terminal("receive", f"{address}/q", "-n", 1, "-q")
        check(code == 0 and ESCAPE not in seen and b"\x07" not in seen and "\u009b".encode() not in seen, "no control characters on a terminal", seen)
        check(b"red \\x1b[31m" in seen and "é".encode() in seen, "they are shown", seen)


def ctrl_c_ends_with_the_counts():
    with broker("--quiet", "--max-messages", 50) as address:
        baryon("send", f"{address}/q", "m{n}", "-n", 3, "-q")
        code, seen = on_terminal("receive", f"{address}/q", until=b"m3\r\n")
        check(code == 0 and b"baryon receive: 3 messages received, 3 acknowledged" in seen, "receive", code, seen)
        # The queue takes 50 and then no more: the others wait.
        sender = start("send", f"{address}/full", "x", "-n", 60)
        wait_for(lambda: baryon("receive", f"{address}/full", "--browse", "--drain", "-q").out == b"x\n" * 50, "the queue is full")
        sender.send_signal(signal.SIGINT)
        result = says(finish(sender), "interrupted", "50 messages acknowledged", "never sent")
        equal(result.code, 1, "exit code of what is not done")
        sender = start("send", f"{address}/lines", stdin=subprocess.PIPE)  # a terminal at which nobody types
        sender.stdin.write(b"one\n")
        sender.stdin.flush()
        baryon("receive", f"{address}/lines", "-n", 1, "-t", "60s", "-q")
        sender.send_signal(signal.SIGTERM)
        says(finish(sender), "interrupted", "1 message acknowledged")
        waiting = start("receive", f"127.0.0.1:1/q", "--reconnect")
        check(b"connecting again" in waiting.stderr.readline(), "it waits for a broker")
        waiting.send_signal(signal.SIGINT)
        says(finish(waiting), "Connection refused", "0 messages received")


main(colours_are_for_terminals, progress_is_for_terminals, what_strangers_send_is_tamed, ctrl_c_ends_with_the_counts)
