"""Comparing lists of named parts: what is new, gone, renamed, moved, or says something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadpact.agreement.diff.change import Change, Whom
from leadpact.agreement.diff.meaning import differences, same
from leadpact.agreement.prose import in_words

Sentence = Callable[[Any, Any, Any], str | None]
Pairs = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Kind:
    """How the parts of one list are spoken of.

    `sentences` gives attributes a sentence of their own, from the new part, the old and the new
    value; it may decline with None. Every other attribute is told as “the <label> is now …”.
    """

    what: str
    whom: Callable[[Any], Whom]
    summary: Callable[[Any], str] = lambda _: ""
    labels: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    ordered: bool = False
    key: str = "name"

    def name(self, part: Any) -> str:
        """The name by which a part is known."""
        return str(getattr(part, self.key))


def compare(kind: Kind, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """Everything that changed between two lists of one kind."""
    kept, renamed, gone, added = paired(kind, old, new)
    stayed = kept + renamed
    for before, after in renamed:
        sentence = f"The {kind.what} “{kind.name(before)}” is now called “{kind.name(after)}”."
        yield Change(kind.whom(after), sentence)
    for before, after in kept:
        yield from compare_parts(kind, before, after)
    if kind.ordered:
        yield from _moved(kind, old, new, stayed)
    for part in gone:
        sentence = f"The {kind.what} “{kind.name(part)}” no longer exists."
        yield Change(kind.whom(part), sentence)
    for part in added:
        summary = kind.summary(part)
        sentence = f"The {kind.what} “{kind.name(part)}” is new{': ' * bool(summary)}{summary}."
        yield Change(kind.whom(part), sentence)


def compare_parts(kind: Kind, old: Any, new: Any) -> Iterator[Change]:
    """What one part says otherwise, an attribute a sentence."""
    for attribute, before, after in differences(old, new):
        if attribute == kind.key or attribute in kind.apart:
            continue
        told = kind.sentences.get(attribute)
        sentence = told(new, before, after) if told else None
        if sentence is None:
            label = kind.labels.get(attribute, attribute.replace("_", " "))
            sentence = now_was(f"“{kind.name(new)}”: the {label}", before, after)
        yield Change(kind.whom(new), sentence)


def now_was(subject: str, old: Any, new: Any, *, many: bool = False) -> str:
    """“The cap is now 12 (was 10).”, or “are” and “were” when the subject is many."""
    now, was = ("are", "were") if many else ("is", "was")
    return f"{subject} {now} now {in_words(new)} ({was} {in_words(old)})."


def paired(
    kind: Kind, old: Sequence[Any], new: Sequence[Any]
) -> tuple[Pairs, Pairs, list[Any], list[Any]]:
    """Parts of the same name; parts that only changed their name; parts gone; parts added."""
    before = {kind.name(part).casefold(): part for part in old}
    after = {kind.name(part).casefold(): part for part in new}
    kept = [(before[name], part) for name, part in after.items() if name in before]
    gone = [part for name, part in before.items() if name not in after]
    added = [part for name, part in after.items() if name not in before]
    renamed: Pairs = []
    for part in list(added):
        twin = next((one for one in gone if _is_renamed(kind, one, part)), None)
        if twin is not None:
            renamed.append((twin, part))
            gone.remove(twin)
            added.remove(part)
    return kept, renamed, gone, added


def _is_renamed(kind: Kind, old: Any, new: Any) -> bool:
    return all(attribute == kind.key for attribute, _, _ in differences(old, new))


def _moved(kind: Kind, old: Sequence[Any], new: Sequence[Any], stayed: Pairs) -> Iterator[Change]:
    """One sentence when parts that stayed changed their order."""
    before = [kind.name(after) for part in old for one, after in stayed if one is part]
    now = [kind.name(part) for part in new if kind.name(part) in before]
    if before != now:
        sentence = f"The {kind.what}s are now in this order: {', '.join(now)}."
        yield Change(kind.whom(new[0]), sentence)


def compare_texts(
    whom: Whom, what: str, old: Sequence[str], new: Sequence[str]
) -> Iterator[Change]:
    """Texts added to a list and taken from it."""
    for text in old:
        if not any(same(text, other) for other in new):
            yield Change(whom, f"No longer {what}: {text.rstrip('.')}.")
    for text in new:
        if not any(same(text, other) for other in old):
            yield Change(whom, f"Now {what}: {text.rstrip('.')}.")
