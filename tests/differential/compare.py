#!/usr/bin/python3
"""Compares two libraries by the output of the same programs, linked to one and to the other.

  compare.py values    OURS THEIRS --seed N --values N --messages N    generated values and messages, written and read crosswise
  compare.py hostile   OURS THEIRS --seed N --values N --messages N --count N   damaged ones
  compare.py behaviour OURS THEIRS                                     scenarios of API calls

OURS and THEIRS are builds of one program (values.c, or one with scenarios). What may differ is listed, with its reason, in
differences.txt beside this file; anything else fails, and so does an entry on a scenario that was not needed."""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

import amqp

HERE = os.path.dirname(os.path.abspath(__file__))


def excerpts(one, two, before=60, length=300):
    """Both texts from shortly before the place where they begin to differ."""
    start = max(0, len(os.path.commonprefix([one, two])) - before)
    return tuple(("..." if start else "") + text[start:start + length] for text in (one, two))


def matches(text, pattern):
    """Whether the text is the pattern, in which `*` stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.S) is not None


class Differences:
    """differences.txt: one accepted difference a line, `topic | what | Proton's | Baryon's | reason`; its head explains."""

    def __init__(self, path, topics, optional=()):
        self.entries, self.optional = [], optional
        with open(path) as file:
            for number, line in enumerate(file, 1):
                if not line.strip() or line.startswith("#"):
                    continue
                fields = [field.strip() for field in line.split("|", 4)]
                if len(fields) != 5 or not fields[4]:
                    sys.exit("%s:%d: not five fields with a reason" % (path, number))
                if any(matches(topic, fields[0]) for topic in [*topics, *optional]):
                    self.entries.append((number, fields))
        self.used = collections.Counter()

    def accept(self, topic, what, theirs="", ours=""):
        for number, (entry_topic, entry_what, entry_theirs, entry_ours, _) in self.entries:
            if all(matches(text.strip(), pattern) for text, pattern in
                   ((topic, entry_topic), (what, entry_what), (theirs, entry_theirs), (ours, entry_ours))):
                self.used[number] += 1
                return True
        return False

    def unused(self):
        return [number for number, fields in self.entries if not self.used[number] and fields[0] not in self.optional]

    def summary(self):
        for number, fields in self.entries:
            if self.used[number]:
                print("  accepted %6d x %s | %s: %s" % (self.used[number], fields[0], fields[1], fields[4]))


class Report:
    """Failures, the first few of each kind in full."""
    SHOWN = int(os.environ.get("DIFFERENTIAL_SHOWN", "10"))

    def __init__(self):
        self.counts = collections.Counter()

    def fail(self, kind, text):
        self.counts[kind] += 1
        if self.counts[kind] <= self.SHOWN:
            print("FAIL %s: %s" % (kind, text))

    def end(self, differences, needs_all):
        differences.summary()
        if needs_all:
            for number in differences.unused():
                self.fail("differences.txt", "line %d is not needed" % number)
        for kind, count in self.counts.items():
            print("FAILED %d x %s" % (count, kind))
        return 1 if self.counts else 0


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit("%s: status %d\n%s" % (" ".join(command), done.returncode, done.stderr.decode(errors="replace")[-2000:]))
    return done.stdout.decode("latin-1"), done.stderr.decode("latin-1")


def blocks(text):
    """The records' texts, in order: everything between two lines that begin with `#number kind`."""
    parts = re.split(r"^#(\d+) ([VM]) ", text, flags=re.M)[1:]
    return [(parts[i + 1], parts[i + 2].rstrip("\n")) for i in range(0, len(parts), 3)]


def split_block(text):
    """A record's text in parts: canonical, format, prefixes."""
    canonical, format_text, prefixes = text, "", ""
    if "\nprefixes:" in canonical:
        canonical, prefixes = canonical.rsplit("\nprefixes:", 1)
    if "\nformat: " in canonical:
        canonical, format_text = canonical.split("\nformat: ", 1)
    return canonical, format_text, prefixes.strip()


def read_records(path):
    with open(path, "rb") as file:
        data = file.read()
    records, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at + 1:at + 5], "big")
        records.append((chr(data[at]), data[at + 5:at + 5 + size]))
        at += 5 + size
    return records


def hexadecimal(data):
    return data.hex() if len(data) <= 200 else data[:200].hex() + "... (%d octets)" % len(data)


def compare_bytes(index, theirs, ours, report, differences, tally):
    (kind, their_bytes), (_, our_bytes) = theirs, ours
    tally["equal" if their_bytes == our_bytes else "smaller" if len(our_bytes) < len(their_bytes) else
          "same size" if len(our_bytes) == len(their_bytes) else "larger"] += 1
    found = set()
    try:
        if kind == "V":
            nodes = []
            for data in (their_bytes, our_bytes):
                node, size = amqp.read_value(data)
                if size != len(data):
                    raise amqp.Invalid("octets after the value")
                nodes.append(node)
            amqp.compare(nodes[0], nodes[1], "value", found)
        else:
            amqp.compare_messages(amqp.read_message(their_bytes), amqp.read_message(our_bytes), found)
    except (amqp.Invalid, amqp.Unequal) as fault:
        if not differences.accept("bytes", str(fault)):
            report.fail("bytes", "#%d %s: %s\n  theirs %s\n  ours   %s"
                        % (index, kind, fault, hexadecimal(their_bytes), hexadecimal(our_bytes)))
        return
    if their_bytes != our_bytes and not found:
        report.fail("bytes", "#%d: differ without a difference\n  theirs %s\n  ours   %s"
                    % (index, hexadecimal(their_bytes), hexadecimal(our_bytes)))
    for rewrite in found:
        if not differences.accept("bytes", rewrite):
            report.fail("bytes", "#%d %s: %s\n  theirs %s\n  ours   %s"
                        % (index, kind, rewrite, hexadecimal(their_bytes), hexadecimal(our_bytes)))
    if len(our_bytes) > len(their_bytes) and not differences.accept("bytes", "larger", " ".join(sorted(found))):
        report.fail("larger", "#%d: %d > %d octets: %s" % (index, len(our_bytes), len(their_bytes), sorted(found)))


def compare_reads(readings, report, differences):
    """Every reading of every file must say the same; `readings` maps (writer, reader) to blocks."""
    reference = readings["theirs", "theirs"]
    for (writer, reader), other in readings.items():
        for index, ((kind, expected), (_, text)) in enumerate(zip(reference, other)):
            expected_parts, parts = split_block(expected), split_block(text)
            what = "%s wrote, %s read" % (writer, reader)
            for name, one, two in zip(("read", "format", "prefixes"), expected_parts, parts):
                if name == "read":  # the octets that were taken are the writer's matter
                    one, two = (re.sub(r"^ok \d+\n", "ok\n", part) for part in (one, two))
                if name == "prefixes" and writer == "ours":  # their number follows from the octets
                    one, two = (re.sub(r" x \d+", "", part) for part in (one, two))
                if name == "prefixes" and not (one and two):
                    continue  # too long in one of its encodings
                if name == "format":
                    if formats_differ(expected, one, two, differences):
                        report.fail(name, "#%d %s, %s:\n  theirs/theirs %s\n  here          %s"
                                    % (index, kind, what, *excerpts(one, two)))
                    continue
                for line_one, line_two in different_lines(one, two):
                    if not differences.accept(name, kind, line_one, line_two):
                        report.fail(name, "#%d %s, %s:\n  theirs/theirs %s\n  here          %s"
                                    % (index, kind, what, *excerpts(line_one, line_two)))


def formats_differ(canonical, theirs, ours, differences):
    """Whether pn_data_format's texts differ in more than is accepted: Proton prints a char as one raw octet."""
    return theirs != ours and not (re.search(r"\bchar 0", canonical) and differences.accept("format", "value with a char"))


def different_lines(one, two):
    lines_one, lines_two = one.split("\n"), two.split("\n")
    if len(lines_one) != len(lines_two):
        return [(one, two)]
    return [pair for pair in zip(lines_one, lines_two) if pair[0] != pair[1]]


def compare_round_trip(emitted, read, report, differences):
    """What was put in comes out: the text of the tree that was encoded is the text of the decoded one."""
    for index, ((kind, before), (_, after)) in enumerate(zip(emitted, read)):
        one, two = split_block(before)[0], re.sub(r"^ok \d+\n", "", split_block(after)[0])
        for line_one, line_two in different_lines(one, two) if one != two else []:
            if not differences.accept("round trip", kind, line_one, line_two):
                report.fail("round trip", "#%d %s:\n  put  %s\n  read %s" % (index, kind, *excerpts(line_one, line_two)))


def values(options, differences, report, folder):
    programs = {"ours": options.ours, "theirs": options.theirs}
    files = {side: os.path.join(folder, side + ".bin") for side in programs}
    emitted = {side: blocks(run([program, "emit", str(options.seed), str(options.values), str(options.messages), files[side]])[0])
               for side, program in programs.items()}
    for index, ((kind, theirs), (_, ours)) in enumerate(zip(emitted["theirs"], emitted["ours"])):
        theirs, ours = split_block(theirs), split_block(ours)
        if formats_differ(theirs[0], theirs[1], ours[1], differences):
            report.fail("format", "#%d %s:\n  theirs %s\n  ours   %s" % (index, kind, *excerpts(theirs[1], ours[1])))
        for line_theirs, line_ours in different_lines(theirs[0], ours[0]):
            if not differences.accept("put", kind, line_theirs, line_ours):
                report.fail("put", "#%d %s:\n  theirs %s\n  ours   %s" % (index, kind, *excerpts(line_theirs, line_ours)))
    records = {side: read_records(path) for side, path in files.items()}
    if not len(records["ours"]) == len(records["theirs"]) == len(emitted["theirs"]) == len(emitted["ours"]):
        report.fail("count", "records: %d and %d" % (len(records["theirs"]), len(records["ours"])))
        return
    tally = collections.Counter()
    for index, (theirs, ours) in enumerate(zip(records["theirs"], records["ours"])):
        compare_bytes(index, theirs, ours, report, differences, tally)
    readings = {(writer, reader): blocks(run([programs[reader], "read", files[writer]])[0])
                for writer in programs for reader in programs}
    compare_reads(readings, report, differences)
    compare_round_trip(emitted["ours"], readings["ours", "ours"], report, differences)
    total = {side: sum(len(data) for _, data in records[side]) for side in records}
    print("%d values and messages, read by both from both. Octets: Proton %d, Baryon %d. Encodings: %s"
          % (len(records["ours"]), total["theirs"], total["ours"], ", ".join("%s %d" % item for item in sorted(tally.items()))))


def strictly(kind, data):
    """None if the standard allows the bytes, else the reason why not."""
    try:
        if kind == "V":
            amqp.read_value(data)
        else:
            amqp.read_message(data)
    except amqp.Invalid as fault:
        return str(fault)
    return None


def verdict(text):
    return text.split(" ", 1)[0]  # ok, refused, died


def hostile(options, differences, report, folder):
    source, damaged = os.path.join(folder, "source.bin"), os.path.join(folder, "damaged.bin")
    run([options.theirs, "emit", str(options.seed), str(options.values), str(options.messages), source])
    run([options.theirs, "mutate", str(options.seed), str(options.count), source, damaged])
    records = read_records(damaged)
    theirs, ours = (blocks(run([program, "read", damaged])[0]) for program in (options.theirs, options.ours))
    tally, refusals = collections.Counter(), collections.Counter()
    for index, ((kind, data), (_, their_text), (_, our_text)) in enumerate(zip(records, theirs, ours)):
        reason = strictly(kind, data)
        one, two = verdict(their_text), verdict(our_text)
        tally["Proton %s, Baryon %s" % (one, two)] += 1
        what = "#%d %s %s" % (index, kind, hexadecimal(data))
        if two == "died":
            report.fail("died", "%s: %s" % (what, our_text))
        elif two == "refused" and reason is None:
            if not differences.accept("strict", kind, their_text.split("\n")[0], our_text.split("why: ")[-1]):
                report.fail("refuses what is valid", "%s: %s" % (what, our_text))
        elif two == "refused" and "why: (no text)" in our_text:
            report.fail("refuses without a text", what)
        elif two == "refused" and one == "ok":
            refusals[reason] += 1
        elif two == "ok" and one == "refused":
            if not differences.accept("accepts", kind, their_text.replace("\n", " "), reason or "valid"):
                report.fail("accepts what Proton refuses", "%s: %s (%s)" % (what, their_text, reason or "valid"))
        if two == "ok" and reason is not None and not differences.accept("lenient", kind, "", reason):
            report.fail("accepts what is not valid", "%s: %s" % (reason, what))
        odd = one == two == "ok" and reason is None and amqp.oddly_described(kind, data)
        if one == two == "ok" and not (odd and differences.accept("damaged", "odd descriptor")):
            for line_one, line_two in different_lines(split_block(their_text)[0], split_block(our_text)[0]):
                if not differences.accept("damaged", kind + " " + (reason or "valid"), line_one, line_two):
                    report.fail("different value", "%s (%s)\n  theirs %s\n  ours   %s" % (what, reason or "valid", *excerpts(line_one, line_two)))
    print("%d damaged encodings: %s" % (len(records), ", ".join("%s %d" % item for item in sorted(tally.items()))))
    for reason, count in refusals.most_common():
        print("  refused here, accepted by Proton: %5d x %s" % (count, reason))


def same_encoding(scenario, theirs, ours, differences):
    """Whether both are encodings, in hexadecimal, of the same values or the same message, written differently only in
    ways that are accepted."""
    octets = [re.fullmatch(r"\d+:([0-9a-f]*)", text) for text in (theirs, ours)]
    if not all(octets):
        return False
    theirs, ours = (bytes.fromhex(match.group(1)) for match in octets)
    found = set()
    try:
        try:
            sections = [amqp.read_message(data) for data in (theirs, ours)]
        except amqp.Invalid:
            one, two = amqp.read_values(theirs), amqp.read_values(ours)
            amqp.compare_children(one, two, "value", found)
        else:
            if differences.accept("kept", scenario):
                amqp.compare_messages(*map(amqp.plain_sections, sections), found)
                return not any(rewrite.startswith(("empty", "trailing")) for rewrite in found)
            amqp.compare_messages(*sections, found)
    except (amqp.Invalid, amqp.Unequal):
        return False
    return len(ours) <= len(theirs) + 4 and all(differences.accept("bytes", rewrite) for rewrite in found)


def same_error(theirs, ours, differences):
    """Baryon's text, with its error state replaced by Proton's where that difference is accepted."""
    states = [re.search(r"error (-?\d+, with(?:out)? text)", text) for text in (theirs, ours)]
    if all(states) and states[0].group(1) != states[1].group(1) \
            and differences.accept("error", "state", states[0].group(1), states[1].group(1)):
        return ours[:states[1].start()] + states[0].group() + ours[states[1].end():]
    return ours


def scenario_lines(program):
    """(scenario, key) -> text, in order; a key that repeats gets a number."""
    lines, seen = {}, collections.Counter()
    for line in run([program])[0].split("\n")[:-1]:
        scenario, key, text = (line.split(" | ", 2) + ["", ""])[:3]
        seen[scenario, key] += 1
        number = seen[scenario, key]
        lines[scenario, key if number == 1 else "%s (%d)" % (key, number)] = text
    return lines


def behaviour(options, differences, report, folder):
    del folder
    theirs, ours = scenario_lines(options.theirs), scenario_lines(options.ours)
    for where in list(theirs) + [where for where in ours if where not in theirs]:
        one, two = theirs.get(where, "(no such line)"), ours.get(where, "(no such line)")
        if one != same_error(one, two, differences) and not same_encoding(where[0], one, two, differences) \
                and not differences.accept(where[0], where[1], one, two):
            report.fail("behaviour", "%s | %s\n  theirs %s\n  ours   %s" % (where[0], where[1], one, two))
    scenarios = len(set(scenario for scenario, _ in theirs))
    print("%d observations in %d scenarios" % (len(theirs), scenarios))
    return sorted(set(scenario for scenario, _ in theirs))


TOPICS = {"values": ["bytes", "put", "read", "format", "prefixes", "round trip"],
          "hostile": ["strict", "accepts", "lenient", "damaged"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["values", "hostile", "behaviour"])
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--values", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--differences", default=os.path.join(HERE, "differences.txt"))
    options = parser.parse_args()
    sys.setrecursionlimit(10000)
    topics, optional = TOPICS.get(options.what), []
    if not topics:
        topics, optional = sorted(set(scenario for scenario, _ in scenario_lines(options.theirs))), ["bytes", "error", "kept"]
    differences, report = Differences(options.differences, topics, optional), Report()
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        {"values": values, "hostile": hostile, "behaviour": behaviour}[options.what](options, differences, report, folder)
    status = report.end(differences, options.what == "behaviour")  # another seed needs other entries
    if status:
        print("repeat: %s" % " ".join(sys.argv))
    return status


if __name__ == "__main__":
    sys.exit(main())
