"""When people are warned that a clock runs out, and told that it did: on the clock's calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from leadpact.agreement.calendars import calendars_of
from leadpact.agreement.durations import Term, TimeKind
from leadpact.agreement.promises import TEAM_LEAD, Team
from leadpact.agreement.spec import Agreement, Obligation
from leadpact.calendars import Calendar
from leadpact.engine.compile.calendars import ORGANISATION
from leadpact.engine.questions import step_name
from leadpact.engine.values import normal


class Rung(NamedTuple):
    """A step of an escalation: who is told, when, and how long after the due time (None: at it)."""

    at: datetime
    names: Sequence[str]
    after: Term | None


@dataclass(frozen=True)
class Warned:
    """The calendars of one version of an agreement, and whose they are. Closed days are added."""

    agreement: Agreement
    calendars: Mapping[str, Calendar]

    @classmethod
    def of(cls, agreement: Agreement, closed: Sequence[tuple[date, str]] = ()) -> Warned:
        """The calendars as they are after these closures: each a day and a calendar's name."""
        found = calendars_of(agreement)
        for day, name in closed:
            if name in found:
                found[name] = found[name].closed_on(day)
        return cls(agreement, found)

    def warnings(self, clock: Mapping[str, Any]) -> list[datetime]:
        """The instants of a clock's warnings, the earliest first; none where nothing is due.

        `clock` has `obligation`, `due_at` and `holder` as the engine's table of clocks has them. A
        warning never comes before the clock starts.
        """
        duty = self._duty(clock["obligation"])
        if duty is None or clock["due_at"] is None:
            return []
        calendar = self._calendar(duty.calendar, clock["holder"])
        found = {_before(clock["due_at"], each, calendar) for each in duty.warnings}
        return sorted(max(each, clock["started_at"]) for each in found)

    def escalations(self, clock: Mapping[str, Any]) -> list[Rung]:
        """The steps of a clock's escalation in order of time; none where nothing is due.

        A step counts if the clock is still overdue then; `clock` is as for `warnings`.
        """
        duty, due = self._duty(clock["obligation"]), clock["due_at"]
        if duty is None or due is None:
            return []
        calendar = self._calendar(duty.calendar, clock["holder"])
        found = []
        for step in duty.escalate_to:
            names, after = ([step], None) if isinstance(step, str) else (step.names, step.after)
            at = max(due, _after(due, after, calendar)) if after else due
            who = [name for each in names for name in self._named(each, clock["holder"])]
            found.append(Rung(at, who, after))
        return sorted(found, key=lambda rung: rung.at)

    def _named(self, name: str, holder: str | None) -> list[str]:
        """The people meant by a name: by their role, or as the lead of the holder's team."""
        if normal(name) == TEAM_LEAD:
            teams = (team for team in self.agreement.routing.teams if _has(team, holder))
            name = next((team.lead for team in teams if team.lead), "")
        if not name:
            return []
        parties = self.agreement.parties
        sides = (parties.marketing, parties.sales) if parties else ()
        people = [person for side in sides for person in (side.head, *side.contacts)]
        in_role = [each.name for each in people if normal(each.role or "") == normal(name)]
        return in_role or [name]

    def hours_of(self, obligation: str, holder: str | None) -> Calendar | None:
        """The calendar in whose working time a clock runs; None where every hour counts.

        `obligation` is what the engine's table of clocks calls it, also a step of the protocol.
        """
        duty, protocol = self._duty(obligation), self.agreement.contact_protocol
        if duty is not None:
            term, whose = duty.within, duty.calendar
        elif protocol is not None:
            steps = {step_name(each.name): each.within for each in protocol.steps}
            if obligation not in steps:
                return None
            term, whose = steps[obligation], protocol.calendar
        else:
            return None
        return None if term.kind is TimeKind.CLOCK else self._calendar(whose, holder)

    def _duty(self, name: str) -> Obligation | None:
        return next((each for each in self.agreement.obligations if each.name == name), None)

    def _calendar(self, whose: str, holder: str | None) -> Calendar:
        if whose in ("person", "team"):
            whose = self._of_holder(whose, holder) or ORGANISATION
        return self.calendars.get(whose) or self.calendars[ORGANISATION]

    def _of_holder(self, whose: str, holder: str | None) -> str | None:
        """The name of a holder's calendar; the team's where the person has none of their own."""
        for team in self.agreement.routing.teams:
            for person in team.people:
                if holder is not None and normal(person.name) == normal(holder):
                    own = person.calendar if whose == "person" else None
                    return own or team.calendar
            if holder is not None and normal(team.name) == normal(holder):
                return team.calendar
        return None


def _has(team: Team, holder: str | None) -> bool:
    """Whether a lead is held by somebody of this team, or by the team itself."""
    names = [team.name, *(person.name for person in team.people)]
    return holder is not None and normal(holder) in map(normal, names)


def _before(due: datetime, term: Term, calendar: Calendar) -> datetime:
    """The instant at which the stated time is still left."""
    match term.kind:
        case TimeKind.CLOCK:
            return due - timedelta(microseconds=term.amount)
        case TimeKind.BUSINESS:
            return calendar.subtract(due, timedelta(microseconds=term.amount))
        case TimeKind.BUSINESS_DAYS:
            return calendar.add_business_days(due, -term.amount)
        case _:
            return calendar.end_of_business_day(due, -term.amount)


def _after(due: datetime, term: Term, calendar: Calendar) -> datetime:
    """The instant by which the stated time has passed."""
    match term.kind:
        case TimeKind.CLOCK:
            return due + timedelta(microseconds=term.amount)
        case TimeKind.BUSINESS:
            return calendar.add(due, timedelta(microseconds=term.amount))
        case TimeKind.BUSINESS_DAYS:
            return calendar.add_business_days(due, term.amount)
        case _:
            return calendar.end_of_business_day(due, term.amount)
