"""A broker for examples that need more than theirs can do: transactions [4], selectors, browsing.

One thread, no persistence. A message that is sent in a transaction is put on its queue by the commit; one that is accepted
in a transaction leaves its queue by the commit, and goes back to where it was otherwise.
"""
import argparse
import collections
import itertools
import os
import re
import uuid

from proton import Delivery, Described, Endpoint, Message, Terminus, ulong
from proton.handlers import MessagingHandler
from proton.reactor import Container

DECLARED, TRANSACTIONAL = 0x33, 0x34  # [4.5.5, 4.5.8]


class Queue:
    def __init__(self):
        self.messages = []   # entries in order: [number, message, whether somebody has it]
        self.consumers = []
        self.numbers = itertools.count()

    def publish(self, message):
        self.messages.append([next(self.numbers), message, False])
        self.dispatch()

    def dispatch(self):
        for consumer in self.consumers:
            consumer.dispatch(self.messages)


class Consumer:
    def __init__(self, link):
        self.link = link
        self.browses = link.remote_source.distribution_mode == Terminus.DIST_MODE_COPY
        self.seen = -1
        self.key, self.value = self.selector(link.remote_source.filter)

    @staticmethod
    def selector(filters):
        """Key and value of a filter "key = 'value'", which is all that the examples have."""
        filters.rewind()
        if filters.next():
            for described in filters.get_dict().values():
                return re.fullmatch(r"(\w+) = '(\w+)'", described.value).groups()
        return None, None

    def dispatch(self, messages):
        for entry in messages:
            number, message, taken = entry
            if not self.link.credit:
                return
            if taken or number <= self.seen and self.browses:
                continue
            if self.key and (message.properties or {}).get(self.key) != self.value:
                continue
            self.seen = number
            entry[2] = not self.browses
            delivery = self.link.send(message)
            if self.browses:
                delivery.settle()
            else:
                delivery.entry = entry


class Transaction:
    def __init__(self, name):
        self.name = name
        self.posted = []   # (address, message)
        self.retired = []  # deliveries


class Broker(MessagingHandler):
    def __init__(self, address, cut_at):
        super().__init__(auto_accept=False, auto_settle=False)
        self.address = address
        self.cut_at = cut_at
        self.queues = collections.defaultdict(Queue)
        self.transactions = {}
        self.names = itertools.count(1)
        self.received = 0

    def on_start(self, event):
        event.container.listen(self.address)

    # Links.

    def on_link_opening(self, event):
        link = event.link
        if link.is_sender:
            link.source.copy(link.remote_source)
            if link.remote_source.dynamic:
                link.source.address = str(uuid.uuid4())
            self.queues[link.source.address].consumers.append(Consumer(link))
        else:
            link.target.copy(link.remote_target)

    def forget(self, link):
        queue = self.queues[link.source.address]
        queue.consumers = [consumer for consumer in queue.consumers if consumer.link != link]

    def on_link_closing(self, event):
        if event.link.is_sender:
            self.forget(event.link)

    def forget_all(self, connection):
        link = connection.link_head(0)
        while link:
            if link.is_sender:
                self.forget(link)
            link = link.next(0)

    def on_connection_closing(self, event):
        self.forget_all(event.connection)

    def on_disconnected(self, event):
        self.forget_all(event.connection)

    def on_sendable(self, event):
        self.queues[event.link.source.address].dispatch()

    # Messages that come.

    def on_message(self, event):
        delivery, link, message = event.delivery, event.link, event.message
        if link.remote_target.type == Terminus.COORDINATOR:
            self.control(delivery, message.body)
            return
        self.received += 1
        if self.received == self.cut_at:
            os._exit(0)
        address = link.target.address or message.address
        if delivery.remote_state == TRANSACTIONAL:
            name = delivery.remote.data[0]
            self.transactions[name].posted.append((address, message))
            delivery.local.data = [name, Described(ulong(Delivery.ACCEPTED), [])]
            delivery.update(TRANSACTIONAL)
            delivery.settle()
        else:
            self.accept(delivery)
            self.queues[address].publish(message)

    # Outcomes of messages that went.

    def on_delivery(self, event):
        delivery = event.delivery
        if event.link.is_receiver or not delivery.updated:
            return
        if delivery.remote_state == TRANSACTIONAL:
            self.transactions[delivery.remote.data[0]].retired.append(delivery)
        elif delivery.remote_state == Delivery.ACCEPTED:
            self.leave(delivery)
        elif delivery.remote_state or delivery.settled:
            self.back(delivery)

    def leave(self, delivery):
        queue = self.queues[delivery.link.source.address]
        queue.messages = [entry for entry in queue.messages if entry is not delivery.entry]
        delivery.settle()

    def back(self, delivery):
        delivery.entry[2] = False
        delivery.settle()

    # Transactions.

    def control(self, delivery, body):
        kind, arguments = str(body.descriptor), body.value
        if kind in ("amqp:declare:list", str(0x31)):
            name = b"transaction %d" % next(self.names)
            self.transactions[name] = Transaction(name)
            delivery.local.data = [name]
            delivery.update(DECLARED)
        else:
            transaction = self.transactions.pop(bytes(arguments[0]))
            self.discharge(transaction, failed=arguments[1])
            delivery.update(Delivery.ACCEPTED)
        delivery.settle()

    def discharge(self, transaction, failed):
        touched = set()
        for delivery in transaction.retired:
            touched.add(delivery.link.source.address)
            (self.back if failed else self.leave)(delivery)
        if not failed:
            for address, message in transaction.posted:
                self.queues[address].publish(message)
        for address in touched:
            self.queues[address].dispatch()


parser = argparse.ArgumentParser()
parser.add_argument("address")
parser.add_argument("--cut-at", type=int, help="end, without a word to anybody, when so many messages have come")
options = parser.parse_args()
try:
    Container(Broker(options.address, options.cut_at)).run()
except KeyboardInterrupt:
    pass
