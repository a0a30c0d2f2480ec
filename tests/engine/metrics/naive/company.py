"""A company as the oracle's tables tell it, and what can be looked up in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.spec import Agreement
from tests.oracle.hours import Hours

Row = dict[str, Any]
OF_LEADS = ("source", "campaign", "landing_page", "asset", "origin", "product")
DAY = timedelta(days=1)


@dataclass
class Case:
    """One case. `about` has its dimensions; `held` says whether a person can have held it."""

    lead: str | None
    at: datetime | None
    counts: float = 1
    of: float = 1
    part: str | None = None
    about: dict[str, str | None] = field(default_factory=dict)
    held: bool = True


@dataclass
class Company:
    """Everything that is known: tables as lists of rows, attributes by lead, and the moment."""

    agreement: Agreement
    as_of: datetime
    leads: dict[str, Row]
    states: dict[str, Row]
    entries: list[Row]
    episodes: list[Row]
    clocks: list[Row]
    nurture: list[Row]
    facts: list[Row]
    deals: list[Row]
    closed_days: list[date]

    def __post_init__(self) -> None:
        self.stages = [stage.name for stage in self.agreement.stages]
        self.handoff = self.stages.index(self.agreement.handoff.stage)
        self.hours = Hours(self.agreement.calendar, frozenset(self.closed_days))
        self.zone = ZoneInfo(self.agreement.calendar.timezone)

    # Who and what.

    def counts(self, lead: str | None) -> bool:
        return lead in self.states and self.states[lead]["status"] not in ("excluded", "merged")

    def role(self, stage: str) -> str | None:
        declared = {each.role for each in self.agreement.stages}
        found = next(each for each in self.agreement.stages if each.name == stage)
        if found.role:
            return found.role
        handoff = self.agreement.handoff
        first = stage == self.stages[0] and handoff.recorded_by == "event"
        if stage == handoff.stage and not first and "mql" not in declared:
            return "mql"
        if found.outcome == "won" and "customer" not in declared:
            return "customer"
        return None

    def of_role(self, role: str) -> str | None:
        return next((stage for stage in self.stages if self.role(stage) == role), None)

    def survivor(self, lead: str) -> str:
        return self.states[lead].get("merged_into") or lead

    def team(self, person: str | None) -> str | None:
        for team in self.agreement.routing.teams:
            if person and person.casefold() in [each.name.casefold() for each in team.people]:
                return team.name
        return None

    def spelt(self, person: str | None) -> str | None:
        """A name as the agreement has it."""
        named = [each.name for team in self.agreement.routing.teams for each in team.people]
        known = {name.casefold(): name for name in named}
        return known.get(person.casefold(), person) if person else None

    def about(
        self, lead: str | None, segment: str | None, person: str | None = None
    ) -> dict[str, str | None]:
        known = self.leads.get(lead or "", {})
        own = {name: known.get(name) for name in OF_LEADS}
        person = self.spelt(person)
        return own | {"segment": segment, "person": person, "team": self.team(person)}

    def given_to(self, lead: str, by: datetime) -> str | None:
        named = [
            fact["holder"]
            for fact in self.facts
            if fact["lead_id"] == lead
            and fact["kind"] == "lead.assigned"
            and fact["holder"]
            and fact["happened_at"] <= by
        ]
        return named[-1] if named else None

    def episode(self, lead: str, number: int) -> Row:
        return next(e for e in self.episodes if (e["lead_id"], e["episode"]) == (lead, number))

    def holder(self, lead: str, number: int) -> str | None:
        episode = self.episode(lead, number)
        if episode["ending"] == "open":
            held: str | None = self.states[lead]["holder"]
            return held
        return self.given_to(lead, episode["ended_at"])

    def passed(self) -> list[Row]:
        """Entries that count in the funnel: undisputed, of leads that count, into known stages."""
        return [
            entry
            for entry in self.entries
            if self.counts(entry["lead_id"])
            and not entry["disputed"]
            and entry["stage"] in self.stages
        ]

    def in_own_right(self, role: str) -> list[Row]:
        """Own entries into stages of a role, by lead in order of time."""
        own = [e for e in self.passed() if not e["implied"] and self.role(e["stage"]) == role]
        return sorted(own, key=lambda e: (e["lead_id"], e["episode"], e["entered_at"]))

    def first_entries(self, role: str) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for entry in self.in_own_right(role):
            found.setdefault(entry["lead_id"], entry)
        return found

    def segment(self, episode: Row) -> str | None:
        pinned = [
            entry["segment"]
            for entry in self.passed()
            if (entry["lead_id"], entry["episode"]) == (episode["lead_id"], episode["episode"])
            and entry["stage"] == self.agreement.handoff.stage
            and not entry["implied"]
        ]
        found: str | None = pinned[0] if pinned else self.states[episode["lead_id"]]["segment"]
        return found

    def stands(self, episode: Row) -> bool:
        """Whether its lead counts and no upheld dispute says that it was never handed over."""
        lead, number, stage = episode["lead_id"], episode["episode"], self.agreement.handoff.stage
        key = (lead, number, stage, False)
        return self.counts(lead) and not any(
            entry["disputed"]
            for entry in self.entries
            if (entry["lead_id"], entry["episode"], entry["stage"], entry["implied"]) == key
        )

    def own_facts(self, episode: Row, kind: str) -> list[Row]:
        """What happened in the episode: also at its start, unless that was another one's end."""
        lead, end = episode["lead_id"], episode["ended_at"] or self.as_of
        before = (lead, episode["episode"] - 1, episode["started_at"])
        taken = before in [(e["lead_id"], e["episode"], e["ended_at"]) for e in self.episodes]
        return [
            fact
            for fact in self.facts
            if (fact["lead_id"], fact["kind"]) == (lead, kind)
            and episode["started_at"] <= fact["happened_at"] <= end
            and not (taken and fact["happened_at"] == episode["started_at"])
        ]

    def at(self, lead: str, kind: str, instant: datetime | None) -> bool:
        return any(
            (f["lead_id"], f["kind"], f["happened_at"]) == (lead, kind, instant) for f in self.facts
        )

    def worked(self, start: datetime, end: datetime) -> float:
        return self.hours.elapsed(start, end).total_seconds()

    def day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def works_on(self, day: date) -> bool:
        return bool(self.hours.open_on(day))
