"""Value classes: all values of a property between which no condition can tell.

A property with few distinct values, or with tests on texts, has a small table value → class; one
that is only compared with numbers has cut points. Either way a row needs one small integer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from leadpact.agreement.conditions import Test
from leadpact.engine.values import answer, cut_points, reading

_OF_PRESENCE = {"known", "unknown"}

#: Class of a value that is missing or cannot be read.
MISSING = 0


@dataclass
class Property:
    """A property (or attribute) that some condition tests or some kind looks up."""

    name: str
    declared: str | None = None
    key: str = ""  # its name, unless one of the same name and another type was there before
    tests: list[Test] = field(default_factory=list)
    lookups: list[Callable[[str | None], Hashable]] = field(default_factory=list)

    def place_of(self, test: Test) -> int:
        """Number of a test among those of the property; equal tests share one."""
        if test not in self.tests:
            self.tests.append(test)
        return self.tests.index(test)

    @property
    def cuts(self) -> list[float] | None:
        """Where the answers change, in order; None when texts are tested or looked up."""
        if self.lookups or self.numeric_kind is None:
            return None
        points = [cut_points(test, self.declared) for test in self.tests]
        if any(p is None for p in points):
            return None
        return sorted({value for p in points if p for value in p})

    @property
    def asks_presence_alone(self) -> bool:
        """Whether every text that states anything is answered alike."""
        words = {word for test in self.tests for word in test.tests()}
        return not self.lookups and self.declared in (None, "text") and words <= _OF_PRESENCE

    @property
    def numeric_kind(self) -> str | None:
        """ "number" or "date" when that is how every test reads it.

        Of a text that is compared with numbers it is asked whether it is known, not whether it
        reads as a number.
        """
        kinds = {kind for test in self.tests for kind in reading(test, self.declared).values()}
        kinds = kinds or {self.declared or "text"}
        return next(iter(kinds)) if kinds <= {"number"} or kinds <= {"date"} else None


@dataclass(frozen=True)
class Classes:
    """The classes of one property: how many, which value is in which, and what each answers."""

    count: int
    cuts: list[float] | None
    of_value: dict[str, int]
    answers: list[list[int]]  # [test][class]
    found: list[list[Any]]  # [lookup][class]


def classify(prop: Property, distinct: Sequence[str]) -> Classes:
    """The classes of a property, given its distinct raw values (not needed where it has cuts)."""
    cuts = prop.cuts
    if cuts is not None:
        samples = _days(cuts) if prop.numeric_kind == "date" else map(repr, _samples(cuts))
        return _table(prop, [None, *samples], cuts, {})
    return _by_signature(prop, distinct)


def class_of_number(value: float | None, cuts: Sequence[float]) -> int:
    """0 for none, else one more than the cut points that a number has reached and passed."""
    if value is None:
        return MISSING
    return 1 + sum((value >= cut) + (value > cut) for cut in cuts)


def _samples(cuts: list[float]) -> list[float]:
    """One number below, at and above every cut point."""
    if not cuts:
        return [0.0]
    between = [(a + b) / 2 for a, b in pairwise(cuts)]
    inner = [
        x for pair in zip(cuts, [*between, cuts[-1] + abs(cuts[-1]) + 1], strict=True) for x in pair
    ]
    return [cuts[0] - abs(cuts[0]) - 1, *inner]


def _days(cuts: list[float]) -> list[str]:
    earliest = date(1000, 1, 1).toordinal()  # before it no text is read as a date
    days = (max(earliest, int(value // 1)) for value in _samples(cuts))
    return [date.fromordinal(day).isoformat() for day in days]


def _by_signature(prop: Property, distinct: Sequence[str]) -> Classes:
    samples: list[str | None] = [None]
    seen = {_signature(prop, None): MISSING}
    of_value = {}
    for value in distinct:
        signature = _signature(prop, value)
        if signature not in seen:
            seen[signature] = len(samples)
            samples.append(value)
        of_value[value] = seen[signature]
    return _table(prop, samples, None, of_value)


def _signature(prop: Property, value: str | None) -> Hashable:
    answers = tuple(answer(test, value, prop.declared) for test in prop.tests)
    return answers, tuple(lookup(value) for lookup in prop.lookups)


def _table(
    prop: Property,
    samples: list[str | None],
    cuts: list[float] | None,
    of_value: dict[str, int],
) -> Classes:
    return Classes(
        count=len(samples),
        cuts=cuts,
        of_value=of_value,
        answers=[[answer(test, value, prop.declared) for value in samples] for test in prop.tests],
        found=[[lookup(value) for value in samples] for lookup in prop.lookups],
    )
