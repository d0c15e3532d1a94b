"""Debian's Python client and its brokers in Python and C on the other side: what is sent is what arrives, whichever way, of every type."""
import json
import subprocess
import uuid

import proton
from proton.utils import BlockingConnection

from support import FOLDER, baryon, broker, c_broker, c_example, check, equal, finish, main, python_broker, says, start, wait_for

# What JSON says, and what Debian's Python takes it for.
VALUES = [
    ("null", None),
    ("true", True),
    ("17", proton.long(17) if hasattr(proton, "long") else 17),
    ("1.5", 1.5),
    ('"text é"', "text é"),
    ('{"$ubyte":200}', proton.ubyte(200)),
    ('{"$ushort":60000}', proton.ushort(60000)),
    ('{"$uint":4000000000}', proton.uint(4000000000)),
    ('{"$ulong":"18446744073709551615"}', proton.ulong(18446744073709551615)),
    ('{"$byte":-5}', proton.byte(-5)),
    ('{"$short":-500}', proton.short(-500)),
    ('{"$int":-50000}', proton.int32(-50000)),
    ('{"$float":0.5}', proton.float32(0.5)),
    ('{"$char":"é"}', proton.char("é")),
    ('{"$timestamp":1700000000000}', proton.timestamp(1700000000000)),
    ('{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"}', uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")),
    ('{"$binary":"AAEC/w=="}', b"\x00\x01\x02\xff"),
    ('{"$symbol":"sym"}', proton.symbol("sym")),
    ('{"$decimal32":"00112233"}', proton.decimal32(0x00112233)),
    ('{"$decimal64":"0011223344556677"}', proton.decimal64(0x0011223344556677)),
    ('[1,"a",[true]]', [1, "a", [True]]),
    ('{"a":1,"b":{"c":null}}', {"a": 1, "b": {"c": None}}),
    ('{"$map":[[1,"one"],[{"$symbol":"k"},2]]}', {1: "one", proton.symbol("k"): 2}),
    ('{"$array":["int",1,2]}', proton.Array(proton.UNDESCRIBED, proton.Data.INT, 1, 2)),
    ('{"$described":[{"$symbol":"d"},7]}', proton.Described(proton.symbol("d"), 7)),
]


def same(got, wanted):
    return got == wanted and (type(got) is type(wanted) or isinstance(wanted, (dict, list)))


def each_type_to_python(address):
    lines = "\n".join(text for text, _ in VALUES).encode()
    says(baryon("send", f"{address}/types", "--json", "-P", "n:=5", "-P", "s=t", "--subject", "it's", "--priority", 7, "--ttl", "5m", "--durable", input=lines),
         f"{len(VALUES)} messages acknowledged")
    with_python = BlockingConnection(address, timeout=100)
    receiver = with_python.create_receiver("types", credit=len(VALUES))
    for text, value in VALUES:
        message = receiver.receive()
        if receiver.fetcher.unsettled:  # Debian's C broker settles what it sends
            receiver.accept()
        check(same(message.body, value), f"{text} is {value!r} to Python", f"got {message.body!r} of {type(message.body)}")
        equal((message.properties, message.subject, message.priority, message.durable), ({"n": 5, "s": "t"}, "it's", 7, True), "the rest of the message")
        check(200 < message.ttl <= 300, "time to live, of which some may have passed", message.ttl)
    with_python.close()


def each_type_from_python(address):
    with_python = BlockingConnection(address, timeout=100)
    sender = with_python.create_sender("back")
    for _, value in VALUES:
        sender.send(proton.Message(body=value, id=uuid.UUID(int=1), correlation_id=proton.ulong(7), properties={"p": proton.int32(1)},
                                   annotations={proton.symbol("x-a"): "b"}, content_type="text/plain", reply_to="r"))
    for body in (b"plain \xff octets", b"plain text"):
        sender.send(proton.Message(body=body, inferred=True))
    with_python.close()
    result = says(baryon("receive", f"{address}/back", "--json", "-n", len(VALUES) + 2, "-t", "100s"), f"{len(VALUES) + 2} messages received")
    lines = result.out.decode().splitlines()
    for (text, _), line in zip(VALUES, lines):
        message = json.loads(line)
        equal(message["body"], json.loads(text), "a body from Python")
        equal(message["properties"], {"message_id": {"$uuid": "00000000-0000-0000-0000-000000000001"}, "correlation_id": {"$ulong": 7},
                                      "content_type": "text/plain", "reply_to": "r"}, "properties from Python")
        equal(message["application_properties"], {"p": {"$int": 1}}, "application properties from Python")
        equal(message["message_annotations"], {"x-a": "b"}, "annotations from Python")
    equal([json.loads(line)["body"] for line in lines[-2:]], [{"$data": "cGxhaW4g/yBvY3RldHM="}, {"$text": "plain text"}], "data sections")
    # What was printed goes back as it was.
    baryon("send", f"{address}/again", "--input", "message", "--quiet", input=result.out)
    equal(baryon("receive", f"{address}/again", "--json", "-n", len(lines), "-t", "100s", "-q").out, result.out, "messages that were received and sent again")


def lines_and_files(address, size=1 << 20):
    lines = "".join(f"line {i}\n" for i in range(2000)).encode()
    says(baryon("send", f"{address}/lines", input=lines), "2000 messages acknowledged")
    result = baryon("receive", f"{address}/lines", "-n", 2000, "-t", "100s")
    equal(result.out, lines, "lines in order")
    says(result, "2000 messages received, 2000 acknowledged")
    octets = bytes(range(256)) * (size // 256)
    with open(f"{FOLDER}/octets", "wb") as file:
        file.write(octets)
    baryon("send", f"{address}/file", "--file", f"{FOLDER}/octets", "--quiet")
    equal(baryon("receive", f"{address}/file", "-n", 1, "-t", "100s", "-o", "raw", "-q").out, octets, "a file")
    baryon("send", f"{address}/n", "no {n} of it", "-n", 3, "--message-id", "id-{n}", "-q")
    equal(baryon("receive", f"{address}/n", "-n", 3, "-t", "100s").out, b"no 1 of it\nno 2 of it\nno 3 of it\n", "numbers")
    says(baryon("send", f"{address}/settled", "x", "-n", 100, "--settle", "settled"), "100 messages sent")
    equal(baryon("receive", f"{address}/settled", "-n", 100, "-t", "100s").out, b"x\n" * 100, "what was sent settled")
    result = baryon("send", f"{address}/rate", "x", "-n", 5, "--rate", 1000, "-q")
    equal(result.err, "", "--quiet")


def requests(address):
    service = start("reply", f"{address}/service", "you said {body}, {n}", "-n", 3)
    equal(baryon("request", f"{address}/service", "it {n}", "-n", 3, "-q").out, b"you said it 1, 1\nyou said it 2, 2\nyou said it 3, 3\n", "answers")
    says(finish(service), "3 requests answered, 0 rejected")
    service = start("reply", f"{address}/service", "--exec", "tr a-z A-Z; test $(date +%Y) -gt 2000", "-n", 1)
    equal(baryon("request", f"{address}/service", "-q", input=b"x" * 200000).out, b"X" * 200000 + b"\n", "an answer by a program, larger than a pipe")
    finish(service)
    service = start("reply", f"{address}/service", "-n", 1)
    equal(json.loads(baryon("request", f"{address}/service", "--json", '{"a":[1,{"$uint":2}]}').out)["body"], {"a": [1, {"$uint": 2}]}, "an echo of any type")
    finish(service)


def with_debians_python_broker():
    with python_broker() as address:
        each_type_to_python(address)
        each_type_from_python(address)
        lines_and_files(address)
        requests(address)


def with_debians_c_broker():
    with c_broker() as address:
        each_type_to_python(address)
        each_type_from_python(address)
        lines_and_files(address, 4096)  # it does not put together what comes in several pieces


def with_our_broker():
    with broker("--quiet") as address:
        each_type_to_python(address)
        each_type_from_python(address)
        lines_and_files(address)
        requests(address)
        baryon("send", f"{address}/queue", "-q", input=b"a\nb\nc\n")
        says(baryon("receive", f"{address}/queue", "--browse", "--drain"), "3 messages received")
        says(baryon("receive", f"{address}/queue", "--ack", "none", "-n", 2), "2 messages received")
        result = says(baryon("receive", f"{address}/queue", "--ack", "reject", "-n", 1), "1 message received, 1 rejected")
        equal(result.out, b"a\n", "what was browsed, and what was given back, is still there")
        equal(baryon("receive", f"{address}/queue", "--drain").out, b"b\nc\n", "the rest")
        equal(baryon("receive", f"{address}/queue", "--drain").out, b"", "nothing more")


def c_client(name, address, queue, count):
    done = subprocess.run([c_example(name), *address.split(":"), queue, str(count)], capture_output=True, text=True, timeout=100)
    check(done.returncode == 0, f"Debian's {name}.c", done)
    return done.stdout


def debians_c_clients_with_our_broker(count=500):
    """What Debian's send.c sends is what its receive.c gets, and what ours does; the clients say how many there were."""
    with broker("--quiet") as address:
        check(f"{count} messages sent and acknowledged" in c_client("send", address, "c", count), "what send.c says")
        received = c_client("receive", address, "c", count)
        check(f"{count} messages received" in received, "what receive.c says", received[-200:])
        equal(received.count('"sequence"'), count, "messages that receive.c prints")
        equal(baryon("receive", f"{address}/c", "--drain").out, b"", "what is left")
        c_client("send", address, "ours", count)
        result = says(baryon("receive", f"{address}/ours", "--json", "-n", count, "-t", "100s"), f"{count} messages received, {count} acknowledged")
        numbers = [json.loads(line)["body"]["sequence"] for line in result.out.decode().splitlines()]
        equal(numbers, [{"$int": number} for number in range(1, count + 1)], "what send.c has sent, to ours")


main(with_debians_python_broker, with_debians_c_broker, with_our_broker, debians_c_clients_with_our_broker)
