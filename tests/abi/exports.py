#!/usr/bin/python3
"""What the libraries export is what Proton's export and somebody looks up (spec/proton-exports.txt), each name in the same library,
and what Baryon adds: what its headers declare, and what one of our libraries takes from another. Nothing is exported twice.

exports.py SOURCE LIBRARY..."""
import pathlib
import re
import subprocess
import sys

source = pathlib.Path(sys.argv[1])
faults = 0


def fault(text, names):
    global faults
    for name in sorted(names):
        print("exports: %s %s" % (name, text))
        faults += 1


def symbols(library, kind):
    out = subprocess.run(["nm", "-D", kind, library], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {line.split()[-1] for line in out.splitlines()}


def declared():
    """Every name in the headers that could be a function's or variable's; comments count for nothing."""
    text = "\n".join(header.read_text() for header in (source / "include").glob("*/*.h"))
    return set(re.findall(r"\b(?:pnx?_|PN_)\w+", re.sub(r"/\*.*?\*/", "", text, flags=re.S)))


proton = {}
for line in (source / "spec/proton-exports.txt").read_text().splitlines():
    if not line.startswith("#"):
        library, name, who = line.split()
        proton.setdefault(library, {})[name] = set(who.split(","))

exported, taken = {}, set()
for library in sys.argv[2:]:
    key = re.fullmatch(r"libqpid-proton-(\w+)\.so.*", pathlib.Path(library).name).group(1)
    exported[key] = symbols(library, "--defined-only")
    taken |= symbols(library, "--undefined-only")
if set(exported) != set(proton):
    sys.exit("exports: libraries %s, listed %s" % (sorted(exported), sorted(proton)))

headers, anywhere = declared(), set()
for key, names in sorted(exported.items()):
    listed = proton[key]
    added = names - set(listed)
    fault("is not exported by %s" % key, set(listed) - names)
    fault("is exported by two libraries", names & anywhere)
    fault("is exported by %s, nobody else takes it and no header declares it" % key, added - headers - taken)
    fault("is public, and no header declares it", {name for name in listed if "public" in listed[name]} - headers)
    anywhere |= names
    print("%s: %d of Proton, %d of Baryon" % (key, len(listed), len(added)))

sys.exit(faults > 0)
