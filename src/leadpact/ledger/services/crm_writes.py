"""What should be written into a customer system, and what became of it: one row a field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from leadpact.ledger.models import CrmConnection, CrmDue, CrmRecord, CrmWrite
from leadpact.ledger.services import bulk

#: How long to wait after each failed try; the last is the wait before every further one.
_PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 60, 180))
_AT_ONCE = 500
#: What was changed back so often, each time within a day, is no slip: something there answers us.
ANSWERED, _SOON = 3, timedelta(days=1)


def intend(
    record: CrmRecord,
    known: Mapping[str, CrmWrite],
    wanted: Mapping[str, str],
    *,
    now: datetime,
) -> list[CrmWrite]:
    """Let fields of a record be written; those that are as they should be are written no more.

    What was written and is changed back there each time, by a workflow say, is written again ever
    later, so that two programs do not answer each other without end. The rows to be saved by
    `save`.
    """
    changed: list[CrmWrite] = []
    for name, value in wanted.items():
        row = known.get(name) or CrmWrite(record=record, field=name, open=False)
        if row.pk and row.wanted == value and (row.open or row.error):
            continue
        row.undone = _undone(row, value, now)
        row.wanted, row.wanted_at, row.open = value, now, True
        row.attempts, row.try_at, row.error = 0, now + _pause_of(row), ""
        changed.append(row)
    for name, row in known.items():
        # What was begun to be made is made; the next comparison ends it.
        begun = " " in name and row.attempts > 0
        if row.open and name not in wanted and not begun:
            row.open = False
            changed.append(row)
    return changed


def _undone(row: CrmWrite, value: str, now: datetime) -> int:
    """How often a property has another value there again than the one that was written last."""
    if " " in row.field or not row.written == value == row.wanted:
        return 0
    soon = row.written_at is not None and now - row.written_at < _SOON
    return row.undone + 1 if soon else 1


def is_answered(row: CrmWrite) -> bool:
    """Whether something there changes the property back each time."""
    return row.undone >= ANSWERED


def _pause_of(row: CrmWrite) -> timedelta:
    """How long a property waits: not at all, unless it is changed back each time."""
    tries = row.undone - ANSWERED
    return _PAUSES[min(tries, len(_PAUSES) - 1)] if tries >= 0 else timedelta(0)


def save(rows: Sequence[CrmWrite]) -> None:
    """Keep what is to be written."""
    CrmWrite.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["record", "field"],
        update_fields=["wanted", "wanted_at", "open", "attempts", "undone", "try_at", "error"],
        batch_size=_AT_ONCE,
    )


def compared(connection: CrmConnection, leads: Iterable[str], last: int) -> None:
    """These leads were compared, as of the mark of this number."""
    due, some = CrmDue.objects.filter(connection=connection, id__lte=last), list(leads)
    for begin in range(0, len(some), _AT_ONCE):
        due.filter(lead__in=some[begin : begin + _AT_ONCE]).delete()


@transaction.atomic
def begin(connection: CrmConnection, limit: int, *, now: datetime) -> list[CrmWrite]:
    """Fields to write now; each is marked as tried before anything is sent."""
    rows = list(
        CrmWrite.objects.filter(record__connection=connection, open=True, try_at__lte=now)
        .select_related("record")
        .order_by("try_at", "id")[:limit]
    )
    for row in rows:
        row.attempts += 1
        row.try_at = now + _PAUSES[min(row.attempts, len(_PAUSES)) - 1]
    bulk.change(rows, ["attempts", "try_at"])
    return rows


@transaction.atomic
def done(rows: Sequence[tuple[CrmWrite, str, datetime]]) -> None:
    """Fields were written, each at an instant of the system's clock; what was made has an id."""
    for row, made, at in rows:
        row.written, row.written_at, row.open, row.error = row.wanted, at, False, ""
        row.made = made or row.made
    properties = [row for row, _, _ in rows if " " not in row.field]
    records = CrmRecord.objects.in_bulk({row.record_id for row in properties})
    for row in properties:
        record = records[row.record_id]
        values = json.loads(record.values) | {row.field: row.wanted}
        record.values = json.dumps(values, ensure_ascii=False, sort_keys=True)
    bulk.change([row for row, _, _ in rows], ["written", "written_at", "open", "error", "made"])
    bulk.change(list(records.values()), ["values"])


def no_more_refused(records: Iterable[CrmRecord]) -> None:
    """Records changed there: what was refused of them may be taken now, if it is still wanted."""
    rows = CrmWrite.objects.filter(record__in=[record.pk for record in records], open=False)
    rows.exclude(error="").update(error="")


def failed(rows: Sequence[tuple[CrmWrite, str]], *, final: bool) -> None:
    """Fields could not be written; `final`: until the record changes, or other values are due."""
    for row, error in rows:
        row.error, row.open = error[:300], not final
    bulk.change([row for row, _ in rows], ["error", "open"])
