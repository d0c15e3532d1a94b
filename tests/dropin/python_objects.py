#!/usr/bin/python3
"""Lives of the Python binding's objects: connections that come and go, wrappers that outlive what they belong to, dropped in every
order, with the collector of garbage called in between. What can be seen of the objects that are left is printed, so that two
libraries can be compared; a checker of memory (valgrind, AddressSanitizer) runs around it.

    python_objects.py CONNECTIONS ORDERS [FOLDER]

CONNECTIONS have something of theirs kept, ORDERS (up to 5,040, which are all) are tried. The library has to be from FOLDER.
"""
import gc
import itertools
import os
import random
import sys
import weakref

from proton import (Collector, Condition, Connection, Data, Delivery, Described, Endpoint, Message, SASL, Transport, symbol, ulong)

PARTS = ["connection", "session", "sender", "delivery", "transport", "collector", "peer"]


class Attached:
    """Something of the program's that hangs on an object of the library."""
    alive = weakref.WeakSet()

    def __init__(self):
        self.alive.add(self)


class Pair:
    """Two ends in memory, with a sender, a receiver and deliveries in between."""

    def __init__(self, number, sasl):
        self.number = number
        self.ends = [self.end(server, sasl) for server in (False, True)]
        connection, self.transport, self.collector = self.ends[0]
        self.peer, self.peer_transport, self.peer_collector = self.ends[1]
        connection.container, connection.hostname = f"client {number}", "host"
        connection.properties = {symbol("number"): number}
        self.peer.container = "server"
        self.connection, self.session = connection, connection.session()
        self.sender = self.session.sender(f"link {number}")
        self.sender.target.address = "examples"
        self.sender.attached = Attached()
        self.connection.attached = Attached()
        connection.open(), self.peer.open(), self.session.open(), self.sender.open()
        self.run()
        self.peer_session = self.peer.session_head(Endpoint.LOCAL_UNINIT)
        self.receiver = self.peer.link_head(Endpoint.LOCAL_UNINIT)
        self.receiver.target.copy(self.receiver.remote_target)
        self.peer_session.open(), self.receiver.open(), self.receiver.flow(5)
        self.run()
        self.deliveries = [self.sender.send(Message(body={"number": at}, properties={"a": "b"})) for at in range(5)]
        self.delivery = self.deliveries[0]
        self.delivery.attached = Attached()
        self.run()

    @staticmethod
    def end(server, sasl):
        connection, collector = Connection(), Collector()
        transport = Transport(Transport.SERVER if server else Transport.CLIENT)
        connection.collect(collector)
        if sasl:
            transport.sasl().allowed_mechs("ANONYMOUS")
        transport.bind(connection)
        return connection, transport, collector

    def run(self):
        moved = True
        while moved:
            moved = False
            for (_, source, _), (_, target, _) in (self.ends, self.ends[::-1]):
                pending, capacity = source.pending(), target.capacity()
                count = min(pending, capacity)
                if count > 0:
                    target.push(source.peek(count))
                    source.pop(count)
                    moved = True

    def receive(self):
        """Take what has come: outcomes of each kind, with and without details."""
        for at in range(5):
            delivery = self.receiver.current
            message = Message()
            message.decode(self.receiver.recv(delivery.pending))
            assert message.body == {"number": at}, message.body
            self.receiver.advance()
            if at == 1:
                delivery.local.condition = Condition("test:condition", "rejected", {symbol("key"): at})
            if at == 2:
                delivery.local.annotations = {symbol("key"): at}
                delivery.local.failed = True
            if at == 3:
                delivery.local.data = [b"transaction", Described(ulong(Delivery.ACCEPTED), [])]
            delivery.update([Delivery.ACCEPTED, Delivery.REJECTED, Delivery.MODIFIED, 0x34, Delivery.RELEASED][at])
            delivery.settle()
        self.run()

    def outcomes(self):
        return [(str(dlv.remote_state), dlv.settled, str(dlv.remote.condition if at == 1 else ""),
                 str(dlv.remote.annotations if at == 2 else ""), str(dlv.remote.data if at == 3 else ""))
                for at, dlv in enumerate(self.deliveries)]

    def events(self, collector):
        """Names of the events that wait; every other one is kept a while."""
        names, kept = [], []
        while collector.peek():
            event = collector.peek()
            names.append(event.type.name)
            if len(names) % 2:
                kept.append((event, event.context))
            collector.pop()
        return names

    def close(self):
        self.sender.close(), self.session.close(), self.connection.close()
        self.receiver.close(), self.peer_session.close(), self.peer.close()
        self.run()


def look(kept):
    """What can be seen through wrappers whose relations may be gone."""
    seen = []
    for name, it in kept:
        if name in ("connection", "peer"):
            seen.append((name, it.container, it.hostname))
        elif name == "session":
            seen.append((name, it.connection.container))
        elif name == "sender":
            seen.append((name, it.name, it.session.connection.container, it.target.address))
        elif name == "delivery":
            seen.append((name, it.tag, it.link.name, it.link.session.connection.container))
        elif name == "transport":
            seen.append((name, it.frames_output > 0))
        elif name == "collector":
            seen.append((name, it.peek() is not None))
    return seen


def kept_beyond_their_parents(pairs, chance):
    """References of every kind that are kept while all else of a thousand connections goes."""
    kept, script = [], []
    for number in range(pairs):
        pair = Pair(number, sasl=number % 2 == 0)
        pair.receive()
        outcomes = pair.outcomes()
        if number % 10 == 0:
            script.append(outcomes)
            script.append(pair.events(pair.peer_collector))
        way = number % 4
        if way == 1:
            pair.close()
        if way == 2:
            pair.sender.free(), pair.session.free()
        if way == 3:
            pair.transport.close_tail(), pair.transport.close_head()
            pair.transport.unbind()
        part = chance.choice([part for part in PARTS if part != "peer"])
        kept.append((part, getattr(pair, part)))
        del pair
        if number % 50 == 49:
            gc.collect()
            chance.shuffle(kept)
            del kept[:len(kept) // 3]
    gc.collect()
    script.append(sorted(map(str, look(kept))))
    return script


def dropped_in_every_order(orders):
    """A connection's parts, let go in each order; after each, what is left is looked at."""
    for number, order in enumerate(itertools.islice(itertools.permutations(PARTS), 0, None, max(1, 5040 // orders))):
        pair = Pair(number, sasl=False)
        if number % 3:
            pair.receive()
        if number % 5 == 0:
            pair.close()
        parts = {part: getattr(pair, part) for part in PARTS}
        del pair
        if number % 7 == 0:
            gc.collect()
        for part in order:
            del parts[part]
            look(parts.items())
    return [f"{number + 1} orders"]


def check_library(folder):
    used = {line.split()[-1] for line in open("/proc/self/maps") if "/libqpid-proton" in line}
    assert used and all(os.path.dirname(path) == os.path.realpath(folder) for path in used), used


def main(pairs, orders):
    for line in kept_beyond_their_parents(pairs, random.Random(1)) + dropped_in_every_order(orders):
        print(line)
    gc.collect()
    print(f"{len(Attached.alive)} attached objects are left")


if __name__ == "__main__":
    if len(sys.argv) > 3:
        check_library(sys.argv[3])
    main(int(sys.argv[1]), int(sys.argv[2]))
    gc.collect()
