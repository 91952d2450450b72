"""Reads one YAML file into plain data that knows its places, as the Databricks CLI reads it.

The CLI reads YAML with go-yaml v3, a port of libyaml; so do we, with libyaml's own events. Only
`true` and `false` are booleans, leading zeros are decimal, dates stay strings, the last of two
equal keys wins, only the first document counts (https://pkg.go.dev/gopkg.in/yaml.v3).
"""

import gc
import os
import re

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bundlewright.patterns import Pattern

try:
    from yaml.cyaml import CParser as Parser
except ImportError:  # a PyYAML without libyaml: the same events, ten times slower
    from yaml import SafeLoader as Parser

MAX_DEPTH = 100
MAX_BYTES = 32 * 1024 * 1024
NOTHING = frozenset()


class Map(dict):
    """A YAML mapping.

    Attributes:
        at: the place of the mapping itself.
        places: key -> (place of the key, place of its value).
        anchored: the keys whose values carry an anchor (`&name`).
        has_refs: whether a `${...}` reference stands anywhere below.
        has_dynamic: whether a `{{...}}` reference stands anywhere below.
    """

    __slots__ = ("anchored", "at", "has_dynamic", "has_refs", "places")

    def __init__(self, at):
        self.at = at
        self.places = {}
        self.anchored = NOTHING
        self.has_refs = False
        self.has_dynamic = False


class Seq(list):
    """A YAML sequence.

    Attributes:
        at: the place of the sequence itself.
        places: the place of each item.
        anchored: the indexes of the items that carry an anchor.
        starts: where lists begin that a merge has appended.
        has_refs, has_dynamic: as those of a `Map`.
    """

    __slots__ = ("anchored", "at", "has_dynamic", "has_refs", "places", "starts")

    def __init__(self, at):
        self.at = at
        self.places = []
        self.anchored = NOTHING
        self.starts = ()
        self.has_refs = False
        self.has_dynamic = False


class Document:
    """One file as read.

    Attributes:
        name: the file's path relative to the bundle root.
        content: its bytes; empty where it cannot be read.
        data: what it says, a `Map` in a sound file; None where nothing could be read.
        problems: what is wrong with it, as (kind, message, place). There is no data after the kinds
            `unreadable` (the file), `syntax` (not YAML) and `refused` (YAML that the CLI does not
            take); `duplicate_key` and `second_document` leave it.
        earlier: the place of a key that stands twice -> the place of its earlier one and what stood
            there.
        respelled: plain scalars that are not the text that was written, as (text, value, place):
            numbers that read back otherwise, such as `1.10`, and dates, which stay text here.
    """

    __slots__ = ("content", "data", "earlier", "name", "problems", "respelled")

    def __init__(self, name):
        self.name = name
        self.content = b""
        self.data = None
        self.problems = []
        self.earlier = {}
        self.respelled = []


class _Refused(Exception):
    """YAML that parses but that the CLI refuses."""

    def __init__(self, message, place):
        super().__init__(message)
        self.place = place


def read(path, name):
    """Read a file.

    Args:
        path: where the file is.
        name: what to call it in places.

    Returns:
        A `Document`; it never raises for what is in the file or for a file that cannot be read.
    """
    document = Document(name)
    content, problem = content_of(path, MAX_BYTES)
    if problem:
        message = f"cannot be read: {problem}"
        document.problems.append(("unreadable", message, (name, 1, 1)))
        return document
    return parse(content, document)


def content_of(path, limit):
    """Read a file of any kind and size without waiting, or saying so much that memory runs out.

    Args:
        path: where the file is.
        limit: how many bytes it may have.

    Returns:
        Its bytes, and what kept it from being read or "".
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            return b"", "not a regular file"  # a pipe would keep us waiting
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        return b"", error.strerror
    if len(content) > limit:
        return b"", f"larger than {limit // 2**20} MiB"
    return content, ""


def decode(content):
    """The text of a file as YAML is read: UTF-8, or UTF-16 where it begins with a mark of that."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return content.decode(encoding, errors="replace")


def parse(content, document):
    """Fill a document from YAML text.

    Args:
        content: the text, as str or as bytes in UTF-8 or UTF-16.
        document: the empty `Document` to fill.

    Returns:
        The same document.
    """
    # The collector would walk the growing tree again and again: four times the reading time.
    document.content = content.encode(errors="replace") if isinstance(content, str) else content
    collecting = gc.isenabled()
    gc.disable()
    try:
        document.data = _Builder(document).build(Parser(content))
    except _Refused as refused:
        document.problems.append(("refused", str(refused), refused.place))
    except yaml.YAMLError as error:
        document.problems.append(_explain(error, document.content, document.name))
    finally:
        if collecting:
            gc.enable()
    return document


_CONFLICT = Pattern(rb"^<<<<<<< ", re.MULTILINE)


def _explain(error, content, name):
    """What to say of YAML that does not parse."""
    conflict = _CONFLICT.search(content)
    if conflict:
        line = content.count(b"\n", 0, conflict.start()) + 1
        return "refused", "the file holds the markers of a merge conflict", (name, line, 1)
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return "syntax", error.problem or "cannot be read", (name, mark.line + 1, mark.column + 1)
    before = content[: getattr(error, "position", None) or 0].split(b"\n")
    reason = str(getattr(error, "reason", error))
    return "syntax", reason, (name, len(before), len(before[-1].decode(errors="replace")) + 1)


class _Builder:
    """Builds the tree from events, with a stack of its own: no depth of nesting is a recursion."""

    def __init__(self, document):
        self.name = document.name
        self.problems = document.problems
        self.earlier = document.earlier
        self.respelled = document.respelled
        self.anchors = {}

    def build(self, parser):
        name = self.name
        get_event = parser.get_event
        anchors = self.anchors
        stack = []  # the enclosing containers, with the key that waits for its value
        container = None
        key = _NO_KEY
        key_place = None
        root = None
        documents = 0
        flow = 0  # how deep the outermost collection in brackets stands; 0 outside of them
        while True:
            event = get_event()
            if event is None:
                return root
            kind = type(event)
            mark = event.start_mark
            place = (name, mark.line + 1, mark.column + 1)
            if kind is ScalarEvent:
                value = event.value
                anchor = event.anchor
                if event.implicit[0]:  # plain, without a tag
                    if flow and "?" in value:
                        # There go-yaml ends a text at a question mark, as libyaml once did.
                        raise _Refused("a text with '?' needs quotes inside of brackets", place)
                    if value in _CONSTANTS or value[0] in _NUMERIC:
                        value = self._plain(value, place)
                    elif (
                        key is _NO_KEY
                        and container.__class__ is Map
                        and anchor is None
                        and value not in container
                        and value != "<<"
                    ):
                        key = value
                        key_place = place
                        continue  # as most keys are: plain, and there for the first time
                elif event.tag:
                    value = self._tagged(event, place)
                refs = dynamic = False
                if value.__class__ is str and "{" in value:
                    refs = "${" in value
                    dynamic = "{{" in value
                if anchor:
                    anchors[anchor] = (value, place)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.tag and not event.implicit and event.tag not in _CONTAINER_TAGS:
                    raise _Refused(f"unknown tag {event.tag}", place)
                if container.__class__ is Map and key is _NO_KEY:
                    raise _Refused("a key must be a string", place)
                if len(stack) >= MAX_DEPTH:
                    raise _Refused(f"is nested deeper than {MAX_DEPTH} levels", place)
                if event.anchor:
                    anchors[event.anchor] = (_UNDER_CONSTRUCTION, place)
                stack.append((container, key, key_place, event.anchor))
                if event.flow_style and not flow:
                    flow = len(stack)
                container = Map(place) if kind is MappingStartEvent else Seq(place)
                key = _NO_KEY
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = container
                place = value.at
                container, key, key_place, anchor = stack.pop()
                if len(stack) < flow:
                    flow = 0
                if anchor:
                    anchors[anchor] = (value, place)
                if value.__class__ is Map and _MERGE in value:
                    _apply_merges(value)
                refs = value.has_refs
                dynamic = value.has_dynamic
            elif kind is AliasEvent:
                if event.anchor not in anchors:
                    raise _Refused(f"unknown anchor {event.anchor!r}", place)
                value, anchored_at = anchors[event.anchor]
                if value is _UNDER_CONSTRUCTION:
                    raise _Refused(f"anchor {event.anchor!r} contains itself", place)
                anchor = None
                refs, dynamic = marks_of(value)
                if container.__class__ is not Map or key is not _NO_KEY:
                    place = anchored_at
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    if getattr(get_event(), "value", None) != "":  # there is something in it
                        message = "a second YAML document starts here"
                        self.problems.append(("second_document", message, place))
                    return root
                continue
            else:
                continue

            if container is None:
                root = value
            elif key is _NO_KEY and container.__class__ is Map:
                key = self._key(value, event, place, container)
                key_place = place
            else:
                if refs:
                    container.has_refs = True
                if dynamic:
                    container.has_dynamic = True
                if anchor:
                    container.anchored = container.anchored or set()
                    container.anchored.add(len(container) if container.__class__ is Seq else key)
                if container.__class__ is Seq:
                    container.append(value)
                    container.places.append(place)
                else:
                    container[key] = value
                    container.places[key] = (key_place, place)
                    key = _NO_KEY

    def _key(self, value, event, place, container):
        if value == "<<" and type(event) is ScalarEvent and event.implicit[0]:
            if _MERGE in container:
                raise _Refused("merge key '<<' stands twice in one mapping", place)
            return _MERGE
        if value is None:
            value = "null"
        elif type(value) is not str:
            shown = str(value).lower() if isinstance(value, bool) else value
            raise _Refused(f"key {shown} must be a string: put it in quotes", place)
        if value in container:
            line = container.places[value][0][1]
            message = f"key {value!r} stands twice, first in line {line}; the last one wins"
            self.problems.append(("duplicate_key", message, place))
            self.earlier[place] = container.places[value][0], container[value]
            # The later key also takes the later place in the order of keys.
            del container[value]
        return value

    def _plain(self, text, place):
        if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) < 19:
            return int(text)
        value = resolve_plain(text, place)
        kind = type(value)
        if _DATE.match(text) if kind is str else kind in _NUMBERS and spell(value) != text:
            self.respelled.append((text, value, place))
        return value

    def _tagged(self, event, place):
        text, tag = event.value, event.tag
        if tag in _TEXT_TAGS:
            return text
        if tag not in _SCALAR_TAGS:
            raise _Refused(f"unknown tag {tag}", place)
        value = resolve_plain(text, place)
        if tag == "tag:yaml.org,2002:float" and type(value) is int:
            return float(value)
        if type(value) is not _SCALAR_TAGS[tag]:
            raise _Refused(f"cannot read {text!r} as {tag.rpartition(':')[2]}", place)
        return value


_NO_KEY = object()
_UNDER_CONSTRUCTION = object()
_MERGE = object()  # the key under which a `<<` waits until its mapping ends

_NUMERIC = frozenset("0123456789+-.")  # what numbers begin with
_NUMBERS = (int, float)
_CONTAINER_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
_SCALAR_TAGS = {
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:null": type(None),
}
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = Pattern(r"[-+]?[0-9]+\Z")
_BASED = Pattern(r"([-+]?)0(?:x([0-9a-fA-F]+)|o([0-7]+)|b([01]+))\Z")
_DATE = Pattern(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]| )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)
_FLOAT = Pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


def resolve_plain(text, place=None):
    """Give a plain (unquoted, untagged) scalar the type that the CLI gives it.

    Args:
        text: the scalar as written.
        place: its place, for the refusal of a number that fits no 64 bits.

    Returns:
        None, bool, int, float, or the text itself.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    digits = text.replace("_", "") if text[0] != "_" else text
    if _INTEGER.match(digits):
        if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
            raise _Refused(f"number {text[:40]} does not fit into 64 bits", place)
        return int(digits)
    based = _BASED.match(digits)
    if based:
        sign, hexadecimal, octal, binary = based.groups()
        if len(digits) > 80:
            raise _Refused(f"number {text[:20]}... does not fit into 64 bits", place)
        number = int(hexadecimal or octal or binary, 16 if hexadecimal else 8 if octal else 2)
        return -number if sign == "-" else number
    if _FLOAT.match(digits):
        return float(digits)
    return text


def spell(number):
    """A number as the CLI writes it where a text is wanted: no exponent, no zeros at the end."""
    text = repr(number)
    if "e" in text:
        from decimal import Decimal  # few numbers are that large or small

        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _apply_merges(mapping):
    """Replace a waiting `<<` by the keys of the mappings it names; a mapping's own keys win."""
    merged = dict.pop(mapping, _MERGE)
    place, _ = mapping.places.pop(_MERGE)
    sources = merged if isinstance(merged, Seq) else [merged]
    for source in sources:
        if not isinstance(source, Map):
            raise _Refused("'<<' needs a mapping or a list of mappings", place)
        for key, value in source.items():
            if key not in mapping:
                mapping[key] = value
                mapping.places[key] = source.places[key]
        mapping.has_refs = mapping.has_refs or source.has_refs
        mapping.has_dynamic = mapping.has_dynamic or source.has_dynamic


def marks_of(value):
    """Whether `${...}` and whether `{{...}}` references stand in a value or below it."""
    if isinstance(value, str):
        return "${" in value, "{{" in value
    return getattr(value, "has_refs", False), getattr(value, "has_dynamic", False)
