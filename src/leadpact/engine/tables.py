"""From the records of the fold to the tables of a result, in names instead of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import Ending, Outcome
from leadpact.engine import threads
from leadpact.engine.attributes import leads_table
from leadpact.engine.compile.duties import duties_of
from leadpact.engine.delivered import instant
from leadpact.engine.facts import closed_days, facts_of, merged_into, withdrawn
from leadpact.engine.kernels import bundles as b
from leadpact.engine.log import INSTANT
from leadpact.engine.nurtured import nurture_table, ways_taken
from leadpact.engine.profiles import personas, profiles
from leadpact.engine.programs import program_behind
from leadpact.engine.questions import place_in
from leadpact.engine.reasons import ending_reasons, state_reasons
from leadpact.engine.result import (
    CLOCK_SHARES,
    CLOCKS,
    EPISODES,
    LEAD_STATES,
    STAGE_ENTRIES,
    Result,
)
from leadpact.engine.shape import handed_over_in_reality

if TYPE_CHECKING:
    from leadpact.agreement.spec import Agreement
    from leadpact.engine.arranged import Log
    from leadpact.engine.compile.program import Compiled
    from leadpact.engine.evaluate import Evaluation

_OUTCOMES = [outcome.name.lower().replace("_", " ") for outcome in Outcome]
TIERS = [f"{letter}{number}" for letter in "ABC" for number in "123"]


class TablesOfLog:
    """Those tables of a result that no rule of an agreement changes: made once for a shaped log."""

    def __init__(self) -> None:
        self._made: list[Any] = []

    def works(self, evaluation: Evaluation, in_force: Agreement) -> list[Callable[[], Any]]:
        """What makes the leads, what was set aside, and the facts with their leads."""
        if self._made:
            return [partial(self._made.__getitem__, number) for number in range(3)]
        return [
            partial(leads_table, evaluation, in_force),
            lambda: pa.concat_tables([evaluation.judged.set_aside, withdrawn(evaluation)]),
            partial(facts_of, evaluation),
        ]

    def keep(self, made: Sequence[Any]) -> None:
        """Remembers what the works made."""
        self._made = list(made)


@dataclass(frozen=True)
class Written:
    """Tables of what the fold wrote of some leads, and in which row of the leads each belongs.

    `ways` are those that were taken into nurture programs.
    """

    tables: Mapping[str, pa.Table]
    places: Mapping[str, NDArray[np.int64]]
    ways: Any


def written(evaluation: Evaluation, names: Names) -> Written:
    """The tables of clocks, their shares and entries, of the leads that an evaluation has."""
    finished = evaluation.finished
    clocks = finished.clocks
    counts = clocks.outcome != b.FORGOTTEN
    entries = counts & names.of_program[clocks.obligation]
    counts &= ~entries
    joined = clocks[entries]
    if not counts.all():
        clocks = clocks[counts]
    return Written(
        {
            "clocks": _clocks(evaluation, names, clocks),
            "clock_shares": _shares(evaluation, names),
            "stage_entries": _entries(evaluation, names),
        },
        {
            "clocks": np.ascontiguousarray(clocks.lead),
            "stage_entries": np.ascontiguousarray(finished.entries.lead),
        },
        ways_taken(joined, _episode_of(evaluation, joined)),
    )


def result_of(evaluation: Evaluation, parts: Sequence[Written] = ()) -> Result:
    """The result tables of an evaluation; `parts`: those that were written before, if they were."""
    names = Names(evaluation.compiled, evaluation.log, evaluation.versions)
    parts = parts or [written(evaluation, names)]
    in_force = evaluation.versions[_version_in_force(evaluation)]
    of_log = evaluation.shaped.tables
    ways = np.concatenate([part.ways for part in parts]).view(np.recarray)
    (episodes, states), (nurture, leads_nurtured), *made = threads.together(
        len(evaluation.log.rows.at),
        partial(_passages, evaluation, names),
        partial(nurture_table, evaluation, names, ways),
        *of_log.works(evaluation, in_force),
    )
    of_log.keep(made)
    leads, aside, (facts, leads_of_facts) = made
    tables = {
        name: pa.concat_tables([part.tables[name] for part in parts]) for name in parts[0].tables
    }
    places = {
        name: np.concatenate([part.places[name] for part in parts]) for name in parts[0].places
    }
    places["nurture"] = leads_nurtured
    places["episodes"] = np.ascontiguousarray(evaluation.finished.episodes.lead)
    return Result(
        as_of=instant(evaluation.log.last),
        agreement=in_force,
        leads=leads,
        exclusions=evaluation.judged.exclusions,
        set_aside=aside,
        facts=facts,
        closed_days=closed_days(evaluation.closures),
        lead_places=places | {"facts": leads_of_facts},
        lead_states=states,
        episodes=episodes,
        nurture=nurture,
        **tables,
    )


def _version_in_force(evaluation: Evaluation) -> int:
    effective = evaluation.compiled.program.effective
    return int(np.searchsorted(effective, evaluation.log.last, side="right")) - 1


class Names:
    """Names behind the numbers of the fold."""

    def __init__(self, compiled: Compiled, log: Log, versions: Sequence[Agreement]) -> None:
        questions = compiled.questions
        self.leads = log.leads.array
        self.stages = pa.array(questions.stages, pa.string())
        self.obligations = pa.array(questions.obligations, pa.string())
        behind = (program_behind(name) is not None for name in questions.obligations)
        self.of_program = np.array([*behind, False], np.bool_)
        self.holders = pa.array(questions.holders.spelt, pa.string())
        self.tiers = pa.array(TIERS, pa.string())
        self.versions = versions
        self._log = log

    @cached_property
    def handed(self) -> NDArray[np.bool_]:
        """[lead] whether it was handed over in reality."""
        return handed_over_in_reality(self._log, self.versions)

    def segment(self, version: NDArray[Any], number: NDArray[Any]) -> pa.Array:
        """Name of a version's segment; NULL for none."""
        named = [[None, *(segment.name for segment in v.segments)] for v in self.versions]
        width = max(map(len, named))
        flat = pa.array(
            [x for row in named for x in row + [None] * (width - len(row))], pa.string()
        )
        return flat.take(pa.array(version * width + number, pa.int64()))

    def points(self, version: NDArray[Any], thousandths: NDArray[np.int64]) -> pa.Array:
        """Thousandths as points; NULL under a version that scores nothing."""
        is_silent = np.array([not v.gives_points for v in self.versions])
        return pa.array(thousandths / 1000, pa.float64(), mask=is_silent[version])

    def quality(self, tier: NDArray[Any], high: NDArray[Any]) -> pa.Array:
        """high or low; NULL for a lead without a tier."""
        return picked(pa.array(["low", "high"], pa.string()), np.where(tier < 0, -1, high))


def picked(names: pa.Array, numbers: NDArray[Any]) -> pa.Array:
    """The names with these numbers; a negative number is NULL."""
    return names.take(pa.array(numbers, pa.int64(), mask=numbers < 0))


def times(ticks: NDArray[np.int64]) -> pa.Array:
    """Instants; NEVER and FOREVER are NULL."""
    unset = (ticks <= b.NEVER) | (ticks >= b.FOREVER)
    return pa.array(np.where(unset, 0, ticks), pa.int64(), mask=unset).cast(INSTANT)


def _yes(flags: NDArray[np.int64]) -> pa.Array:
    return pa.array(flags > 0, pa.bool_())


def _whole(numbers: NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers.astype(np.int32), pa.int32())


def _table(schema: pa.Schema, **columns: Any) -> pa.Table:
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _passages(evaluation: Evaluation, names: Names) -> tuple[pa.Table, pa.Table]:
    """The episodes, and where each lead stands: of both it is told why they ended."""
    endings = ending_reasons(evaluation)
    return _episodes(evaluation, names, endings), _states(evaluation, names, endings)


# ------------------------------------------------------------------------------------------ states


def _states(evaluation: Evaluation, names: Names, endings: pa.Array) -> pa.Table:
    states = evaluation.finished.states
    profile, fit = profiles(evaluation)
    scored_by = _scored_by(evaluation)
    return _table(
        LEAD_STATES,
        lead_id=names.leads,
        status=_statuses(evaluation),
        episode=_whole(states.episode),
        stage=picked(names.stages, states.stage),
        stage_since=times(np.where(states.stage < 0, b.NEVER, states.stage_since)),
        score=names.points(scored_by, states.score),
        fit=names.points(scored_by, states.fit),
        engagement=names.points(scored_by, states.engagement),
        tier=picked(names.tiers, states.tier),
        quality=names.quality(states.tier, states.high),
        segment=names.segment(states.version, states.segment),
        persona=personas(evaluation),
        profile=profile,
        profile_fit=fit,
        holder=picked(names.holders, states.holder),
        reason=state_reasons(evaluation, endings),
        unlocked=_yes(states.unlocked),
        version=_whole(states.version),
        next_change_at=times(states.next_change),
        merged_into=merged_into(names.leads, evaluation.owned.merges),
    )


def _scored_by(evaluation: Evaluation) -> NDArray[np.int64]:
    """[lead] the version that gave its score: of a closed lead the one in force at its end."""
    finished = evaluation.finished
    episodes, states = finished.episodes, finished.states
    ended = np.full(len(states), b.NEVER)
    ended[episodes.lead] = episodes.ended_at  # of several episodes of a lead the last one stays
    at_its_end = np.searchsorted(evaluation.compiled.program.effective, ended, side="right") - 1
    found: NDArray[np.int64] = np.where(states.ending == Ending.OPEN, states.version, at_its_end)
    return found


_STATUSES = [*(ending.name.lower() for ending in Ending), "excluded"]


def _statuses(evaluation: Evaluation) -> pa.Array:
    """[lead] merged, excluded, or how its last episode ended."""
    states = evaluation.finished.states
    code = np.where(states.excluded > 0, len(Ending), states.ending)
    code[[merge.absorbed for merge in evaluation.owned.merges]] = Ending.MERGED
    return picked(pa.array(_STATUSES, pa.string()), code)


# -------------------------------------------------------------------------------- stages, episodes


def _entries(evaluation: Evaluation, names: Names) -> pa.Table:
    entries = evaluation.finished.entries
    return _table(
        STAGE_ENTRIES,
        lead_id=picked(names.leads, entries.lead),
        episode=_whole(entries.episode),
        stage=picked(names.stages, entries.stage),
        entered_at=times(entries.entered_at),
        implied=_yes(entries.implied),
        recorded=_yes(entries.recorded),
        segment=names.segment(entries.version, entries.segment),
        tier=picked(names.tiers, entries.tier),
        quality=names.quality(entries.tier, entries.high),
        score=names.points(entries.version, entries.score),
        fit=names.points(entries.version, entries.fit),
        engagement=names.points(entries.version, entries.engagement),
        version=_whole(entries.version),
        disputed=_yes(entries.disputed),
    )


def _episodes(evaluation: Evaluation, names: Names, endings: pa.Array) -> pa.Table:
    episodes = evaluation.finished.episodes
    return _table(
        EPISODES,
        lead_id=picked(names.leads, episodes.lead),
        episode=_whole(episodes.episode),
        started_at=times(episodes.started_at),
        ended_at=times(episodes.ended_at),
        ending=picked(pa.array(_STATUSES, pa.string()), episodes.ending),
        reason=endings,
        qualified_at=times(episodes.qualified_at),
        handed_off_at=times(episodes.handed_at),
        assigned_at=times(episodes.assigned_at),
    )


# ------------------------------------------------------------------------------------------ clocks


def _clocks(evaluation: Evaluation, names: Names, clocks: Any) -> pa.Table:
    of = _episode_of(evaluation, clocks)
    sides, steps = _duty_facts(evaluation)
    side, step = sides[clocks.version, clocks.obligation], steps[clocks.version, clocks.obligation]
    open_or_stopped = (clocks.outcome == b.RUNNING) | (clocks.outcome == b.OVERDUE)
    open_or_stopped |= clocks.stopped_at != b.NEVER
    outcomes = _outcomes(evaluation, names, clocks)
    ran_out = (outcomes == Outcome.MISSED) | (outcomes == Outcome.OVERDUE)
    breached_by = np.where(clocks.holder_due == b.NOT_YET, clocks.holder, clocks.holder_due)
    return _table(
        CLOCKS,
        lead_id=picked(names.leads, clocks.lead),
        episode=_whole(clocks.episode),
        obligation=picked(names.obligations, clocks.obligation),
        side=picked(pa.array(["marketing", "sales"]), side),
        segment=names.segment(clocks.version, clocks.segment),
        version=_whole(clocks.version),
        started_at=times(clocks.started_at),
        due_at=times(clocks.due_at),
        stopped_at=times(clocks.stopped_at),
        closed_at=times(np.where(open_or_stopped, b.NEVER, clocks.closed_at)),
        outcome=picked(pa.array(_OUTCOMES, pa.string()), outcomes),
        already_in_contact=_yes(clocks.in_contact),
        logged_late=_yes(clocks.logged_late),
        by_protocol=_yes(clocks.by_protocol),
        paused=pa.array((clocks.paused > 0) & (clocks.outcome == b.RUNNING), pa.bool_()),
        holder=picked(names.holders, np.where(ran_out, breached_by, clocks.holder)),
        qualified_at=times(of.qualified_at),
        handed_off_at=times(of.handed_at),
        assigned_at=times(of.assigned_at),
        working_seconds=pa.array(clocks.worked / 1e6, pa.float64()),
        late_seconds=pa.array(clocks.late / 1e6, pa.float64(), mask=~ran_out),
        protocol_step=pa.array(step, pa.int32(), mask=step < 0),
    )


def _episode_of(evaluation: Evaluation, clocks: Any) -> Any:
    """The episode of every clock."""
    episodes = evaluation.finished.episodes
    most = int(episodes.episode.max(initial=0)) + 1
    keys = episodes.lead * most + episodes.episode
    order = np.argsort(keys, kind="stable")
    return episodes[order[np.searchsorted(keys[order], clocks.lead * most + clocks.episode)]]


def _duty_facts(evaluation: Evaluation) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """[version, obligation] whether it is of sales, and which step of the protocol it is."""
    names = evaluation.compiled.questions.obligations
    place = place_in(names)
    shape = (len(evaluation.versions), max(1, len(names)))
    of_sales, steps = np.zeros(shape, np.int64), np.full(shape, -1, np.int32)
    for v, version in enumerate(evaluation.versions):
        for number, duty in enumerate(duties_of(version)):
            of_sales[v, place(duty.name)] = duty.of_sales
            if duty.next_step != b.NO_STEP:
                steps[v, place(duty.name)] = number - len(version.obligations)
    return of_sales, steps


def _outcomes(evaluation: Evaluation, names: Names, clocks: Any) -> NDArray[np.int64]:
    """Codes of what became of every clock."""
    codes: NDArray[np.int64] = clocks.outcome.copy()
    if evaluation.simulate:
        start = evaluation.compiled.program.duties.start[clocks.version, clocks.obligation]
        by_handoff = np.isin(start, [b.HANDOFF_STARTS, b.PROTOCOL_STARTS, b.STEP_STARTS])
        unstopped = (codes == b.RUNNING) | (codes == b.OVERDUE)
        never = ~names.handed[clocks.lead]
        codes[by_handoff & unstopped & never] = Outcome.NOT_OBSERVED
    return codes


def _shares(evaluation: Evaluation, names: Names) -> pa.Table:
    shares = evaluation.finished.shares
    counts = evaluation.finished.clocks.outcome[shares.clock] != b.FORGOTTEN
    shares = shares[counts & ~names.of_program[shares.obligation]]
    return _table(
        CLOCK_SHARES,
        lead_id=picked(names.leads, shares.lead),
        episode=_whole(shares.episode),
        obligation=picked(names.obligations, shares.obligation),
        holder=picked(names.holders, shares.holder),
        from_at=times(shares.from_at),
        to_at=times(shares.to_at),
        working_seconds=pa.array(shares.worked / 1e6, pa.float64()),
    )
