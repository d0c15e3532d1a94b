#!/usr/bin/python3
"""Compares two engines by the journals of the same scenarios.

  compare.py OURS THEIRS [--only NAME...] [--bytes-too] [--mixed-too]

OURS and THEIRS are the program of main.c, linked to one library and to the other. Always compared: both sides of a connection with
one library, octets in one piece. Then octets one at a time, and mixed: two processes in which the client of one library talks to
the server of the other, and the other way round; their journals must be those of the library alone, unless the libraries write
different frames in this scenario: then what one sees of the other differs too, and only that both come to the end counts.

Journals are compared stream by stream (events and calls of a side; frames that it wrote). differences.txt beside this file
lists what may differ, as ../compare.py explains: `scenario | stream | Proton's lines | Baryon's lines | reason`, where the
lines of one differing place are joined with ` ;; `. Further topics:

  normalise | stream | regular expression | replacement | reason      applied to every line of both
  mixed SCENARIO | stream | alone | mixed | reason                    the lines of one library, alone and in a mixed pair
"""

import argparse
import collections
import concurrent.futures
import difflib
import os
import re
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import compare as plain  # noqa: E402

JOIN = " ;; "


class Normaliser:
    def __init__(self, path):
        self.rules = []
        with open(path) as file:
            for line in file:
                if line.startswith("normalise |"):
                    _, stream, pattern, replacement, reason = [part.strip() for part in line.split(" | ", 4)]
                    self.rules.append((stream, re.compile(pattern), replacement, reason))

    def __call__(self, stream, line):
        for where, pattern, replacement, _ in self.rules:
            if plain.matches(stream, where):
                line = pattern.sub(replacement, line)
        return line


TRANSFER = re.compile(r"(\d+ transfer\(handle=\d+)(.*?)(, more=true)?\)(?: payload (\d+) .*)?$")
LARGE = 400


REPEATED = re.compile(r"(, delivery-id=\d+)?(, delivery-tag=b[^,]*)?(, message-format=\d+)?")


def unrepeated(lines):
    """Transfers without what a continuation may repeat from its delivery's first frame [2.7.5]."""
    unfinished = set()
    for line in lines:
        match = TRANSFER.fullmatch(line)
        if match:
            start, fields = match.group(1), match.group(2)
            if start in unfinished:
                line = start + REPEATED.sub("", fields, 1) + line[match.end(2):]
            (unfinished.add if match.group(3) else unfinished.discard)(start)
        yield line


def fold(lines):
    """The frames of a large delivery as one: where it is cut is the library's choice. What arrived is compared where it is
    read."""
    folded, pieces = [], []
    for line in unrepeated(lines):
        match = TRANSFER.fullmatch(line)
        if pieces and (not match or match.group(1) != pieces[0].group(1)):
            folded, pieces = folded + [piece.group() for piece in pieces], []
        if not match:
            folded.append(line)
            continue
        pieces.append(match)
        if not match.group(3):
            octets = sum(int(piece.group(4) or 0) for piece in pieces)
            if len(pieces) > 1 and octets > LARGE:
                folded.append("%s%s) payload %d in frames" % (pieces[0].group(1), pieces[0].group(2), octets))
            else:
                folded += [piece.group() for piece in pieces]
            pieces = []
    return folded + [piece.group() for piece in pieces]


def journals(text, normalise):
    """scenario -> stream -> lines"""
    scenarios = collections.OrderedDict()
    for line in text.split("\n"):
        if not line:
            continue
        scenario, stream, rest = (line.split(" | ", 2) + ["", ""])[:3]
        streams = scenarios.setdefault(scenario, collections.OrderedDict())
        streams.setdefault(stream, []).append(normalise(stream, rest))
    for streams in scenarios.values():
        for stream in streams:
            if stream.endswith("writes"):
                streams[stream] = fold(streams[stream])
    return scenarios


def play(program, arguments, normalise):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode:
        sys.exit("%s: status %d" % (program, done.returncode))
    return journals(done.stdout.decode("latin-1"), normalise)


def play_crosswise(programs, scenario, normalise):
    """The journals of one scenario in two processes that talk to one another."""
    sockets = socket.socketpair()
    running = []
    for program, end, role in zip(programs, sockets, ("--leads", "--follows")):
        running.append(subprocess.Popen([program, "--cross", str(end.fileno()), role, scenario], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, pass_fds=[end.fileno()]))
    for end in sockets:
        end.close()
    return [journals(process.communicate()[0].decode("latin-1"), normalise).get(scenario, {}) for process in running]


def blocks(one, two):
    """The places where two lists of lines differ."""
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag != "equal":
            yield JOIN.join(one[i1:i2]), JOIN.join(two[j1:j2])


def compare_streams(kind, topic, one, two, report, differences):
    for stream in list(one) + [stream for stream in two if stream not in one]:
        for theirs, ours in blocks(one.get(stream, []), two.get(stream, [])):
            if stream in OUTCOME or not differences.accept(topic, stream, theirs, ours):
                report.fail(kind, "%s | %s\n  - %s\n  + %s" % (
                    topic, stream, theirs.replace(JOIN, "\n  - "), ours.replace(JOIN, "\n  + ")))


OUTCOME = ("pair", "end")  # whether a scenario came to its end, and in how many rounds


def writes(streams):
    return {stream: lines for stream, lines in streams.items() if stream.endswith("writes")}


def observations(scenarios):
    return sum(len(lines) for streams in scenarios.values() for lines in streams.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--bytes-too", action="store_true")
    parser.add_argument("--mixed-too", action="store_true")
    parser.add_argument("--differences", default=os.path.join(HERE, "differences.txt"))
    parser.add_argument("--allow-unused", action="store_true")
    options = parser.parse_args()

    names = options.only or subprocess.run([options.theirs, "--list"], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    topics = names + ["mixed " + name for name in names]
    differences, report = plain.Differences(options.differences, topics), plain.Report()
    normalise = Normaliser(options.differences)

    for arguments, kind in [([], "whole")] + ([(["--bytes"], "octet by octet")] if options.bytes_too else []):
        theirs = play(options.theirs, arguments + options.only, normalise)
        ours = play(options.ours, arguments + options.only, normalise)
        for name in names:
            compare_streams(kind, name, theirs.get(name, {}), ours.get(name, {}), report, differences)
        print("%s: %d scenarios, %d observations with Proton, %d with Baryon"
              % (kind, len(names), observations(theirs), observations(ours)))
        if kind == "whole":
            alone = {"theirs": theirs, "ours": ours}

    if options.mixed_too:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            mixed = list(pool.map(lambda name: play_crosswise([options.ours, options.theirs], name, normalise), names))
        same = 0
        for name, (ours, theirs) in zip(names, mixed):
            if writes(alone["ours"].get(name, {})) != writes(alone["theirs"].get(name, {})):
                ours, theirs = ({stream: lines for stream, lines in one.items() if stream in OUTCOME} for one in (ours, theirs))
                alone["ours"][name], alone["theirs"][name] = (
                    {stream: lines for stream, lines in alone[side].get(name, {}).items() if stream in OUTCOME} for side in ("ours", "theirs"))
            else:
                same += 1
            compare_streams("mixed: Baryon's end", "mixed " + name, alone["ours"].get(name, {}), ours, report, differences)
            compare_streams("mixed: Proton's end", "mixed " + name, alone["theirs"].get(name, {}), theirs, report, differences)
        print("mixed: %d scenarios, each with either library as the client; in %d both write the same frames" % (len(names), same))

    whole = not options.only and options.bytes_too and options.mixed_too
    status = report.end(differences, whole and not options.allow_unused)
    if status:
        print("repeat one: %s %s %s --only NAME" % (sys.argv[0], options.ours, options.theirs))
    return status


if __name__ == "__main__":
    sys.exit(main())
