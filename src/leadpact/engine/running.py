"""Runs the fold: room for its results, absorbed leads before those that absorb them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from leadpact import jit
from leadpact.engine.compile.program import Compiled
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.fold import fold
from leadpact.engine.layout import with_heirs
from leadpact.engine.merges import Heir, Merge, heirs_of, levels_of


@dataclass(frozen=True)
class Finished:
    """The records that the fold wrote, trimmed to what was used."""

    states: Any
    entries: Any
    episodes: Any
    clocks: Any
    shares: Any
    trace: Any


def run(compiled: Compiled, rows: b.Rows, merges: Sequence[Merge], trace: int = 0) -> Finished:
    """Folds every lead, with more room whenever the results outgrew it."""
    leads = len(rows.begins)
    room = [max(64, 8 * leads), max(64, 2 * leads), max(64, 6 * leads), max(64, 8 * leads), trace]
    while True:
        fresh = (
            rows._replace(time=rows.time.copy(), pattern=rows.pattern.copy()) if merges else rows
        )
        out = _output(leads, room)
        out = _fold_all(compiled, fresh, out, merges)
        if (out.used <= np.array(room)).all():
            return _trimmed(out)
        room = [max(size, int(used) + 64) for size, used in zip(room, out.used, strict=True)]


def _fold_all(compiled: Compiled, rows: b.Rows, out: b.Output, merges: Sequence[Merge]) -> b.Output:
    state = _state(compiled.program, _longest(rows))
    heirs: list[Heir] = []
    for level in levels_of(merges):
        known = with_heirs(rows, heirs)
        for merge in level:
            fold(compiled.program, known, state, out, merge.absorbed, merge.absorbed + 1)
            heirs += heirs_of(merge, out)
        out = out._replace(heirs=out.clocks.copy())
    bounds = [-1, *sorted(merge.absorbed for merge in merges), len(rows.begins)]
    rows = with_heirs(rows, heirs)
    for before, after in pairwise(bounds):
        fold(compiled.program, rows, state, out, before + 1, after)
    return out


def _output(leads: int, room: list[int]) -> b.Output:
    entries, episodes, clocks, shares, trace = room
    states = jit.empty_records(b.STATE, leads)
    states.stage, states.tier, states.profile, states.holder = -1, -1, -1, b.NOBODY
    return b.Output(
        states=states,
        entries=jit.empty_records(b.ENTRY, entries),
        episodes=jit.empty_records(b.EPISODE, episodes),
        clocks=jit.empty_records(b.CLOCK, clocks),
        shares=jit.empty_records(b.SHARE, shares),
        trace=jit.empty_records(b.TRACE, trace),
        used=np.zeros(5, np.int64),
        heirs=jit.empty_records(b.CLOCK, 1),
    )


def _state(program: b.Program, longest: int) -> b.State:
    """Room for one lead; `longest`: the most rows that any lead has."""
    obligations = program.duties.start.shape[1]
    steps = max(1, len(program.scoring.step_class))
    return b.State(
        lead=jit.empty_records(b.LEAD, 1),
        live=np.zeros(len(program.scoring.group), np.int64),
        earned=np.zeros(program.scoring.least.shape[1], np.int64),
        scores=np.zeros(program.scoring.least.shape[1], np.int64),
        last=np.zeros(len(program.scoring.timer_length), np.int64),
        declared=np.zeros(program.stages.position.shape[1], np.int8),
        ageing_rows=np.zeros((program.classes, longest), np.int64),
        ageing_count=np.zeros(program.classes, np.int64),
        applied=np.zeros(steps, np.int64),
        scouted=np.zeros(steps, np.int64),
        due=np.zeros(steps, np.int64),
        answers=np.zeros(len(program.formulas.question), np.int8),
        stack=np.zeros(_deepest(program), np.int8),
        current=np.zeros(obligations, np.int64),
        latest=np.zeros(obligations, np.int64),
        last_stop=np.zeros(obligations, np.int64),
        last_late=np.zeros(obligations, np.bool_),
        first_late=np.zeros(obligations, np.bool_),
        prior_stop=np.zeros(obligations, np.int64),
        prior_late=np.zeros(obligations, np.bool_),
        waiting=np.zeros(obligations, np.bool_),
        wanted=np.zeros(obligations, np.bool_),
        ended=np.zeros(obligations, np.bool_),
        entered=np.zeros(program.stages.position.shape[1], np.bool_),
    )


def _longest(rows: b.Rows) -> int:
    """The most rows that a lead has, those included for which there is room."""
    ends = np.append(rows.begins[1:], len(rows.time))
    return int((ends - rows.begins).max(initial=1))


def _deepest(program: b.Program) -> int:
    lengths = np.diff(program.formulas.begins)
    return int(lengths.max(initial=8)) + 8


def _trimmed(out: b.Output) -> Finished:
    used = out.used
    return Finished(
        states=out.states,
        entries=out.entries[: used[b.ENTRIES]],
        episodes=out.episodes[: used[b.EPISODES]],
        clocks=out.clocks[: used[b.CLOCKS]],
        shares=out.shares[: used[b.SHARES]],
        trace=out.trace[: used[b.TRACES]],
    )
