"""What somebody sent from the form of a section, put into the document; remarks stay.

Only what differs from the form as it was shown is put. An item is added where any of its values is
given, taken away where that is asked, and moved to the place that is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from io import StringIO
from itertools import pairwise
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from leadpact.agreement.changing import with_remarks
from leadpact.agreement.clauses.pieces import (
    NEW,
    Field,
    Items,
    Kind,
    Piece,
    Single,
    fields_of,
    lists_of,
)
from leadpact.agreement.clauses.remarks import put_tail, take_tail
from leadpact.agreement.clauses.texts import plain_data
from leadpact.agreement.problems import Path

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,9})?")
#: What is sent of an item as a whole, after its key.
GONE, PLACE = ":gone", ":place"
_DIGITS = 6


class SentError(Exception):
    """What was typed cannot be meant; the message is a sentence for the user."""


def read(text: str) -> Any:
    """The document of a text. Raises SentError for one that is no YAML, or no mapping."""
    try:
        document = with_remarks().load(text)
    except (YAMLError, ValueError, RecursionError):
        raise SentError("The text cannot be read at all: mend it as text first.") from None
    if not isinstance(document, CommentedMap):
        raise SentError("The text has no sections: mend it as text first.")
    return document


def written(document: Any) -> str:
    """The text of a document."""
    stream = StringIO()
    with_remarks().dump(document, stream)
    return stream.getvalue()


def put(document: Any, piece: Piece, said: Mapping[str, str]) -> int:
    """Put what was sent of a section into the document; how many changes that were.

    Raises SentError, and then the document is not to be used any more.
    """
    fresh = [f for f in fields_of(piece) if NEW in f.steps and said.get(f.key, "").strip()]
    wanted = list(_wanted(piece, said))
    for field, text in wanted:
        _set(document, field.steps, None if text is None else value_of(field, text))
    # The inner lists first: what stands in an item is found by the item's place.
    return len(wanted) + sum(
        _arranged(document, each, said) + _added(document, each, fresh, said)
        for each in reversed(list(lists_of(piece)))
    )


def _wanted(piece: Piece, said: Mapping[str, str]) -> Iterator[tuple[Field, str | None]]:
    """Values that were changed, each with its new text; None where it is not stated any more."""
    gone = {key.removesuffix(GONE) for key, text in said.items() if key.endswith(GONE) and text}
    for field in fields_of(piece):
        if field.key not in said or NEW in field.steps:
            continue
        if any(field.key.startswith(f"{key}/") for key in gone):
            continue
        text = _tidy(said[field.key])
        if text != _tidy(field.text):
            yield field, text or None


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def value_of(field: Field, text: str) -> Any:
    """What a text means, as data of a document. Raises SentError."""
    text = _tidy(text)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    match field.kind:
        case Kind.LINES:
            return CommentedSeq(_single(field, line) for line in lines)
        case Kind.PAIRS:
            return CommentedMap(_pair(field, line) for line in lines)
        case Kind.YES_NO:
            return text == "yes"
        case Kind.LONG | Kind.CHOICE:
            return text
        case Kind.DAY:
            return _day(field, text)
        case Kind.YAML:
            return _data(field, text)
    return _single(field, text)


def _pair(field: Field, line: str) -> tuple[str, Any]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or not value.strip():
        raise SentError(
            f"{field.label}: “{line[:60]}” is no name with a value; write “name: value”."
        )
    return name.strip(), _single(field, value.strip())


def _single(field: Field, text: str) -> Any:
    """A number or a day where one may stand and the text is one, else the text itself."""
    if field.single is Single.NUMBER and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if field.single is Single.DAY and _DAY.fullmatch(text):
        return _day(field, text)
    return text


def _day(field: Field, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SentError(f"{field.label}: “{text[:60]}” is no date; write 2026-12-31.") from None


def _data(field: Field, text: str) -> Any:
    try:
        data = with_remarks().load(text)
    except (YAMLError, ValueError, RecursionError):
        data = None
    if data is None:
        raise SentError(
            f"{field.label}: “{text[:60]}” cannot be read; write it as in the examples."
        )
    return data


# ------------------------------------------------------------------------------- in the document


def _set(document: Any, steps: Path, value: Any) -> None:
    if value is None:
        _remove(document, steps)
        return
    holder = _holder(document, steps)
    last = steps[-1]
    present = holder.get(last) if isinstance(holder, dict) else holder[last]
    holder[last] = _into(present, value)


def _into(present: Any, value: Any) -> Any:
    """A value in the shape and with the remarks of the present one, as far as both are alike."""
    if repr(plain_data(present)) == repr(plain_data(value)):
        return present
    present = _own(present)
    if isinstance(present, CommentedMap) and isinstance(value, dict):
        for key in [key for key in present if key not in value]:
            _delete(present, key)
        for key, item in value.items():
            present[key] = _into(present.get(key), item)
        return present
    if isinstance(present, CommentedSeq) and isinstance(value, list):
        for number, item in enumerate(value[: len(present)]):
            present[number] = _into(present[number], item)
        for item in value[len(present) :]:
            present.append(item)
        del present[len(value) :]
        return present
    return value


def _holder(document: Any, steps: Path) -> Any:
    """What holds the value at the end of a path; made where it is not there.

    Raises SentError where something else stands than the form expects.
    """
    holder = document
    for step, after in pairwise(steps):
        if isinstance(holder, CommentedMap) and holder.get(step) is None:
            holder[step] = CommentedSeq() if isinstance(after, int) else CommentedMap()
        holder[step] = _own(holder[step])
        holder = holder[step]
        if not isinstance(holder, CommentedSeq if isinstance(after, int) else CommentedMap):
            said = str(steps[0]).replace("_", " ").capitalize()
            raise SentError(f"“{said}” is not written as it must be: mend it as text first.")
    return holder


def _own(value: Any) -> Any:
    """A value that is written in several places by its name, as one of this place alone."""
    if isinstance(value, CommentedMap | CommentedSeq) and value.yaml_anchor() is not None:
        value = deepcopy(value)
        value.yaml_set_anchor(None)
    return value


def _remove(document: Any, steps: Path) -> None:
    """Take a value away, and with it what then holds nothing."""
    holder = _holder(document, steps)
    _delete(holder, steps[-1])
    if not holder and len(steps) > 1 and not isinstance(steps[-2], int):
        _remove(document, steps[:-1])


def _delete(holder: Any, key: Any) -> None:
    """Take a value out of what holds it. Raises SentError for one that is merged into it."""
    del holder[key]
    # A mapping goes on finding what is merged into it, also what it does not list any more.
    if isinstance(holder, CommentedMap) and holder.get(key) is not None:
        raise SentError(
            f"“{key}” is taken over with “<<” from another place of the text: mend it as text."
        )


def _arranged(document: Any, items: Items, said: Mapping[str, str]) -> int:
    """Take items away, and move others; how many."""
    gone = [part for part in items.items if said.get(part.key + GONE)]
    if items.named:
        for part in gone:
            _remove(document, part.steps)
        return len(gone)
    moved = list(_moves(items, said))
    if not gone and not moved:
        return 0
    holder = _holder(document, (*items.steps, 0))
    tail = take_tail(holder)
    beside = {id(item): holder.ca.items.get(number) for number, item in enumerate(holder)}
    kept = [part for part in items.items if part not in gone]
    order = [holder[int(part.steps[-1])] for part in kept]
    for number, place in moved:
        if items.items[number] in kept:
            item = holder[number]
            order = [each for each in order if each is not item]
            order.insert(place, item)
    for part in reversed(gone):
        del holder[int(part.steps[-1])]
    for number, item in enumerate(order):
        if holder[number] is not item:
            holder[number] = item
    holder.ca.items.clear()
    for number, item in enumerate(holder):
        if beside.get(id(item)):
            holder.ca.items[number] = beside[id(item)]
    put_tail(holder, tail)
    if not order:
        _remove(document, items.steps)
    return len(gone) + len(moved)


def _moves(items: Items, said: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Items that were given another place, each with that place, from 0."""
    for number, part in enumerate(items.items):
        place = _place(part.key, said)
        if place is not None and place != number:
            yield number, place


def _place(key: str, said: Mapping[str, str]) -> int | None:
    """The place that is asked for an item, from 0; None where none is asked."""
    text = said.get(key + PLACE, "").strip()
    return max(0, int(text) - 1) if text.isdecimal() and len(text) <= _DIGITS else None


def _added(document: Any, items: Items, fresh: list[Field], said: Mapping[str, str]) -> int:
    """Add the new item of a list, if any of its values is given."""
    depth = len(items.blank.steps)
    own = [each for each in fresh if each.steps[:depth] == items.blank.steps]
    if not own:
        return 0
    name = ""
    item = CommentedMap()
    for field in own:
        if field.steps[depth:] == ("",):
            name = _tidy(said[field.key])
        else:
            item[field.steps[-1]] = value_of(field, said[field.key])
    if not items.named:
        holder = _holder(document, (*items.steps, 0))
        place, tail = _place(items.blank.key, said), take_tail(holder)
        holder.insert(len(holder) if place is None else min(place, len(holder)), item)
        put_tail(holder, tail)
        return 1
    if name == NEW:
        raise SentError(f"No {items.thing} can be called “{NEW}”.")
    if not name:
        raise SentError(f"Say what the new {items.thing} is called.")
    holder = _holder(document, (*items.steps, name))
    if name in holder:
        raise SentError(f"There is a {items.thing} “{name[:60]}” already.")
    tail = take_tail(holder)
    holder[name] = item
    put_tail(holder, tail)
    return 1
