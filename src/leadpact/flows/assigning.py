"""Leads that were handed over get a holder, by the one function that routes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leadpact.agreement.spec import Agreement
from leadpact.engine.result import Result
from leadpact.engine.routing.decision import Decision, Outcome
from leadpact.engine.routing.draining import Drain
from leadpact.engine.routing.leads import Lead, Waiting
from leadpact.engine.routing.people import Roster
from leadpact.engine.routing.route import Desk
from leadpact.engine.routing.rules import Rules
from leadpact.flows.deciding import SYSTEM, may_decide
from leadpact.ledger.facts import Decided
from leadpact.ledger.models import Clock, Handoff, Installation, LeadState
from leadpact.ledger.selectors import agreements, rosters
from leadpact.ledger.services import decisions, handoffs
from leadpact.ledger.services.ingest import mark_changed

Closed = Sequence[tuple[str, date]]


@dataclass(frozen=True)
class HandedOff:
    """An open episode that was handed over, as the engine's tables tell it."""

    state: dict[str, Any]
    episode: dict[str, Any]
    attributes: dict[str, Any]

    @property
    def key(self) -> tuple[str, int]:
        """Lead and episode."""
        return self.state["lead_id"], self.state["episode"]


def assign(
    result: Result,
    installation: Installation,
    bulk: set[str],
    closed: Closed,
    now: datetime,
) -> list[Decided]:
    """Assignments that follow from handoffs and from clocks that ran out, made now.

    A lead that nobody can take now waits in a queue; `drain` looks at it again. `bulk` are leads
    that arrived in a list.
    """
    if not may_decide(installation):
        return []
    handed = _handed_off(result, installation)
    there = handoffs.known(each.key for each in handed)
    fresh = [each for each in handed if each.key not in there]
    late = _late(result, handed) if result.agreement.routing.reassign_on_breach else {}
    if not fresh and not late:
        return []
    known = handoffs.open_handoffs(each.key for each in handed if each.key[0] in late)
    handoffs.one_router_at_a_time()
    companies = _companies(each.state["lead_id"] for each in handed)
    book = handoffs.Book()
    roster = rosters.roster(
        result.agreement, companies.values(), now=now, closed=closed, standings=book.standings
    )
    desk = Desk(rules_of(result.agreement), now, roster)
    sales = _of_sales(result.agreement, roster)
    found = [
        *(_first(each, desk, book, companies, bulk, sales, now) for each in fresh),
        *(_again(each, desk, book, companies, known, late, now) for each in handed),
    ]
    book.write()
    return [fact for fact in found if fact is not None]


def drain(now: datetime) -> int:
    """Give waiting leads to whoever can take them now; how many were given.

    Part of a transaction of its own. Leads that were given are marked as changed.
    """
    version = agreements.in_force(now)
    waiting = {row.lead_id: row for row in handoffs.queue() if _is_due(row, now)}
    if version is None or not waiting:
        return 0
    handoffs.one_router_at_a_time()
    companies = _companies(waiting)
    book = handoffs.Book()
    roster = rosters.roster(
        version.agreement, companies.values(), now=now, standings=book.standings
    )
    leads = [
        Waiting(_lead_of(row.lead.state, row, companies), row.handed_off_at)
        for row in waiting.values()
    ]
    given = Drain(rules_of(version.agreement), leads, now, roster)
    facts = []
    for decision in given:
        row = waiting[decision.lead_id]
        book.routed(row, decision, now=now)
        facts.append(_assigned(row.lead_id, row.episode, decision, "assigned", now))
    book.write()
    decisions.record(facts, now=now)
    mark_changed({fact.lead for fact in facts if fact.lead}, now=now)
    left = [row.pk for row in waiting.values() if row.person is None]
    Handoff.objects.filter(pk__in=left).update(look_at=given.next_look)
    return len(facts)


def people_changed() -> None:
    """Somebody came, left, or may take more: every waiting lead is looked at again."""
    Handoff.objects.filter(person=None).update(look_at=None)


def _is_due(row: Handoff, now: datetime) -> bool:
    return row.look_at is None or row.look_at <= now


def _handed_off(result: Result, installation: Installation) -> list[HandedOff]:
    """Open episodes that were handed over since the installation is live."""
    states = {row["lead_id"]: row for row in result.lead_states.to_pylist()}
    attributes = {row["lead_id"]: row for row in result.leads.to_pylist()}
    since = installation.live_since
    return [
        HandedOff(states[row["lead_id"]], row, attributes.get(row["lead_id"], {}))
        for row in result.episodes.to_pylist()
        for state in [states[row["lead_id"]]]
        if state["status"] == "open"
        and row["episode"] == state["episode"]
        and row["handed_off_at"] is not None
        and since is not None
        and row["handed_off_at"] >= since
    ]


def _first(
    each: HandedOff,
    desk: Desk,
    book: handoffs.Book,
    companies: dict[str, str],
    bulk: set[str],
    sales: set[str],
    now: datetime,
) -> Decided | None:
    """The first holder of an episode: who holds the lead already in sales, else by the routes."""
    lead, episode = each.key
    holder = each.state["holder"]
    held = each.episode["assigned_at"] is not None and holder in sales
    row = book.note(
        lead,
        episode,
        each.episode["handed_off_at"],
        bulk=lead in bulk,
        person=holder if held else None,
        since=each.episode["assigned_at"] if held else None,
    )
    if held:
        return None
    decision = desk.take(_routable(each, companies, lead in bulk, frozenset()))
    book.routed(row, decision, now=now)
    if decision.outcome is not Outcome.ASSIGNED:
        return None
    return _assigned(lead, episode, decision, "assigned", now)


def _again(
    each: HandedOff,
    desk: Desk,
    book: handoffs.Book,
    companies: dict[str, str],
    known: dict[tuple[str, int], Handoff],
    late: dict[str, list[dict[str, Any]]],
    now: datetime,
) -> Decided | None:
    """Another holder for a lead whose clock the present one let run out."""
    lead, episode = each.key
    clocks = late.get(lead, [])
    running_out = [clock for clock in clocks if clock["holder"] == each.state["holder"]]
    row = known.get(each.key)
    if row is None or not running_out:
        return None
    holders = frozenset(clock["holder"] for clock in clocks if clock["holder"])
    decision = desk.reassign(_routable(each, companies, row.bulk, holders))
    if decision.outcome is not Outcome.ASSIGNED:
        return None
    book.routed(row, decision, now=now)
    after = running_out[0]["obligation"]
    return _assigned(lead, episode, decision, f"reassigned after {after}", now)


def _late(result: Result, handed: Iterable[HandedOff]) -> dict[str, list[dict[str, Any]]]:
    """Clocks of sales in these episodes that ran out, by lead."""
    wanted = {each.key for each in handed}
    found: dict[str, list[dict[str, Any]]] = {}
    for clock in result.clocks.to_pylist():
        ran_out = clock["side"] == "sales" and clock["outcome"] in ("overdue", "missed")
        if ran_out and (clock["lead_id"], clock["episode"]) in wanted:
            found.setdefault(clock["lead_id"], []).append(clock)
    return {
        lead: clocks
        for lead, clocks in found.items()
        if any(clock["outcome"] == "overdue" for clock in clocks)
    }


def _routable(each: HandedOff, companies: dict[str, str], bulk: bool, late: frozenset[str]) -> Lead:
    state = each.state
    return Lead(
        lead_id=state["lead_id"],
        attributes=each.attributes,
        company_id=companies.get(state["lead_id"]),
        score=state["score"],
        tier=state["tier"],
        quality=state["quality"],
        bulk=bulk,
        holder=state["holder"],
        late_holders=late,
    )


def _lead_of(state: LeadState, row: Handoff, companies: dict[str, str]) -> Lead:
    late = Clock.objects.filter(
        lead=row.lead_id, episode=row.episode, side="sales", outcome__in=("overdue", "missed")
    ).exclude(holder=None)
    return Lead(
        lead_id=row.lead_id,
        attributes=json.loads(state.attributes),
        company_id=companies.get(row.lead_id),
        score=state.score,
        tier=state.tier,
        quality=state.quality,
        bulk=row.bulk,
        holder=state.holder,
        late_holders=frozenset(str(h) for h in late.values_list("holder", flat=True)),
    )


def _assigned(lead: str, episode: int, decision: Decision, why: str, now: datetime) -> Decided:
    told = {"to": decision.to_person, "team": decision.team, "route": decision.route}
    properties = {k: v for k, v in told.items() if v is not None} | {"steps": decision.sentences}
    return Decided(SYSTEM, f"{lead} {episode} {why}", lead, "lead.assigned", now, properties)


def _companies(leads: Iterable[str]) -> dict[str, str]:
    from leadpact.ledger.models import Lead as LeadRow

    rows = LeadRow.objects.filter(key__among=sorted(leads), company__isnull=False)
    return {lead: str(company) for lead, company in rows.values_list("key", "company_id")}


def _of_sales(agreement: Agreement, roster: Roster) -> set[str]:
    active = {person.name for person in roster.people if person.active}
    teams = [team for team in agreement.routing.teams if team.side == "sales"]
    named = {member.name for team in teams for member in team.people}
    return (named & active) | {team.name for team in teams}


_RULES: dict[int, tuple[Agreement, Rules]] = {}


def rules_of(agreement: Agreement) -> Rules:
    """The compiled routes of a version; versions live as long as the process and never change."""
    known = _RULES.get(id(agreement))
    if known is None or known[0] is not agreement:
        known = _RULES[id(agreement)] = (agreement, Rules.of(agreement))
    return known[1]
