#!/usr/bin/python3
"""What a compiler makes of Debian's headers and of ours is the same: size and offsets of every struct, every enumerator, every
scalar type, every constant macro's value, every function's type. What differs is listed with its reason in interface_differences.txt, and
a line of that list that nothing needs any more is a fault, too.

interface.py CC OUR_INCLUDE THEIR_INCLUDE WORK
writes WORK/ours.txt and WORK/theirs.txt, the two tables."""
import fnmatch
import pathlib
import re
import subprocess
import sys

PUBLIC = re.compile(r"(pnx?_|PN_|_PN_)\w+$")


class Headers:
    """One side's headers, all included by one source."""

    def __init__(self, cc, include, names, work):
        self.cc, self.include, self.work = cc, include, work
        self.lines = ["#include <proton/%s>" % name for name in names]

    def run(self, *flags, more=()):
        source = "\n".join([*self.lines, *more, ""])
        return subprocess.run([self.cc, "-std=c11", "-w", "-I%s" % self.include, *flags, "-x", "c", "-"], input=source,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def table(self):
        rows = {**self.types(), **self.macros()}
        rows.update({"function " + name: "" for name in self.functions()})
        return rows

    def entries(self):
        """The debugging information's entries: offset -> (tag, attributes, children)."""
        built = self.work / "types.o"
        done = self.run("-g", "-gdwarf-4", "-fno-eliminate-unused-debug-types", "-c", "-o", str(built))
        if done.returncode != 0:
            sys.exit(done.stdout)
        text = subprocess.run(["readelf", "--debug-dump=info", "-W", built], stdout=subprocess.PIPE, text=True, check=True).stdout
        entries, path = {}, []
        for line in text.splitlines():
            if head := re.match(r" *<([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \(DW_TAG_(\w+)\)", line):
                depth = int(head[1], 16)
                entry = (head[3], {}, [])
                entries[head[2]] = entry
                if depth > 0:
                    path[depth - 1][2].append(entry)
                path[depth:] = [entry]
            elif attribute := re.match(r" *<[0-9a-f]+> +DW_AT_(\w+) *: (?:\([^)]*\):? )*(.*)", line):
                path[-1][1][attribute[1]] = attribute[2].strip()
        return entries

    def types(self):
        entries = self.entries()

        def target(entry):
            reference = re.search(r"<0x([0-9a-f]+)>", entry[1].get("type", ""))
            return entries[reference[1]] if reference else None

        def spell(entry):
            if entry is None:
                return "void"
            tag, attributes, children = entry
            if tag == "pointer_type":
                return spell(target(entry)) + " *"
            if tag == "const_type":
                return "const " + spell(target(entry))
            if tag == "array_type":
                bounds = "".join("[%d]" % (int(c[1]["upper_bound"], 0) + 1) for c in children if "upper_bound" in c[1])
                return spell(target(entry)) + bounds
            if tag == "subroutine_type":
                return "%s(%s)" % (spell(target(entry)), ", ".join(spell(target(c)) for c in children))
            return attributes.get("name", tag)

        def fields(entry, at=0):
            for member in (child for child in entry[2] if child[0] == "member"):
                inner = target(member)
                offset = at + int(member[1].get("data_member_location", "0").split()[0], 0)
                yield "%s %s @%d" % (spell(inner), member[1].get("name", ""), offset)
                if inner[0] in ("union_type", "structure_type") and "name" not in inner[1]:
                    yield from fields(inner, offset)

        rows = {}
        for entry in list(entries.values()):
            name = entry[1].get("name")
            if name is None or not PUBLIC.match(name):
                continue
            if entry[0] == "typedef":
                entry = target(entry) or entry
            tag, attributes, children = entry
            if "declaration" in attributes:
                rows["type " + name] = "opaque"
            elif tag in ("structure_type", "union_type"):
                rows["struct " + name] = "%s bytes: %s" % (attributes["byte_size"], "; ".join(fields(entry)))
            elif tag == "enumeration_type":
                sign = "negative too" if any(child[1]["const_value"].startswith("-") for child in children) else "not negative"
                rows["enum " + name] = "%s bytes, %s" % (attributes["byte_size"], sign)
                for child in children:
                    rows["enumerator " + child[1]["name"]] = child[1]["const_value"]
            elif tag in ("typedef", "base_type", "pointer_type", "const_type", "subroutine_type"):
                rows.setdefault("type " + name, spell(target(entry) if tag == "typedef" else entry))
        return rows

    def macros(self):
        found = re.findall(r"^#define (PNX?_\w+)(\(?)", self.run("-E", "-dM").stdout, re.M)
        marked = ["@@_%s@@ %s" % (name, name) for name, parameters in found if not parameters]  # a name with a letter before it is left alone
        text = self.run("-E", "-P", more=marked).stdout
        constant = [(name, value) for name, value in re.findall(r"^@@_(\w+)@@ (.*)$", text, re.M)
                    if re.fullmatch(r"[\w\s()+\-|<>~*]+", value)]
        probes = ["long long probe_%s = (long long)(%s);" % pair for pair in constant]
        assembly = self.run("-S", "-o", "-", more=probes)
        bad = {int(line) - len(self.lines) - 1 for line in re.findall(r"^<stdin>:(\d+):.*error", assembly.stdout, re.M)}
        if bad:  # macros that are types or attributes, not values
            assembly = self.run("-S", "-o", "-", more=[probe for number, probe in enumerate(probes) if number not in bad])
        if assembly.returncode != 0:
            sys.exit(assembly.stdout)
        values = re.findall(r"^probe_(\w+):\n\s*\.(quad|zero)\s+(-?\d+)", assembly.stdout, re.M)
        rows = {"macro " + name: "no constant" for name, _ in found}
        rows.update({"macro " + name: "0" if how == "zero" else value for name, how, value in values})
        return rows

    def functions(self):
        """name -> declaration, as the preprocessor leaves it."""
        text = re.sub(r"\{[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}", "{};", self.run("-E", "-P").stdout)
        found = {}
        for statement in text.split(";"):
            statement = " ".join(re.sub(r"__attribute(__)?\s*\(\(.*?\)\)\s*(?=$|;)", "", statement).replace("{}", "").split())
            if not statement.startswith(("typedef", "static", "extern const")) and (m := re.search(r"\b(pnx?_\w+) ?\(", statement)):
                found[m[1]] = re.sub(r"\b(extern|inline)\b", "", statement)
        return found


class Differences:
    def __init__(self, file):
        lines = [line.rstrip() for line in file.read_text().splitlines()]
        self.rules = [line for line in lines if line and not line.startswith("#")]
        self.used = set()

    def explained(self, kind, key):
        for rule in self.rules:
            patterns = rule.split(": ", 1)[0]
            if patterns[0] == kind and any(fnmatch.fnmatchcase(key, pattern.strip()) for pattern in patterns[1:].split(",")):
                self.used.add(rule)
                return True
        return False


def main():
    cc, our_include, their_include, work = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    differences = Differences(pathlib.Path(__file__).with_name("interface_differences.txt"))
    faults = []

    def differ(kind, key, text):
        if not differences.explained(kind, key):
            faults.append("%s %s: %s" % (kind, key, text))

    names = {}
    for side, include in ("ours", our_include), ("theirs", their_include):
        names[side] = {file.name for file in (pathlib.Path(include) / "proton").glob("*.h")}
    for name in names["theirs"] - names["ours"]:
        differ("-", "header " + name, "only theirs")
    for name in names["ours"] - names["theirs"]:
        differ("+", "header " + name, "only ours")
    ours = Headers(cc, our_include, sorted(names["ours"]), work)
    theirs = Headers(cc, their_include, sorted(names["theirs"] & names["ours"]), work)

    tables = {"ours": ours.table(), "theirs": theirs.table()}
    for side, rows in tables.items():
        (work / (side + ".txt")).write_text("".join("%s: %s\n" % row for row in sorted(rows.items())))
        for kind in "struct", "enum", "enumerator", "type", "macro", "function":
            count = sum(key.startswith(kind + " ") for key in rows)
            print("%s: %d %s" % (side, count, kind))
            if count == 0:
                faults.append("%s: no %s was found" % (side, kind))

    for key, row in sorted(tables["theirs"].items()):
        if key not in tables["ours"]:
            differ("-", key, row)
        elif row != tables["ours"][key]:
            differ("!", key, "%s; ours: %s" % (row, tables["ours"][key]))
    for key in sorted(set(tables["ours"]) - set(tables["theirs"])):
        differ("+", key, tables["ours"][key])

    # A compiler that has seen our declaration of a function takes theirs only if both have the same type.
    declarations = [text + ";" for name, text in sorted(theirs.functions().items()) if "function " + name in tables["ours"]]
    checked = ours.run("-fsyntax-only", more=declarations)
    for name in re.findall(r"error: conflicting types for .(\w+)", checked.stdout):
        differ("!", "function " + name, "another type")
    for line in checked.stdout.splitlines():
        if "error:" in line and "conflicting types" not in line:
            faults.append(line)

    faults += ["not needed any more: " + rule for rule in differences.rules if rule not in differences.used]
    for line in faults:
        print(line)
    print("%d functions with the same type" % len(declarations))
    return len(faults) > 0


sys.exit(main())
