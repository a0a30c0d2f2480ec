"""Obligations and the steps of the contact protocol as tables: what moves their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leadpact.agreement.conditions import Test
from leadpact.agreement.durations import Term, TimeKind
from leadpact.agreement.spec import Agreement, ContactProtocol, Obligation, OnStage
from leadpact.agreement.vocabulary import Side
from leadpact.engine.compile.book import Book
from leadpact.engine.compile.calendars import ALWAYS, ORGANISATION, Almanac
from leadpact.engine.compile.lists import begins_of, chained, column
from leadpact.engine.kernels import bundles as b
from leadpact.engine.programs import Joining, ways_into_programs
from leadpact.engine.questions import CONNECTED, DELAY, attempt_over, place_in, step_name
from leadpact.engine.values import normal

_TERMS = {
    TimeKind.BUSINESS: b.WORKING_TIME,
    TimeKind.CLOCK: b.CLOCK_TIME,
    TimeKind.BUSINESS_DAYS: b.WORKING_DAYS,
    TimeKind.END_OF_DAY: b.END_OF_DAY,
}
_WHOSE = {"team": b.TEAM_CALENDAR, "person": b.PERSON_CALENDAR}
#: From whichever instant it is counted, it leads beyond all that happens.
_NEVER_DUE = Term(TimeKind.CLOCK, b.FOREVER, "without end")


@dataclass(frozen=True)
class Duty:
    """An obligation, a step of the contact protocol or a way into a program, in one form."""

    name: str
    of_sales: bool
    start: int
    start_stage: str | None
    starts_on: Any
    stops_on: Any
    cancels_on: Any
    pauses_on: Any
    resumes_on: Any
    when: Any
    within: Term
    calendar: str
    by_protocol: bool
    next_step: int  # place among the version's duties, or NO_STEP, LAST_STEP
    overrides: dict[int, Term | None]  # segment → term; None: not asked


def duties_of(version: Agreement) -> list[Duty]:
    """The duties of a version: obligations, steps of its protocol, ways into its programs."""
    duties = [_duty(version, obligation) for obligation in version.obligations]
    if version.contact_protocol:
        duties += _steps(version.contact_protocol, len(duties))
    return [*duties, *map(_entry, ways_into_programs(version))]


def _duty(version: Agreement, obligation: Obligation) -> Duty:
    start, stage, event = _start(obligation.starts_on)
    return Duty(
        name=obligation.name,
        of_sales=obligation.side == Side.SALES,
        start=start,
        start_stage=stage,
        starts_on=event,
        stops_on=obligation.stops_on,
        cancels_on=obligation.cancels_on,
        pauses_on=obligation.pauses_on,
        resumes_on=obligation.resumes_on,
        when=obligation.when,
        within=obligation.within,
        calendar=obligation.calendar,
        by_protocol=obligation.completed_by_protocol,
        next_step=b.NO_STEP,
        overrides=_overrides(version, obligation.name),
    )


def _start(starts_on: Any) -> tuple[int, str | None, Any]:
    if starts_on == "handoff":
        return b.HANDOFF_STARTS, None, None
    if isinstance(starts_on, OnStage):
        return b.STAGE_STARTS, starts_on.stage, None
    return b.EVENT_STARTS, None, starts_on


def _overrides(version: Agreement, name: str) -> dict[int, Term | None]:
    return {
        number: None if override.within == "not asked" else override.within
        for number, segment in enumerate(version.segments, start=1)
        for obligation, override in segment.obligations.items()
        if obligation == name
    }


def _steps(protocol: ContactProtocol, first: int) -> list[Duty]:
    last = first + len(protocol.steps) - 1
    return [
        Duty(
            name=step_name(step.name),
            of_sales=True,
            start=b.PROTOCOL_STARTS if place == first else b.STEP_STARTS,
            start_stage=None,
            starts_on=None,
            stops_on=attempt_over(step.channel),
            cancels_on=protocol.done_when or CONNECTED,
            pauses_on=None,
            resumes_on=None,
            when=None,
            within=step.within,
            calendar=protocol.calendar,
            by_protocol=False,
            next_step=b.LAST_STEP if place == last else place + 1,
            overrides={},
        )
        for place, step in enumerate(protocol.steps, start=first)
    ]


def _entry(way: Joining) -> Duty:
    start, stage, event = _start(way.starts_on)
    return Duty(
        name=way.name,
        of_sales=False,
        start=start,
        start_stage=stage,
        starts_on=event,
        stops_on=way.stops_on,
        cancels_on=None,
        pauses_on=None,
        resumes_on=None,
        when=None,
        within=_NEVER_DUE,
        calendar=ORGANISATION,
        by_protocol=False,
        next_step=b.NO_STEP,
        overrides={},
    )


def duty_tables(book: Book, versions: list[Agreement], almanac: Almanac, segments: int) -> b.Duties:
    """The kernels' form of all duties."""
    all_duties = [duties_of(version) for version in versions]
    tables = _Tables(book, versions, all_duties, almanac, segments)
    moves = chained(tables.moves(v) for v in range(len(versions)))
    flat = chained(moves)
    return b.Duties(
        begins=begins_of(moves),
        action=column(move[0] for move in flat),
        target=column(move[1] for move in flat),
        formula=column(move[2] for move in flat),
        logged_late=np.concatenate([tables.logged_late(v) for v in range(len(versions))]),
        start=tables.each(lambda d, _: d.start, b.NOTHING_STARTS),
        start_stage=tables.each(lambda d, _: tables.stage(d.start_stage), -1),
        next_step=tables.each(tables.following, b.NO_STEP),
        term_kind=tables.terms(lambda term: _TERMS[term.kind], b.NOT_ASKED, np.int32),
        term=tables.terms(lambda term: term.amount, 0, np.int64),
        applies=tables.applies(),
        calendar_of=tables.each(lambda d, _: _WHOSE.get(d.calendar, b.OWN_CALENDAR), 0),
        calendar=tables.each(tables.calendar, ALWAYS),
        organisation=column(places[ORGANISATION] for places in almanac.places),
        always=ALWAYS,
        person_calendar=tables.of_people(_calendar_of_person),
        person_team=tables.of_people(lambda t, v, name: t.team_of(v, name)),
        team_calendar=tables.of_teams(),
        of_sales=tables.each(lambda d, _: d.of_sales, False, np.bool_),
        by_protocol=tables.each(lambda d, _: d.by_protocol, False, np.bool_),
    )


def _calendar_of_person(tables: _Tables, v: int, name: str) -> int:
    for team in tables.versions[v].routing.teams:
        for person in team.people:
            if normal(person.name) == name:
                return tables.almanac.places[v].get(person.calendar or "", -1)
    return -1


class _Tables:
    """Fills the arrays over versions and obligations; an obligation is known by its name."""

    def __init__(
        self,
        book: Book,
        versions: list[Agreement],
        duties: list[list[Duty]],
        almanac: Almanac,
        segments: int,
    ) -> None:
        self.book = book
        self.versions = versions
        self.duties = duties
        self.almanac = almanac
        self.segments = segments
        self.place = place_in(book.questions.obligations)
        self.stage = place_in(book.questions.stages)
        self.width = max(1, len(book.questions.obligations))
        self.people = [normal(name) for name in book.questions.holders.spelt]
        self.teams = [normal(name) for name in book.questions.teams.spelt]

    def each(self, value: Any, fill: Any, dtype: Any = np.int32) -> Any:
        """[v, o] some value of every duty."""
        table = np.full((len(self.versions), self.width), fill, dtype)
        for v, duties in enumerate(self.duties):
            for duty in duties:
                table[v, self.place(duty.name)] = value(duty, v)
        return table

    def following(self, duty: Duty, v: int) -> int:
        """Number of the next step of a protocol."""
        if duty.next_step < 0:
            return duty.next_step
        return self.place(self.duties[v][duty.next_step].name)

    def calendar(self, duty: Duty, v: int) -> int:
        """Place of the calendar named by a duty, else the organisation's."""
        places = self.almanac.places[v]
        return places.get(duty.calendar, places[ORGANISATION])

    def terms(self, value: Any, fill: int, dtype: Any) -> Any:
        """[v, segment, o] some value of the term that holds for a segment."""
        table = np.full((len(self.versions), self.segments, self.width), fill, dtype)
        for v, duties in enumerate(self.duties):
            for duty in duties:
                for segment in range(self.segments):
                    term = duty.overrides.get(segment, duty.within)
                    if term is not None:
                        table[v, segment, self.place(duty.name)] = value(term)
        return table

    def applies(self) -> Any:
        """[v * attribute patterns + a, o] whether a duty is asked of such leads."""
        patterns = len(self.book.attributes.of)
        table = np.ones((len(self.versions) * patterns, self.width), np.bool_)
        for v, duties in enumerate(self.duties):
            for duty in duties:
                rows = slice(v * patterns, (v + 1) * patterns)
                table[rows, self.place(duty.name)] = self.book.where_holds(duty.when, v)
        return table

    def of_people(self, value: Any) -> Any:
        """[v, holder] something of every person."""
        rows = [
            [value(self, v, name) for name in self.people] or [-1]
            for v in range(len(self.versions))
        ]
        return np.array(rows, np.int32)

    def team_of(self, v: int, name: str) -> int:
        """Number of the team that a person is on, or that bears the name; -1 for none."""
        for team in self.versions[v].routing.teams:
            if any(normal(person.name) == name for person in team.people):
                return self.teams.index(normal(team.name))
        return self.teams.index(name) if name in self.teams else -1

    def of_teams(self) -> Any:
        """[v, team] the calendar of every team."""
        rows = []
        for v, version in enumerate(self.versions):
            own = {normal(team.name): team.calendar for team in version.routing.teams}
            places = self.almanac.places[v]
            rows.append([places.get(own.get(name) or "", -1) for name in self.teams] or [-1])
        return np.array(rows, np.int32)

    def moves(self, v: int) -> list[list[tuple[int, int, int]]]:
        """[pattern] what its rows do to clocks, in the order in which a row does it."""
        of: list[list[tuple[int, int, int]]] = [[] for _ in self.book.rows.of]
        refused = self._delayed(v, "limit")
        for duty in self.duties[v]:
            o = self.place(duty.name)
            self._add(of, b.STOPS, o, v, duty.stops_on, refused)
            self._add(of, b.CANCELS, o, v, duty.cancels_on)
            self._add(of, b.PAUSES, o, v, duty.pauses_on)
            self._add(of, b.RESUMES, o, v, duty.resumes_on)
            self._add(of, b.STARTS, o, v, duty.starts_on)
        for pattern, (kind, _) in enumerate(self.book.rows.of):
            ruled = kind == "dispute.ruled" and self.book.rows.look_up(pattern, "upheld")
            if kind == "clock.waived" or ruled:
                o = int(self.book.rows.look_up(pattern, "obligation"))
                of[pattern] += [(b.WAIVES, o, -1)] if o >= 0 else []
        return [sorted(moves) for moves in of]

    def _add(
        self,
        of: list[list[tuple[int, int, int]]],
        action: int,
        obligation: int,
        v: int,
        condition: Any,
        refused: Any = None,
    ) -> None:
        for pattern, formula in self.book.candidates(condition, v):
            if refused is None or not refused[pattern]:
                of[pattern].append((action, obligation, formula))

    def _delayed(self, v: int, limit: str) -> Any:
        late = self.versions[v].handoff.late_logging
        delayed = np.zeros(len(self.book.rows.of), np.bool_)
        if late is None:
            return delayed
        rows = self.book.rows
        test = Test(more_than=getattr(late, limit).microseconds)
        number = self.book.questions.properties[DELAY].place_of(test)
        for pattern, (_, values) in enumerate(rows.of):
            answers = rows.classes[DELAY].answers[number]
            delayed[pattern] = answers[values.get(DELAY, 0)] > 0
        return delayed

    def logged_late(self, v: int) -> Any:
        """[pattern] whether such a row was logged late enough to be flagged."""
        return self._delayed(v, "flag_after")
