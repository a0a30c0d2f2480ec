"""A naive evaluator of an agreement: slow, plain, and sharing no code with the engine.

It visits every instant at which something could change and tells everything anew from the rows of
the episode, as `docs/semantics.md` words it. Section numbers in this folder are those of that page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from leadpact.agreement.conditions import EventCondition, leaves
from leadpact.agreement.spec import Agreement

from . import nurture, points
from .company import Company, conditions_of
from .facts import NOT_OF_A_LEAD, Row, read, visible
from .life import Lead

Table = list[dict[str, Any]]


@dataclass
class OracleResult:
    """The tables of an evaluation, each a list of lines in the order of lead and time."""

    as_of: datetime
    lead_states: Table = field(default_factory=list)
    stage_entries: Table = field(default_factory=list)
    episodes: Table = field(default_factory=list)
    clocks: Table = field(default_factory=list)
    clock_shares: Table = field(default_factory=list)
    nurture: Table = field(default_factory=list)


def evaluate(
    versions: list[Agreement],
    rows: list[dict[str, Any]],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    simulate: bool = False,
) -> OracleResult:
    """What the versions make of a log; rows are dictionaries with the columns of the log."""
    delivered = [read(raw) for raw in rows]
    moment = as_of or max(row.at for row in delivered)
    known = visible(delivered, moment, known_at)
    counted = [row for row in known if not (simulate and row.decided)]
    closures = [row for row in counted if row.kind == "calendar.closed"]
    company = Company([nurture.with_programs(each) for each in versions], closures, simulate)
    own: dict[str, list[Row]] = {}
    for row in counted:
        if row.lead and row.kind not in NOT_OF_A_LEAD:
            own.setdefault(row.lead, []).append(row)
    result = OracleResult(moment)
    for group in _merging(own):
        _live_together(
            {name: _with_creation(name, own[name]) for name in group},
            company,
            moment,
            known,
            result,
        )
    result.nurture = nurture.entries(
        [clock for clock in result.clocks if nurture.is_way(clock)],
        result.episodes,
        result.lead_states,
        company.versions,
        counted,
    )
    result.clocks = [clock for clock in result.clocks if not nurture.is_way(clock)]
    result.clock_shares = [share for share in result.clock_shares if not nurture.is_way(share)]
    for table in (
        result.lead_states,
        result.stage_entries,
        result.episodes,
        result.clocks,
        result.clock_shares,
        result.nurture,
    ):
        table.sort(key=_place)
    return result


def _with_creation(name: str, rows: list[Row]) -> list[Row]:
    first = rows[0]
    if first.kind == "lead.created":
        return rows
    supplied = Row(first.at, first.at, "lead.created", source="", event_id="", lead=name)
    return [supplied, *rows]


def _merging(own: dict[str, list[Row]]) -> list[list[str]]:
    """Leads in groups of those that merges connect."""
    group = {name: {name} for name in own}
    for rows in own.values():
        for row in rows:
            absorbed = row.properties.get("absorbed")
            if row.kind == "lead.merged" and absorbed in group:
                joint = group[row.lead] | group[absorbed]
                group.update(dict.fromkeys(joint, joint))
    return [sorted(names) for names in {id(g): g for g in group.values()}.values()]


def _live_together(
    rows: dict[str, list[Row]],
    company: Company,
    as_of: datetime,
    known: list[Row],
    result: OracleResult,
) -> None:
    leads = {name: Lead(name, company) for name in rows}
    for name, lead in leads.items():
        lead.rows = rows[name]
    everything = [row for lead in leads.values() for row in lead.rows]
    _note_absorptions(leads, everything)
    ahead = {at for at in _candidates(everything, company) if at <= as_of}
    pauses = _windows(company)
    visited: set[datetime] = set()
    while ahead - visited:
        now = min(ahead - visited)
        visited.add(now)
        _merge(leads, everything, now)
        for lead in leads.values():
            if not lead.merged:
                lead.live(now)
        since = {e["entered_at"] for lead in leads.values() for e in lead.entries}
        since |= {e["started_at"] for lead in leads.values() for e in lead.episodes}
        ahead |= {at + pause for at in since for pause in pauses if now < at + pause <= as_of}
    for lead in leads.values():
        if lead.began:
            _tell(lead, as_of, _handed_off(lead, known), result)
        elif lead.merged:
            line = {"lead_id": lead.name, "status": "merged", "episode": 0}
            result.lead_states.append({**line, "merged_into": lead.merged_into})


def _note_absorptions(leads: dict[str, Lead], rows: list[Row]) -> None:
    """Tell each lead when it will be absorbed; what is absorbed already absorbs nobody itself."""
    survivor = {name: name for name in leads}
    merges = [row for row in rows if row.kind == "lead.merged"]
    for row in sorted(merges, key=lambda row: (row.at, row.place)):
        absorbed, into = str(row.properties.get("absorbed")), str(row.lead)
        while survivor[into] != into:
            into = survivor[into]
        if survivor.get(absorbed) == absorbed and absorbed != into:
            survivor[absorbed] = into
            leads[absorbed].absorbed_at = row.at


def _candidates(rows: list[Row], company: Company) -> set[datetime]:
    at = {row.at for row in rows} | set(company.instants())
    at |= {row.at + window for row in rows for window in _windows(company)}
    for agreement in company.versions:
        for row in rows:
            at |= set(points.ageing_instants(agreement, row.at))
    return at


@lru_cache(maxsize=8)
def _windows(company: Company) -> set[timedelta]:
    return {
        timedelta(microseconds=span.microseconds)
        for agreement in company.versions
        for condition in conditions_of(agreement)
        for leaf in leaves(condition)
        if isinstance(leaf, EventCondition)
        for span in (leaf.within, leaf.not_within)
        if span
    }


def _merge(leads: dict[str, Lead], rows: list[Row], now: datetime) -> None:
    """Let survivors take over the leads that rows of this instant say they absorb (§10)."""
    stated = [row for row in rows if row.at == now and row.kind == "lead.merged"]
    for row in sorted(stated, key=lambda row: row.place):
        survivor = next(lead for lead in leads.values() if row in lead.rows and not lead.merged)
        absorbed = leads.get(str(row.properties.get("absorbed")))
        if absorbed and absorbed is not survivor and not absorbed.merged:
            survivor.absorb(absorbed, now)


def _handed_off(lead: Lead, known: list[Row]) -> bool:
    """Whether the log, decided rows and all, says that the lead was handed over."""
    stages = {agreement.handoff.stage.casefold() for agreement in lead.company.versions}
    return any(
        row.lead == lead.name
        and (
            row.kind == "lead.handed_off"
            or (row.kind == "stage.entered" and row.says("stage") in stages)
        )
        for row in known
    )


def _tell(lead: Lead, as_of: datetime, handed_off: bool, result: OracleResult) -> None:
    result.lead_states.append(lead.state(as_of))
    result.stage_entries += lead.entries
    facts = {episode["episode"]: episode for episode in lead.episodes}
    result.episodes += [
        {
            key: episode.get(key)
            for key in (
                *("lead_id", "episode", "started_at", "ended_at", "ending", "reason"),
                *("qualified_at", "handed_off_at", "assigned_at"),
            )
        }
        for episode in lead.episodes
    ]
    for clock in lead.promises.clocks:
        result.clocks.append(clock.told(as_of, facts[clock.episode], handed_off))
        result.clock_shares += clock.shares(as_of)


def _place(line: dict[str, Any]) -> tuple[Any, ...]:
    when = line.get("entered_at") or line.get("from_at") or line.get("started_at")
    return line["lead_id"], line.get("episode"), str(line.get("obligation")), str(when)
