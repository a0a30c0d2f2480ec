"""What sales did with leads, how it kept its promises and how fast, one case at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from .company import DAY, Case, Row
from .funnel import Funnel


class Sales(Funnel):
    """Figures of handovers and clocks."""

    def handed_over(self) -> Iterator[tuple[Row, Case]]:
        for episode in self.episodes:
            lead, number = episode["lead_id"], episode["episode"]
            if self.stands(episode) and episode["handed_off_at"]:
                about = self.about(lead, self.segment(episode), self.holder(lead, number))
                yield episode, Case(lead, episode["handed_off_at"], about=about)

    def accepted(self) -> Iterator[Case]:
        sal = self.of_role("sal")
        for episode, case in self.handed_over():
            yield replace(case, counts=bool(sal) and self.reached(episode, str(sal)))

    def rejected(self) -> Iterator[Case]:
        for episode, case in self.handed_over():
            given_back = episode["ending"] in ("recycled", "disqualified")
            no = given_back and self.at(str(case.lead), "sales.rejected", episode["ended_at"])
            reason = episode["reason"] or "no reason given"
            yield replace(case, counts=no, part=reason if no else None)

    def recycled(self) -> Iterator[Case]:
        for episode, case in self.handed_over():
            back = episode["ending"] == "recycled"
            cause = episode["reason"] or "no reason given"
            yield replace(case, counts=back, part=cause if back else None)

    def attempts(self) -> Iterator[Case]:
        for episode, case in self.handed_over():
            yield replace(case, counts=len(self.own_facts(episode, "sales.attempted")))

    def protocols(self) -> Iterator[Case]:
        for episode, case in self.handed_over():
            steps = [
                clock
                for clock in self.clocks
                if (clock["lead_id"], clock["episode"]) == (case.lead, episode["episode"])
                and clock["protocol_step"] is not None
            ]
            if steps:
                last = max(steps, key=lambda clock: int(clock["protocol_step"]))
                completed = self._completed(last, episode)
                if completed is not None:
                    yield replace(case, counts=completed)

    def _completed(self, last: Row, episode: Row) -> bool | None:
        lead, closed = last["lead_id"], last["closed_at"]
        if last["outcome"] in ("running", "waived", "not observed"):
            return None
        if last["stopped_at"]:
            return True
        if closed is None:
            return False
        if self.at(lead, "sales.connected", closed):
            return True
        cut_off = closed == episode["ended_at"] or self.at(lead, "lead.excluded", closed)
        return not cut_off

    def ratings(self) -> Iterator[Case]:
        for fact in self.facts:
            lead, rating, at = fact["lead_id"], fact["rating"], fact["happened_at"]
            if self.counts(lead) and rating is not None and 1 <= rating <= 5:
                segment = self.states[lead]["segment"]
                yield Case(
                    lead, at, rating, about=self.about(lead, segment, self.given_to(lead, at))
                )

    # Nurture.

    def nurtured(self) -> Iterator[Case]:
        for entry in self.nurture:
            if self.states[entry["lead_id"]]["status"] != "merged":
                about = self.about(entry["lead_id"], entry["segment"])
                part = entry["program"]
                yield Case(entry["lead_id"], entry["entered_at"], part=part, about=about)

    def _with_entries(self) -> Iterator[tuple[Row, Case]]:
        standing = (e for e in self.nurture if self.states[e["lead_id"]]["status"] != "merged")
        yield from zip(standing, self.nurtured(), strict=True)

    def nurture_qualified(self) -> Iterator[Case]:
        for entry, case in self._with_entries():
            yield replace(case, counts=self._qualified_in(entry) is not None)

    def nurture_days(self) -> Iterator[Case]:
        for entry, case in self._with_entries():
            at = self._qualified_in(entry)
            stay = (at or entry["left_at"] or self.as_of) - entry["entered_at"]
            yield replace(case, counts=stay / DAY, of=at is not None)

    def nurture_exits(self) -> Iterator[Case]:
        for entry, case in self._with_entries():
            if entry["exit"]:
                yield replace(case, part=f"{entry['program']} → {entry['exit']}")

    def _qualified_in(self, entry: Row) -> datetime | None:
        """When the lead qualified while in the program, if no upheld dispute denies it."""
        key = entry["lead_id"], entry["episode"]
        disputed = any(
            (other["lead_id"], other["episode"]) == key
            and other["stage"] == self.agreement.handoff.stage
            and other["disputed"]
            and not other["implied"]
            for other in self.entries
        )
        for episode in self.episodes:
            at = episode["qualified_at"]
            own = (episode["lead_id"], episode["episode"]) == key and at and not disputed
            if own and entry["entered_at"] <= at <= (entry["left_at"] or self.as_of):
                return at
        return None

    # Clocks.

    def promised(self) -> Iterator[tuple[Row, Case]]:
        for clock in self.clocks:
            if clock["protocol_step"] is None:
                about = self.about(clock["lead_id"], clock["segment"], clock["holder"])
                part = clock["obligation"]
                yield clock, Case(clock["lead_id"], clock["due_at"], part=part, about=about)

    def verdicts(self, side: str | None, count: Callable[[Row], bool]) -> Iterator[Case]:
        for clock, case in self.promised():
            decided = clock["outcome"] in ("met", "missed", "overdue")
            if decided and side in (None, clock["side"]):
                yield replace(case, counts=count(clock))

    def attainment(self, side: str | None = None) -> Iterator[Case]:
        return self.verdicts(side, lambda clock: clock["outcome"] == "met")

    def response(self) -> Iterator[Case]:
        return self.verdicts(None, lambda c: bool(c["stopped_at"]) and not c["by_protocol"])

    def answers(self) -> Iterator[Case]:
        for clock, case in self.promised():
            if self._timed(clock):
                yield replace(
                    case,
                    at=clock["started_at"],
                    counts=clock["working_seconds"],
                    of=self._answered(clock),
                )

    def _timed(self, clock: Row) -> bool:
        return not clock["already_in_contact"] and clock["outcome"] not in (
            "waived",
            "not observed",
        )

    def _answered(self, clock: Row) -> bool:
        kept = clock["outcome"] in ("met", "missed") and not clock["by_protocol"]
        return bool(clock["stopped_at"]) and kept

    # Speed to lead.

    def waiting(self) -> Iterator[tuple[Row, Case]]:
        for episode in self.episodes:
            begun = episode["qualified_at"] or episode["handed_off_at"]
            lead, number = episode["lead_id"], episode["episode"]
            if self.stands(episode) and begun:
                about = self.about(lead, self.segment(episode), self.holder(lead, number))
                yield episode, Case(lead, begun, about=about)

    def wait(self, case: Case, start: datetime, end: datetime, over: bool) -> Case:
        return replace(case, counts=self.worked(start, max(start, end)), of=over)

    def until(self, episode: Row) -> datetime:
        end: datetime = episode["ended_at"] or self.as_of
        return end

    def system(self) -> Iterator[Case]:
        for episode, case in self.waiting():
            handed = episode["handed_off_at"]
            if episode["qualified_at"]:
                end = handed or self.until(episode)
                yield self.wait(case, episode["qualified_at"], end, bool(handed))

    def first_held(self, lead: str | None) -> datetime | None:
        at = [e["assigned_at"] for e in self.episodes if e["lead_id"] == lead]
        return min((each for each in at if each), default=None)

    def assignment(self) -> Iterator[Case]:
        for episode, case in self.waiting():
            handed, held = episode["handed_off_at"], self.first_held(case.lead)
            by_merge = held is None and self.states[str(case.lead)]["holder"]
            if handed and not by_merge:
                has = held is not None and held <= self.until(episode)
                yield self.wait(case, handed, held if has else self.until(episode), has)

    def asked_of_sales(self, episode: Row) -> list[Row]:
        began = (episode["handed_off_at"], self.first_held(episode["lead_id"]))
        return [
            clock
            for clock, case in self.promised()
            if (case.lead, clock["episode"]) == (episode["lead_id"], episode["episode"])
            and clock["side"] == "sales"
            and clock["started_at"] in began
        ]

    def first_answer(self, episode: Row) -> tuple[datetime, bool] | None:
        """When sales answered, or until when it had not; None where it owed no answer."""
        clocks = self.asked_of_sales(episode)
        in_contact = any(clock["already_in_contact"] for clock in clocks)
        if in_contact or not any(self._timed(clock) for clock in clocks):
            return None
        answered = [clock["stopped_at"] for clock in clocks if self._answered(clock)]
        if answered:
            return min(answered), True
        return max(c["stopped_at"] or c["closed_at"] or self.as_of for c in clocks), False

    def person(self) -> Iterator[Case]:
        for episode, case in self.waiting():
            handed, held = episode["handed_off_at"], self.first_held(case.lead)
            answer = self.first_answer(episode) if handed else None
            if answer and held:
                start = max(handed, held)
                if answer[1] or start <= answer[0]:
                    yield self.wait(case, start, *answer)

    def speed(self) -> Iterator[Case]:
        for episode, case in self.waiting():
            answer = self.first_answer(episode) if episode["handed_off_at"] else None
            if answer:
                start = min(episode["qualified_at"] or self.as_of, episode["handed_off_at"])
                yield self.wait(case, start, *answer)
