"""Rows laid out for the fold: every lead's in one stretch, with room for those that join it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact import jit
from leadpact.engine.kernels import bundles as b
from leadpact.engine.merges import Heir, Ownership
from leadpact.engine.shape import Log, ShapedRows, Statements


def useful_patterns(program: b.Program) -> NDArray[np.bool_]:
    """Which patterns do anything at all, under any version; rows of the others can be left out."""
    versions, patterns, classes = len(program.effective), program.patterns, program.classes
    earns = np.diff(program.scoring.begins).reshape(versions, patterns, classes).any((0, 2))
    quiets = np.diff(program.scoring.timer_begins).reshape(versions, patterns).any(0)
    acts = np.diff(program.facts.begins).reshape(versions, patterns).any(0)
    moves = np.diff(program.duties.begins).reshape(versions, patterns).any(0)
    useful: NDArray[np.bool_] = earns | quiets | acts | moves | (program.stages.declared >= 0)
    return useful


def lay_out(
    log: Log, rows: ShapedRows, statements: Statements, owned: Ownership, program: b.Program
) -> b.Rows:
    """The bundle of rows; what comes with a merge besides rows is added while running."""
    leads = len(log.leads)
    useful = useful_patterns(program)[rows.pattern]
    kept = np.flatnonzero(useful)
    order = kept[np.argsort(owned.owner[kept], kind="stable")]
    own = np.bincount(owned.owner[order], minlength=leads)
    joining = [(survivor, at, rows_[useful[rows_]]) for survivor, at, rows_ in owned.joining]
    room = np.zeros(leads, np.int64)
    for survivor, _, joined in joining:
        room[survivor] += len(joined)
    begins = np.concatenate([[0], np.cumsum(own + room)[:-1]]) if leads else np.zeros(0)
    time, pattern = _stretched(rows, order, own, begins.astype(np.int64), room)
    by_lead = sorted(range(len(joining)), key=lambda i: (joining[i][0], joining[i][1], i))
    joined_rows = [joining[i][2] for i in by_lead]
    flat = np.concatenate(joined_rows) if joined_rows else np.zeros(0, np.int64)
    return jit.pack_into(
        b.Rows,
        begins=begins,
        ends=begins + own,
        time=time,
        pattern=pattern,
        stated_begins=_begins(statements.lead, leads + len(joining)),
        stated_at=statements.at,
        attributes=statements.pattern,
        first=first_instants(rows, leads),
        until=owned.until,
        decided=_decided(rows, owned, program, leads),
        absorbed_at=_absorbed_at(owned, leads),
        merge_begins=_begins(np.array([joining[i][0] for i in by_lead], np.int64), leads),
        merge_at=np.array([joining[i][1] for i in by_lead], np.int64),
        merge_list=np.array([leads + i for i in by_lead], np.int64),
        joining_begins=np.cumsum([0, *map(len, joined_rows)]),
        joining_time=rows.at[flat],
        joining_pattern=rows.pattern[flat],
        **no_heirs(leads),
    )


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


def _stretched(
    rows: ShapedRows,
    order: NDArray[np.int64],
    own: NDArray[np.int64],
    begins: NDArray[np.int64],
    room: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    if not room.any():
        return rows.at[order], rows.pattern[order]
    size = int((own + room).sum())
    time, pattern = np.zeros(size, np.int64), np.zeros(size, np.int32)
    within = np.arange(len(order)) - np.repeat(np.cumsum(own) - own, own)
    place = np.repeat(begins, own) + within
    time[place], pattern[place] = rows.at[order], rows.pattern[order]
    return time, pattern


def _begins(sorted_numbers: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.searchsorted(sorted_numbers, np.arange(count + 1)).astype(np.int64)


def first_instants(rows: ShapedRows, leads: int) -> NDArray[np.int64]:
    first = np.full(leads, b.FOREVER, np.int64)
    np.minimum.at(first, rows.lead, rows.at)
    return first


def _decided(
    rows: ShapedRows, owned: Ownership, program: b.Program, leads: int
) -> NDArray[np.bool_]:
    decided = np.zeros(leads, np.bool_)
    decided[owned.owner[program.stages.decided_for[rows.pattern] > 0]] = True
    return decided


def _absorbed_at(owned: Ownership, leads: int) -> NDArray[np.int64]:
    at = np.full(leads, b.FOREVER, np.int64)
    for merge in owned.merges:
        at[merge.absorbed] = merge.at
    return at
