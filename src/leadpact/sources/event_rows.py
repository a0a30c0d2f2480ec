"""Rows, and date columns of rows, that are events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.sources.columns import by_text, chosen, texts
from leadpact.sources.mapping import Event, EventKind, Leads, Table, Value, known_kind
from leadpact.sources.rows import Batch
from leadpact.sources.table_run import TableRun

Labelled = list[tuple[str, Event]]

_NEEDED = {"stage.entered": "stage", "lead.assigned": "to"}


def events_of(table: Table) -> Labelled:
    """The events of a table with a label each, those of `stages` and `assigned` among them."""
    events = [*_from_leads(table.leads)] if table.leads else []
    events += table.events
    labels: Counter[str] = Counter()
    labelled = []
    for event in events:
        label = str(event.at.column or event.kind.value or "event")
        labels[label] += 1
        labelled.append((label if labels[label] == 1 else f"{label} {labels[label]}", event))
    return labelled


def _from_leads(leads: Leads) -> list[Event]:
    events = [
        Event(
            kind=EventKind(value="stage.entered"),
            at=at,
            properties={"stage": Value(value=stage)},
        )
        for stage, at in leads.stages.items()
    ]
    if given := leads.assigned:
        whom = {"to": given.to} | ({"team": given.team} if given.team else {})
        kind = EventKind(value="lead.assigned")
        events.append(Event(kind=kind, at=given.at, properties=whom))
    return events


def take_events(
    run: TableRun, labelled: Labelled, batch: Batch, keys: pa.Array | None, rows: list[int]
) -> None:
    """Log the events of the given rows; `keys` has each row's own lead where rows are leads."""
    for label, event in labelled:
        _take(run, label, event, batch, keys, rows)


def _take(
    run: TableRun,
    label: str,
    event: Event,
    batch: Batch,
    keys: pa.Array | None,
    rows: list[int],
) -> None:
    wanted = chosen(batch, event.when, run.manner.missing).to_pylist()
    rows = [row for row in rows if wanted[row]]
    happened, rows = _dated(run, event, batch, rows, of_leads=keys is not None)
    kinds, rows = _kinds(run, event, batch, rows)
    rows = _said(run, event, batch, kinds, rows, of_leads=keys is not None)
    rows, leads = _whose(run, event, batch, keys, rows)
    taken = pa.array(rows, pa.int64())
    recorded = None
    if event.recorded:
        column, failures = run.moments(batch, event.recorded)
        run.refuse_values(batch, failures, rows)
        recorded = column.take(taken)
    run.into.add_rows(
        run.title,
        _ids(run, label, event, batch, keys, rows, leads),
        pa.array(leads, pa.string()),
        happened.take(taken),
        kinds.take(taken),
        run.properties(batch, event.properties, rows),
        recorded,
        texts(batch, event.actor, run.manner)[0].take(taken) if event.actor else None,
    )


def _dated(
    run: TableRun, event: Event, batch: Batch, rows: list[int], *, of_leads: bool
) -> tuple[pa.Array, list[int]]:
    """When it happened in every row, and the rows in which it did."""
    happened, failures = run.moments(batch, event.at)
    unreadable = dict(failures)
    dated = pc.is_valid(happened).to_pylist()
    if of_leads:
        run.refuse_values(batch, failures, rows)
    else:
        run.refuse_rows(
            batch,
            [
                (row, unreadable.get(row, f"has no {event.at.column}"))
                for row in rows
                if not dated[row]
            ],
        )
    return happened, [row for row in rows if dated[row]]


def _kinds(
    run: TableRun, event: Event, batch: Batch, rows: list[int]
) -> tuple[pa.Array, list[int]]:
    """The kind of every row, and the rows that have one."""
    if event.kind.column is None:
        return pa.array([event.kind.value] * len(batch), pa.string()), rows
    column = run.cleaned(batch, event.kind.column)
    kinds, failures = by_text(column, pa.string(), _kind_reader(event.kind))
    unreadable = dict(failures)
    known = pc.is_valid(kinds).to_pylist()
    run.refuse_rows(
        batch,
        [
            (row, unreadable.get(row, f"has no {event.kind.column}"))
            for row in rows
            if not known[row]
        ],
    )
    return kinds, [row for row in rows if known[row]]


def _kind_reader(mapped: EventKind) -> Callable[[str], str]:
    named = {text.strip().casefold(): kind for text, kind in mapped.values.items()}

    def read(text: str) -> str:
        if not named:
            return known_kind(re.sub(r"[^\w.]+", "_", text.lower()).strip("_"))
        if text.casefold() not in named:
            raise ValueError(f"a {mapped.column} that the mapping gives no kind")
        return named[text.casefold()]

    return read


def _said(
    run: TableRun, event: Event, batch: Batch, kinds: pa.Array, rows: list[int], *, of_leads: bool
) -> list[int]:
    """The rows that say what their kind cannot do without: the stage entered, the new holder."""
    needed = {kind: _NEEDED[kind] for kind in kinds.unique().to_pylist() if kind in _NEEDED}
    for kind, name in needed.items():
        value = event.properties.get(name)
        said = [False] * len(batch)
        if value is not None:
            said = pc.is_valid(texts(batch, value, run.manner)[0]).to_pylist()
        of_kind = pc.equal(kinds, kind).to_pylist()
        silent = {row for row in rows if of_kind[row] and not said[row]}
        if not of_leads:
            run.refuse_rows(batch, [(row, f"is {kind} without `{name}`") for row in sorted(silent)])
        rows = [row for row in rows if row not in silent]
    return rows


def _whose(
    run: TableRun, event: Event, batch: Batch, keys: pa.Array | None, rows: list[int]
) -> tuple[list[int], list[str | None]]:
    """The rows and their leads; a row that names several leads stands once for each."""
    if event.lead is None:
        if keys is None:
            return rows, [None] * len(rows)
        own = keys.to_pylist()
        return rows, [own[row] for row in rows]
    found, leads, failures = run.named_leads(batch, event.lead, rows)
    nameless = sorted(set(rows) - set(found) - {row for row, _ in failures})
    failures += [(row, f"has no {event.lead.column}") for row in nameless]
    run.refuse_rows(batch, [failure for failure in failures if failure[0] not in set(found)])
    run.refuse_values(batch, failures, found)
    return found, list(leads)


def _ids(
    run: TableRun,
    label: str,
    event: Event,
    batch: Batch,
    keys: pa.Array | None,
    rows: list[int],
    leads: list[str | None],
) -> pa.Array:
    """Keys of the events that a second reading of the same row gives again."""
    if event.id is None and event.lead is None and keys is not None:
        own_keys = keys.take(pa.array(rows, pa.int64()))
        return pc.binary_join_element_wise(own_keys, label, "/")
    times = Counter(rows)
    own = run.cleaned(batch, event.id).to_pylist() if event.id else [None] * len(batch)
    of_lead = keys.to_pylist() if keys is not None else batch.prints
    ids = []
    for row, lead in zip(rows, leads, strict=True):
        base = own[row] or f"{of_lead[row]}/{label}"
        ids.append(f"{base}/{lead}" if times[row] > 1 else base)
    return pa.array(ids, pa.string())
