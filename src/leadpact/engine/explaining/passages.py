"""The lead's passages through the funnel: every stage it entered, and how each episode ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadpact.agreement.vocabulary import Ending
from leadpact.engine.explaining import words
from leadpact.engine.explaining.points import Ledger, Points
from leadpact.engine.explaining.reasons import Part, Reasons, Situation
from leadpact.engine.explaining.story import Story
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.stages import unlocks
from leadpact.engine.tables import TIERS

FIRST, RULE, RECORDED, SYSTEM, IMPLIED = "first", "rule", "recorded", "system", "implied"


@dataclass(frozen=True)
class Entry:
    """An entry into a stage: how it came about and why, and what was pinned with it."""

    episode: int
    stage: str
    at: int
    how: str
    why: str
    part: Part | None
    ledger: Ledger
    segment: str | None
    tier: str | None
    high: bool
    version: int
    disputed: bool
    hands_over: bool


@dataclass(frozen=True)
class Passage:
    """An episode: its stages, how it ended and why, and from when on the next may qualify."""

    number: int
    started_at: int
    ended_at: int
    ending: Ending
    why: str
    part: Part | None
    cool_down_until: int
    locked: bool
    unlocked_by: str
    handed_at: int
    assigned_at: int
    entries: list[Entry]


class Passages:
    """Tells the stages and episodes of a lead."""

    def __init__(self, points: Points, reasons: Reasons) -> None:
        self.points = points
        self.reasons = reasons
        self.story: Story = points.story
        self.stages = self.story.book.questions.stages

    def all(self) -> list[Passage]:
        """Every passage, in order."""
        records = self.story.records("episodes")
        ordered = sorted(records, key=lambda record: int(record.episode))
        return [
            self._passage(record, before)
            for record, before in zip(ordered, [None, *ordered], strict=False)
        ]

    def _passage(self, record: Any, before: Any) -> Passage:
        locked = before is not None and before.ending == b.RECYCLED
        why, part, cool_down = self._ending(record)
        return Passage(
            number=int(record.episode),
            started_at=int(record.started_at),
            ended_at=int(record.ended_at),
            ending=Ending(int(record.ending)),
            why=why,
            part=part,
            cool_down_until=int(record.ended_at) + cool_down if cool_down else b.NEVER,
            locked=locked,
            unlocked_by=self._unlocked(record, before) if locked else "",
            handed_at=int(record.handed_at),
            assigned_at=int(record.assigned_at),
            entries=self._entries(int(record.episode)),
        )

    # ------------------------------------------------------------------------------------- stages

    def _entries(self, episode: int) -> list[Entry]:
        records = [r for r in self.story.records("entries") if r.episode == episode]
        return [self._entry(record) for record in records]

    def _entry(self, record: Any) -> Entry:
        story, v, at = self.story, int(record.version), int(record.entered_at)
        stage, segment = int(record.stage), int(record.segment)
        position = int(story.program.stages.position[v, stage])
        how, why, part = self._cause(record, position)
        hands_over = bool(not record.implied and position == story.program.stages.handoff[v])
        return Entry(
            episode=int(record.episode),
            stage=self.stages[stage],
            at=at,
            how=how,
            why=why,
            part=part,
            ledger=self.points.ledger(int(record.episode), at),
            segment=story.versions[v].segments[segment - 1].name if segment else None,
            tier=TIERS[record.tier] if record.tier >= 0 else None,
            high=bool(record.high),
            version=v,
            disputed=bool(record.disputed),
            hands_over=hands_over and bool(story.program.stages.handed_by_stage[v]),
        )

    def _cause(self, record: Any, position: int) -> tuple[str, str, Part | None]:
        if position == 0:
            return FIRST, "every lead begins here", None
        if record.implied:
            return IMPLIED, "passed over", None
        situation = Situation(
            self.points, int(record.episode), int(record.entered_at), before_entries=True
        )
        if record.recorded:
            return RECORDED, self._recorded(situation, int(record.stage)), None
        part = self.stage_part(situation, int(record.version), int(record.segment), position)
        if part is None or not part.holds:
            return (
                SYSTEM,
                f"the system decided it then: {self._recorded(situation, int(record.stage))}",
                None,
            )
        return RULE, self._by_rule(part, situation), part

    def stage_part(
        self, situation: Situation, version: int, segment: int, position: int
    ) -> Part | None:
        """The condition of a stage for a segment, judged; None where only facts enter it."""
        formula = int(self.story.program.stages.formula[version, segment, position])
        if formula < 0:
            return None
        agreement = self.story.versions[version]
        stage = agreement.stages[position]
        own = agreement.segments[segment - 1].stages.get(stage.name) if segment else None
        condition = own.when if own else stage.when
        return self.reasons.part(condition, formula, version, situation)

    def _by_rule(self, part: Part, situation: Situation) -> str:
        brought = self._brought(situation)
        return f"{part.sentence()}{f'; {brought}' if brought else ''}"

    def _brought(self, situation: Situation) -> str:
        """What changed the score at that very instant."""
        telling = self.points.telling(situation.episode, situation.at)
        told = [
            f"{words.signed(change.amount)} {self._of_change(change)}"
            for change in telling.changes
            if change.at == situation.at and not self.points.is_count(change)
        ]
        return f"at that moment came {words.listed(told, most=4)}" if told else ""

    def _of_change(self, change: Any) -> str:
        rule = f"“{self.points.rule_of(change)}”"
        if not change.step:
            return rule
        since = words.moment(self.story.told(self.story.at(change.place)), self.story.zone)
        return f"as {rule} of {since} aged"

    def _recorded(self, situation: Situation, stage: int) -> str:
        declared, patterns = self.story.program.stages.declared, self.story.evaluation.rows.pattern
        places = [p for p in situation.rows if declared[patterns[p]] == stage]
        if not places:
            return "a record says so"
        row = self.reasons.rows[places[-1]]
        by = words.cut(row.actor or row.source, 40)
        earlier = row.at < situation.at
        return f"recorded by {by}" + (f" on {self._moment(row.at)}" if earlier else "")

    # ------------------------------------------------------------------------------------ endings

    def _ending(self, record: Any) -> tuple[str, Part | None, int]:
        """Why an episode ended, the condition that held, and the cool-down in microseconds."""
        ending, at = int(record.ending), int(record.ended_at)
        if ending == b.OPEN:
            return "", None, 0
        if ending == b.MERGED:
            return f"it was merged into {self.survivor()}", None, 0
        if ending == b.WON:
            return f"it reached {self._won_by(record)}", None, 0
        if record.cause >= 0:
            return self._ended_by_rule(record)
        actions = {
            b.LOST: (b.LOSES,),
            b.DISQUALIFIED: (b.DISQUALIFIES, b.REJECTS_FOR_GOOD),
            b.RECYCLED: (b.REJECTS, b.RECYCLES),
        }[ending]
        for action in actions:
            for place, target in self.story.doing(at, action):
                cool_down = target if ending == b.RECYCLED else 0
                return self.reasons.rows[place].line(), None, cool_down
        return "a record says so", None, 0

    def _won_by(self, record: Any) -> str:
        stages = self.story.program.stages
        entries = self.story.records("entries")
        won: list[str] = [
            self.stages[entry.stage]
            for entry in entries[entries.episode == record.episode]
            if stages.wins[entry.version, stages.position[entry.version, entry.stage]]
        ]
        return won[0]

    def _ended_by_rule(self, record: Any) -> tuple[str, Part, int]:
        at, cause = int(record.ended_at), int(record.cause)
        v = self.story.version_at(at)
        agreement, facts = self.story.versions[v], self.story.program.facts
        by_disqualifier = record.ending == b.DISQUALIFIED
        situation = Situation(self.points, int(record.episode), at, before_entries=by_disqualifier)
        if by_disqualifier:
            rule = agreement.disqualification.rules[cause]
            formula = int(facts.disqualifiers[facts.disqualifier_begins[v] + cause])
            part = self.reasons.part(rule.when, formula, v, situation)
            return f"{rule.reason}: {part.sentence()}", part, 0
        recycling = agreement.handoff.recycling[cause]
        number = int(facts.recycling_begins[v]) + cause
        part = self.reasons.part(recycling.when, int(facts.recycling[number]), v, situation)
        cool_down = int(facts.recycling_cool_down[number])
        return f"{recycling.name}: {part.sentence()}", part, cool_down

    def survivor(self) -> str:
        """The lead into which this one was merged."""
        story = self.story
        into = next(m.survivor for m in story.owned.merges if m.absorbed == story.lead)
        return story.evaluation.log.leads.name(into)

    def _unlocked(self, record: Any, before: Any) -> str:
        """What let a recycled lead qualify again; empty while it may not."""
        first, last = int(record.started_at), int(record.ended_at)
        until = self.story.until if last <= b.NEVER else last
        cool_down_until = first + self._ending(before)[2]
        merged = {at for at, _ in self.story.joined}
        for at in sorted({self.story.at(int(place)) for place in self.story.own} | merged):
            if not first < at <= until:
                continue
            does = [p for p, act in self.story.acting(at) if unlocks(cool_down_until, act, at)]
            if does or (at in merged and self.story.photograph(at).state.unlocked):
                did = self.reasons.rows[does[0]].line() if does else "a merge"
                return f"from {self._moment(at)} on: {did}"
        return ""

    def _moment(self, at: int) -> str:
        return words.moment(self.story.told(at), self.story.zone)
