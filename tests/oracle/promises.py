"""The clocks of one lead: which begin, what rows do to them, where they pass at a merge."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from leadpact.agreement.spec import Obligation, OnStage

from .clocks import Clock, due
from .company import Calendar, Promise
from .facts import Row

if TYPE_CHECKING:
    from .life import Lead

HANDOFF = "handoff"


class Promises:
    """Every clock of a lead, over all its episodes, and those that wait for a holder."""

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        self.clocks: list[Clock] = []
        self.waiting: list[tuple[str, str]] = []
        self.protocol_due = False

    def running(self) -> list[Clock]:
        """Clocks that nothing stopped or closed; obligations before protocol steps."""
        return sorted(
            (clock for clock in self.clocks if clock.runs),
            key=lambda clock: clock.promise.step is not None,
        )

    def of(self, name: str) -> Clock | None:
        """The clock of an obligation in the present episode."""
        return next(
            (
                clock
                for clock in self.clocks
                if (clock.episode, clock.promise.name) == (self.lead.number, name)
            ),
            None,
        )

    # Beginning.

    def begin_with_handoff(self, now: datetime) -> None:
        """Start what the handoff starts; the protocol begins after all that begins now."""
        for obligation in self.lead.agreement.obligations:
            if obligation.starts_on == HANDOFF:
                self._begin(_promise(obligation), HANDOFF, now)
        self.protocol_due = True

    def begin_protocol(self, now: datetime) -> None:
        """Start the first step that was not waived, once somebody holds the lead if need be."""
        steps = self.lead.company.protocol(self.lead.version)
        if not self.protocol_due:
            return
        if steps and steps[0].calendar == "person" and self.lead.holder is None:
            return
        self.protocol_due = False
        had = [clock for clock in map(self.of, (step.name for step in steps)) if clock]
        if all(clock.outcome == "waived" for clock in had):
            for step in steps[len(had) : len(had) + 1]:
                self._begin(step, HANDOFF, now)

    def begin_anew(self, now: datetime) -> None:
        """The handoff moved: what it started and was not closed starts again."""
        started = [
            clock
            for clock in self.clocks
            if clock.episode == self.lead.number and clock.on == HANDOFF
        ]
        forgotten = [clock for clock in started if clock.runs or _answered(clock)]
        if any(
            clock.promise.step is not None
            and not _answered(clock)
            and not clock.runs
            and clock.outcome != "waived"
            for clock in started
        ):
            # A chain that was cancelled stays as it is.
            forgotten = [clock for clock in forgotten if clock.promise.step is None]
        self.clocks = [clock for clock in self.clocks if clock not in forgotten]
        self.begin_with_handoff(now)

    def begin_with_stages(self, now: datetime) -> None:
        """Start what waited for a holder, then what the stages entered now start."""
        self._begin_waiting(now, events=False)
        entered = [e["stage"] for e in self.lead.entries_at(now) if not e["implied"]]
        for obligation in self.lead.agreement.obligations:
            start = obligation.starts_on
            if isinstance(start, OnStage) and start.stage in entered:
                self._begin(_promise(obligation), "stage", now)

    def begin_with_rows(self, rows: list[Row], now: datetime) -> None:
        """Start what rows of this instant start."""
        self._begin_waiting(now, events=True)
        for obligation in self.lead.agreement.obligations:
            start = obligation.starts_on
            by_event = start != HANDOFF and not isinstance(start, OnStage)
            if by_event and any(self.lead.row_holds(start, row) for row in rows):
                self._begin(_promise(obligation), "event", now)

    def _begin_waiting(self, now: datetime, events: bool) -> None:
        if self.lead.holder is None:
            return
        ready = [one for one in self.waiting if (one[1] == "event") == events]
        self.waiting = [one for one in self.waiting if one not in ready]
        promised = {one.name: one for one in self.lead.agreement.obligations}
        for name, on in ready:
            if name in promised:
                self._begin(_promise(promised[name]), on, now)

    def _begin(self, promise: Promise, on: str, now: datetime) -> None:
        lead = self.lead
        if lead.excluded is not None or self.of(promise.name):
            return
        if promise.calendar == "person" and lead.holder is None:
            if promise.name not in [name for name, _ in self.waiting]:
                self.waiting.append((promise.name, on))
            return
        segment = lead.segment(now)
        term = promise.term
        if segment and promise.name in segment.obligations:
            term = segment.obligations[promise.name].within
        if term == "not asked" or (promise.when is not None and not lead.holds(promise.when, now)):
            return
        clock = self._clock(promise, on, now, term, segment.name if segment else None, lead.version)
        if not self._answered_already(clock, now):
            self._answered_at_once(clock, now)

    def _clock(
        self,
        promise: Promise,
        on: str,
        now: datetime,
        term: Any,
        segment: str | None,
        version: int,
    ) -> Clock:
        lead = self.lead
        calendar = self._calendar(promise, version, now)
        clock = Clock(
            company=lead.company,
            lead=lead.name,
            episode=lead.number,
            promise=promise,
            term=term,
            version=version,
            segment=segment,
            on=on,
            started=now,
            calendar=calendar,
            holder=lead.holder,
            due=due(lead.company, calendar, term, now),
        )
        clock.begin()
        self.clocks.append(clock)
        return clock

    def _calendar(self, promise: Promise, version: int, now: datetime) -> Calendar:
        company, lead = self.lead.company, self.lead
        name = company.calendar_name(version, promise.calendar, lead.holder, lead.team)
        return company.calendar(version, name, now)

    def _answered_already(self, clock: Clock, now: datetime) -> bool:
        if (clock.promise.step or 0) > 0:
            return False
        before = [
            row for row in self.lead.episode_rows(now) if row.at < now and self._answers(clock, row)
        ]
        if before:
            clock.answered_before(before[-1].at, self._logged_late(clock, before[-1]))
            self._go_on(clock, now, self.lead.rows_at(now), None)
        return bool(before)

    def _answered_at_once(self, clock: Clock, now: datetime) -> None:
        rows = self.lead.rows_at(now)
        for number, row in enumerate(rows):
            if self._answers(clock, row):
                clock.stop(now, self._logged_late(clock, row))
                self._go_on(clock, now, rows[number + 1 :], row)
                return

    # What rows do.

    def take(self, rows: list[Row], now: datetime) -> None:
        """The effect of the rows of an instant, one after the other."""
        for row in rows:
            self._waive(row, now)
            for clock in self.running():
                self._touch(clock, row, now)

    def _touch(self, clock: Clock, row: Row, now: datetime) -> None:
        lead, promise = self.lead, clock.promise
        if not clock.runs:
            return
        if self._answers(clock, row):
            clock.stop(now, self._logged_late(clock, row))
            self._go_on(clock, now, [], row)
        elif lead.row_holds(promise.cancels, row):
            clock.close(now, "cancelled")
        else:
            if lead.row_holds(promise.pauses, row):
                clock.pause(now)
            if lead.row_holds(promise.resumes, row):
                clock.resume(now)

    def _go_on(self, clock: Clock, now: datetime, later: list[Row], row: Row | None) -> None:
        """After a step of the protocol: the next one, or what its completion answers."""
        step = clock.promise.step
        if step is None:
            return
        steps = self.lead.company.protocol(clock.version)
        if step + 1 == len(steps):
            self._complete(now, row is not None and self._logged_late(clock, row))
        elif row is None or not self.lead.row_holds(clock.promise.cancels, row):
            self._next_step(clock, now, later)

    def _next_step(self, clock: Clock, now: datetime, later: list[Row]) -> None:
        promise = self.lead.company.protocol(clock.version)[(clock.promise.step or 0) + 1]
        if self.of(promise.name):
            return
        following = self._clock(promise, HANDOFF, now, promise.term, clock.segment, clock.version)
        for number, row in enumerate(later):
            if self._answers(following, row):
                following.stop(now, self._logged_late(following, row))
                self._go_on(following, now, later[number + 1 :], row)
                return

    def _complete(self, now: datetime, logged_late: bool) -> None:
        for clock in self.running():
            if clock.promise.by_protocol:
                clock.stop(now, logged_late, completed=True)

    def _answers(self, clock: Clock, row: Row) -> bool:
        rule = self.lead.company.versions[clock.version].handoff.late_logging
        too_late = rule and row.recorded - row.at > _span(rule.limit)
        return not too_late and self.lead.row_holds(clock.promise.stops, row)

    def _logged_late(self, clock: Clock, row: Row) -> bool:
        rule = self.lead.company.versions[clock.version].handoff.late_logging
        return bool(rule) and row.recorded - row.at > _span(rule.flag_after)

    def _waive(self, row: Row, now: datetime) -> None:
        upheld = row.kind == "dispute.ruled" and row.says("upheld") in ("true", "yes", "1")
        if row.kind != "clock.waived" and not upheld:
            return
        named = [c for c in self.clocks if c.promise.name.casefold() == row.says("obligation")]
        if not named:
            return
        clock = max(named, key=lambda clock: (clock.episode, clock.started))
        ran = clock.runs
        clock.waive(now)
        if ran and clock.promise.step is not None:
            steps = self.lead.company.protocol(clock.version)
            if clock.promise.step + 1 < len(steps):
                self._next_step(clock, now, [])

    # What else befalls them.

    def hand_over(self, now: datetime) -> None:
        """The lead has a holder; running clocks follow."""
        for clock in self.running():
            clock.hand_to(self.lead.holder, self._calendar_of(clock, now), now)

    def _calendar_of(self, clock: Clock, now: datetime) -> Calendar:
        if clock.promise.calendar not in ("person", "team"):
            return clock.calendar
        return self._calendar(clock.promise, clock.version, now)

    def declare_closures(self, now: datetime) -> None:
        """Count what remains on the calendars as changed at this instant."""
        if all(row.at != now for row in self.lead.company.closures):
            return
        for clock in self.running():
            name = clock.calendar[0]
            clock.close_date(self.lead.company.calendar(clock.version, name, now), now)

    def exclude(self, now: datetime) -> None:
        """Nothing runs or waits for an excluded lead."""
        for clock in self.running():
            clock.close(now, "cancelled")
        self.waiting = []
        self.protocol_due = False

    def end_episode(self, now: datetime, rejected: bool) -> None:
        """Close what runs with the episode."""
        for clock in self.running():
            of_sales = rejected and clock.promise.side == "sales"
            clock.close(now, "rejected" if of_sales else "cancelled")
        self.waiting = []
        self.protocol_due = False

    def give_up(self, now: datetime) -> list[Clock]:
        """Close what runs at a merge; returns what is thereby cancelled, as it ran."""
        passed = []
        for clock in self.running():
            passing = copy.copy(clock)
            passing.stretches = [copy.copy(one) for one in clock.stretches]
            passing.shared_since = now
            clock.close(now, "cancelled")
            if clock.outcome == "cancelled":
                passed.append(passing)
        self.waiting = []
        self.protocol_due = False
        return passed

    def adopt(self, passed: list[Clock], now: datetime) -> None:
        """Take over the running clocks of a lead that was absorbed."""
        if not self.lead.open or self.lead.excluded is not None:
            return
        for clock in passed:
            own = self.of(clock.promise.name)
            if own and not (own.runs and clock.started < own.started):
                continue
            self.clocks = [one for one in self.clocks if one is not own]
            clock.lead, clock.episode = self.lead.name, self.lead.number
            self.clocks.append(clock)
            if clock.holder != self.lead.holder:
                clock.hand_to(self.lead.holder, self._calendar_of(clock, now), now)


def _answered(clock: Clock) -> bool:
    return clock.stopped is not None and clock.outcome != "waived"


def _promise(obligation: Obligation) -> Promise:
    return Promise(
        name=obligation.name,
        side=str(obligation.side),
        term=obligation.within,
        calendar=obligation.calendar,
        stops=obligation.stops_on,
        cancels=obligation.cancels_on,
        pauses=obligation.pauses_on,
        resumes=obligation.resumes_on,
        when=obligation.when,
        by_protocol=obligation.completed_by_protocol,
    )


def _span(span: Any) -> timedelta:
    return timedelta(microseconds=span.microseconds)
