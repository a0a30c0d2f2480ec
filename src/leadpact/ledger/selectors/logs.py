"""The log of some leads as the engine reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
from django.db import connection

from leadpact.engine.log import DEALS_SCHEMA, INSTANT, LOG_SCHEMA, History
from leadpact.ledger.facts import LogRow
from leadpact.ledger.models import Deal, DealRole, Event, Lead
from leadpact.ledger.selectors import voids

_COLUMNS = (
    *("event_id", "source", "lead_id", "happened", "recorded", "kind", "actor", "decided"),
    *("batch_id", "properties"),
)
_ROWS = f"select {', '.join(_COLUMNS)} from ledger_event where {{which}} order by id"
#: Rows about everybody that the evaluation of a lead needs, beside the voids of what it has.
_ABOUT_ALL = "lead_id is null and kind = 'calendar.closed'"
_AT_ONCE = 10_000


def with_relatives(leads: Iterable[str]) -> set[str]:
    """Leads with all that were merged into them or into which they were merged."""
    found, ahead = set(leads), set(leads)
    while ahead:
        keys = sorted(ahead)
        rows = Lead.objects.filter(key__among=keys, merged_into__isnull=False)
        others = set(rows.values_list("merged_into_id", flat=True))
        absorbed = Lead.objects.filter(merged_into__key__among=keys)
        others |= set(absorbed.values_list("key", flat=True))
        ahead = {each for each in others if each} - found
        found |= ahead
    return found


def history_of(leads: Iterable[str]) -> History:
    """The rows of these leads and those about everybody, what voids them, and the leads' deals."""
    keys = sorted(leads)
    rows = [*_rows(_ABOUT_ALL, []), *_rows_of(keys)]
    about = [*voids.of_imports(), *voids.naming(str(event_id) for event_id, *_ in rows)]
    return with_rows(History(_table(rows), _deals(keys)), about)


def with_rows(history: History, rows: Iterable[LogRow | Event]) -> History:
    """The same with these rows, which the log has too, without asking the database again."""
    more = [tuple(getattr(row, name) for name in _COLUMNS) for row in rows]
    return replace(history, log=pa.concat_tables([history.log, _table(more)]))


def whole_history() -> History:
    """The whole log, read in pieces; for imports, reports and the proof of a rebuild."""
    pieces = []
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(which="1 = 1"))
        while some := cursor.fetchmany(_AT_ONCE):
            pieces.append(_table(some))
    log = pa.concat_tables(pieces) if pieces else LOG_SCHEMA.empty_table()
    return History(log, _deals(None))


def _rows_of(keys: Sequence[str]) -> list[tuple[object, ...]]:
    if connection.vendor == "postgresql":
        return _rows("lead_id = any(%s)", [list(keys)])
    return _rows("lead_id in (select value from json_each(%s))", [json.dumps(keys)])


def _rows(which: str, params: Sequence[Any]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(which=which), params)
        return list(cursor.fetchall())


def _table(rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(LOG_SCHEMA)
    named = dict(zip(
        ("event_id", "source", "lead_id", "happened_at", "recorded_at", "kind", "actor", "decided",
         "batch", "properties"), columns, strict=True,
    ))  # fmt: skip
    arrays = []
    for field in LOG_SCHEMA:
        values = named[field.name]
        if field.type == INSTANT:
            arrays.append(pa.array(values, pa.int64()).cast(INSTANT))
        elif pa.types.is_boolean(field.type):
            arrays.append(pa.array([bool(value) for value in values], pa.bool_()))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=LOG_SCHEMA)


def _deals(keys: Sequence[str] | None) -> pa.Table:
    deals = Deal.objects.prefetch_related("roles")
    if keys is not None:
        roles = DealRole.objects.filter(lead__key__among=keys)
        named = sorted(set(roles.values_list("deal_id", flat=True)))
        if not named:
            return DEALS_SCHEMA.empty_table()
        deals = deals.filter(key__among=named)
    rows = [
        {
            "deal_id": deal.key,
            "company_id": deal.company_id,
            "amount": deal.amount,
            "currency": deal.currency or None,
            "opened_at": deal.opened_at,
            "closed_at": deal.closed_at,
            "outcome": deal.outcome,
            "reason": deal.reason or None,
            "owner": deal.owner or None,
            "product": deal.product or None,
            "lead_ids": sorted(role.lead_id for role in deal.roles.all()),
        }
        for deal in deals.order_by("key")
    ]
    return pa.Table.from_pylist(rows, schema=DEALS_SCHEMA)
