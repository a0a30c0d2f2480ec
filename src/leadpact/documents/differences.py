"""Shares side by side in words: so many points more or less, and whether that may be chance."""

from __future__ import annotations

from collections.abc import Mapping

from leadpact.documents import words
from leadpact.engine.metrics.aggregate import Figure
from leadpact.insight.differences import Word, difference
from leadpact.insight.statistics import LEVEL, share

#: So many, of so many.
Cases = tuple[int, int]
BESIDE_OTHERS = "Beside the others"
HOW_BESIDE_OTHERS = (
    "Beside the others: how many points more or less of its leads became customers than of all "
    "others together. What may be chance says so; where many are compared, more is asked of each."
)


def in_points(one: Cases, other: Cases, level: float = LEVEL) -> str:
    """How much more or less a share is than another; a dash where there are too few of either."""
    if not one[1] or not other[1]:
        return words.NOTHING
    found = difference(share(*one, level), share(*other, level))
    if found.word is Word.FEW:
        return words.NOTHING
    points = round(abs(found.value) * 100)
    sign = "" if not points else "+" if found.value > 0 else "−"
    unit = "point" if points == 1 else "points"
    noise = f"\nmay{words.GLUE}be{words.GLUE}chance" if found.word is Word.NOISE and points else ""
    return f"{sign}{points}{words.GLUE}{unit}{noise}"


def beside_others(figures: Mapping[str | None, Figure]) -> dict[str | None, str]:
    """Each value of a dimension beside all others together, from the shares of all of them.

    In nineteen of twenty tables nothing is called more or less that is chance alone: the level of
    each interval is raised by the number of values compared (Bonferroni).
    """
    cases = {group: (figure.numerator, figure.n) for group, figure in figures.items()}
    met, n = (sum(each[place] for each in cases.values()) for place in (0, 1))
    level = 1 - (1 - LEVEL) / max(1, len(cases))
    return {
        group: in_points(own, (met - own[0], n - own[1]), level) for group, own in cases.items()
    }
