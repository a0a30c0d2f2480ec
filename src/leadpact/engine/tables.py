"""From the records of the fold to the tables of a result, in names instead of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import Ending, Outcome
from leadpact.engine import sql
from leadpact.engine.compile.duties import duties_of
from leadpact.engine.facts import closed_days, facts_of, merged_into
from leadpact.engine.kernels import bundles as b
from leadpact.engine.layout import first_instants
from leadpact.engine.log import INSTANT
from leadpact.engine.profiles import personas, profiles
from leadpact.engine.questions import place_in
from leadpact.engine.result import (
    CLOCK_SHARES,
    CLOCKS,
    EPISODES,
    FIELD_TYPES,
    LEAD_STATES,
    STAGE_ENTRIES,
    VOIDED,
    Result,
)
from leadpact.engine.shape import handed_over_in_reality, instant

if TYPE_CHECKING:
    from leadpact.engine.evaluate import Evaluation

_OUTCOMES = [outcome.name.lower().replace("_", " ") for outcome in Outcome]
TIERS = [f"{letter}{number}" for letter in "ABC" for number in "123"]


def result_of(evaluation: Evaluation) -> Result:
    """The result tables of an evaluation."""
    names = _Names(evaluation)
    in_force = evaluation.versions[_version_in_force(evaluation)]
    aside = pa.concat_tables([evaluation.judged.set_aside, _voided(evaluation)])
    facts, leads_of_facts = facts_of(evaluation)
    return Result(
        as_of=instant(evaluation.log.last),
        agreement=in_force,
        leads=_leads(evaluation, in_force),
        lead_states=_states(evaluation, names),
        stage_entries=_entries(evaluation, names),
        episodes=_episodes(evaluation, names),
        clocks=_clocks(evaluation, names),
        clock_shares=_shares(evaluation, names),
        exclusions=evaluation.judged.exclusions,
        set_aside=aside,
        facts=facts,
        closed_days=closed_days(evaluation.closures),
        lead_places=_lead_places(evaluation) | {"facts": leads_of_facts},
    )


def _lead_places(evaluation: Evaluation) -> dict[str, NDArray[np.int64]]:
    finished = evaluation.finished
    clocks = finished.clocks[finished.clocks.outcome != b.FORGOTTEN]
    of = {"stage_entries": finished.entries, "episodes": finished.episodes, "clocks": clocks}
    return {name: np.ascontiguousarray(records.lead) for name, records in of.items()}


def _version_in_force(evaluation: Evaluation) -> int:
    effective = evaluation.compiled.program.effective
    return int(np.searchsorted(effective, evaluation.log.last, side="right")) - 1


class _Names:
    """Names behind the numbers of the fold."""

    def __init__(self, evaluation: Evaluation) -> None:
        questions = evaluation.compiled.questions
        self.leads = pa.array(evaluation.log.leads, pa.string())
        self.stages = pa.array(questions.stages, pa.string())
        self.obligations = pa.array(questions.obligations, pa.string())
        self.holders = pa.array(questions.holders.spelt, pa.string())
        self.tiers = pa.array(TIERS, pa.string())
        self.versions = evaluation.versions

    def segment(self, version: NDArray[Any], number: NDArray[Any]) -> pa.Array:
        """Name of a version's segment; NULL for none."""
        named = [[None, *(segment.name for segment in v.segments)] for v in self.versions]
        width = max(map(len, named))
        flat = pa.array(
            [x for row in named for x in row + [None] * (width - len(row))], pa.string()
        )
        return flat.take(pa.array(version * width + number, pa.int64()))

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


def points(thousandths: NDArray[np.int64]) -> pa.Array:
    """Thousandths as points."""
    return pa.array(thousandths / 1000, pa.float64())


def _yes(flags: NDArray[np.int64]) -> pa.Array:
    return pa.array(flags > 0, pa.bool_())


def _whole(numbers: NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers.astype(np.int32), pa.int32())


def _table(schema: pa.Schema, **columns: Any) -> pa.Table:
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


# ------------------------------------------------------------------------------------------- leads


def _leads(evaluation: Evaluation, agreement: Agreement) -> pa.Table:
    con = evaluation.log.connection
    types = agreement.field_types()
    columns = "".join(
        f", {_typed(name, kind)} as {sql.identifier(name)}" for name, kind in types.items()
    )
    lists = _last_lists(evaluation)
    con.register("last_lists", pa.table({"lead": np.arange(len(lists)), "list": lists}))
    table = con.sql(sql.final_attributes(columns)).to_arrow_table()
    first = first_instants(evaluation.rows, len(lists))
    fields = {name: table.column(name).cast(FIELD_TYPES[kind]) for name, kind in types.items()}
    ids = pa.array(evaluation.log.leads, pa.string())
    return pa.table({"lead_id": ids, "created_at": times(first), **fields})


def _typed(name: str, kind: str) -> str:
    text = sql.identifier(f"f_{name}")
    if kind == "number":
        return sql.number(text, "number")
    if kind == "boolean":
        return sql.yes_no(text)
    return sql.day(text) if kind == "date" else text


def _last_lists(evaluation: Evaluation) -> NDArray[np.int64]:
    leads = len(evaluation.log.leads)
    lists = np.arange(leads, dtype=np.int64)
    for number, (survivor, _, _) in enumerate(evaluation.owned.joining):
        lists[survivor] = leads + number
    return lists


def _states(evaluation: Evaluation, names: _Names) -> pa.Table:
    states = evaluation.finished.states
    attributes = states.attributes
    persona = personas(evaluation)[states.version, attributes]
    profile, fit = profiles(evaluation)
    return _table(
        LEAD_STATES,
        lead_id=names.leads,
        status=pa.array(_statuses(evaluation), pa.string()),
        episode=_whole(states.episode),
        stage=picked(names.stages, states.stage),
        stage_since=times(np.where(states.stage < 0, b.NEVER, states.stage_since)),
        score=points(states.score),
        fit=points(states.fit),
        engagement=points(states.engagement),
        tier=picked(names.tiers, states.tier),
        quality=names.quality(states.tier, states.high),
        segment=names.segment(states.version, states.segment),
        persona=pa.array(persona.tolist(), pa.string()),
        profile=profile,
        profile_fit=fit,
        holder=picked(names.holders, states.holder),
        reason=_state_reasons(evaluation),
        unlocked=_yes(states.unlocked),
        version=_whole(states.version),
        next_change_at=times(states.next_change),
        merged_into=merged_into(names.leads, evaluation.owned.merges),
    )


def _statuses(evaluation: Evaluation) -> list[str]:
    absorbed = {merge.absorbed for merge in evaluation.owned.merges}
    states = evaluation.finished.states
    return [
        "merged"
        if lead in absorbed
        else "excluded"
        if excluded
        else Ending(int(ending)).name.lower()
        for lead, (excluded, ending) in enumerate(zip(states.excluded, states.ending, strict=True))
    ]


def _state_reasons(evaluation: Evaluation) -> pa.Array:
    """Why a lead is excluded, else why its last episode ended."""
    states, episodes = evaluation.finished.states, evaluation.finished.episodes
    endings = _episode_reasons(evaluation)
    of_last = {
        int(lead): reason
        for lead, episode, reason in zip(episodes.lead, episodes.episode, endings, strict=True)
        if states[int(lead)].episode == episode
    }
    excluded = _reasons(evaluation, "lead.excluded")
    latest = {lead: reason for (lead, _), reason in sorted(excluded.items(), key=lambda e: e[0])}
    ids = range(len(evaluation.log.leads))
    return pa.array(
        [latest.get(i) if states[i].excluded else of_last.get(i) for i in ids], pa.string()
    )


# -------------------------------------------------------------------------------- stages, episodes


def _entries(evaluation: Evaluation, names: _Names) -> pa.Table:
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
        score=points(entries.score),
        fit=points(entries.fit),
        engagement=points(entries.engagement),
        version=_whole(entries.version),
        disputed=_yes(entries.disputed),
    )


def _episodes(evaluation: Evaluation, names: _Names) -> pa.Table:
    episodes = evaluation.finished.episodes
    return _table(
        EPISODES,
        lead_id=picked(names.leads, episodes.lead),
        episode=_whole(episodes.episode),
        started_at=times(episodes.started_at),
        ended_at=times(episodes.ended_at),
        ending=pa.array([Ending(int(e)).name.lower() for e in episodes.ending], pa.string()),
        reason=pa.array(_episode_reasons(evaluation), pa.string()),
        qualified_at=times(episodes.qualified_at),
        handed_off_at=times(episodes.handed_at),
        assigned_at=times(episodes.assigned_at),
    )


def _episode_reasons(evaluation: Evaluation) -> list[str | None]:
    """The rule or the recorded fact that ended each episode."""
    facts = {
        ending: [_reasons(evaluation, kind) for kind in kinds]
        for ending, kinds in {
            b.DISQUALIFIED: ("lead.disqualified", "sales.rejected"),
            b.RECYCLED: ("sales.rejected", "lead.recycled"),
            b.LOST: ("deal.lost",),
        }.items()
    }
    episodes = evaluation.finished.episodes
    return [_reason(evaluation, facts, episode) for episode in episodes]


def _reason(evaluation: Evaluation, facts: dict[int, Any], episode: Any) -> str | None:
    ending, cause = int(episode.ending), int(episode.cause)
    if cause >= 0:
        version = evaluation.versions[_version_at(evaluation, int(episode.ended_at))]
        if ending == b.DISQUALIFIED:
            return version.disqualification.rules[cause].reason
        return version.handoff.recycling[cause].name
    key = (int(episode.lead), int(episode.ended_at))
    return next((found[key] for found in facts.get(ending, ()) if key in found), None)


def _version_at(evaluation: Evaluation, at: int) -> int:
    return int(np.searchsorted(evaluation.compiled.program.effective, at, side="right")) - 1


def _reasons(evaluation: Evaluation, kind: str) -> dict[tuple[int, int], str | None]:
    """(owner, instant) → reason of the first such row then."""
    log = evaluation.log
    rows = log.connection.execute(sql.reasons(kind, log.text_of("reason"))).fetchall()
    owner = evaluation.owned.owner
    return {(int(owner[place]), int(at)): reason for place, at, reason in reversed(rows)}


# ------------------------------------------------------------------------------------------ clocks


def _clocks(evaluation: Evaluation, names: _Names) -> pa.Table:
    clocks = evaluation.finished.clocks
    clocks = clocks[clocks.outcome != b.FORGOTTEN]
    of = _episode_of(evaluation, clocks)
    sides, steps = _duty_facts(evaluation)
    side, step = sides[clocks.version, clocks.obligation], steps[clocks.version, clocks.obligation]
    open_or_stopped = (clocks.outcome == b.RUNNING) | (clocks.outcome == b.OVERDUE)
    open_or_stopped |= clocks.stopped_at != b.NEVER
    outcomes = _outcomes(evaluation, clocks)
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
    order = np.argsort(keys)
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
            if number >= len(version.obligations):
                steps[v, place(duty.name)] = number - len(version.obligations)
    return of_sales, steps


def _outcomes(evaluation: Evaluation, clocks: Any) -> NDArray[np.int64]:
    """Codes of what became of every clock."""
    codes: NDArray[np.int64] = clocks.outcome.copy()
    if evaluation.simulate:
        start = evaluation.compiled.program.duties.start[clocks.version, clocks.obligation]
        by_handoff = np.isin(start, [b.HANDOFF_STARTS, b.PROTOCOL_STARTS, b.STEP_STARTS])
        unstopped = (codes == b.RUNNING) | (codes == b.OVERDUE)
        never = ~handed_over_in_reality(evaluation.log, evaluation.versions)[clocks.lead]
        codes[by_handoff & unstopped & never] = Outcome.NOT_OBSERVED
    return codes


def _shares(evaluation: Evaluation, names: _Names) -> pa.Table:
    shares = evaluation.finished.shares
    shares = shares[evaluation.finished.clocks.outcome[shares.clock] != b.FORGOTTEN]
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


def _voided(evaluation: Evaluation) -> pa.Table:
    table = evaluation.log.voided
    return table.set_column(
        table.schema.get_field_index("why"), "why", pa.array([VOIDED] * table.num_rows, pa.string())
    ).cast(evaluation.judged.set_aside.schema)
