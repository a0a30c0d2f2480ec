"""Figures are published: by one process at a time, and only what changed is written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadpact.ledger.models import (
    Measurement,
    PublishedList,
    PublishedMetric,
    PublishedPart,
    PublishedPiece,
    PublishedStanding,
    PublishedTrait,
)
from leadpact.ledger.selectors.figures import Known, known

#: Whoever measures and dies is waited for so long, and as many times as long as it took last.
_LEASE = timedelta(minutes=10)
_LEASE_TO_WORK = 10
_VALUES = ("value", "unit", "n", "low", "high")


@dataclass(frozen=True)
class Measured:
    """What one measurement found. `figures` and `standings` are in their order.

    A part that is not among `parts` stays as it is; `lists` are those that figures of any part
    open to, `pieces` of their cases those that changed, and `kept` names those that did not.
    `apart` are parts that are renewed apart and were not this time: what they open to stays, and so
    do the traits where `traits` is None.
    """

    as_of: datetime
    agreement: int
    next_at: datetime
    seconds: float
    counts: Mapping[str, Any]
    figures: Sequence[PublishedMetric]
    standings: Sequence[PublishedStanding]
    parts: Sequence[PublishedPart]
    lists: Sequence[PublishedList]
    pieces: Sequence[PublishedPiece]
    kept: Set[tuple[str, int]]
    apart: Set[str] = frozenset()
    traits: Sequence[PublishedTrait] | None = None


def lease(name: str, *, now: datetime, take_over: bool = False) -> Known | None:
    """The right to measure, and how much is known at that; None where somebody else has it.

    With `take_over` whoever has it loses it: what they find is then not published.
    """
    row, _ = Measurement.objects.get_or_create(pk=1)
    until = now + _LEASE + _LEASE_TO_WORK * timedelta(seconds=row.seconds)
    free = Measurement.objects.filter(pk=1)
    if not take_over:
        free = free.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    return known() if free.update(leased_by=name, leased_until=until) else None


@transaction.atomic
def publish(name: str, at: Known, found: Measured) -> bool:
    """Publish what was found by whoever has the lease; False where it was lost meanwhile."""
    row = Measurement.objects.select_for_update().filter(pk=1, leased_by=name).first()
    if row is None:
        return False
    _write_figures(found.figures)
    _write_standings(found.standings)
    _write_parts(found.parts)
    _write_lists(found.lists, found.apart)
    _write_pieces(found.pieces, found.kept, found.apart)
    if found.traits is not None:
        PublishedTrait.objects.all().delete()
        PublishedTrait.objects.bulk_create(found.traits, batch_size=_AT_ONCE)
    for key, value in asdict(at).items():
        setattr(row, key, value)
    row.as_of, row.next_at, row.seconds = found.as_of, found.next_at, found.seconds
    row.agreement_id, row.counts = found.agreement, json.dumps(found.counts, ensure_ascii=False)
    row.leased_by, row.leased_until = "", None
    row.save()
    return True


def _write_figures(figures: Sequence[PublishedMetric]) -> None:
    there: dict[tuple[str, ...], list[PublishedMetric]] = defaultdict(list)
    for known_row in PublishedMetric.objects.all():
        there[_key(known_row)].append(known_row)
    fresh, changed = [], []
    for figure in figures:
        rows = there[_key(figure)]
        row = rows.pop() if rows else None
        if row is None:
            fresh.append(figure)
        elif any(getattr(row, name) != getattr(figure, name) for name in _VALUES):
            figure.pk = row.pk
            changed.append(figure)
    gone = [row.pk for rows in there.values() for row in rows]
    for begin in range(0, len(gone), _AT_ONCE):
        PublishedMetric.objects.filter(pk__in=gone[begin : begin + _AT_ONCE]).delete()
    PublishedMetric.objects.bulk_update(changed, _VALUES, batch_size=_AT_ONCE)
    PublishedMetric.objects.bulk_create(fresh, batch_size=_AT_ONCE)


_AT_ONCE = 500


def _key(row: PublishedMetric) -> tuple[str, ...]:
    return row.name, row.period, row.by, row.group


def _write_standings(standings: Sequence[PublishedStanding]) -> None:
    PublishedStanding.objects.bulk_create(
        standings,
        update_conflicts=True,
        unique_fields=["kind", "place"],
        update_fields=["name", "value"],
    )
    for kind in PublishedStanding.Kind.values:
        count = sum(each.kind == kind for each in standings)
        PublishedStanding.objects.filter(kind=kind, place__gte=count).delete()


def _write_parts(parts: Sequence[PublishedPart]) -> None:
    PublishedPart.objects.bulk_create(
        parts,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["value", "made_at", "sha256"],
    )


def _write_lists(lists: Sequence[PublishedList], apart: Set[str]) -> None:
    there = dict(PublishedList.objects.exclude(part__in=apart).values_list("key", "digest"))
    gone = sorted(there.keys() - {each.key for each in lists})
    for begin in range(0, len(gone), _AT_ONCE):
        PublishedList.objects.filter(key__in=gone[begin : begin + _AT_ONCE]).delete()
    PublishedList.objects.bulk_create(
        [each for each in lists if there.get(each.key) != each.digest],
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["part", "value", "places", "digest"],
    )


def _write_pieces(
    pieces: Sequence[PublishedPiece], kept: Set[tuple[str, int]], apart: Set[str]
) -> None:
    wanted = kept | {(each.source, each.number) for each in pieces}
    there = PublishedPiece.objects.exclude(part__in=apart).values_list("pk", "source", "number")
    gone = [key for key, source, number in there if (source, number) not in wanted]
    for begin in range(0, len(gone), _AT_ONCE):
        PublishedPiece.objects.filter(pk__in=gone[begin : begin + _AT_ONCE]).delete()
    PublishedPiece.objects.bulk_create(
        pieces,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["source", "number"],
        update_fields=["part", "value", "digest"],
    )
