"""What the benchmark commands share: building the library, compiling a program against either, running, the page."""
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(ROOT, "bench")
DOCS = os.path.join(ROOT, "docs")
PAGE = os.path.join(DOCS, "benchmarks.md")
BUILD = os.path.join(ROOT, "build", "bench")
FLAGS = ["-O2", "-g", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
PAIRS = 7

PEER_INCLUDE = "/usr/include"
PEER_PACKAGE = "libqpid-proton11-dev"
SONAMES = {"core": "libqpid-proton-core.so.10", "proactor": "libqpid-proton-proactor.so.1"}


def fail(text):
    sys.exit("%s: %s" % (os.path.relpath(sys.argv[0]), text))


def call(command, env=None, timeout=None):
    """Run a command to its good end; gives what it printed."""
    try:
        done = subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
    except subprocess.TimeoutExpired:
        fail("%s\ndid not end within %d seconds" % (" ".join(command), timeout))
    except FileNotFoundError:
        fail("there is no command %s; tools/packages.txt names what is needed" % command[0])
    if done.returncode:
        fail("%s\nfailed with status %d:\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done.stdout + done.stderr


def peer_version():
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", PEER_PACKAGE], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    if done.returncode or not done.stdout:
        fail("the peer is missing: apt-get install %s" % PEER_PACKAGE)
    return done.stdout.split("-")[0]


def find_libraries(folder, names):
    """The paths of our libraries under a folder."""
    paths = []
    for name in names:
        found = glob.glob(os.path.join(folder, "**", SONAMES[name]), recursive=True)
        if not found:
            fail("no %s under %s" % (SONAMES[name], folder))
        paths.append(found[0])
    return paths


def build_ours(folder, names):
    """An optimised build of our libraries of these names, without assertions; gives their paths."""
    call(["cmake", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release"])
    targets = ["qpid-proton-" + name for name in names]
    call(["cmake", "--build", folder, "--parallel", "2", "--target", *targets])
    return find_libraries(folder, names)


def link_ours(libraries):
    """The compiler's arguments for a program that uses these libraries of ours."""
    return ["-I", os.path.join(ROOT, "include"), *libraries, *("-Wl,-rpath," + os.path.dirname(path) for path in libraries)]


def link_theirs(names):
    """The compiler's arguments for a program that uses Debian's."""
    return ["-I", PEER_INCLUDE, *("-l:" + SONAMES[name] for name in names)]


def compile_program(path, sources, arguments):
    call(["cc", *FLAGS, "-o", path, *sources, *arguments])
    return path


def per_turn(count, turns):
    """What one turn costs: the difference between a run of N and one of 2 N, so that set-up cancels."""
    return (count(2 * turns) - count(turns)) / turns


def table(head, rows):
    """A table in Markdown, of lists of texts."""
    lines = ["| %s |" % " | ".join(row) for row in [head, *rows]]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)


def write_block(name, heading, introduction, text):
    """Replace the block of this name in docs/benchmarks.md, or add it, under its heading."""
    begin, end = "<!-- %s -->" % name, "<!-- end of %s -->" % name
    page = "# Benchmarks\n"
    if os.path.exists(PAGE):
        with open(PAGE) as file:
            page = file.read()
    if begin not in page:
        page = "%s\n\n## %s\n\n%s\n\n%s%s\n" % (page.rstrip("\n"), heading, introduction, begin, end)
    before, rest = page.split(begin, 1)
    if end not in rest:
        fail("%s has no line '%s'" % (os.path.relpath(PAGE, ROOT), end))
    page = "%s%s\n%s\n%s%s" % (before, begin, text, end, rest.split(end, 1)[1])
    os.makedirs(DOCS, exist_ok=True)
    with open(PAGE, "w") as file:
        file.write(page)
