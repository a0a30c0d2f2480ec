"""One clock: its start, what rows do to it, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leadpact.agreement.durations import Term, TimeKind

from .company import Calendar, Company, Promise

NOTHING = timedelta()


@dataclass
class Stretch:
    """A time in which neither holder nor calendar changed and the clock ran or stood still."""

    holder: str | None
    calendar: Calendar
    start: datetime
    end: datetime | None = None
    runs: bool = True


@dataclass
class Clock:
    """A promise to one lead in one episode, from its start on."""

    company: Company
    lead: str
    episode: int
    promise: Promise
    term: Term
    version: int
    segment: str | None
    on: str
    started: datetime
    calendar: Calendar
    holder: str | None
    due: datetime
    remained: timedelta | None = None
    stopped: datetime | None = None
    closed: datetime | None = None
    outcome: str | None = None
    already: bool = False
    logged_late: bool = False
    completed: bool = False
    shared_since: datetime | None = None
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        """Whether nothing has stopped or closed it."""
        return self.outcome is None

    @property
    def paused(self) -> bool:
        """Whether nothing runs for now; what remains is kept meanwhile."""
        return self.remained is not None

    def past_due(self, now: datetime) -> bool:
        """Whether it ran beyond its due time; a paused clock never is."""
        return not self.paused and now > self.due

    def begin(self) -> None:
        """Let time run from the start."""
        self.stretches = [Stretch(self.holder, self.calendar, self.started)]

    def answered_before(self, at: datetime, logged_late: bool) -> None:
        """Met by something that happened before it started."""
        self.stopped, self.outcome, self.already = at, "met", True
        self.logged_late, self.stretches = logged_late, []

    def stop(self, now: datetime, logged_late: bool = False, completed: bool = False) -> None:
        """Answered: met at or before due, else missed."""
        self.outcome = "missed" if self.past_due(now) else "met"
        self.stopped, self.logged_late, self.completed = now, logged_late, completed
        self.remained = None

    def close(self, now: datetime, outcome: str) -> None:
        """Ended without an answer; what was past due is missed."""
        self.outcome = "missed" if self.past_due(now) else outcome
        self.closed, self.remained = now, None

    def waive(self, now: datetime) -> None:
        """Not asked after all."""
        if self.outcome == "met":
            return
        if self.runs:
            self.closed = now
        self.outcome, self.remained = "waived", None

    def pause(self, now: datetime) -> None:
        """Nothing runs until it resumes; what remains is kept."""
        if not self.paused and not self.past_due(now):
            self.remained = self._between(self.calendar, now, self.due)
            self._cut(now, self.holder, self.calendar)

    def resume(self, now: datetime) -> None:
        """It runs on with what remained at the pause."""
        if self.remained is not None:
            remained, self.remained = self.remained, None
            self._redate(now, remained)
            self._cut(now, self.holder, self.calendar)

    def hand_to(self, holder: str | None, calendar: Calendar, now: datetime) -> None:
        """What remains runs on the calendar of the new holder, unless it is past due."""
        self._move(calendar, now)
        self.holder = holder
        self._cut(now, holder, self.calendar)

    def close_date(self, calendar: Calendar, now: datetime) -> None:
        """What remains is counted on the calendar with one date more closed."""
        self._move(calendar, now)
        self._cut(now, self.holder, self.calendar)

    def _move(self, calendar: Calendar, now: datetime) -> None:
        if self.past_due(now) or calendar == self.calendar:
            return
        remained = self._between(self.calendar, now, self.due)
        self.calendar = calendar
        if not self.paused:
            self._redate(now, remained)

    def _redate(self, now: datetime, remained: timedelta) -> None:
        if now > self.due or self._between(self.calendar, now, self.due) != remained:
            self.due = self._add(self.calendar, now, remained)

    def _cut(self, now: datetime, holder: str | None, calendar: Calendar) -> None:
        self.stretches[-1].end = now
        self.stretches.append(Stretch(holder, calendar, now, runs=not self.paused))

    def _add(self, calendar: Calendar, start: datetime, length: timedelta) -> datetime:
        if self.term.kind is TimeKind.CLOCK:
            return start + length
        return self.company.hours(calendar).add(start, length)

    def _between(self, calendar: Calendar, start: datetime, end: datetime) -> timedelta:
        if self.term.kind is TimeKind.CLOCK:
            return max(NOTHING, end - start)
        return self.company.hours(calendar).elapsed(start, end)

    # What it comes to.

    def told(self, as_of: datetime, facts: dict[str, Any], handed_off: bool) -> dict[str, Any]:
        """The clock's line in the table, as of an instant."""
        outcome = self._outcome(as_of, handed_off)
        end = self._end(as_of)
        late = outcome in ("missed", "overdue")
        return {
            "lead_id": self.lead,
            "episode": self.episode,
            "obligation": self.promise.name,
            "side": self.promise.side,
            "segment": self.segment,
            "version": self.version,
            "started_at": self.started,
            "due_at": self.due,
            "stopped_at": self.stopped,
            "closed_at": self.closed,
            "outcome": outcome,
            "already_in_contact": self.already,
            "logged_late": self.logged_late,
            "by_protocol": self.completed,
            "paused": self.runs and self.paused,
            "holder": self._holder_at(min(self.due, end) if late else end),
            "qualified_at": facts.get("qualified_at"),
            "handed_off_at": facts.get("handed_off_at"),
            "assigned_at": facts.get("assigned_at"),
            "working_seconds": self._worked(self.started, end).total_seconds(),
            "late_seconds": self._worked(self.due, end).total_seconds() if late else None,
            "protocol_step": self.promise.step,
        }

    def shares(self, as_of: datetime) -> list[dict[str, Any]]:
        """Each holder's part of the time until it stopped, closed or was looked at."""
        end = self._end(as_of)
        parts: list[dict[str, Any]] = []
        for stretch in self.stretches:
            start = max(stretch.start, self.shared_since or stretch.start)
            until = min(stretch.end or end, end)
            if start >= until:
                continue
            worked = self._of(stretch, start, until).total_seconds()
            if parts and parts[-1]["holder"] == stretch.holder:
                parts[-1]["to_at"] = until
                parts[-1]["working_seconds"] += worked
            else:
                parts.append(
                    {
                        "lead_id": self.lead,
                        "episode": self.episode,
                        "obligation": self.promise.name,
                        "holder": stretch.holder,
                        "from_at": start,
                        "to_at": until,
                        "working_seconds": worked,
                    }
                )
        return parts

    def _outcome(self, as_of: datetime, handed_off: bool) -> str:
        if self.outcome:
            return self.outcome
        if self.company.simulate and self.on == "handoff" and not handed_off:
            return "not observed"
        return "overdue" if self.past_due(as_of) else "running"

    def _end(self, as_of: datetime) -> datetime:
        return self.stopped or self.closed or as_of

    def _holder_at(self, instant: datetime) -> str | None:
        holder = self.holder
        for stretch in self.stretches:
            if stretch.start <= instant or stretch is self.stretches[0]:
                holder = stretch.holder
        return holder

    def _worked(self, start: datetime, end: datetime) -> timedelta:
        return sum(
            (self._of(s, max(s.start, start), min(s.end or end, end)) for s in self.stretches),
            NOTHING,
        )

    def _of(self, stretch: Stretch, start: datetime, end: datetime) -> timedelta:
        if not stretch.runs or start >= end:
            return NOTHING
        return self._between(stretch.calendar, start, end)


def due(company: Company, calendar: Calendar, term: Term, start: datetime) -> datetime:
    """The term added to the start."""
    match term.kind:
        case TimeKind.CLOCK:
            return start + timedelta(microseconds=term.amount)
        case TimeKind.BUSINESS:
            return company.hours(calendar).add(start, timedelta(microseconds=term.amount))
        case TimeKind.BUSINESS_DAYS:
            return company.hours(calendar).business_days(start, term.amount)
        case TimeKind.END_OF_DAY:
            return company.hours(calendar).end_of_day(start, term.amount)
    raise AssertionError(term.kind)
