"""The numbers and lengths of time in a condition, each by itself, as they are turned most often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from leadpact.agreement.problems import Path

_BOUNDS = ("at_least", "more_than", "at_most", "less_than")
_OF_EVENTS = {"count": "{}: how often", "within": "{}: within", "not_within": "no {} for"}
_PARTS = ("all", "any", "none")


class Leaf(NamedTuple):
    """A value in a condition: where it stands in it, what it is called, and what it is."""

    steps: Path
    label: str
    value: str | int | float


def leaves_of(condition: Any) -> Iterator[Leaf]:
    """The leaves of a condition of a document, as far as that can be read."""
    if not isinstance(condition, Mapping):
        return
    for word in _PARTS:
        inside = condition.get(word)
        for number, part in enumerate(inside if isinstance(inside, list) else []):
            for leaf in leaves_of(part):
                yield leaf._replace(steps=(word, number, *leaf.steps))
    if "event" in condition:
        yield from _of_event(condition)
    elif "score" in condition:
        yield from _bounds(condition, f"{condition['score']} score")
    elif "field" in condition:
        yield from _bounds(condition, _plain(condition["field"]))


def _of_event(event: Mapping[str, Any]) -> Iterator[Leaf]:
    kinds = event["event"] if isinstance(event["event"], list) else [event["event"]]
    subject = " or ".join("activity" if each == "any" else _plain(each) for each in kinds)
    for word, says in _OF_EVENTS.items():
        if isinstance(event.get(word), str | int):
            yield Leaf((word,), _label(says.format(subject)), event[word])
    where = event.get("where")
    for name, test in where.items() if isinstance(where, Mapping) else ():
        if isinstance(test, Mapping):
            for leaf in _bounds(test, f"{_plain(name)} of {subject}"):
                yield leaf._replace(steps=("where", str(name), *leaf.steps))


def _bounds(test: Mapping[str, Any], subject: str) -> Iterator[Leaf]:
    for word in _BOUNDS:
        value = test.get(word)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Leaf((word,), _label(f"{subject}: {_plain(word)}"), value)


def _label(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(name: Any) -> str:
    return str(name).replace("_", " ").replace(".", " ")
