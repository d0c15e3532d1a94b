#!/usr/bin/python3
"""baryon bench: what it counts, its JSON, its page, and what it says when something is wrong.

  bench.py BARYON FOLDER COMPILER
"""
import html.parser
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.dom.minidom

BARYON, FOLDER = sys.argv[1:3]
PATIENCE = 100  # seconds
PERCENTILES = ["p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"]


def bench(*arguments, code=0):
    done = subprocess.run([BARYON, "bench", *arguments], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == code, done
    return done


def check_numbers(result, count):
    assert result["received"] == result["sent"] == count and result["refused"] == 0, result
    assert abs(result["rate"] * result["seconds"] - count) < 1, result
    values = [result["latency_ns"][name] for name in PERCENTILES]
    assert values == sorted(values) and values[0] > 0 and values[-1] < 60e9, values
    assert result["latency_ns"]["mean"] <= values[-1]
    points = result["course"]
    assert points and [p["time"] for p in points] == sorted(p["time"] for p in points)
    assert sum(p["rate"] for p in points) > 0


def check_page(path, result):
    """Well-formed, without a reference to anything else, and with the same numbers."""
    with open(path) as file:
        text = file.read()
    xml.dom.minidom.parseString(text.replace("<!DOCTYPE html>\n", ""))
    tags, cells = [], {}

    class Reader(html.parser.HTMLParser):
        cell = None

        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            tags.append((tag, attributes))
            self.cell = attributes.get("id")

        def handle_data(self, data):
            if self.cell:
                cells[self.cell] = cells.get(self.cell, "") + data

        def handle_endtag(self, tag):
            self.cell = None
    Reader().feed(text)
    assert not [tag for tag, attributes in tags if {"src", "href", "xlink:href", "action"} & set(attributes)]
    assert not re.search(r"url\(|@import|https?:|//", text.split("<script")[0]), "a reference"
    assert not [tag for tag, _ in tags if tag in ("link", "img", "iframe", "object")]
    assert sum(tag == "svg" for tag, _ in tags) == 3 and sum(tag == "polyline" for tag, _ in tags) == 5
    assert json.loads(cells["result"]) == result
    shown = {name: float(re.match(r"[-\d.e+]+", cells[name]).group()) for name in cells if name != "result"}
    for name in ("sent", "accepted", "received", "seconds", "rate"):
        assert abs(shown[name] - result[name]) <= 1e-6 * result[name], name
    for name in PERCENTILES:
        assert abs(shown[name] * 1000 - result["latency_ns"][name]) < 1, name


def own_broker_and_report():
    page = os.path.join(FOLDER, "bench.html")
    common = ("--count", "3000", "--warm-up", "0", "--quiet", "--json", "--report", page)
    for arguments, count in ((("-s", "2", "-r", "3", "--queues", "2"), 3000), (("--rate", "10k"), 3000),
                             (("--size", "100k", "--count", "50", "--window", "10"), 50), (("--presettled",), 3000)):
        result = json.loads(bench(*common, *arguments).stdout)
        check_numbers(result, count)
        assert result["accepted"] == (0 if "--presettled" in arguments else count), result
        check_page(page, result)


def rate_is_kept():
    start = time.monotonic()
    result = json.loads(bench("--rate", "1000", "--count", "500", "--warm-up", "0", "--json", "-s", "3").stdout)
    check_numbers(result, 500)
    assert time.monotonic() - start >= 0.49


def until_passed(broker, queue, count):
    """Until the broker has passed on so many messages of a queue, as it says when it gets a signal."""
    end, passed = time.monotonic() + PATIENCE, 0
    while passed < count:
        assert time.monotonic() < end, "%d of %d" % (passed, count)
        broker.send_signal(signal.SIGUSR1)
        for line in iter(broker.stdout.readline, ""):
            row = re.match(r" +%s +\d+ +\d+ +\d+ +\d+ +(\d+) " % queue, line)
            passed = int(row.group(1)) if row else passed
            if "longest batch" in line:
                break
        else:
            raise AssertionError("the broker has ended")
        time.sleep(0.01)


def stopped_broker_counts_against_it():
    """Without coordinated omission: messages that were due while the broker stood still are late, all of them."""
    broker = subprocess.Popen([BARYON, "broker", "127.0.0.1:0", "-q"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        port = re.search(r":(\d+);", broker.stdout.readline()).group(1)
        run = subprocess.Popen([BARYON, "bench", "127.0.0.1:%s/q" % port, "--rate", "1000", "--count", "3000", "--warm-up", "0", "--json"],
                               stdout=subprocess.PIPE, text=True)
        until_passed(broker, "q", 200)
        broker.send_signal(signal.SIGSTOP)
        time.sleep(1)
        broker.send_signal(signal.SIGCONT)
        result = json.loads(run.communicate(timeout=PATIENCE)[0])
        check_numbers(result, 3000)
        assert result["latency_ns"]["p90"] > 200e6, result["latency_ns"]
        run = subprocess.Popen([BARYON, "bench", "127.0.0.1:%s/later" % port, "-d", "200s", "--warm-up", "0"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        until_passed(broker, "later", 1)
        broker.kill()
        output, errors = run.communicate(timeout=PATIENCE)
        assert run.returncode == 1 and errors.count("\n") == 1 and "acknowledged" in errors, (run.returncode, errors)
    finally:
        broker.kill()
        broker.wait()


def wrong_use_is_explained():
    for arguments, code in ((("127.0.0.1:1",), 1), (("--size", "1"), 2), (("--senders", "0"), 2), (("http://x",), 2),
                            (("--count", "10", "--report", "/nonexistent/x.html"), 1)):
        done = bench(*arguments, code=code)
        assert done.stderr.count("\n") == 1, done


for check in (own_broker_and_report, rate_is_kept, stopped_broker_counts_against_it, wrong_use_is_explained):
    begin = time.monotonic()
    check()
    print("ok    %-40s %.1f s" % (check.__name__, time.monotonic() - begin), flush=True)
