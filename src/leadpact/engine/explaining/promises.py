"""The clocks of a lead: what started each, what happened to it, and why it was met or missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from leadpact.agreement.durations import TimeKind
from leadpact.agreement.vocabulary import Ending, Outcome
from leadpact.calendars.kernels import working_between
from leadpact.engine.compile.duties import Duty, duties_of
from leadpact.engine.delivered import micros
from leadpact.engine.explaining import words
from leadpact.engine.explaining.rows import Row
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b
from leadpact.engine.programs import program_behind
from leadpact.engine.questions import place_in
from leadpact.engine.warnings import Rung, Warned

TIME_IS_UP = "time was up"


@dataclass(frozen=True)
class Step:
    """Something that happened to a clock, in words; `brief` when it changed what remains."""

    at: int
    said: str
    brief: str = ""


@dataclass(frozen=True)
class Share:
    """A stretch of a clock's time with one holder; times and working time in microseconds."""

    holder: str | None
    from_at: int
    to_at: int
    worked: int


@dataclass(frozen=True)
class Promise:
    """One clock: its verdict and how it came about. Times and lengths are microseconds."""

    name: str
    side: str
    episode: int
    outcome: Outcome
    verdict: str
    term: str
    started_at: int
    due_at: int
    stopped_at: int
    closed_at: int
    worked: int
    late: int
    steps: list[Step]
    shares: list[Share]

    @property
    def ended_at(self) -> int:
        """When its outcome came about; NEVER while it is open."""
        if self.outcome is Outcome.WAIVED:
            return self.steps[-1].at
        return max(self.started_at, self.stopped_at) if self.is_stopped else self.closed_at

    @property
    def is_stopped(self) -> bool:
        """Whether somebody answered."""
        return self.stopped_at > b.NEVER


class Promises:
    """Tells the clocks of a lead, from the fold's records of it and of the instants between."""

    def __init__(self, story: Story, rows: dict[int, Row]) -> None:
        self.story = story
        self.rows = rows
        self.names = story.book.questions.obligations
        self.holders = story.book.questions.holders.spelt
        place = place_in(self.names)
        self._duties: list[dict[int, Duty]] = [
            {place(duty.name): duty for duty in duties_of(version)} for version in story.versions
        ]

    def all(self) -> list[Promise]:
        """Every clock of an obligation or a step that was not forgotten, as they started."""
        finished = self.story.evaluation.finished
        found = [
            (clock, index)
            for index, clock in enumerate(finished.clocks)
            if clock.lead == self.story.lead and clock.outcome != b.FORGOTTEN
            if program_behind(self.names[int(clock.obligation)]) is None
        ]
        found.sort(key=lambda each: (int(each[0].episode), int(each[0].started_at), each[1]))
        return [self._promise(clock, index) for clock, index in found]

    def _promise(self, clock: Any, index: int) -> Promise:
        duty = self.duty(clock)
        return Promise(
            name=duty.name,
            side="sales" if duty.of_sales else "marketing",
            episode=int(clock.episode),
            outcome=Outcome(int(clock.outcome)),
            verdict=self._verdict(clock),
            term=self.term(clock).text,
            started_at=int(clock.started_at),
            due_at=int(clock.due_at),
            stopped_at=int(clock.stopped_at),
            closed_at=self._closed(clock),
            worked=int(clock.worked),
            late=int(clock.late),
            steps=sorted(self._steps(clock, duty), key=lambda step: step.at),
            shares=self._shares(index),
        )

    def duty(self, clock: Any) -> Duty:
        """The obligation of a clock, as the version under which it started has it."""
        return self._duties[int(clock.version)][int(clock.obligation)]

    def term(self, clock: Any) -> Any:
        """How long the promise may take in the segment that was pinned with the clock."""
        duty = self.duty(clock)
        return duty.overrides.get(int(clock.segment)) or duty.within

    def holder(self, number: int) -> str | None:
        """Name of a holder; None for nobody."""
        return self.holders[number] if number >= 0 else None

    def _open(self, clock: Any) -> bool:
        return clock.outcome in (b.RUNNING, b.OVERDUE)

    def _closed(self, clock: Any) -> int:
        stopped = clock.stopped_at > b.NEVER
        return b.NEVER if stopped or self._open(clock) else int(clock.closed_at)

    def _shares(self, index: int) -> list[Share]:
        shares = self.story.evaluation.finished.shares
        return [
            Share(self.holder(int(s.holder)), int(s.from_at), int(s.to_at), int(s.worked))
            for s in shares[shares.clock == index]
        ]

    # -------------------------------------------------------------------------------------- steps

    def _steps(self, clock: Any, duty: Duty) -> Iterator[Step]:
        key = int(clock.episode), int(clock.obligation)
        began = int(clock.started_at)
        ended = self.story.until if self._open(clock) else int(clock.closed_at)
        yield self._start(clock, duty, key)
        if clock.in_contact:
            return
        instants = [at for at in self.story.instants_that_move if began < at <= ended]
        looks = [(at, self.story.photograph(at).clocks.get(key)) for at in [began, *instants]]
        seen = [(at, look) for at, look in looks if look is not None and look.started_at == began]
        for (_, before), (at, after) in pairwise(seen):
            if changes := self._changes(before, after, at):
                redated = after.due_at != before.due_at or after.paused
                said = ", ".join(f"{what}{why}" for what, why in changes)
                yield Step(at, said, ", ".join(w for w, _ in changes) if redated else "")
        due = int(clock.due_at)
        if due < ended and clock.outcome in (b.MISSED, b.OVERDUE):
            yield Step(due, TIME_IS_UP)
            for rung in self._escalations(clock):
                if (at := micros(rung.at)) <= ended:
                    yield Step(at, f"escalates to {words.listed(rung.names)}")
        if clock.stopped_at > b.NEVER:
            told = [self.rows[place].line() for place in self._answers(clock)]
            yield Step(ended, words.listed(told) or self._answer(clock))
        if clock.outcome == b.WAIVED:
            waiver = self._waiver(clock)
            yield Step(waiver.at, waiver.line())

    def _start(self, clock: Any, duty: Duty, key: tuple[int, int]) -> Step:
        began = int(clock.started_at)
        first = self.story.photograph(began).clocks.get(key)
        if first is None or first.started_at != began:
            theirs = self._inherited_from(clock)
            return Step(began, f"started as a clock of {theirs}; taken over with the merge")
        due = int(clock.due_at if clock.in_contact else first.due_at)
        hours = self._hours(duty)
        return Step(
            began, f"started {self._starter(clock, duty, began)}; due {self.moment(due)}{hours}"
        )

    def _inherited_from(self, clock: Any) -> str:
        finished = self.story.evaluation.finished.clocks
        same = (finished.obligation == clock.obligation) & (finished.started_at == clock.started_at)
        others = finished.lead[same & (finished.lead != self.story.lead)]
        leads = self.story.evaluation.log.leads
        return leads[int(others[0])] if len(others) else "another lead"

    def _starter(self, clock: Any, duty: Duty, at: int) -> str:
        cause = {
            b.HANDOFF_STARTS: "with the handoff",
            b.PROTOCOL_STARTS: "with the handoff",
            b.STAGE_STARTS: f"with the entry into {duty.start_stage}",
            b.STEP_STARTS: "when the step before it was done",
        }.get(duty.start)
        if cause is None:
            version, obligation = int(clock.version), int(clock.obligation)
            places = self.story.moving(at, version, obligation, b.STARTS)
            cause = f"when {self.rows[places[0]].phrase()}" if places else "after its event"
        waited = self.story.doing(at, b.ASSIGNS) and duty.calendar == "person"
        return f"{cause}, once somebody held the lead" if waited else cause

    def _hours(self, duty: Duty) -> str:
        if duty.within.kind is TimeKind.CLOCK:
            return ""
        whose = {
            "organisation": "",
            "person": ", in the working hours of whoever holds the lead",
            "team": ", in the working hours of the holder’s team",
        }
        return whose.get(duty.calendar, f", in the hours of “{words.cut(duty.calendar)}”")

    def _changes(self, before: Any, after: Any, at: int) -> list[tuple[str, str]]:
        """What is different with a clock after an instant, each with why if that is known."""
        redated = after.due_at != before.due_at
        told = []
        if redated and at in self.story.program.closed_at:
            told.append(("a day was declared closed", ""))
        if after.paused > before.paused:
            told.append(("paused", self._because(after, at, b.PAUSES)))
        if after.paused < before.paused:
            told.append(("runs on", self._because(after, at, b.RESUMES)))
        if after.holder != before.holder and (redated or before.holder != b.NOBODY):
            told.append((f"now held by {self.holder(int(after.holder)) or 'nobody'}", ""))
        if redated:
            told.append((f"now due {self.moment(int(after.due_at))}", ""))
        return told

    def _because(self, clock: Any, at: int, action: int) -> str:
        places = self.story.moving(at, int(clock.version), int(clock.obligation), action)
        return f" ({self.rows[places[0]].line()})" if places else ""

    # ------------------------------------------------------------------------------------ verdicts

    def _verdict(self, clock: Any) -> str:
        """The outcome and what made it so, in one sentence."""
        outcome, allowed = int(clock.outcome), self._allowed(clock)
        late = f"; {self._time(clock, int(clock.late))} too late"
        match outcome:
            case b.MET if clock.in_contact:
                at = self.moment(int(clock.stopped_at))
                return f"already in contact when it began: {self._answer(clock)}, {at}"
            case b.MET:
                return f"{self._answer(clock)} {self._used(clock)}; {allowed}"
            case b.MISSED if clock.stopped_at > b.NEVER:
                return f"{self._answer(clock)} {self._used(clock)}; {allowed}{late}"
            case b.MISSED:
                return f"not done when it ended: {self._end(clock)}; {allowed}{late}"
            case b.OVERDUE:
                return f"not done yet; {allowed}{late} so far{self._next_escalation(clock)}"
            case b.RUNNING if clock.paused:
                left = self._time(clock, int(clock.remaining))
                return f"paused, with {left} left; {allowed}"
            case b.RUNNING:
                due = self.moment(int(clock.due_at))
                return f"due {due}, with {self._left(clock)} left; {allowed}"
            case b.WAIVED:
                waiver = self._waiver(clock)
                return f"not asked any more: {waiver.line()}, {self.moment(waiver.at)}"
            case b.REJECTED:
                return f"sales gave the lead back in time: {self._rejection(clock)}"
        return f"ended without a verdict: {self._end(clock)}"

    def _escalations(self, clock: Any) -> list[Rung]:
        """The steps by which a broken promise escalates, those that tell nobody left out."""
        told = {
            "obligation": self.duty(clock).name,
            "due_at": self.story.told(int(clock.due_at)),
            "holder": self.holder(int(clock.holder)),
        }
        return [rung for rung in self._warned[int(clock.version)].escalations(told) if rung.names]

    @cached_property
    def _warned(self) -> list[Warned]:
        closed = [(each.day, each.calendar) for each in self.story.evaluation.closures]
        return [Warned.of(version, closed) for version in self.story.versions]

    def _next_escalation(self, clock: Any) -> str:
        ahead = (r for r in self._escalations(clock) if micros(r.at) > self.story.until)
        rung = next(ahead, None)
        if rung is None:
            return ""
        return f"; {words.listed(rung.names)} hears of it {self.moment(micros(rung.at))}"

    def _allowed(self, clock: Any) -> str:
        term = self.term(clock)
        if term.kind is TimeKind.END_OF_DAY:
            return f"it had to be by the {term.text}"
        return f"{term.text} {'was' if term.text.startswith('1 ') else 'were'} allowed"

    def _used(self, clock: Any) -> str:
        if clock.worked < words.SECOND:
            around = clock.calendar == self.story.program.duties.always
            return "at once" if around else "before any working time had passed"
        return f"after {self._time(clock, int(clock.worked))}"

    def _time(self, clock: Any, microseconds: int) -> str:
        """A length of the time that a clock counts."""
        if clock.calendar == self.story.program.duties.always:
            return words.length(microseconds, in_days=True)
        return f"{words.length(microseconds)} of working time"

    def _left(self, clock: Any) -> str:
        calendars, now = self.story.program.calendars, self.story.until
        left = working_between(calendars, int(clock.table), now, int(clock.due_at))
        return self._time(clock, left)

    def _answer(self, clock: Any) -> str:
        if clock.by_protocol:
            return "the contact protocol was completed"
        late = " (entered late)" if clock.logged_late else ""
        places = self._answers(clock)
        return f"{self.rows[places[0]].phrase() if places else 'it was answered'}{late}"

    def _answers(self, clock: Any) -> list[int]:
        """Places of the rows that stopped a clock."""
        at, versions = int(clock.stopped_at), {int(clock.version)}
        versions.add(self.story.version_at(at))
        found = [
            place
            for version in sorted(versions)
            for place in self.story.moving(at, version, int(clock.obligation), b.STOPS)
        ]
        return list(dict.fromkeys(found))

    def _waiver(self, clock: Any) -> Row:
        """The row by which a clock was waived."""
        obligation = int(clock.obligation)
        return next(
            self.rows[place]
            for at in self.story.instants_that_move
            if at >= clock.started_at
            for place in self.story.moving(at, self.story.version_at(at), obligation, b.WAIVES)
        )

    def _rejection(self, clock: Any) -> str:
        at = int(clock.closed_at)
        rows = [self.rows[p] for p, _ in self.story.doing(at, b.REJECTS, b.REJECTS_FOR_GOOD)]
        return f"{rows[0].line() if rows else 'it was rejected'}, {self.moment(at)}"

    def _end(self, clock: Any) -> str:
        """What ended a clock that nobody answered."""
        at = int(clock.closed_at)
        places = self.story.moving(at, int(clock.version), int(clock.obligation), b.CANCELS)
        places += [place for place, _ in self.story.doing(at, b.EXCLUDES)]
        if places:
            return f"{self.rows[places[0]].line()}, {self.moment(at)}"
        episodes = self.story.records("episodes")
        ended = episodes[(episodes.episode == clock.episode) & (episodes.ended_at == at)]
        how = _ENDED[Ending(int(ended[0].ending))] if len(ended) else "it was left out"
        return f"{how}, {self.moment(at)}"

    def moment(self, at: int) -> str:
        """An instant in words."""
        return words.moment(self.story.told(at), self.story.zone)


_ENDED = {
    Ending.WON: "the lead was won",
    Ending.LOST: "the lead was lost",
    Ending.DISQUALIFIED: "the lead was disqualified",
    Ending.RECYCLED: "the lead went back to marketing",
    Ending.MERGED: "the lead was merged into another",
}
