"""The roster: who may hold leads, what they hold, and what each was due and had from a pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import isfinite
from typing import Literal, NamedTuple

from leadpact.agreement.calendars import ORGANISATION, calendars_of
from leadpact.agreement.spec import Agreement, Member, Team
from leadpact.calendars import Calendar
from leadpact.engine.values import normal


@dataclass(frozen=True)
class Absence:
    """A stretch of time in which somebody is away: from `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"the absence from {self.start} to {self.end} needs a time zone")
        if self.end <= self.start:
            raise ValueError(f"the absence from {self.start} ends before it begins, at {self.end}")

    def covers(self, moment: datetime) -> bool:
        """Whether somebody is away at a moment."""
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Person:
    """Somebody's place on a team; who is on two teams has two places, each with a weight."""

    name: str
    team: str
    calendar: Calendar
    weight: float = 1
    cap: int | None = None
    active: bool = True
    absences: tuple[Absence, ...] = ()

    def __post_init__(self) -> None:
        if not isfinite(self.weight) or self.weight < 0:
            raise ValueError(f"the weight of {self.name} is {self.weight}; it must be 0 or more")
        if self.cap is not None and self.cap < 0:
            raise ValueError(f"the cap of {self.name} is {self.cap}; it must be 0 or more")


@dataclass(frozen=True)
class Owner:
    """Who works with a company: as holder of the account, by an open deal or another open lead."""

    person: str
    by: Literal["account", "deal", "lead"]
    since: datetime


class Pool(NamedTuple):
    """Leads that are shared alike: those of a team that came singly, or those that came in bulk."""

    team: str
    bulk: bool


@dataclass(frozen=True)
class Standing:
    """What somebody was due of the leads that a pool handed out, and how many they had."""

    due: float = 0
    had: int = 0


@dataclass(frozen=True)
class Roster:
    """Everything about people that routing looks at, as it stands at one moment.

    The order of `people` breaks ties. Mappings are keyed by the names in `people`: `open_leads` is
    how many each holds, `bulk_given` when each was given bulk arrivals (those of the last working
    day are enough). `owners` is keyed by company and leaves out the lead that is to be routed.
    """

    people: tuple[Person, ...]
    open_leads: Mapping[str, int] = field(default_factory=dict)
    standings: Mapping[tuple[Pool, str], Standing] = field(default_factory=dict)
    bulk_given: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    owners: Mapping[str, tuple[Owner, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places = Counter((normal(person.team), normal(person.name)) for person in self.people)
        for person in self.people:
            if places[normal(person.team), normal(person.name)] > 1:
                raise ValueError(f"{person.name} is on the team {person.team} twice")

    def team(self, name: str) -> list[Person]:
        """The people on a team, in order."""
        return [person for person in self.people if normal(person.team) == normal(name)]

    def named(self, name: str) -> Person | None:
        """The first place of somebody of this name."""
        return next((p for p in self.people if normal(p.name) == normal(name)), None)

    def standing(self, pool: Pool, name: str) -> Standing:
        """What somebody was due and had from a pool so far."""
        return self.standings.get((pool, name), Standing())

    def given(
        self, name: str, moment: datetime, *, bulk: bool = False, company: str | None = None
    ) -> Roster:
        """The roster once somebody was given a lead."""
        owners = self.owners
        if company is not None:
            held = (*owners.get(company, ()), Owner(name, "lead", moment))
            owners = {**owners, company: held}
        bulk_given = self.bulk_given
        if bulk:
            bulk_given = {**bulk_given, name: (*bulk_given.get(name, ()), moment)}
        return replace(
            self,
            open_leads={**self.open_leads, name: self.open_leads.get(name, 0) + 1},
            bulk_given=bulk_given,
            owners=owners,
        )

    def taken_from(self, name: str) -> Roster:
        """The roster once somebody holds one lead less."""
        left = max(0, self.open_leads.get(name, 0) - 1)
        return replace(self, open_leads={**self.open_leads, name: left})

    def shared(self, pool: Pool, to: str, shares: Mapping[str, float]) -> Roster:
        """The roster once a pool handed out a lead of which each of `shares` was due a part."""
        standings = dict(self.standings)
        for name, part in shares.items():
            before = self.standing(pool, name)
            standings[pool, name] = Standing(before.due + part, before.had + (name == to))
        return replace(self, standings=standings)


def people_of(agreement: Agreement, closed: Iterable[tuple[str, date]] = ()) -> tuple[Person, ...]:
    """Everybody on the teams of an agreement, all of them active and present.

    `closed` are days declared closed since, each with the name of a calendar.
    """
    calendars = calendars_of(agreement)
    for name, day in closed:
        if name in calendars:
            calendars[name] = calendars[name].closed_on(day)
    return tuple(
        Person(
            name=member.name,
            team=team.name,
            calendar=_calendar(calendars, team, member),
            weight=member.weight,
            cap=member.cap,
        )
        for team in agreement.routing.teams
        for member in team.people
    )


def _calendar(calendars: Mapping[str, Calendar], team: Team, member: Member) -> Calendar:
    """A person's own calendar, else the team's, else the organisation's."""
    for name in (member.calendar, team.calendar):
        if name is not None and name in calendars:
            return calendars[name]
    return calendars[ORGANISATION]
