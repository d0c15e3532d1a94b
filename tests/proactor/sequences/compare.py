#!/usr/bin/python3
"""Compares two proactors by what the same scenarios see.

  compare.py OURS THEIRS [--only NAME...]

OURS and THEIRS are the program of main.c, linked to one library and to the other. Compared actor by actor: Proton's with Baryon's,
where differences.txt beside this file lists what may differ, as ../../differential/compare.py explains; then Baryon's with its own
when only one event of each batch is taken, and when three threads handle the events: nothing may differ there.
Proton is not asked for these: it does not offer again what was left of a listener's batch."""

import argparse
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DIFFERENTIAL = os.path.join(os.path.dirname(os.path.dirname(HERE)), "differential")
sys.path.insert(0, DIFFERENTIAL)
import compare as plain  # noqa: E402

spec = importlib.util.spec_from_file_location("engine_compare", os.path.join(DIFFERENTIAL, "engine", "compare.py"))
engine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(engine)


class Same:
    """No difference is accepted."""
    @staticmethod
    def accept(*_):
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()

    path = os.path.join(HERE, "differences.txt")
    normalise = engine.Normaliser(path)
    theirs = engine.play(options.theirs, options.only, normalise)
    ours = engine.play(options.ours, options.only, normalise)
    names = list(theirs)
    differences, report = plain.Differences(path, names), plain.Report()
    for name in names:
        engine.compare_streams("whole batches", name, theirs[name], ours.get(name, {}), report, differences)
    print("%d scenarios, %d observations with Proton, %d with Baryon"
          % (len(names), engine.observations(theirs), engine.observations(ours)))

    for kind, arguments in [("one event at a time", ["--singly"]), ("three threads", ["--threads", "3"])]:
        again = engine.play(options.ours, arguments + options.only, normalise)
        for name, streams in again.items():
            engine.compare_streams(kind, name, ours[name], streams, report, Same)
        print("%s: %d scenarios as before" % (kind, len(again)))

    status = report.end(differences, not options.only)
    if status:
        print("repeat one: %s %s %s --only NAME" % (sys.argv[0], options.ours, options.theirs))
    return status


if __name__ == "__main__":
    sys.exit(main())
