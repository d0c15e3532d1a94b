"""Help, man pages and completion, as the tools read them that they are for."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

from support import BARYON, FOLDER, baryon, check, equal, main

COMMANDS = re.findall(r"^  (\w+) ", baryon("--help").out.decode().split("Commands:")[1], re.M)


def output(words, input=None):
    result = subprocess.run(words, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)
    return result.stdout.decode(), result.stderr.decode()


def help_is_there():
    check(len(COMMANDS) >= 8, "commands", COMMANDS)
    for command in COMMANDS:
        text = baryon(command, "--help").out.decode()
        check(text.startswith(f"usage: baryon {command} ") and "Examples:" in text, f"help of {command}", text)
        equal(baryon("help", command).out.decode(), text, "baryon help COMMAND")
        long = [line for line in text.split("Examples:")[0].splitlines() if len(line) > 100]
        equal(long, [], f"lines of {command} that are too long for a terminal")


def man_pages_are_clean():
    for command in ["", *COMMANDS]:
        page = baryon("manual", *([command] if command else [])).out
        errors = output(["groff", "-ww", "-man", "-Tutf8", "-z"], page)[1]
        equal(errors, "", f"what groff says of the page about {command or 'baryon'}")
        if shutil.which("mandoc"):
            found = [line for line in output(["mandoc", "-Tlint", "-W", "warning"], page)[0].splitlines() if "missing date" not in line]
            equal(found, [], f"what mandoc says of the page about {command or 'baryon'}")
        text = re.sub(r".\x08", "", output(["groff", "-man", "-Tascii", "-P", "-cbou", "-rLL=200n"], page)[0])
        for part in ("NAME", "SYNOPSIS", "EXIT STATUS") + (("DESCRIPTION", "EXAMPLES") if command else ("COMMANDS",)):
            check(part in text, f"{part} in the page about {command or 'baryon'}", text[:500])


def bash_completes():
    script = f"{FOLDER}/completion.bash"
    with open(script, "wb") as file:
        file.write(baryon("completion", "bash").out)
    program = """
      compopt() { :; }
      source "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
      _baryon
      printf '%s\\n' "${COMPREPLY[@]}"
    """

    def complete(*words):
        out, err = output(["bash", "-c", program, "bash", script, "baryon", *words])
        equal(err, "", f"errors of completing {words}")
        return set(out.split())

    check({"send", "receive", "broker", "--help"} <= complete(""), "commands", complete(""))
    equal(complete("rec"), {"receive"}, "a command")
    check({"--count=", "--json", "--reconnect", "--help"} <= complete("send", "--"), "options", complete("send", "--"))
    equal(complete("send", "--reconnect-m"), {"--reconnect-min=", "--reconnect-max="}, "the rest of an option")
    equal(complete("receive", "--ack", "=", "re"), {"release", "reject"}, "a value behind '='")
    equal(complete("receive", "--ack", "re"), {"release", "reject"}, "a value behind a blank")


def zsh_completes():
    """On a terminal, with the keys that one would press."""
    folder = f"{FOLDER}/zsh"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/_baryon", "wb") as file:
        file.write(baryon("completion", "zsh").out)
    pid, screen = pty.fork()
    if pid == 0:
        path = f"{os.path.dirname(BARYON)}:{os.environ['PATH']}"
        os.execvpe("zsh", ["zsh", "-f", "-i"], {"TERM": "dumb", "HOME": folder, "PATH": path})

    def type_and_see(keys, *wanted):
        os.write(screen, keys)
        seen, end = b"", time.monotonic() + 100
        while not all(word in seen for word in wanted):
            check(time.monotonic() < end, f"{wanted} after {keys}", seen)
            if select.select([screen], [], [], 0.1)[0]:
                seen += os.read(screen, 65536)

    try:
        type_and_see(b'PS1="REA""DY "; fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000\n'
                     % folder.encode(), b"READY ")
        type_and_see(b"baryon rec\t", b"receive ")
        type_and_see(b"--ac\tre\t\t", b"--ack=", b"reject", b"release")
        type_and_see(b"\x15baryon send --\t", b"--annotation", b"--count", b"--help")
        type_and_see(b"\x15baryon reply --exec-\t", b"--exec-timeout=")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(screen)


main(help_is_there, man_pages_are_clean, bash_completes, zsh_completes)
