"""The published figures, and whether they still tell what the log holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from leadpact.ledger.models import (
    AgreementVersion,
    Batch,
    Event,
    Measurement,
    PublishedList,
    PublishedMetric,
    PublishedPart,
    PublishedPiece,
    PublishedStanding,
    PublishedTrait,
)
from leadpact.ledger.services.permits import Caller

#: Rows get their number before they are there for others to see; by so many they may be late.
_LATE = 10_000
#: Figures are never measured more often, and never take more than a twentieth of the time.
LEAST_PAUSE = timedelta(minutes=1)
_PAUSE_TO_WORK = 20


@dataclass(frozen=True)
class Known:
    """How much is known: the newest row of the log, how many of the last numbers are there, the
    newest version of the agreement, the end of the last import."""

    newest: int
    recent: int
    versions: int
    imported_at: datetime | None


def known() -> Known:
    """How much is known now; cheap, however long the log is."""
    newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0
    return Known(
        newest=newest,
        recent=Event.objects.filter(id__gt=newest - _LATE).count(),
        versions=AgreementVersion.objects.aggregate(newest=Max("id"))["newest"] or 0,
        imported_at=Batch.objects.aggregate(last=Max("finished_at"))["last"],
    )


def measurement() -> Measurement | None:
    """The last measurement, with the version that it is of."""
    return Measurement.objects.select_related("agreement").filter(pk=1).first()


def is_due(now: datetime) -> bool:
    """Whether to measure: something changed or a period moved, and the pause is over."""
    last = measurement()
    if last is None or last.as_of is None:
        return (last is None or _is_free(last, now)) and AgreementVersion.objects.exists()
    pause = max(LEAST_PAUSE, _PAUSE_TO_WORK * timedelta(seconds=last.seconds))
    if now < last.as_of + pause or not _is_free(last, now):
        return False
    moved = last.next_at is not None and last.next_at <= now
    return moved or known() != Known(last.newest, last.recent, last.versions, last.imported_at)


def _is_free(last: Measurement, now: datetime) -> bool:
    return last.leased_until is None or last.leased_until <= now


def figures_for(caller: Caller) -> QuerySet[PublishedMetric]:
    """Figures; those of single people are shown to a rep for themselves only."""
    found = PublishedMetric.objects.all()
    if caller.sees_all:
        return found
    own = Q(group__iexact=caller.person) if caller.person else Q(pk__in=[])
    return found.filter(~Q(by="person") | own)


def standings() -> QuerySet[PublishedStanding]:
    """How obligations and goals stand."""
    return PublishedStanding.objects.all()


def traits() -> QuerySet[PublishedTrait]:
    """What leads had or did, and how often they became customers."""
    return PublishedTrait.objects.all()


def part(key: str) -> PublishedPart | None:
    """A part of the pages of figures, if one was published."""
    return PublishedPart.objects.filter(key=key).first()


def parts(keys: Sequence[str]) -> list[PublishedPart]:
    """Parts in the order of their keys; those that were not published are left out."""
    found = {each.key: each for each in PublishedPart.objects.filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def behind(key: str) -> PublishedList | None:
    """What a figure was counted from."""
    return PublishedList.objects.filter(key=key).first()


def pieces(source: str, numbers: Iterable[int] | None = None) -> dict[int, str]:
    """Some or all pieces of a source, by number; one that is gone is left out."""
    found = PublishedPiece.objects.filter(source=source)
    if numbers is not None:
        found = found.filter(number__in=list(numbers))
    return dict(found.values_list("number", "value"))


def digests() -> dict[tuple[str, int], str]:
    """What tells of each piece whether it changed."""
    rows = PublishedPiece.objects.values_list("source", "number", "digest")
    return {(source, number): digest for source, number, digest in rows}
