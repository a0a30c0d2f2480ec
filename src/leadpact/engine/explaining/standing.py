"""Where a lead stands: status, stage, score, whom it resembles, and what will change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadpact.agreement.prose import condition_in_words
from leadpact.engine.explaining import words
from leadpact.engine.explaining.passages import Passage, Passages
from leadpact.engine.explaining.points import Ledger, Points
from leadpact.engine.explaining.promises import Promise
from leadpact.engine.explaining.reasons import Part, Reasons, Situation
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b

NOTHING_NEXT = "nothing changes by itself"


@dataclass(frozen=True)
class Standing:
    """How a lead stands at the moment of evaluation; `line` is its line in `lead_states`."""

    line: dict[str, Any]
    ledger: Ledger
    who: dict[str, str]
    status: list[str]
    criteria: list[tuple[str, float, Part]]  # of the ideal customer it fits best
    missing: str
    next_at: int
    next_said: str


class Standings:
    """Tells where the lead stands."""

    def __init__(self, points: Points, reasons: Reasons, passages: Passages) -> None:
        self.points = points
        self.reasons = reasons
        self.passages = passages
        self.story: Story = points.story

    def now(
        self,
        line: dict[str, Any],
        told: list[Passage],
        promises: list[Promise],
        exclusions: list[dict[str, Any]],
    ) -> Standing:
        """The standing, given what was told of the lead's passages and promises."""
        last = told[-1] if told else None
        status = list(self._status(line, last, exclusions))
        if last is None:
            at = self.story.until
            nothing = Ledger(at, self.story.version_at(at), [], [], {}, 0)
            return Standing(line, nothing, self._who(), status, [], "", b.NEVER, NOTHING_NEXT)
        at = self._moment_of_score(last)
        next_at, next_said = self._next(last.number, promises)
        return Standing(
            line=line,
            ledger=self.points.ledger(last.number, at),
            who=self._who(),
            status=status,
            criteria=self._criteria(last.number, at),
            missing=self._missing(line, last),
            next_at=next_at,
            next_said=next_said,
        )

    def _moment_of_score(self, last: Passage) -> int:
        """A lead that left the funnel keeps the score of its end."""
        over = last.ended_at > b.NEVER
        return min(last.ended_at, self.story.until) if over else self.story.until

    def _who(self) -> dict[str, str]:
        found = {
            name: self.reasons.attributes.value(name, self.story.until)
            for name in ("name", "title", "company", "email")
        }
        return {name: words.cut(text) for name, text in found.items() if text}

    # ------------------------------------------------------------------------------------- status

    def _status(
        self, line: dict[str, Any], last: Passage | None, exclusions: list[dict[str, Any]]
    ) -> Any:
        standing = [each for each in exclusions if not each["restored"]]
        if line["status"] == "excluded" and standing:
            yield self._exclusion(standing[-1])
        if line["status"] == "merged":
            yield f"It was merged into {self.passages.survivor()}; its story goes on there."
        for survivor, at, rows in self.story.owned.joining:
            if survivor == self.story.lead:
                yield self._absorbed(at, len(rows))
        if last is not None and last.locked and not last.unlocked_by and not last.why:
            yield "It was recycled, and nothing has let it qualify again so far."
        if last is not None and self._kept_out():
            yield "It was a customer before; no rule makes it qualify up to the handoff."

    def _exclusion(self, exclusion: dict[str, Any]) -> str:
        reason = words.cut(exclusion["reason"] or "no reason given")
        detail = f" ({words.cut(exclusion['detail'], 100)})" if exclusion["detail"] else ""
        since = words.moment(exclusion["at"], self.story.zone)
        return (
            f"It is left out since {since}: {reason}{detail}. Nothing is decided for it, no clock "
            "runs, and it counts in no figure."
        )

    def _absorbed(self, at: int, rows: int) -> str:
        story = self.story
        merge = [m for m in story.owned.merges if m.survivor == story.lead and m.at == at]
        names = words.listed(story.evaluation.log.leads[m.absorbed] for m in merge)
        counted = f"{words.times(rows, 'earlier row')} of it" if len(merge) == 1 else "their rows"
        return f"{names} was merged into it on {self._moment(at)}: {counted} count here since then."

    def _kept_out(self) -> bool:
        state = self.story.evaluation.finished.states[self.story.lead]
        return bool(self.story.program.stages.customer[state.version, state.attributes])

    def _criteria(self, episode: int, at: int) -> list[tuple[str, float, Part]]:
        profile = int(self.story.evaluation.finished.states[self.story.lead].profile)
        if profile < 0:
            return []
        profiles = self.story.program.profiles
        version = int(np.searchsorted(profiles.begins, profile, side="right")) - 1
        ideal = self.story.versions[version].ideal_customers[profile - profiles.begins[version]]
        formulas = profiles.criteria[profiles.criteria_begins[profile] :]
        situation = Situation(self.points, episode, at)
        return [
            (each.name, each.weight, self.reasons.part(each.when, formula, version, situation))
            for each, formula in zip(ideal.criteria, formulas.tolist(), strict=False)
        ]

    def _missing(self, line: dict[str, Any], last: Passage | None) -> str:
        """What the next stage that has a condition still asks for."""
        state = self.story.evaluation.finished.states[self.story.lead]
        if line["status"] != "open" or last is None or state.stage < 0 or self._kept_out():
            return ""
        version = int(state.version)
        stages = self.story.versions[version].stages
        position = int(self.story.program.stages.position[version, state.stage]) + 1
        situation = Situation(self.points, last.number, self.story.until)
        for place in range(position, len(stages)):
            part = self.passages.stage_part(situation, version, int(state.segment), place)
            if part is not None:
                if part.holds:
                    return ""
                return f"{stages[place].name} still needs: {part.sentence()}"
        return ""

    # ---------------------------------------------------------------------------------- what next

    def _next(self, episode: int, promises: list[Promise]) -> tuple[int, str]:
        """When something changes by itself, and what."""
        state = self.story.evaluation.finished.states[self.story.lead]
        at = int(state.next_change)
        if at >= b.FOREVER or self.story.is_absorbed:
            return b.NEVER, NOTHING_NEXT
        causes = [f"“{p.name}” is due" for p in promises if p.due_at == at and self._runs(p)]
        if at in self.story.program.effective:
            causes.append("the next version of the agreement takes effect")
        situation = Situation(self.points, episode, self.story.until)
        causes += self._timers(situation, at)
        return at, words.listed(causes or self._ageing(situation, at) or ["points age"], most=4)

    def _runs(self, promise: Promise) -> bool:
        return promise.outcome == b.RUNNING

    def _timers(self, situation: Situation, at: int) -> list[str]:
        timers = self.story.book.timers
        return [
            f"“{name}” asks whether there was {condition_in_words(leaf.condition)}"
            for name, leaf in self._watched(situation)
            if leaf.condition.not_within
            and situation.quiet_since(leaf.subject) + timers[leaf.subject].length == at
        ]

    def _watched(self, situation: Situation) -> Iterator[tuple[str, Part]]:
        """Every question about events, with what asks it."""
        version = self.story.version_at(situation.at)
        for name, condition, formula in self.reasons.watchers(version):
            part = self.reasons.part(condition, formula, version, situation)
            yield from ((name, leaf) for leaf in part.leaves() if leaf.subject >= 0)

    def _ageing(self, situation: Situation, at: int) -> list[str]:
        """Rules and counts of which some row grows older then."""
        scorers = self.story.book.scorers
        older = {scorer for scorer in situation.live if self._ages(situation, scorer, at)}
        told = [f"“{scorers[scorer].name}” ages" for scorer in older if scorers[scorer].group >= 0]
        return told + [
            f"“{name}” no longer counts {condition_in_words(leaf.condition)}"
            for name, leaf in self._watched(situation)
            if not leaf.condition.not_within and leaf.subject in older
        ]

    def _ages(self, situation: Situation, number: int, at: int) -> bool:
        scorer = self.story.book.scorers[number]
        if scorer.ageing is None:
            return False
        steps = [scorer.ageing[0] * k for k in range(1, len(scorer.worth()))]
        earned = [change.at for change in situation.live[number] if not change.step]
        return any(then + step == at for then in earned for step in steps)

    def _moment(self, at: int) -> str:
        return words.moment(self.story.told(at), self.story.zone)
