"""Days that were declared closed, as the engine finds them in the log."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max

from leadpact.engine.evaluate import examine
from leadpact.ledger.models import Event
from leadpact.ledger.selectors import agreements, logs

Closures = tuple[tuple[date, str], ...]


def days_closed(now: datetime) -> list[tuple[date, str]]:
    """Days declared closed by now, each with the name of a calendar."""
    found = examine(agreements.documents(), logs.history_of([]), as_of=now)
    return [(each.day, each.calendar) for each in found.closures]


class _Kept:
    """The last answer, and what it was an answer to."""

    asked: tuple[object, ...] = ()
    found: Closures = ()


def days_closed_lately(now: datetime) -> Closures:
    """The same for who asks often: the log is read anew only once something in it may differ."""
    about_all = Event.objects.filter(lead=None, kind__in=("calendar.closed", "fact.voided"))
    newest = dict(about_all.values("kind").annotate(newest=Max("id")).values_list("kind", "newest"))
    if "calendar.closed" not in newest:
        return ()
    asked = (newest, [each.sha256 for each in agreements.published()])
    if _Kept.asked != asked:
        _Kept.found, _Kept.asked = tuple(days_closed(now)), asked
    return _Kept.found
