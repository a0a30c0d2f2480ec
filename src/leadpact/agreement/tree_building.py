"""Building the tree of a YAML text, with bounded work whatever the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from leadpact.agreement.problems import Path
from leadpact.agreement.tree import DEEPEST, MOST_VALUES, Entry, Fault, Node, Place, Tree, scalar_of

_SURROGATES = re.compile("[\ud800-\udfff]")
_TEXT_TAG = "tag:yaml.org,2002:str"
_SYNTAX = (
    ("mapping values are not allowed", "there is a “: ” where none can be",
     "indent the line like the one it belongs with, or put a text that has a colon in quotes"),
    ("'\\t'", "a tab stands where spaces belong", "indent with spaces"),
    ("unexpected end of stream", "a text in quotes does not end", "close the quotes"),
    ("expected ',' or ']'", "a list in brackets does not end", "close it with “]”"),
    ("expected ',' or '}'", "a mapping in braces does not end", "close it with “}”"),
    ("expected <block end>", "this line does not fit the lines above it",
     "indent it like its neighbours, and do not mix “- ” items with “key: value” lines"),
    ("could not find expected ':'", "this key has no “:” after it", "write “key: value”"),
    ("cannot start any token", "a text cannot begin with this character",
     "put the text in quotes"),
    ("expected '<document start>'", "something follows after the end of the document",
     "remove what is left over here"),
    ("special characters are not allowed", "a character here cannot stand in YAML",
     "remove it, or save the file as plain text in UTF-8"),
)  # fmt: skip


class _Stop(Exception):  # noqa: N818 it ends the reading, it is no failure
    """The rest of the text is not worth reading; the fault says why."""


def build(text: str) -> Tree:
    """The tree of a text. Never raises: what cannot be read is among the faults."""
    builder = _Builder()
    try:
        builder.take_all(YAML(typ="safe", pure=True).parse(text))
    except _Stop:
        builder.tree.root = None
    except YAMLError as error:
        builder.tree.root = None
        builder.tree.faults += _syntax_faults(error, text)
    return builder.tree


class _Open:
    """A list or mapping whose end has not come yet."""

    def __init__(self, node: Node, path: Path, anchor: str | None) -> None:
        self.node, self.path, self.anchor = node, path, anchor
        self.key: tuple[str, Place] | None = None
        self.merged: list[Node] = []

    def awaits_key(self) -> bool:
        return self.node.entries is not None and self.key is None

    def next_path(self) -> Path:
        if self.key:
            return (*self.path, self.key[0])
        return (*self.path, len(self.node.items or ()))


class _Builder:
    def __init__(self) -> None:
        self.tree = Tree()
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.documents = 0
        self.values = 0

    def take_all(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case DocumentStartEvent():
                    self.start_document(event)
                case ScalarEvent():
                    self.scalar(event)
                case AliasEvent():
                    self.alias(event)
                case MappingStartEvent() | SequenceStartEvent():
                    self.start(event)
                case MappingEndEvent() | SequenceEndEvent():
                    self.end()

    def start_document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.stop(event, "a second document begins here", "keep one document in a file")

    def scalar(self, event: ScalarEvent) -> None:
        place = _place(event)
        value: Any = self.whole_signs(event.value, place)
        if self.open and self.open[-1].awaits_key():
            self.open[-1].key = (value, place)
            return
        self.check_tag(event)
        if event.style is None and event.ctag is None:
            try:
                value = scalar_of(value)
            except ValueError as error:
                self.tree.faults.append(Fault(place, self.path(), str(error), spoils=True))
                value = 0
        node = Node(place, value, stands_at_key=value is None)
        if event.anchor:
            self.anchors[event.anchor] = node
        self.add(node)

    def whole_signs(self, text: str, place: Place) -> str:
        """A text, with a fault where it has half of a sign, which no file can hold."""
        if not _SURROGATES.search(text):
            return text
        half = "half of a sign stands here, written as in “\\ud83d”"
        self.tree.faults.append(Fault(place, self.path(), half, "write the sign itself", True))
        return _SURROGATES.sub("\ufffd", text)

    def alias(self, event: AliasEvent) -> None:
        target = self.anchors.get(event.anchor)
        if target is None:
            known = event.anchor in self.anchors
            what = "something that it is itself a part of" if known else "nothing"
            message = f"“*{event.anchor}” refers to {what}"
            self.stop(event, message, "write the value out instead")
        elif self.open and self.open[-1].awaits_key():
            self.stop(event, "a key must be a word", "write the key out")
        else:
            self.add(target, event)

    def start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if self.open and self.open[-1].awaits_key():
            self.stop(event, "a key must be a word, not a list or a mapping", "write “key: value”")
        if len(self.open) >= DEEPEST:
            self.stop(event, f"nested more than {DEEPEST} deep", "simplify this part")
        self.check_tag(event)
        node = Node(_place(event), stands_at_key=not event.flow_style)
        if isinstance(event, MappingStartEvent):
            node.entries = {}
        else:
            node.items = []
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(_Open(node, self.path(), event.anchor))

    def end(self) -> None:
        done = self.open.pop()
        _merge(done)
        if done.anchor:
            self.anchors[done.anchor] = done.node
        self.add(done.node)

    def add(self, node: Node, event: AliasEvent | None = None) -> None:
        """Put a finished value where it belongs, and count it."""
        self.values += node.size if event else 1
        if self.values > MOST_VALUES:
            what = "its aliases repeat" if event else "it has"
            self.faults_stop(
                _place(event) if event else node.place,
                f"the document is too large: {what} more than {MOST_VALUES:,} values",
            )
        if not self.open:
            self.tree.root = node
            return
        parent = self.open[-1]
        parent.node.size += node.size
        if parent.node.items is not None:
            parent.node.items.append(node)
        elif parent.key:
            self.enter(parent, *parent.key, node)
            parent.key = None

    def enter(self, parent: _Open, key: str, place: Place, node: Node) -> None:
        if key == "<<":
            self.merge_later(parent, place, node)
            return
        entries = parent.node.entries
        if entries is None:
            return
        if key in entries:
            first = entries[key].key_place.line
            self.fault(
                place,
                (*parent.path, key),
                f"“{key}” is given twice; it stands on line {first} already",
                "keep one of the two",
            )
        else:
            entries[key] = Entry(place, node)

    def merge_later(self, parent: _Open, place: Place, node: Node) -> None:
        sources = node.items if node.items is not None else [node]
        if all(source.entries is not None for source in sources):
            parent.merged += sources
        else:
            self.fault(place, parent.path, "“<<” takes in mappings only", "write “<<: *name”")

    def check_tag(self, event: Any) -> None:
        tag = event.ctag
        if tag is not None and str(tag) not in (_TEXT_TAG, "!"):
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            hint = "leave the tag out, or put the text in quotes"
            self.fault(_place(event), self.path(), f"the YAML tag “{short}” is not used here", hint)

    def path(self) -> Path:
        return self.open[-1].next_path() if self.open else ()

    def fault(self, place: Place, path: Path, message: str, hint: str | None = None) -> None:
        self.tree.faults.append(Fault(place, path, message, hint))

    def stop(self, event: Event, message: str, hint: str) -> None:
        self.faults_stop(_place(event), message, hint)

    def faults_stop(self, place: Place, message: str, hint: str | None = None) -> None:
        self.fault(place, self.path(), message, hint)
        raise _Stop


def _merge(done: _Open) -> None:
    """Take in the entries that “<<” names, where the mapping has none of its own."""
    entries = done.node.entries
    if entries is not None:
        for source in done.merged:
            entries.update({k: entry for k, entry in source.pairs() if k not in entries})


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax_faults(error: YAMLError, text: str) -> list[Fault]:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        said = str(error.problem or error.context)
        unfinished = error.context_mark if "end of stream" in said else None
        if unfinished:
            place = Place(unfinished.line + 1, unfinished.column + 1)
    elif isinstance(error, ReaderError):
        place, said = place_of(text, error.position), str(error.reason)
    else:
        place, said = Place(1, 1), str(error).splitlines()[0]
    if "'\\t'" in said:
        return _tabs(text, place)
    message, hint = _in_plain_words(said)
    return [Fault(place, (), message, hint)]


def _tabs(text: str, first: Place) -> list[Fault]:
    """Every line that a tab indents, from the one at which reading stopped."""
    found = [
        Place(number, len(line) - len(line.lstrip(" ")) + 1)
        for number, line in enumerate(text.split("\n"), 1)
        if number > first.line and line.lstrip(" ").startswith("\t") and line.strip()
    ]
    message, hint = _in_plain_words("'\\t'")
    return [Fault(place, (), message, hint) for place in [first, *found]]


def _in_plain_words(said: str) -> tuple[str, str | None]:
    for sign, message, hint in _SYNTAX:
        if sign in said:
            return message, hint
    return f"this is not YAML: {said}", None


def place_of(text: str, position: int) -> Place:
    """Line and column of the character at a position."""
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
