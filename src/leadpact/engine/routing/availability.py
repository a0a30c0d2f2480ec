"""Whether somebody can take a lead now, and if not, why and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadpact.agreement.spec import BulkRelease
from leadpact.calendars import Calendar, CalendarError
from leadpact.engine.routing import words
from leadpact.engine.routing.leads import Lead
from leadpact.engine.routing.people import Person, Roster
from leadpact.engine.values import normal

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Presence:
    """When somebody is next at work, and until when they are absent, if they are.

    `opens` is the moment asked about when it lies in their hours, None when they never work again.
    """

    opens: datetime | None
    absent_until: datetime | None


@dataclass(frozen=True)
class Verdict:
    """Whether a person can take a lead. If not: `hindrance`, and when to look `again`.

    `passing`: only the hour or the pace of bulk arrivals is in the way.
    """

    person: Person
    opens: datetime | None = None
    hindrance: str = ""
    again: datetime | None = None
    passing: bool = False

    @property
    def able(self) -> bool:
        """Whether nothing is in the way."""
        return not self.hindrance


def next_opening(calendar: Calendar, moment: datetime) -> datetime | None:
    """The moment itself in working hours, else the next opening; None when there is none."""
    try:
        return calendar.add(moment, timedelta(0))
    except CalendarError:
        return None


class Availability:
    """Judges people at one moment; what does not depend on the lead is found out once."""

    def __init__(self, moment: datetime, release: BulkRelease | None) -> None:
        self.moment = moment
        self._release = release
        self._presence: dict[tuple[str, str], Presence] = {}
        self._openings: dict[tuple[int, datetime], datetime | None] = {}

    def of(self, person: Person, lead: Lead, roster: Roster, *, by_name: bool) -> Verdict:
        """Whether somebody can take a lead, from the pool or because they are named."""
        if normal(person.name) in {normal(name) for name in lead.late_holders}:
            return Verdict(person, hindrance="let the clock on this lead run out")
        if not person.active:
            return Verdict(person, hindrance="no longer active")
        if not person.weight and not by_name:
            return Verdict(person, hindrance="weight 0: takes leads by name only")
        return self._when_willing(person, lead, roster)

    def _when_willing(self, person: Person, lead: Lead, roster: Roster) -> Verdict:
        here = self._present(person)
        if here.absent_until is not None:
            until = words.day(here.absent_until, self.moment, person.calendar.zone)
            return Verdict(
                person,
                hindrance=f"absent until {until}",
                again=here.opens if lead.bulk and self._release else here.absent_until,
            )
        if here.opens is None:
            return Verdict(person, hindrance="no working hours any more")
        held = roster.open_leads.get(person.name, 0)
        if person.cap is not None and held >= person.cap:
            hindrance = f"at the cap: holds {held:,} of at most {person.cap:,} open leads"
            return Verdict(person, hindrance=hindrance)
        if lead.bulk and self._release:
            return self._paced(person, here.opens, roster.bulk_given, self._release)
        return Verdict(person, here.opens)

    def _present(self, person: Person) -> Presence:
        """Absent is whose absence covers the moment, or the time they are next at work."""
        key = person.team, person.name
        if key not in self._presence:
            until = self.moment
            while (end := self._absence_end(person, until)) is not None:
                until = end
            away = until if until > self.moment else None
            self._presence[key] = Presence(self._opening(person.calendar, until), away)
        return self._presence[key]

    def _absence_end(self, person: Person, moment: datetime) -> datetime | None:
        """When the absence ends that keeps somebody from work at a moment; None for none."""
        if not person.absences:
            return None
        opens = self._opening(person.calendar, moment)
        ends = [
            absence.end
            for absence in person.absences
            if absence.covers(moment) or (opens is not None and absence.covers(opens))
        ]
        return max(ends, default=None)

    def _opening(self, calendar: Calendar, moment: datetime) -> datetime | None:
        # By identity: the people of a team share their calendar, and comparing two costs more.
        key = id(calendar), moment
        if key not in self._openings:
            self._openings[key] = next_opening(calendar, moment)
        return self._openings[key]

    def _paced(
        self,
        person: Person,
        opens: datetime,
        given: Mapping[str, Sequence[datetime]],
        release: BulkRelease,
    ) -> Verdict:
        zone = person.calendar.zone
        if opens > self.moment:
            hindrance = f"outside hours until {words.opening(opens, self.moment, zone)}"
            return Verdict(person, hindrance=hindrance, again=opens, passing=True)
        recent = _of_this_period(person.calendar, given.get(person.name, ()), self.moment, release)
        if len(recent) < release.at_most:
            return Verdict(person, opens)
        hindrance = (
            f"has had {words.leads(len(recent))} from bulk arrivals, at most "
            f"{release.at_most:,} per {release.per}"
        )
        again = _next_period(person.calendar, recent, self.moment, release)
        return Verdict(person, hindrance=hindrance, again=again, passing=True)


def _of_this_period(
    calendar: Calendar, given: Sequence[datetime], moment: datetime, release: BulkRelease
) -> list[datetime]:
    """Bulk arrivals given on this working day, or within the last hour of working time."""
    if release.per == "business hour":
        return sorted(at for at in given if calendar.elapsed(at, moment) < _HOUR)
    today = calendar.end_of_business_day(moment, 0)
    return [at for at in given if calendar.end_of_business_day(at, 0) == today]


def _next_period(
    calendar: Calendar, recent: list[datetime], moment: datetime, release: BulkRelease
) -> datetime | None:
    try:
        if release.per == "business hour":
            return next_opening(calendar, calendar.add(recent[-release.at_most], _HOUR))
        return next_opening(calendar, calendar.end_of_business_day(moment, 0))
    except CalendarError:
        return None
