"""How the nurture programs do: the published figures, and how many are in them at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from leadpact.ledger.models import NurtureEntry, PublishedMetric
from leadpact.ledger.selectors import figures

_ARROW = " → "
_PART = ": "


@dataclass
class ProgramFigures:
    """What became of the entries into a program, as of the last measurement.

    `median_days_to_qualify` is the time within which half of them qualified while in it, None where
    not half did so far. `inside` and `touches_late` are of this moment.
    """

    program: str
    entries: int = 0
    inside: int = 0
    touches_late: int = 0
    exits: dict[str, int] = field(default_factory=dict)
    qualified: int = 0
    median_days_to_qualify: float | None = None


@dataclass(frozen=True)
class Programs:
    """Every program that has had a lead; `as_of` is None before the first measurement."""

    as_of: datetime | None
    found: list[ProgramFigures]


def figures_of_programs(now: datetime) -> Programs:
    """How each program does."""
    found: dict[str, ProgramFigures] = {}
    late = Count("pk", filter=Q(next_touch_at__lt=now))
    present = NurtureEntry.objects.filter(left_at=None).values("program")
    for now_in in present.annotate(inside=Count("pk"), late=late):
        own = found.setdefault(now_in["program"], ProgramFigures(now_in["program"]))
        own.inside, own.touches_late = now_in["inside"], now_in["late"]
    published = _published()
    for program, row in published["nurture_entries"].items():
        found.setdefault(program, ProgramFigures(program)).entries = row.n
    for program, row in published["nurture_qualified"].items():
        value = row.value or 0.0
        found[program].qualified = round(value if row.unit == "cases" else value * row.n)
    for program, row in published["nurture_days"].items():
        found[program].median_days_to_qualify = row.value
    for part, row in published["nurture_exits"].items():
        program, _, way = part.rpartition(_ARROW)
        if program in found:
            found[program].exits[way] = row.n
    measured = figures.measurement()
    names = sorted(found)
    return Programs(measured.as_of if measured else None, [found[name] for name in names])


def _published() -> Mapping[str, Mapping[str, PublishedMetric]]:
    """Published figures of nurture over all time, by metric and part."""
    rows = PublishedMetric.objects.filter(name__startswith="nurture_", period="all", by="")
    told: dict[str, dict[str, PublishedMetric]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        metric, parted, part = row.name.partition(_PART)
        if parted:
            told[metric][part] = row
    return told
