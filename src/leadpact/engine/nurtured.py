"""The table of entries into nurture programs: from their clocks, and the touches on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement, NurtureStep, Program
from leadpact.agreement.vocabulary import Ending
from leadpact.engine.delivered import text
from leadpact.engine.facts import survivors
from leadpact.engine.kernels import bundles as b
from leadpact.engine.log import INSTANT
from leadpact.engine.programs import LEFT, TOUCHED, program_behind
from leadpact.engine.questions import place_in
from leadpact.engine.result import NURTURE
from leadpact.engine.stating import stated_texts

if TYPE_CHECKING:
    from leadpact.engine.evaluate import Evaluation
    from leadpact.engine.tables import Names

#: How a lead left: by the program's exit, as somebody said, by qualifying, by being left out; else
#: as its episode ended.
EXIT, SAID, QUALIFIED, EXCLUDED = "exit", "left", "qualified", "excluded"
Numbers = NDArray[np.int64]

#: A way into a program that was taken, with what its episode tells.
WAY = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("lead", "episode", "obligation", "version", "segment", "started", "stopped"),
            *("closed", "qualified", "ended", "ending"),
        )
    ]
)


def ways_taken(clocks: Any, episodes: Any) -> Any:
    """The clocks of programs, each with its episode, but those with an exit before their start."""
    began = clocks.in_contact == 0
    clocks, episodes = clocks[began], episodes[began]
    found = np.zeros(len(clocks), WAY).view(np.recarray)
    for name in ("lead", "episode", "obligation", "version", "segment"):
        found[name] = clocks[name]
    is_open = (clocks.outcome == b.RUNNING) | (clocks.stopped_at != b.NEVER)
    found.started, found.stopped = clocks.started_at, clocks.stopped_at
    found.closed = np.where(is_open, b.NEVER, clocks.closed_at)
    found.qualified, found.ended = episodes.qualified_at, episodes.ended_at
    found.ending = episodes.ending
    return found


def nurture_table(evaluation: Evaluation, names: Names, ways: Any) -> tuple[pa.Table, Numbers]:
    """One row an entry, by lead, episode and program; and their leads."""
    if not len(ways):
        return NURTURE.empty_table(), np.zeros(0, np.int64)
    programs = _Programs(evaluation)
    own = ways[_entries(ways, programs)]
    program = programs.of_obligation[own.obligation]
    said = _Said(evaluation, programs)
    left, exits = _ends(own, program, programs, said)
    done, last = _progress(own, program, left, programs, said)
    following = np.where(left == b.NEVER, programs.step_after(own.version, program, done), -1)
    due = np.where(following < 0, b.NEVER, last + programs.waits[following])
    owner = pa.array(programs.owners, pa.string()).take(programs.flat(own.version, program))
    columns = {
        "lead_id": evaluation.log.leads.array.take(pa.array(own.lead)),
        "episode": pa.array(own.episode, pa.int32()),
        "program": pa.array(programs.names, pa.string()).take(pa.array(program)),
        "owner": owner,
        "segment": names.segment(own.version, own.segment),
        "entered_at": _instants(own.started),
        "step": pa.array(done, pa.int32()),
        "next_step": programs.of_step(lambda step: step.name, following),
        "next_channel": programs.of_step(lambda step: step.channel, following),
        "next_touch_at": _instants(due),
        "left_at": _instants(left),
        "exit": exits,
    }
    return pa.table(columns, schema=NURTURE), np.ascontiguousarray(own.lead)


def _entries(ways: Any, programs: _Programs) -> Numbers:
    """Of the ways taken into one program in one episode, the first that lets the lead join."""
    program = programs.of_obligation[ways.obligation]
    barred = _qualified(ways, program, programs)
    joins = np.flatnonzero((barred == b.NEVER) | (barred > ways.started))
    keys = (ways.lead[joins], ways.episode[joins], program[joins])
    order = np.lexsort((ways.started[joins], *reversed(keys)))
    again = np.ones(len(order), bool)
    for key in keys:
        again &= np.diff(key[order], prepend=-1) == 0
    return joins[order[~again]]


def _qualified(ways: Any, program: Numbers, programs: _Programs) -> Numbers:
    """When each qualified, where that is what ends its program."""
    ends_it = programs.without_exit[programs.flat(ways.version, program)]
    return np.where(ends_it, ways.qualified, b.NEVER)


def _ends(own: Any, program: Numbers, programs: _Programs, said: _Said) -> tuple[Numbers, pa.Array]:
    """When and how each entry ended; of several ends at one instant the first of these tells."""
    ends = np.stack([own.stopped, _qualified(own, program, programs), own.closed])
    first = np.where(ends == b.NEVER, b.FOREVER, ends).argmin(0)
    left = ends[first, np.arange(len(own))]
    by_rule = np.where(own.ended == own.closed, own.ending, len(Ending))
    endings = [*(ending.name.lower() for ending in Ending), EXCLUDED, QUALIFIED, EXIT]
    how = np.choose(first, [np.full(len(own), len(Ending) + 2), len(Ending) + 1, by_rule])
    told = pa.array(endings).take(pa.array(how, mask=left == b.NEVER))
    reasons = said.reasons(own.lead, program, own.stopped)
    is_told = pa.array((first == 0) & (left != b.NEVER))
    return left, pc.if_else(is_told, pc.coalesce(reasons, told), told)


def _progress(
    own: Any, program: Numbers, left: Numbers, programs: _Programs, said: _Said
) -> tuple[Numbers, Numbers]:
    """How many touches each entry had, those passed over included, and when the last was."""
    done, last = np.zeros(len(own), np.int64), own.started.copy()
    version = programs.flat(own.version, program)
    until = np.where(left == b.NEVER, b.FOREVER, left)
    for entry, touch in said.touches(own.lead, program):
        at = said.touched.at[touch]
        inside = (at >= own.started[entry]) & (at <= until[entry])
        entry, touch, at = entry[inside], touch[inside], at[inside]
        place = said.place_of_step(version[entry], touch)
        after = np.where(place < 0, done[entry] + 1, place)
        on = after > done[entry]
        done[entry[on]] = np.minimum(after, programs.sizes[version[entry]])[on]
        last[entry[on]] = at[on]
    return done, last


class _Programs:
    """The programs of all versions: a number for each name, and what each version says of it."""

    def __init__(self, evaluation: Evaluation) -> None:
        obligations = evaluation.compiled.questions.obligations
        behind = [program_behind(name) for name in obligations]
        self.names = list(dict.fromkeys(name for name in behind if name is not None))
        self.place = place_in(self.names)
        self.of_obligation = np.array([self.place(name) for name in behind], np.int64)
        self._said = [self._of(version) for version in evaluation.versions]
        flat = [each for own in self._said for each in own]
        self.owners = [each.owner if each else None for each in flat]
        self.without_exit = np.array(
            [each is not None and each.exits is None for each in flat], np.bool_
        )
        self.sizes = np.array([len(each.steps) if each else 0 for each in flat], np.int64)
        self._begins = np.cumsum(self.sizes) - self.sizes
        self._steps = [step for each in flat if each for step in each.steps]
        # A step of no program at the end, to which -1 leads.
        self.waits = np.array([*(step.after.microseconds for step in self._steps), 0], np.int64)

    def _of(self, version: Agreement) -> list[Program | None]:
        known = {self.place(each.name): each for each in version.nurture}
        return [known.get(number) for number in range(len(self.names))]

    def flat(self, version: Numbers, program: Numbers) -> Numbers:
        """The number of a program in a version among all of all versions."""
        return version * len(self.names) + program

    def step_after(self, version: Numbers, program: Numbers, done: Numbers) -> Numbers:
        """The number of the step that follows so many; -1 after the last."""
        own = self.flat(version, program)
        return np.where(done < self.sizes[own], self._begins[own] + done, -1)

    def of_step(self, what: Callable[[NurtureStep], str], steps: Numbers) -> pa.Array:
        """Something of steps; NULL for none."""
        told = pa.array([what(step) for step in self._steps], pa.string())
        return told.take(pa.array(steps, mask=steps < 0))

    def places_of(self, named: list[str]) -> Numbers:
        """[program of a version, name] which of its steps bears the name, from 1; 0 for none."""
        found = np.zeros((len(self.sizes), len(named)), np.int64)
        for own, size in enumerate(self.sizes):
            steps = self._steps[self._begins[own] : self._begins[own] + size]
            place = place_in([step.name for step in steps])
            found[own] = [place(name) + 1 for name in named]
        return found


class _Rows:
    """Rows about programs, by the lead that has them in the end and the program, then in order."""

    def __init__(self, key: Numbers, at: Numbers, told: pa.Array) -> None:
        order = np.argsort(key, kind="stable")
        self.key, self.at, self.told = key[order], at[order], told.take(pa.array(order))

    def of_each(self, key: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
        """The first row of each key, with the number of the key; then the second; and so on."""
        begins = np.searchsorted(self.key, key, side="left")
        counts = np.searchsorted(self.key, key, side="right") - begins
        for number in range(int(counts.max(initial=0))):
            asked = np.flatnonzero(counts > number)
            yield asked, begins[asked] + number


class _Said:
    """What rows say of programs: touches with the step that they name, and why leads left."""

    def __init__(self, evaluation: Evaluation, programs: _Programs) -> None:
        self._width = len(programs.names)
        self.touched = self._rows(evaluation, programs, TOUCHED, "step")
        self._left = self._rows(evaluation, programs, LEFT, "reason")
        named = self.touched.told.dictionary_encode()
        # A touch without a step is the next one: -1.
        places = programs.places_of(named.dictionary.to_pylist())
        self._places = np.append(places, np.full((len(places), 1), -1), axis=1)
        unnamed = len(named.dictionary)
        self._step = named.indices.fill_null(unnamed).to_numpy(zero_copy_only=False)

    def _rows(self, evaluation: Evaluation, programs: _Programs, kind: str, what: str) -> _Rows:
        log, owned = evaluation.log, evaluation.owned
        places = owned.in_order(log.places_of((kind,)))
        told = log.columns(places, [text("program"), text(what)], (kind,))
        program = _numbers(told[text("program")], programs.place)
        lead = survivors(owned.merges, len(log.leads))[owned.owner_of(places)]
        known = np.flatnonzero(program >= 0)
        said = stated_texts(told[text(what)]).take(pa.array(known))
        return _Rows(self._key(lead[known], program[known]), log.rows.at[places[known]], said)

    def _key(self, lead: Numbers, program: Numbers) -> Numbers:
        return lead * self._width + program

    def touches(self, lead: Numbers, program: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
        """Touches of leads in programs, in order of time, a further one of each at a time."""
        return self.touched.of_each(self._key(lead, program))

    def place_of_step(self, version: Numbers, touch: Numbers) -> Numbers:
        """Which step of a program of a version a touch names, from 1; 0 one of none, -1 no step."""
        found: Numbers = self._places[version, self._step[touch]]
        return found

    def reasons(self, lead: Numbers, program: Numbers, at: Numbers) -> pa.Array:
        """Why leads left programs at these instants, where rows say that they did; else NULL."""
        found = np.full(len(lead), -1)
        for asked, row in self._left.of_each(self._key(lead, program)):
            same = self._left.at[row] == at[asked]
            found[asked[same]] = row[same]
        reasons = pc.fill_null(self._left.told, SAID)
        return reasons.take(pa.array(found, mask=found < 0))


def _numbers(texts: pa.ChunkedArray, place: Callable[[str | None], int]) -> Numbers:
    """[row] the number that a text stands for; -1 for none."""
    coded = stated_texts(texts).dictionary_encode()
    known = np.array([*map(place, coded.dictionary.to_pylist()), -1], np.int64)
    indices = coded.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
    found: Numbers = known[indices]
    return found


def _instants(ticks: Numbers) -> pa.Array:
    return pa.array(ticks, pa.int64(), mask=ticks == b.NEVER).cast(INSTANT)
