"""When people are warned that a clock runs out: counted back from its due time, on its calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from leadpact.agreement.calendars import calendars_of
from leadpact.agreement.durations import Term, TimeKind
from leadpact.agreement.spec import Agreement, Obligation
from leadpact.calendars import Calendar
from leadpact.engine.compile.calendars import ORGANISATION
from leadpact.engine.questions import step_name
from leadpact.engine.values import normal


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
