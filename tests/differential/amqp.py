"""A strict reader of AMQP 1.0 encodings, written from part 1 and section 3.2 of the standard. It is the third opinion of
the differential tests: it says whether bytes are valid, what they mean, and with which constructors they were written."""

import os
import re
import struct


def read_limits():
    """The budgets of spec/limits.def: what goes beyond them is as invalid as what breaks the standard."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "spec", "limits.def")
    with open(path) as file:
        return {name: int(value) for name, value in re.findall(r"^LIMIT\((\w+), (\d+),", file.read(), re.M)}


LIMITS = read_limits()


class Invalid(Exception):
    """The bytes are not AMQP; the text is the reason, from a small set."""


class Node:
    """A value: its type, its constructor, and a plain value or children. An array's constructor is (array, element)."""
    __slots__ = ("type", "code", "value", "children", "descriptors")

    def __init__(self, kind, code, value=None, children=None, descriptors=()):
        self.type, self.code, self.value, self.children = kind, code, value, children
        self.descriptors = descriptors  # of the elements of an array, outermost first

    def __repr__(self):
        inner = self.value if self.children is None else self.children
        return "%s%s" % (self.type, inner if self.children is not None else "(%r)" % (inner,))


FIXED = {  # constructor: type, octets of payload, how to read them
    0x40: ("null", 0, None), 0x41: ("bool", 0, True), 0x42: ("bool", 0, False), 0x43: ("uint", 0, 0), 0x44: ("ulong", 0, 0),
    0x45: ("list", 0, None), 0x50: ("ubyte", 1, ">B"), 0x51: ("byte", 1, ">b"), 0x52: ("uint", 1, ">B"), 0x53: ("ulong", 1, ">B"),
    0x54: ("int", 1, ">b"), 0x55: ("long", 1, ">b"), 0x56: ("bool", 1, ">B"), 0x60: ("ushort", 2, ">H"), 0x61: ("short", 2, ">h"),
    0x70: ("uint", 4, ">I"), 0x71: ("int", 4, ">i"), 0x72: ("float", 4, "4s"), 0x73: ("char", 4, ">I"), 0x74: ("decimal32", 4, "4s"),
    0x80: ("ulong", 8, ">Q"), 0x81: ("long", 8, ">q"), 0x82: ("double", 8, "8s"), 0x83: ("timestamp", 8, ">q"),
    0x84: ("decimal64", 8, "8s"), 0x94: ("decimal128", 16, "16s"), 0x98: ("uuid", 16, "16s"),
}
VARIABLE = {0xa0: ("binary", 1), 0xb0: ("binary", 4), 0xa1: ("string", 1), 0xb1: ("string", 4), 0xa3: ("symbol", 1), 0xb3: ("symbol", 4)}
COMPOUND = {0xc0: ("list", 1), 0xd0: ("list", 4), 0xc1: ("map", 1), 0xd1: ("map", 4)}
ARRAYS = {0xe0: 1, 0xf0: 4}


class Reader:
    def __init__(self, data, at=0, end=None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def take(self, count):
        if count > self.end - self.at:
            raise Invalid("truncated")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def value(self, depth=0):
        if depth > LIMITS["NESTING"]:
            raise Invalid("too deep")
        code = self.number(1)
        if code == 0:
            descriptor = self.value(depth + 1)
            return Node("described", 0, children=[descriptor, self.value(depth + 1)])
        return self.payload(code, depth)

    def payload(self, code, depth):
        if code in FIXED:
            return self.fixed(code)
        if code in VARIABLE:
            kind, width = VARIABLE[code]
            return Node(kind, code, check_text(kind, self.take(self.number(width))))
        if code in COMPOUND:
            return self.compound(code, depth)
        if code in ARRAYS:
            return self.array(code, depth)
        raise Invalid("unknown constructor")

    def fixed(self, code):
        kind, width, how = FIXED[code]
        if kind == "list":
            return Node(kind, code, children=[])
        if not width:
            return Node(kind, code, how)
        value = struct.unpack(how, self.take(width))[0]
        if code == 0x56:
            if value > 1:
                raise Invalid("boolean neither 0 nor 1")
            value = bool(value)
        if kind == "char" and (value > 0x10ffff or 0xd800 <= value <= 0xdfff):
            raise Invalid("char outside of Unicode")
        return Node(kind, code, value)

    def bounded(self, width):
        """The inside of a compound value or array: a reader of its own and the count of elements."""
        size = self.number(width)
        if size > self.end - self.at:
            raise Invalid("truncated")
        if size < width:
            raise Invalid("size leaves no room for the count")
        inside = Reader(self.data, self.at, self.at + size)
        self.at += size
        return inside, inside.number(width)

    def compound(self, code, depth):
        kind, width = COMPOUND[code]
        inside, count = self.bounded(width)
        if kind == "map" and count % 2:
            raise Invalid("map with an odd count")
        if count > inside.end - inside.at:
            raise Invalid("count larger than the size allows")
        children = []
        for _ in range(count):
            try:
                children.append(inside.value(depth + 1))
            except Invalid as fault:
                raise Invalid("element beyond the size") if str(fault) == "truncated" else fault
        if inside.at != inside.end:
            raise Invalid("octets left over in a compound value")
        return Node(kind, code, children=children)

    def array(self, code, depth):
        inside, count = self.bounded(ARRAYS[code])
        descriptors = []
        try:
            element = inside.number(1)
            while element == 0:
                if len(descriptors) + depth > LIMITS["NESTING"]:
                    raise Invalid("too deep")
                descriptors.append(inside.value(depth + 1))
                element = inside.number(1)
            if element not in FIXED and element not in VARIABLE and element not in COMPOUND and element not in ARRAYS:
                raise Invalid("unknown constructor")
            if count > inside.end - inside.at and node_width(element):
                raise Invalid("count larger than the size allows")
            if count > LIMITS["EMPTY_ELEMENTS"] and not node_width(element):
                raise Invalid("too many zero-width elements")
            if depth + 1 > LIMITS["NESTING"]:
                raise Invalid("too deep")
            children = [inside.payload(element, depth + 1) for _ in range(count)]
        except Invalid as fault:
            raise Invalid("element beyond the size") if str(fault) == "truncated" else fault
        if inside.at != inside.end:
            raise Invalid("octets left over in an array")
        return Node("array", (code, element), value=node_type(element), children=children, descriptors=descriptors)


def node_width(code):
    """0 for constructors whose values have no octets of their own."""
    return FIXED.get(code, ("", 1))[1]


def node_type(code):
    return (FIXED.get(code) or VARIABLE.get(code) or COMPOUND.get(code) or ("array",))[0]


def check_text(kind, octets):
    try:
        if kind == "string":
            octets.decode("utf-8")
        if kind == "symbol":
            octets.decode("ascii")
    except UnicodeDecodeError:
        raise Invalid("string that is not UTF-8" if kind == "string" else "symbol that is not ASCII") from None
    return octets


def read_value(data):
    """The first value of the data and how many octets it took."""
    reader = Reader(data)
    node = reader.value()
    if count_nodes(node) > LIMITS["DATA_NODES"]:
        raise Invalid("too many values")
    return node, reader.at


def count_nodes(top):
    waiting, count = [top], 0
    while waiting:
        node = waiting.pop()
        count += 1
        waiting.extend(node.children or ())
        waiting.extend(node.descriptors)
    return count


def read_values(data):
    """All values of the data, one behind the other."""
    reader, nodes = Reader(data), []
    while reader.at < reader.end:
        nodes.append(reader.value())
    return nodes


# Messages [3.2]: section, its form, and for header and properties the types of the fields.
ADDRESS, ID = ("string",), ("ulong", "uuid", "binary", "string")
HEADER = [("bool",), ("ubyte",), ("uint",), ("bool",), ("uint",)]
PROPERTIES = [ID, ("binary",), ADDRESS, ("string",), ADDRESS, ID, ("symbol",), ("symbol",), ("timestamp",), ("timestamp",),
              ("string",), ("uint",), ("string",)]
SECTIONS = {0x70: "header", 0x71: "delivery-annotations", 0x72: "message-annotations", 0x73: "properties",
            0x74: "application-properties", 0x75: "data", 0x76: "amqp-sequence", 0x77: "amqp-value", 0x78: "footer"}
SYMBOLS = {}
for _code, _name in SECTIONS.items():
    _form = {0x75: "binary", 0x77: "*", 0x76: "list", 0x70: "list", 0x73: "list"}.get(_code, "map")
    SYMBOLS[("amqp:%s:%s" % (_name, _form)).encode()] = _code
RANK = {0x70: 1, 0x71: 2, 0x72: 3, 0x73: 4, 0x74: 5, 0x75: 6, 0x76: 6, 0x77: 6, 0x78: 7}
SIMPLE_ONLY = ("list", "map", "array", "described")


def check_fields(name, node, fields):
    if node.type != "list":
        raise Invalid("%s that is not a list" % name)
    if len(node.children) > len(fields):
        raise Invalid("%s with too many fields" % name)
    for field, types in zip(node.children, fields):
        if field.type != "null" and field.type not in types:
            raise Invalid("%s with a field of the wrong type" % name)


def check_section(code, node):
    name = SECTIONS[code]
    if code == 0x70:
        check_fields(name, node, HEADER)
    elif code == 0x73:
        check_fields(name, node, PROPERTIES)
    elif code in (0x71, 0x72, 0x74, 0x78):
        if node.type != "map":
            raise Invalid("%s that is not a map" % name)
        keys = ("string",) if code == 0x74 else ("symbol", "ulong")
        wrong = {key.type for key in node.children[::2] if key.type not in keys}
        if wrong:
            raise Invalid("%s with a key that is a string" % name if wrong == {"string"} else "%s with a key of the wrong type" % name)
        if code == 0x74 and any(value.type in SIMPLE_ONLY for value in node.children[1::2]):
            raise Invalid("application-properties with a compound value")
    elif code == 0x75 and node.type != "binary":
        raise Invalid("data that is not binary")
    elif code == 0x76 and node.type != "list":
        raise Invalid("amqp-sequence that is not a list")


def read_message(data):
    """The sections of a message in their order, as pairs of descriptor and node; Invalid where the standard is broken."""
    reader, sections, rank = Reader(data), [], 0
    while reader.at < reader.end:
        node = reader.value()
        if node.type != "described":
            raise Invalid("section that is not described")
        descriptor, content = node.children
        code = SYMBOLS.get(descriptor.value) if descriptor.type == "symbol" else descriptor.value
        if descriptor.type not in ("symbol", "ulong") or code not in SECTIONS:
            raise Invalid("unknown section")
        if RANK[code] < rank:
            raise Invalid("section out of order")
        if RANK[code] == rank and (code not in (0x75, 0x76) or sections[-1][0] != code):
            raise Invalid("section twice")
        rank = RANK[code]
        check_section(code, content)
        sections.append((code, content))
    return sections


class Unequal(Exception):
    """Two encodings do not have the same value."""


def name_of(code):
    return "%02x" % code


def compare(theirs, ours, where, found):
    """Raise Unequal unless both nodes have one value; note in `found` where they were written differently."""
    if theirs.type != ours.type:
        raise Unequal("%s: %s and %s" % (where, theirs.type, ours.type))
    if theirs.type == "array":
        if theirs.value != ours.value or len(theirs.descriptors) != len(ours.descriptors):
            raise Unequal("%s: arrays of different types" % where)
        for one, other in zip(theirs.descriptors, ours.descriptors):
            compare(one, other, "descriptor", found)
        if theirs.code[0] != ours.code[0]:
            found.add("%s %s>%s" % (where, name_of(theirs.code[0]), name_of(ours.code[0])))
        if theirs.code[1] != ours.code[1]:
            found.add("element %s>%s" % (name_of(theirs.code[1]), name_of(ours.code[1])))
        compare_children(theirs.children, ours.children, "element", found)
        return
    if theirs.code != ours.code and where != "element":
        found.add("%s %s>%s" % (where, name_of(theirs.code), name_of(ours.code)))
    if theirs.children is not None:
        compare_children(theirs.children, ours.children, "value", found)
    elif theirs.value != ours.value:
        raise Unequal("%s: %r and %r" % (where, theirs.value, ours.value))


def compare_children(theirs, ours, where, found):
    if len(theirs) != len(ours):
        raise Unequal("%s: %d and %d children" % (where, len(theirs), len(ours)))
    for one, other in zip(theirs, ours):
        compare(one, other, where, found)


def compare_messages(theirs, ours, found):
    """The same for the sections of two messages; sections or trailing nulls that say nothing may be left out."""
    theirs, ours = list(theirs), list(ours)
    position = 0
    for code, node in theirs:
        if position < len(ours) and ours[position][0] == code:
            compare_section(code, node, ours[position][1], found)
            position += 1
        elif code in (0x70, 0x73) and all(field.type == "null" for field in node.children):
            found.add("empty %s left out" % SECTIONS[code])
        else:
            raise Unequal("section %s is missing" % SECTIONS[code])
    for code, node in ours[position:]:
        if code == 0x77 and node.type == "null" and not any(RANK[other] == 6 for other, _ in theirs):
            found.add("missing body written as null")
        else:
            raise Unequal("section %s is too much" % SECTIONS[code])


def plain_sections(sections):
    """The sections without what says nothing: trailing nulls of header and properties, and those that are empty then."""
    result = []
    for code, node in sections:
        if code in (0x70, 0x73):
            fields = list(node.children)
            while fields and fields[-1].type == "null":
                fields.pop()
            if not fields:
                continue
            node = Node(node.type, node.code, children=fields)
        result.append((code, node))
    return result


def compare_section(code, theirs, ours, found):
    if code in (0x70, 0x73):
        fields = list(theirs.children)
        while len(fields) > len(ours.children) and fields[-1].type == "null":
            fields.pop()
            found.add("trailing nulls of %s left out" % SECTIONS[code])
        theirs = Node(theirs.type, theirs.code, children=fields)
    compare(theirs, ours, "section", found)


def oddly_described(kind, data):
    """Whether valid data has a described value with a descriptor or a content that is described itself, or with a
    descriptor that is neither symbol nor ulong."""
    waiting = [read_value(data)[0]] if kind == "V" else [node for _, node in read_message(data)]
    while waiting:
        node = waiting.pop()
        pairs = [node.children] if node.type == "described" else [(descriptor, node) for descriptor in node.descriptors]
        if any(one.type not in ("symbol", "ulong") or other.type == "described" for one, other in pairs):
            return True
        waiting.extend(node.children or ())
    return False
