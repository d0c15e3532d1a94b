#!/usr/bin/env python3
"""The lists in spec/ against the standard's own XML, in both directions: nothing missing, nothing invented. Of the faults
that a peer can commit, which are our own list, only the conditions: each has to be one of the standard's.

    standard.py FOLDER-OF-LISTS FOLDER-OF-XML

First the lists are compared as they are; then copies of them with one mistake each, to prove that every kind of mistake
would be found. The XML is the edition of October 2011, the only one that there is as a Debian package (amqp-specs); what
the standard of 2012 changed is in DIFFERENCES, each with its reason. A difference that is not met fails, too.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

from mistakes import MISTAKES

BOOKS = ["types", "transport", "messaging", "transactions", "security"]

# What is compared, where, what the XML says, what the list says; and why.
DIFFERENCES = {
    ("default", "header.durable", None, "false"): "[3.2.1] of 2012 has defaults, the XML of 2011 has not",
    ("default", "header.priority", None, "4"): "likewise",
    ("default", "header.first-acquirer", None, "false"): "likewise",
    ("default", "header.delivery-count", None, "0"): "likewise",
}

# What a field of type "*" is in the list, by what it requires.
ANY_TYPES = {
    "address": "ADDRESS",
    "message-id": "MESSAGE_ID",
    "source": "ANY",
    "target": "ANY",
    "delivery-state": "ANY",
    "outcome": "ANY",
    "txn-id": "ANY",
    "global-tx-id": "ANY",
}

# Encodings have the XML's name, or their type's if they have none there, but for these.
ENCODING_NAMES = {
    ("float", "ieee-754"): "FLOAT",
    ("double", "ieee-754"): "DOUBLE",
    ("decimal32", "ieee-754"): "DECIMAL32",
    ("decimal64", "ieee-754"): "DECIMAL64",
    ("decimal128", "ieee-754"): "DECIMAL128",
    ("char", "utf32"): "CHAR",
    ("timestamp", "ms64"): "TIMESTAMP",
    ("string", "str8-utf8"): "STR8",
    ("string", "str32-utf8"): "STR32",
}

# What the text of the standard demands of octets; the XML has no attribute for that. [1.6.2, 1.6.20, 1.6.21]
CHECKS = {"BOOLEAN": "TRUTH", "STR8": "UTF8", "STR32": "UTF8", "SYM8": "ASCII", "SYM32": "ASCII"}

# What a section is made of, by its source. [3.2.2-3.2.9]
SECTION_BODIES = {"annotations": "ANNOTATIONS", "map": "PROPERTIES", "binary": "BINARY", "list": "LIST", "*": "ANY"}

NUMBERS = ("ubyte", "ushort", "uint", "ulong")


def api_name(primitive):
    """The lists name types as the API does, without its PN_."""
    return "BOOL" if primitive == "boolean" else primitive.upper()


def term(name):
    """The standard's spelling of a name in a list."""
    return name.replace("_", "-")


class Standard:
    """What the XML says, in the shape of the lists."""

    def __init__(self, folder):
        self.types = {}
        for book in BOOKS:
            for element in ElementTree.parse(f"{folder}/{book}.bare.xml").getroot().findall(".//{*}type"):
                if element.get("name") in self.types:
                    raise ValueError(f"the XML has two types {element.get('name')}")
                self.types[element.get("name")] = element

    def of_class(self, wanted):
        return [element for element in self.types.values() if element.get("class") == wanted]

    def primitive(self, name):
        """The primitive type that a type comes down to, and the last restricted type on the way there."""
        last = None
        while self.types[name].get("class") == "restricted":
            last, name = name, self.types[name].get("source")
        if self.types[name].get("class") != "primitive":
            raise ValueError(f"{name} is no restricted and no primitive type")
        return name, last

    def is_choice_of_numbers(self, name):
        """A boolean has no other values than a choice of them, and symbols are looked at where they are used."""
        element = self.types[name]
        return (element.find("{*}choice") is not None and element.get("source") in self.types
                and self.primitive(name)[0] in NUMBERS)

    def field_type(self, field):
        name = field.get("type")
        if field.get("multiple") == "true":
            return {"symbol": "SYMBOLS"}[self.primitive(name)[0]]
        if name == "*":
            return ANY_TYPES[field.get("requires")]
        if name == "error":
            return "ERROR"
        if self.is_choice_of_numbers(name):
            return name.replace("-", "_").upper()
        primitive, last = self.primitive(name)
        return "FIELDS" if last == "fields" else api_name(primitive)

    def default(self, field):
        """As the list spells it: choices by their value, symbols in quotation marks."""
        default = field.get("default")
        if default is None:
            return None
        for choice in self.types[field.get("type")].findall("{*}choice"):
            if choice.get("name") == default:
                default = choice.get("value")
                break
        return f'"{default}"' if self.primitive(field.get("type"))[0] in ("symbol", "string") else default

    def descriptor(self, element):
        descriptor = element.find("{*}descriptor")
        domain, code = (int(half, 16) for half in descriptor.get("code").split(":"))
        return domain << 32 | code, descriptor.get("name")

    def composites(self):
        found = {}
        for element in self.of_class("composite"):
            if element.get("source") != "list":
                raise ValueError(f"{element.get('name')} is no list")
            fields = [(field.get("name"), self.field_type(field), field.get("mandatory") == "true",
                       self.default(field)) for field in element.findall("{*}field")]
            found[element.get("name")] = (*self.descriptor(element), fields)
        return found

    def sections(self):
        found = {}
        for element in self.types.values():
            if element.get("provides") == "section":
                composite = element.get("class") == "composite"
                body = "COMPOSITE" if composite else SECTION_BODIES[element.get("source")]
                found[element.get("name")] = (*self.descriptor(element), body)
        return found

    def choices(self):
        return {element.get("name"): (
            api_name(self.primitive(element.get("name"))[0]),
            [(choice.get("name"), int(choice.get("value"))) for choice in element.findall("{*}choice")])
            for element in self.of_class("restricted") if self.is_choice_of_numbers(element.get("name"))}

    def conditions(self):
        return {choice.get("value") for element in self.types.values() if element.get("provides") == "error-condition"
                for choice in element.findall("{*}choice")}

    def encodings(self):
        found = {}
        for element in self.of_class("primitive"):
            kind = element.get("name")
            for encoding in element.findall("{*}encoding"):
                name = encoding.get("name")
                name = ENCODING_NAMES.get((kind, name), (name or kind).upper())
                found[int(encoding.get("code"), 16)] = (
                    name, api_name(kind), encoding.get("category").upper(), int(encoding.get("width")),
                    CHECKS.get(name, "ANY"))
        return found


def entries(text):
    """Every NAME(arguments) of a list, in order. What is neither that nor a comment is a mistake."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    pattern = re.compile(r'\s*([A-Z_]+)\(((?:[^()"\n]|"[^"\n]*"|\([^()\n]*\))*)\)')
    at = 0
    while text[at:].strip():
        match = pattern.match(text, at)
        if not match:
            raise ValueError(f"no entry: {text[at:].strip().splitlines()[0]}")
        at = match.end()
        yield match.group(1), [argument.strip() for argument in match.group(2).split(",")]


class Lists:
    """What the lists say. `texts` holds them by the name of their file."""

    NAMES = ["performatives", "choices", "sections", "encodings", "errors"]

    def __init__(self, texts):
        self.texts = texts

    @classmethod
    def read(cls, folder):
        texts = {}
        for name in cls.NAMES:
            with open(f"{folder}/{name}.def", encoding="utf-8") as file:
                texts[name] = file.read()
        return cls(texts)

    def composites(self):
        found, current, fields = {}, None, []
        for macro, arguments in entries(self.texts["performatives"]):
            if macro == "COMPOSITE" and current is None:
                (current, code, symbol), fields = arguments, []
            elif macro == "FIELD" and current is not None:
                name, kind, presence = arguments
                default = re.fullmatch(r"DEFAULT\((.*)\)", presence)
                if not default and presence not in ("MANDATORY", "OPTIONAL"):
                    raise ValueError(f"{current}.{name}: {presence}")
                fields.append((term(name), kind, presence == "MANDATORY", default.group(1) if default else None))
            elif macro == "END" and arguments == [current] and term(current) not in found:
                found[term(current)] = (int(code, 16), symbol.strip('"'), fields)
                current = None
            else:
                raise ValueError(f"{macro}({', '.join(arguments)}) where none can be")
        if current is not None:
            raise ValueError(f"{current} has no end")
        return found

    def sections(self):
        found = {}
        for macro, (name, code, symbol, body) in entries(self.texts["sections"]):
            if macro != "SECTION" or term(name) in found:
                raise ValueError(f"{macro}({name}) where none can be")
            found[term(name)] = (int(code, 16), symbol.strip('"'), body)
        return found

    def choices(self):
        found, current, values = {}, None, []
        for macro, arguments in entries(self.texts["choices"]):
            if macro == "CHOICE_BEGIN" and current is None and term(arguments[0]).lower() not in found:
                current, values = arguments[0], []
                found[term(current).lower()] = (arguments[1], values)
            elif macro == "CHOICE" and arguments[0] == current:
                values.append((term(arguments[1]).lower(), int(arguments[2])))
            elif macro == "CHOICE_END" and arguments[0] == current and int(arguments[1]) == values[-1][1]:
                current = None
            else:
                raise ValueError(f"{macro}({', '.join(arguments)}) where none can be")
        return found

    def conditions(self):
        """By the faults that have them."""
        found = {}
        for macro, (name, condition, scope) in entries(self.texts["errors"]):
            if macro != "FAULT" or name in found or scope not in ("CONNECTION", "SESSION", "LINK"):
                raise ValueError(f"{macro}({name}) where none can be")
            found[name] = condition.strip('"')
        return found

    def encodings(self):
        found = {}
        for macro, (code, name, kind, form, width, check) in entries(self.texts["encodings"]):
            if macro != "ENCODING" or int(code, 16) in found:
                raise ValueError(f"{macro}({code}) where none can be")
            found[int(code, 16)] = (name, kind.removeprefix("PN_"), form, int(width), check)
        return found


def keyed(parts, standard, listed):
    """The differences of two dictionaries of tuples that hold these parts."""
    for name in standard.keys() - listed.keys():
        yield "missing", name, standard[name], None
    for name in listed.keys() - standard.keys():
        yield "invented", name, None, listed[name]
    for name in standard.keys() & listed.keys():
        for part, theirs, ours in zip(parts, standard[name], listed[name]):
            if theirs != ours:
                yield part, name, theirs, ours


def compare_fields(standard, listed):
    for name in standard.keys() & listed.keys():
        theirs, ours = standard[name][2], listed[name][2]
        if [field[0] for field in theirs] != [field[0] for field in ours]:
            yield "fields", name, [field[0] for field in theirs], [field[0] for field in ours]
            continue
        for their_field, our_field in zip(theirs, ours):
            for part, their_part, our_part in zip(("name", "type", "mandatory", "default"), their_field, our_field):
                if their_part != our_part:
                    yield part, f"{name}.{their_field[0]}", their_part, our_part


def compare(standard, lists):
    """All differences: what, where, what the XML says, what the list says."""
    composites, sections = lists.composites(), lists.sections()
    yield from keyed(("code", "symbol"), standard.composites(), composites)
    yield from compare_fields(standard.composites(), composites)
    yield from keyed(("code", "symbol", "body"), standard.sections(), sections)
    yield from keyed(("primitive", "values"), standard.choices(), lists.choices())
    yield from keyed(("name", "type", "form", "width", "check"), standard.encodings(), lists.encodings())
    for name, condition in lists.conditions().items():
        if condition not in standard.conditions():
            yield "condition", name, "no such condition", condition
    order = [code for code, _, _ in sections.values()]
    if order != sorted(order):
        yield "order", "sections", sorted(order), order


def faults(standard, lists):
    """What is wrong with the lists, in sentences."""
    try:
        differences = list(compare(standard, lists))
    except ValueError as error:
        return [f"the lists cannot be read: {error}"]
    found = [f"{where}: {what}: the standard says {theirs!r}, the list {ours!r}"
             for what, where, theirs, ours in differences
             if (what, where, theirs, ours) not in list(DIFFERENCES)]
    return found + [f"{known[1]}: {known[0]}: the exception is not used any more"
                    for known in DIFFERENCES if known not in differences]


def unnoticed(standard, lists):
    """The mistakes that would not be found, or not be named."""
    for title, name, pattern, replacement, words in MISTAKES:
        text = re.sub(pattern, replacement, lists.texts[name], count=1)
        if text == lists.texts[name]:
            yield f"{title}: the mistake cannot be made, since {pattern} is not in {name}.def"
            continue
        said = faults(standard, Lists({**lists.texts, name: text}))
        if not any(words in fault for fault in said):
            yield f"{title}: \"{words}\" is not said, but {said[:3]}"


def main():
    lists, standard = Lists.read(sys.argv[1]), Standard(sys.argv[2])
    found = faults(standard, lists) or list(unnoticed(standard, lists))
    for fault in found:
        print(f"spec: {fault}")
    fields = sum(len(fields) for _, _, fields in lists.composites().values())
    print(f"{len(lists.composites())} composites with {fields} fields, {len(lists.sections())} sections, "
          f"{len(lists.choices())} choices, {len(lists.encodings())} encodings and {len(lists.conditions())} conditions "
          f"compared, {len(MISTAKES)} mistakes made")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
