"""Captured bytes as frames: in every form, cut anywhere, and what is damaged with where and why."""
import os
import subprocess

from support import BARYON, FOLDER, baryon, broker, check, equal, main, says

FIELDS = b"\xa1\x03cid" + b"\x40" * 8
BODY = b"\x00\x53\x10\xc0" + bytes([len(FIELDS) + 1, 9]) + FIELDS
OPEN = b"AMQP\x00\x01\x00\x00" + (len(BODY) + 8).to_bytes(4, "big") + b"\x02\x00\x00\x00" + BODY


def raw(address):
    """What PN_TRACE_RAW prints of a conversation with a password in it."""
    result = subprocess.run([BARYON, "send", f"amqp://ann:pass-word@{address}/q", "hello {n}", "-n", "3"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "PN_TRACE_RAW": "1"}, check=True)
    return result.stdout


def a_conversation():
    users = f"{FOLDER}/trace-users"
    with open(users, "w") as file:
        file.write("ann:pass-word\n")
    with broker("--quiet", "--users", users) as address:
        log = raw(address)
    lines = baryon("trace", "-", input=log).out.decode().splitlines()
    text = "\n".join(lines)
    for part in ("<- @sasl-mechanisms(64) [sasl-server-mechanisms=", "-> 0 @open(16) [container-id=\"baryon-",
                 "-> 0 @attach(18) [name=\"baryon-send\", handle=0x0, role=false", "<- 0 @flow(19) [", "-> 0 @transfer(20) [handle=0x0", "hello 3",
                 "<- 0 @disposition(21) [role=true", "state=@accepted(36) []", "-> 0 @close(24) []", "<- 0 @close(24) []"):
        check(part in text, f"there is {part!r}", text)
    check("pass-word" not in text, "the password is not shown", text)
    equal([line for line in lines if not line[:8].strip("0123456789abcdef") == ""], [], "each line begins with an offset")


def no_secrets():
    init = b"\x00\x53\x41\xc0\x17\x02\xa3\x05PLAIN\xa0\x0d\x00ann\x00password"
    frame = (len(init) + 8).to_bytes(4, "big") + b"\x02\x01\x00\x00" + init
    text = baryon("trace", "-", input=frame.hex().encode()).out.decode()
    equal(text, '00000000  @sasl-init(65) [mechanism=:PLAIN, initial-response=b"(13 octets)"]\n', "a password is not shown")


def in_every_form():
    path = f"{FOLDER}/open.bin"
    with open(path, "wb") as file:
        file.write(OPEN)
    wanted = baryon("trace", path).out
    check(b"AMQP 1.0.0" in wanted and b'0 @open(16) [container-id="cid"' in wanted, "bytes as they are", wanted)
    for tool in (["xxd", path], ["hexdump", "-C", path], ["xxd", "-p", path]):
        if subprocess.run(["which", tool[0]], stdout=subprocess.DEVNULL).returncode == 0:
            equal(baryon("trace", "-", input=subprocess.run(tool, stdout=subprocess.PIPE, check=True).stdout).out, wanted, " ".join(tool))
    spaced = "# a comment\n-> " + " ".join(f"0x{octet:02x}," for octet in OPEN) + "\n"
    equal(baryon("trace", "-", input=spaced.encode()).out, wanted.replace(b"  AMQP", b"  -> AMQP").replace(b"  0 @", b"  -> 0 @"), "with a direction")


def cut_anywhere():
    path = f"{FOLDER}/cut.bin"
    for size in list(range(1, len(OPEN), 5)):
        with open(path, "wb") as file:
            file.write(OPEN[:size])
        result = baryon("trace", path, code=None)
        equal(result.code, 0 if size == 8 else 1, f"exit code for {size} octets")
    with open(path, "wb") as file:
        file.write(OPEN[:20])
    says(baryon("trace", path, code=1), "octet 8: the bytes end within a frame: 12 of its")


def what_is_damaged():
    for octets, texts in (("00000007 02000000", ["octet 4, in the frame at 0: frame is smaller than its header"]),
                          ("00000008 01000000", ["data offset"]),
                          ("0000000d 02000000 0053 14 c0 01", ["in the frame at 0"]),
                          ("0000000c 02000000 00531045", ["octet", "open: container-id: mandatory field is missing"]),
                          ("0000000c 02000000 00539945", ["this is no performative"]),
                          ("00000009 02000000 43", ["a frame's body begins with a described value"]),
                          ("0000000d 02000000 00531845 43", ["octets behind the performative"]),
                          ("0000000c 02090000 00531845", ["octet 5", "unknown type 9"]),
                          ("160301 0200 0100", ["it is TLS"])):
        says(baryon("trace", "-", input=octets.encode(), code=1), *texts)
    # A frame whose size is known is passed over.
    result = baryon("trace", "-", input=b"0000000c 02000000 00539945 0000000c 02000000 00531845", code=1)
    equal(result.out.decode().splitlines()[1], "0000000c  0 @close(24) []", "the frame behind the damaged one")
    says(baryon("trace", "-", input=b"hello", code=1), "neither")
    says(baryon("trace", "-", input=b"", code=1), "empty")
    says(baryon("trace", "/no/such", code=1), "/no/such: No such file")


main(a_conversation, no_secrets, in_every_form, cut_anywhere, what_is_damaged)
