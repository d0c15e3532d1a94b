"""What a message costs beside many links and many unsettled deliveries, and what the engine holds.

Instructions are counted by callgrind inside the measured loop alone, so that opening a hundred thousand links, which takes
longer than the loop, is not in the figure. Times are of that loop, too, and depend on the machine's caches."""
import os
import re
import subprocess

import chart

TURNS = 3200
# Name, environment for a number, the numbers, the largest one that is asked of the peer, at most how many times the first.
CURVES = (
    ("links open, one of them busy", lambda n: {"LINKS": n}, (1, 10, 100, 1000, 10000, 100000), 10000, 2),
    ("links open, all of them busy", lambda n: {"LINKS": n, "BUSY": n}, (1, 10, 100, 1000, 10000, 100000), 10000, None),
    ("deliveries unsettled on the link", lambda n: {"UNSETTLED": n}, (1, 10, 100, 1000, 10000, 100000, 1000000), 100000, 2),
)
CONNECTIONS, PEER_CONNECTIONS = 200, 20
MESSAGES, PEER_MESSAGES = 10000000, 200000
REST_MOST, LINK_MOST = 2048, 600


def run(command, env=None):
    env = {**os.environ, **{name: str(value) for name, value in (env or {}).items()}}
    return subprocess.run(command, env=env, text=True, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def instructions(program, env):
    text = run(["valgrind", "--tool=callgrind", "--toggle-collect=workload_run", "--callgrind-out-file=/dev/null",
                program, str(TURNS)], env)
    return int(re.search(r"Collected : (\d+)", text).group(1)) / TURNS


def nanoseconds(program, env):
    return min(float(run([program, "64000"], env)) for _ in range(3))


def curve(program, env, numbers):
    return [(n, instructions(program, env(n)), nanoseconds(program, env(n))) for n in numbers]


def row(n, theirs, ours):
    theirs_text = "%s | %.0f" % ("{:,.0f}".format(theirs[1]), theirs[2]) if theirs else "- | -"
    return "| {:,} | {} | {:,.0f} | {:.0f} |".format(n, theirs_text, ours[1], ours[2])


def growth(ours, theirs):
    """Tables as text, whether the bounds are kept, and lines for the chart."""
    text, kept, lines = [], True, []
    for name, env, numbers, peer_most, most in CURVES:
        mine = curve(ours, env, numbers)
        peers = curve(theirs, env, [n for n in numbers if n <= peer_most])
        times = mine[-1][1] / mine[0][1]
        verdict = "" if most is None else ", at most %d asked: %s" % (most, "met" if times <= most else "MISSED")
        kept = kept and (most is None or times <= most)
        text += ["", "%s: the last is %.2f times the first%s" % (name.capitalize(), times, verdict), "",
                 "| %s | Proton, instructions | ns | Baryon, instructions | ns |" % name, "|---|---|---|---|---|"]
        text += [row(n, peers[i] if i < len(peers) else None, mine[i]) for i, n in enumerate(numbers)]
        if most is not None:
            lines += [("Proton, %s" % name, [(n, count) for n, count, _ in peers]),
                      ("Baryon, %s" % name, [(n, count) for n, count, _ in mine])]
    return text, kept, lines


def memory(ours, theirs):
    rest = [run([program, "rest", str(count)]).split() for program, count in ((theirs, PEER_CONNECTIONS), (ours, CONNECTIONS))]
    left = [int(run([program, "left", str(count)], {"UNSETTLED": 1}))
            for program, count in ((theirs, PEER_MESSAGES), (ours, MESSAGES))]
    kept = int(rest[1][0]) <= REST_MOST and int(rest[1][1]) <= LINK_MOST and left[1] <= 0
    verdicts = [int(rest[1][0]) <= REST_MOST, int(rest[1][1]) <= LINK_MOST, left[1] <= 0]
    rows = (("an open connection's end with a session and a link, at rest", rest[0][0], rest[1][0], REST_MOST),
            ("each further link", rest[0][1], rest[1][1], LINK_MOST),
            ("growth while later deliveries settle and one does not (Proton {:,}, Baryon {:,})".format(PEER_MESSAGES, MESSAGES),
             left[0], left[1], 0))
    text = ["", "| bytes held, heap and all | Proton | Baryon | at most | |", "|---|---|---|---|---|"]
    text += ["| %s | %s | %s | %s | %s |" % (*columns, "met" if met else "MISSED") for columns, met in zip(rows, verdicts)]
    return text, kept


def measure(ours, theirs, ours_memory, theirs_memory, picture):
    text, kept, lines = growth(ours, theirs)
    more, kept_too = memory(ours_memory, theirs_memory)
    if picture:
        with open(picture, "w") as file:
            file.write(chart.svg("What a message costs beside many others", "how many there are", "instructions a message", lines))
    return "\n".join(text[1:] + more), kept and kept_too
