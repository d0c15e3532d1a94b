"""Help, man pages and completion, as the tools read them that they are for."""
import re
import shutil
import subprocess

from support import BARYON, FOLDER, baryon, check, equal, main

COMMANDS = re.findall(r"^  (\w+) ", baryon("--help").out.decode().split("Commands:")[1], re.M)


def output(words, input=None):
    result = subprocess.run(words, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
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
    if shutil.which("zsh"):
        with open(f"{FOLDER}/_baryon", "wb") as file:
            file.write(baryon("completion", "zsh").out)
        equal(output(["zsh", "-n", f"{FOLDER}/_baryon"])[1], "", "what zsh says")


main(help_is_there, man_pages_are_clean, bash_completes)
