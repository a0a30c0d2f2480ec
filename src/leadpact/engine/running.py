"""Runs the fold: room for its results, absorbed leads before those that absorb them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from leadpact import jit
from leadpact.engine import threads
from leadpact.engine.compile.program import Compiled
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.fold import fold
from leadpact.engine.layout import with_heirs
from leadpact.engine.merges import Heir, Merge, heirs_of, levels_of

#: Leads folded in one go, at most and at least. Records of so many stay near the processor until
#: they are tables, in memory that those after them use again; so few are not worth a thread.
AT_ONCE, WORTH_A_THREAD = 16_384, 2_000

Told = TypeVar("Told")

_NAMES = ("entries", "episodes", "clocks", "shares", "trace")
_RECORDS = (b.ENTRY, b.EPISODE, b.CLOCK, b.SHARE, b.TRACE)


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
    """Folds every lead, several stretches of them at once; absorbed leads come first.

    `trace`: room for so many changes of points; there is more when it is outgrown.
    """
    states = _states(len(rows.begins))
    absorbed, folded = _begun(compiled, rows, states, merges, trace)
    return _joined(states, [*absorbed, *threads.at_once(folded, _parts(rows, merges))])


def run_in_parts(
    compiled: Compiled, rows: b.Rows, merges: Sequence[Merge], told: Callable[[Finished], Told]
) -> tuple[Finished, list[Told]]:
    """As `run`, of a million leads without holding all their records at once: half a gigabyte.

    What is `told` of the records of each stretch of leads, in the order of `run`. The states and
    episodes are kept; of the other records there are none any more.
    """
    states = _states(len(rows.begins))
    absorbed, folded = _begun(compiled, rows, states, merges, 0)

    def tell(part: Finished) -> tuple[Any, Told]:
        return part.episodes.copy(), told(part)

    def told_of(part: tuple[int, int]) -> tuple[Any, Told]:
        return tell(_joined(states, [folded(part)]))

    found = [tell(_joined(states, absorbed))] if absorbed else []
    found += threads.at_once(told_of, _parts(rows, merges))
    nothing = _joined(states, [])
    episodes = np.concatenate([nothing.episodes, *(episodes for episodes, _ in found)])
    return replace(nothing, episodes=episodes.view(np.recarray)), [each for _, each in found]


def _begun(
    compiled: Compiled, rows: b.Rows, states: Any, merges: Sequence[Merge], trace: int
) -> tuple[list[b.Output], Callable[[tuple[int, int]], b.Output]]:
    """The results of absorbed leads, and how those of a stretch of the others are found."""
    absorbed, heirs, left = _fold_absorbed(compiled, rows, states, merges, trace)
    rows = with_heirs(rows, heirs)
    return absorbed, lambda part: _folded(compiled, rows, states, left, part, trace)


def _fold_absorbed(
    compiled: Compiled, rows: b.Rows, states: Any, merges: Sequence[Merge], trace: int
) -> tuple[list[b.Output], list[Heir], Any]:
    """Results of the leads that others absorbed, what they leave, and the clocks among it."""
    parts: list[b.Output] = []
    heirs: list[Heir] = []
    left = jit.empty_records(b.CLOCK, 1)
    for level in levels_of(merges):
        known = with_heirs(rows, heirs)
        before = sum(len(part.clocks) for part in parts)
        for merge in level:
            lead = (merge.absorbed, merge.absorbed + 1)
            part = _folded(compiled, known, states, left, lead, trace)
            heirs += heirs_of(merge, part, before)
            before += len(part.clocks)
            parts.append(_copied(part))
        clocks = np.concatenate([left[:0], *(part.clocks for part in parts)])
        left = clocks.view(np.recarray) if len(clocks) else left
    return parts, heirs, left


def _parts(rows: b.Rows, merges: Sequence[Merge]) -> list[tuple[int, int]]:
    """Stretches of leads that nobody absorbed."""
    leads = len(rows.begins)
    fair = -(-leads // threads.count())
    cuts = {0, leads, *range(0, leads, min(AT_ONCE, max(fair, WORTH_A_THREAD)))}
    absorbed = {merge.absorbed for merge in merges}
    bounds = sorted(cuts | absorbed | {lead + 1 for lead in absorbed})
    return [pair for pair in pairwise(bounds) if pair[0] not in absorbed]


def _folded(
    compiled: Compiled,
    rows: b.Rows,
    states: Any,
    heirs: Any,
    part: tuple[int, int],
    trace: int,
) -> b.Output:
    """Results of a stretch of leads, with more room whenever they outgrew it."""
    leads = part[1] - part[0]
    room = [*(64 + factor * leads for factor in (3, 2, 3, 3)), trace]
    begins, ends = rows.begins[part[0] : part[1]], rows.ends[part[0] : part[1]]
    joined = rows.joining_begins[rows.merge_begins[part[0] : part[1] + 1]]
    longest = int((ends - begins + np.diff(joined)).max(initial=1))
    while True:
        out = _output(states, heirs, room)
        with _kept(rows, part):
            fold(compiled.program, rows, _state(compiled.program, longest), out, *part)
        if (out.used <= np.array(room)).all():
            return _used(out)
        room = [max(size, int(used) + 64) for size, used in zip(room, out.used, strict=True)]


@contextmanager
def _kept(rows: b.Rows, part: tuple[int, int]) -> Iterator[None]:
    """Takes back that the fold puts rows which join a lead among its own."""
    joins = rows.joining_begins[rows.merge_begins[part[0] : part[1] + 1]]
    before = []
    for lead in part[0] + np.flatnonzero(np.diff(joins)):
        end = rows.ends[lead] + joins[lead - part[0] + 1] - joins[lead - part[0]]
        stretch = slice(rows.begins[lead], end)
        before.append((stretch, rows.time[stretch].copy(), rows.pattern[stretch].copy()))
    yield
    for stretch, time, pattern in before:
        rows.time[stretch], rows.pattern[stretch] = time, pattern


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


def _deepest(program: b.Program) -> int:
    lengths = np.diff(program.formulas.begins)
    return int(lengths.max(initial=8)) + 8


def _states(leads: int) -> Any:
    unknown = jit.empty_records(b.STATE, 1)
    unknown.stage, unknown.tier, unknown.profile, unknown.holder = -1, -1, -1, b.NOBODY
    return np.repeat(unknown, leads).view(np.recarray)


def _output(states: Any, heirs: Any, room: list[int]) -> b.Output:
    entries, episodes, clocks, shares, trace = (
        jit.empty_records(record, size) for record, size in zip(_RECORDS, room, strict=True)
    )
    return b.Output(
        states=states,
        entries=entries,
        episodes=episodes,
        clocks=clocks,
        shares=shares,
        trace=trace,
        used=np.zeros(5, np.int64),
        heirs=heirs,
    )


def _used(out: b.Output) -> b.Output:
    """Results without the room that was not needed; that of many leads was never touched."""
    return out._replace(**{n: getattr(out, n)[: out.used[i]] for i, n in enumerate(_NAMES)})


def _copied(out: b.Output) -> b.Output:
    """Results that hold nothing but themselves."""
    return out._replace(**{name: getattr(out, name).copy() for name in _NAMES})


def _joined(states: Any, parts: list[b.Output]) -> Finished:
    """The results of all parts, one after the other."""
    clocks = 0
    for part in parts:
        part.shares.clock += clocks
        clocks += len(part.clocks)
    return Finished(states, *(_end_to_end(parts, name) for name in _NAMES))


def _end_to_end(parts: Sequence[b.Output], name: str) -> Any:
    several = [getattr(part, name) for part in parts]
    if len(several) == 1:
        return several[0]
    nothing = np.zeros(0, _RECORDS[_NAMES.index(name)])
    return np.concatenate([nothing, *several]).view(np.recarray)
