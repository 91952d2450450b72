"""Edits a YAML text at places and leaves every other character as it is.

An edit is found by its place among libyaml's events and made as a change of a span of the text. The
changed text must then read as the old one does, but for the edits: the events of a document, styles
left aside, are all that it says (https://yaml.org/spec/1.2.2/#31-processes).
"""

import itertools
import json
import re

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)
from yaml.tokens import ScalarToken

from bundlewright.bundle.document import Document, Parser, parse

_BREAKS = "\n\r\x85\u2028\u2029"
_BLANKS = f" \t{_BREAKS}"
_BREAK = re.compile(f"\r\n|[{_BREAKS}]|\\Z")
_COMMENT = re.compile(f"(?:[ \t]+#[^{_BREAKS}]*)?")
_GAP = re.compile(f"(?:[{_BLANKS}]|#[^{_BREAKS}]*)*")
_BLOCK_SCALAR = re.compile(
    f"[|>][-+0-9]*([^{_BREAKS}]*)(?:(\r\n|[{_BREAKS}])(?: *(?:\r\n|[{_BREAKS}]))*( +))?"
)
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # JSON takes them, YAML not
_CONTENT = (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
_TEXT_TAGS = (None, "", "!", "tag:yaml.org,2002:str")


class Refused(Exception):
    """An edit that cannot be made; the message says why."""


class Edit:
    """A change of one scalar, or an entry that goes.

    Attributes:
        first, stop: the events that it concerns, from the one up to the other.
        entry: the `_Entry` that it renames or removes, or None.
        span: the (start, end, text) that it puts there; None where an entry goes.
        value: the scalar that then stands there, as its event has it.
        plain: whether that has no quotes.
    """

    __slots__ = ("entry", "first", "plain", "span", "stop", "value")

    def __init__(self, first, stop, entry=None, span=None, value=None, plain=False):
        self.first = first
        self.stop = stop
        self.entry = entry
        self.span = span
        self.value = value
        self.plain = plain

    def meets(self, other):
        """Whether only one of the two can be made; the same edit asked for twice is one edit."""
        if self.first < other.stop and other.first < self.stop:
            return (self.first, self.stop, self.span) != (other.first, other.stop, other.span)
        if self.span and other.span and self.entry and other.entry:
            return self.entry.mapping is other.entry.mapping and self.value == other.value
        return False


class _Collection:
    """A mapping or a sequence.

    Attributes:
        first: its first event.
        flow: whether it stands in brackets, or in another that does.
        start, end: where its content starts, and where itself ends.
        entries: the `_Entry`s of a mapping; None for a sequence.
        key: the first event of the key that waits for its value, or None.
    """

    __slots__ = ("end", "entries", "first", "flow", "key", "start")

    def __init__(self, first, event):
        self.first = first
        self.flow = event.flow_style
        self.start = self.end = event.end_mark.index
        self.entries = [] if type(event) is MappingStartEvent else None
        self.key = None


class _Entry:
    """An entry of a mapping: its events, from `first` up to `stop`, and its span."""

    __slots__ = ("end", "first", "mapping", "start", "stop")

    def __init__(self, mapping, first, stop, start, end):
        self.mapping = mapping
        self.first = first
        self.stop = stop
        self.start = start
        self.end = end


class Text:
    """A YAML text, and what stands where in its first document.

    Attributes:
        text: the text.
    """

    def __init__(self, text, as_json=False):
        """Survey a text.

        Args:
            text: the text, without a byte order mark.
            as_json: whether it must stay JSON.

        Raises:
            Refused: it is not YAML.
        """
        self.text = text
        self._as_json = as_json
        self._events = []
        self._keys = {}  # place -> entry
        self._scalars = {}  # place -> (event, whether in brackets)
        try:
            self._survey(Parser(text))
        except YAMLError as error:
            raise Refused("the file is not valid YAML") from error

    def _survey(self, parser):
        around = [None]
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is StreamStartEvent or kind is DocumentStartEvent:
                continue
            if kind not in _CONTENT:
                return
            index = len(self._events)
            self._events.append(event)
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                around.append(_Collection(index, event))
                continue
            first, end = index, event.end_mark.index
            if kind is MappingEndEvent or kind is SequenceEndEvent:
                ended = around.pop()
                # The end of a block stands at what comes next, after blank lines and comments.
                first, end = ended.first, end if ended.flow else ended.end
                ended.end = end
            elif kind is ScalarEvent:
                end = self._end_of(event)
            collection = around[-1]
            if collection is not None:
                self._add(collection, first, index, end)

    def _add(self, collection, first, last, end):
        """Note a node, of the events from `first` to `last`, in what holds it."""
        collection.end = end
        mapping = collection.entries is not None
        if mapping and collection.key is None:
            collection.key = first
            return
        if type(self._events[last]) is ScalarEvent:
            self._scalars[self._place(last)] = last, collection.flow
        if mapping:
            start = self._events[collection.key].start_mark.index
            entry = _Entry(collection, collection.key, last + 1, start, end)
            self._keys[self._place(collection.key)] = entry
            collection.entries.append(entry)
            collection.key = None

    def _place(self, index):
        mark = self._events[index].start_mark
        return mark.line + 1, mark.column + 1

    def _end_of(self, scalar):
        """Where a scalar ends; the blank lines after a block scalar count only if it keeps them."""
        start, end = scalar.start_mark.index, scalar.end_mark.index
        if scalar.style not in ("|", ">"):
            return end
        lines = self.text[start:end]
        if scalar.value.endswith("\n\n"):
            return end - (2 if lines.endswith("\r\n") else 1)
        return start + len(lines.rstrip(_BLANKS))

    def edit(self, action, place, value):
        """Work out an edit.

        Args:
            action: `replace` a scalar, `rename` a key, or `remove` the entry of a key.
            place: the line and the column of the scalar or key, from 1.
            value: the new scalar: a str stays text, so it is quoted where it must be; a bool, an
                int or None is written as such. Not used to remove.

        Returns:
            An `Edit`.

        Raises:
            Refused: it cannot be made.
        """
        if action == "replace":
            index, flow = self._at(place, self._scalars, "scalar")
            return self._rewritten(index, flow, value)
        entry = self._at(place, self._keys, "key")
        return self._renamed(entry, value) if action == "rename" else self._removed(entry)

    def _at(self, place, known, what):
        if place not in known:
            raise Refused(f"no {what} stands in line {place[0]}, column {place[1]}")
        return known[place]

    def _renamed(self, entry, name):
        for other in entry.mapping.entries:
            if other is not entry and getattr(self._events[other.first], "value", None) == name:
                line = self._place(other.first)[0]
                raise Refused(f"the mapping has key {name!r} already, in line {line}")
        return self._rewritten(entry.first, entry.mapping.flow, name, entry)

    def _removed(self, entry):
        line = self._place(entry.first)[0]
        inside = range(entry.first, entry.stop)
        for alias, meant in _meant_by_aliases(self._events):
            if meant in inside and alias not in inside:
                name, used = self._events[alias].anchor, self._place(alias)[0]
                raise Refused(f"*{name} in line {used} needs what stands in line {line}")
        if self._lead(entry.start).endswith("?"):
            raise Refused(f"the key in line {line} stands behind a '?'")
        return Edit(entry.first, entry.stop, entry)

    def _rewritten(self, index, flow, value, entry=None):
        """The `Edit` that gives a scalar another value; with `entry` it is the key of that."""
        event = self._events[index]
        line = self._place(index)[0]
        if type(event) is not ScalarEvent:
            raise Refused(f"the key in line {line} is no text")
        if event.tag not in _TEXT_TAGS:
            raise Refused(f"what stands in line {line} has the tag {event.tag}")
        start, end = self._start_of(event), self._end_of(event)
        if start == end and not self._takes_value(index, end, flow):
            raise Refused(f"there is no place for a value in line {line}")
        for spelling in self._spellings(event, self.text[start:end], value):
            if _reads(spelling, value, flow, of_key=entry is not None):
                break
        else:
            raise Refused(f"{value!r} cannot be written in line {line}")
        plain = spelling[0] not in "'\"|>" and not event.tag
        if start == end and self.text[start - 1] not in _BLANKS:
            spelling = f" {spelling}"
        written = value if isinstance(value, str) else json.dumps(value)
        return Edit(index, index + 1, entry, (start, end, spelling), written, plain)

    def _start_of(self, scalar):
        """Where a scalar starts, after its anchor and tag."""
        end = scalar.end_mark.index
        if not (scalar.anchor or scalar.tag):
            return scalar.start_mark.index
        parser = Parser(self.text)
        while True:
            token = parser.get_token()
            if token.end_mark.index >= end:
                return token.start_mark.index if type(token) is ScalarToken else end

    def _takes_value(self, index, end, flow):
        """Whether a scalar of no characters, which ends there, has a `:` or a `-` before it."""
        if self._events[index].anchor or self._events[index].tag:
            return True
        if flow:
            end = 1 + self._gap_end(self._events[index - 1].end_mark.index)
        return self.text[end - 1 : end] in (":", "-")

    def _spellings(self, scalar, spelled, value):
        """How a value may be written in place of a scalar, the most alike first."""
        if not isinstance(value, str):
            return [] if scalar.tag else [json.dumps(value)]
        quoted = json.dumps(value, ensure_ascii=False)
        double = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
        if scalar.style in ("|", ">"):
            comment, newline, indent = _BLOCK_SCALAR.match(spelled).groups()
            block = _as_block(scalar.style, comment, newline, indent, value) if indent else ""
            if value.endswith("\n") and self._end_of(scalar) == len(self.text):
                block += newline or ""
            return [block, double + comment]
        if self._as_json or scalar.style == '"':
            return [double]
        if scalar.style == "'":
            return ["'" + value.replace("'", "''") + "'", double]
        return [value, double] if value else [double]

    def edited(self, edits):
        """Make edits.

        Args:
            edits: `Edit`s of this text that do not meet.

        Returns:
            The `Text` that they make of this one.

        Raises:
            Refused: they would change more than they say.
        """
        edits = {edit.first: edit for edit in edits}.values()
        spans = [edit.span for edit in edits if edit.span]
        gone = {}
        for edit in edits:
            if not edit.span:
                gone.setdefault(edit.entry.mapping, set()).add(edit.entry)
        for mapping, entries in gone.items():
            spans += self._removals(mapping, entries)
        parts, position = [], 0
        for start, end, text in sorted(spans):
            parts += self.text[position:start], text
            position = end
        parts.append(self.text[position:])
        changed = Text("".join(parts), self._as_json)
        if not self._differs_by(edits, changed):
            raise Refused("an edit would change more than it should")
        return changed

    def _differs_by(self, edits, changed):
        """Whether another text says what this one does, but for some edits."""
        edit_at = {edit.first: edit for edit in edits}
        expected = []
        index = 0
        while index < len(self._events):
            edit = edit_at.get(index)
            if edit and not edit.span:
                index = edit.stop
                continue
            said = _said(self._events[index])
            expected.append((*said[:3], edit.value, edit.plain) if edit else said)
            index += 1
        return expected == list(map(_said, changed._events))

    def _removals(self, mapping, gone):
        """The spans that take entries out of a mapping."""
        entries = mapping.entries
        if len(gone) == len(entries):
            if self.text[mapping.start - 1 : mapping.start] == "{":
                return [(mapping.start, mapping.end - 1, "")]
            return [(entries[0].start, self._comment_end(entries[-1].end), "{}")]
        out_of = self._out_of_flow if mapping.flow else self._out_of_block
        spans = []
        for is_gone, run in itertools.groupby(entries, gone.__contains__):
            if is_gone:
                run = list(run)
                spans += out_of(entries, run, entries.index(run[0]))
        return spans

    def _out_of_block(self, entries, run, first):
        start, end = run[0].start, run[-1].end
        line = self._line_start(start)
        if not self._lead(start):
            return [(self._line_start(one.start), self._next_line(one.end), "") for one in run]
        # Behind the dash of a list the next entry takes its place, unless a comment is before it.
        following = entries[first + len(run)].start
        if not self.text[self._next_line(end) : following].strip(_BLANKS):
            return [(start, following, "")]
        return [(line + len(self.text[line:start].rstrip(" \t")), self._comment_end(end), "")]

    def _out_of_flow(self, entries, run, first):
        start, end = run[0].start, run[-1].end
        own_line = not self._lead(start)
        comma = self._gap_end(end)
        with_comma = self.text[comma] == ","
        if with_comma:
            end = comma + 1
        if own_line:
            after = self._comment_end(end)
            own_line = not self.text[after : self._next_line(after)].strip(_BLANKS)
        lines = (self._line_start(start), self._next_line(end), "")
        if first + len(run) < len(entries):
            following = entries[first + len(run)].start
            if own_line:
                return [lines]
            if not self.text[self._comment_end(end) : following].strip(_BLANKS):
                return [(start, following, "")]
            return [(start, self._comment_end(end), "")]
        # The last ones: the comma before them goes too, unless they have their own behind them.
        comma = self._gap_end(entries[first - 1].end)
        spans = [] if with_comma else [(comma, comma + 1, "")]
        if own_line:
            end = self._comment_end(end)
        if not self.text[comma + 1 : start].strip(_BLANKS):
            return [*spans, (comma + 1, end, "")]
        return [*spans, lines if own_line else (start, end, "")]

    def _lead(self, start):
        """What stands before an offset in its line, but for blanks."""
        return self.text[self._line_start(start) : start].strip(" \t")

    def _line_start(self, offset):
        return 1 + max(self.text.rfind(character, 0, offset) for character in _BREAKS)

    def _next_line(self, offset):
        return _BREAK.search(self.text, offset).end()

    def _comment_end(self, offset):
        """The end of the comment that follows in the line; the offset itself if none does."""
        return _COMMENT.match(self.text, offset).end()

    def _gap_end(self, offset):
        """Where the next comma or bracket is, after blanks and comments."""
        return _GAP.match(self.text, offset).end()


def _said(event):
    """What an event says: its kind, anchor, tag, value, and whether the tag follows from that."""
    implicit = getattr(event, "implicit", None)
    return (
        type(event),
        getattr(event, "anchor", None),
        getattr(event, "tag", None),
        getattr(event, "value", None),
        implicit[0] if type(event) is ScalarEvent else implicit,
    )


def _meant_by_aliases(events):
    """Each alias, with the node that it means or None where no anchor has its name; as indexes."""
    anchors = {}
    for index, event in enumerate(events):
        if type(event) is AliasEvent:
            yield index, anchors.get(event.anchor)
        elif getattr(event, "anchor", None):
            anchors[event.anchor] = index


def _as_block(style, comment, newline, indent, value):
    """A value as a block scalar; several lines keep their breaks, so they cannot stay folded."""
    lines = value.split("\n")
    chomping = "-"
    if lines[-1] == "":
        chomping = ""
        lines.pop()
    if len(lines) > 1:
        style = "|"
    body = [indent + line if line else "" for line in lines]
    return newline.join([style + chomping + comment, *body])


def _reads(spelling, value, flow, of_key):
    """Whether a spelling reads as a value in the company that it will have."""
    if flow and "?" in spelling and spelling == value:
        return False  # go-yaml ends an unquoted scalar in brackets there, libyaml does not
    if of_key:
        sample = f"{{{spelling} : y}}" if flow else f"{spelling} : y\n"
        expected = {value: "y"}
    else:
        sample = f"[{spelling} , y]" if flow else f"- {spelling}\n- y\n"
        expected = [value, "y"]
    try:
        document = parse(sample, Document(""))
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    # What is spelled otherwise, such as a date, is text to the CLI in some places only.
    return not document.problems and not document.respelled and document.data == expected
