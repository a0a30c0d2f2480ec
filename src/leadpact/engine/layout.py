"""Rows laid out for the fold: every lead's in one stretch, with room for those that join it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact import jit
from leadpact.engine.arranged import Log
from leadpact.engine.kernels import bundles as b
from leadpact.engine.merges import Heir, Ownership
from leadpact.engine.questions import DECIDED
from leadpact.engine.shape import ShapedRows, Statements


def lay_out(rows: ShapedRows, statements: Statements, owned: Ownership) -> b.Rows:
    """The bundle of rows; what comes with a merge besides rows is added while running."""
    log = owned.log
    leads, joining = len(log.leads), owned.joining
    by_lead = sorted(range(len(joining)), key=lambda i: (joining[i][0], joining[i][1], i))
    joined_rows = [joining[i][2] for i in by_lead]
    flat = np.concatenate(joined_rows) if joined_rows else np.zeros(0, np.int64)
    begins, ends, time, pattern = _stretches(rows, owned)
    return jit.pack_into(
        b.Rows,
        begins=begins,
        ends=ends,
        time=time,
        pattern=pattern,
        stated_begins=_begins(statements.lead, leads + len(joining)),
        stated_at=statements.at,
        attributes=statements.pattern,
        first=first_instants(log),
        until=owned.until,
        decided=_decided(rows, owned),
        absorbed_at=_absorbed_at(owned, leads),
        merge_begins=_begins(np.array([joining[i][0] for i in by_lead], np.int64), leads),
        merge_at=np.array([joining[i][1] for i in by_lead], np.int64),
        merge_list=np.array([leads + i for i in by_lead], np.int64),
        joining_begins=np.cumsum([0, *map(len, joined_rows)]),
        joining_time=rows.at[flat],
        joining_pattern=rows.pattern[flat],
        **no_heirs(leads),
    )


def _stretches(rows: ShapedRows, owned: Ownership) -> tuple[Any, Any, Any, Any]:
    """Where each lead's rows begin and end, and all rows: of merged leads behind the others."""
    begins, ends = owned.log.begins[:-1], owned.log.begins[1:]
    if not owned.own:
        return begins, ends, rows.at, rows.pattern
    begins, ends = begins.copy(), ends.copy()
    joined: dict[int, int] = {}
    for survivor, _, places in owned.joining:
        joined[survivor] = joined.get(survivor, 0) + len(places)
    moved, end = [], len(rows.at)
    for lead, places in owned.own.items():
        room = np.zeros(joined.get(lead, 0), np.int64)
        moved.append(np.concatenate([places, room]))
        begins[lead], ends[lead] = end, end + len(places)
        end += len(moved[-1])
    behind = np.concatenate(moved)
    time = np.concatenate([rows.at, rows.at[behind]])
    return begins, ends, time, np.concatenate([rows.pattern, rows.pattern[behind]])


def no_heirs(leads: int) -> dict[str, Any]:
    """The bundle's fields on inheritance when there is none."""
    nothing = np.zeros(0, np.int64)
    return {
        "heir_begins": np.zeros(leads + 1, np.int64),
        "heir_at": nothing,
        "heir_holder": nothing,
        "heir_team": nothing,
        "heir_clock": nothing,
    }


def with_heirs(rows: b.Rows, heirs: list[Heir]) -> b.Rows:
    """The rows with what absorbed leads leave."""
    if not heirs:
        return rows
    table = np.array(sorted(heirs, key=lambda heir: (heir.survivor, heir.at)), np.int64)
    return rows._replace(
        heir_begins=_begins(table[:, 0], len(rows.begins)),
        heir_at=np.ascontiguousarray(table[:, 1]),
        heir_holder=np.ascontiguousarray(table[:, 2]),
        heir_team=np.ascontiguousarray(table[:, 3]),
        heir_clock=np.ascontiguousarray(table[:, 4]),
    )


def _begins(sorted_numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.searchsorted(sorted_numbers, np.arange(count + 1)).astype(np.int64)


def first_instants(log: Log) -> NDArray[np.int64]:
    """[lead] the instant of its first row."""
    return log.rows.at[log.begins[:-1]]


def _decided(rows: ShapedRows, owned: Ownership) -> NDArray[np.bool_]:
    """[lead] whether the system had decided stages for it."""
    decided = np.zeros(len(owned.log.leads), np.bool_)
    patterns = [
        kind == "stage.entered" and rows.patterns.look_up(p, DECIDED)
        for p, (kind, _) in enumerate(rows.patterns.of)
    ]
    if any(patterns):
        places = np.flatnonzero(np.array(patterns, np.bool_)[rows.pattern])
        decided[owned.owner_of(places)] = True
    return decided


def _absorbed_at(owned: Ownership, leads: int) -> NDArray[np.int64]:
    at = np.full(leads, b.FOREVER, np.int64)
    for merge in owned.merges:
        at[merge.absorbed] = merge.at
    return at
