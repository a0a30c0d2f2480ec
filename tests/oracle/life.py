"""One lead through its episodes, decided anew at every candidate instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadpact.agreement.vocabulary import PROGRESS_KINDS

from . import points
from .company import Company
from .facts import Row
from .knowing import span_of
from .promises import Promises
from .staging import Staging, index_of

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass
class Handoff:
    """When the lead was handed over in this episode, and whether a row said so."""

    at: datetime
    by_row: bool


class Lead(Staging):
    """A lead as the log and the agreement make it, up to the last instant visited."""

    def __init__(self, name: str, company: Company) -> None:
        super().__init__(company)
        self.name = name
        self.entries: list[dict[str, Any]] = []
        self.promises = Promises(self)
        self.cool_until = BEFORE_ALL
        self.stage: str | None = None
        self.excluded: str | None = None
        self.restored_by_person = False
        self.holder: str | None = None
        self.team: str | None = None
        self.handoff: Handoff | None = None
        self.frozen: dict[str, Any] | None = None
        self.frozen_fit: dict[str, Any] | None = None
        self.merged = False
        self.survivor: Lead | None = None
        self.arriving: list[Any] = []

    # What happens at an instant (§5).

    def live(self, now: datetime) -> None:
        """Everything that an instant brings: facts first, then decisions once."""
        rows = self.rows_at(now)
        version = self.company.version_at(now)
        if not self.began:
            if not rows:
                return
            self.version = version
            self._begin_episode(now)
        if version != self.version:
            self._amend(version)
        self.promises.declare_closures(now)
        reopened = self._reopen(rows, now)
        self._unlock(rows)
        self._exclude(rows, now)
        self.promises.adopt(self.arriving, now)
        self.arriving = []
        self._assign(rows, now)
        self.promises.take(rows, now)
        self._rule_on_stages(rows)
        if self.excluded is None and self.open:
            self._decide(rows, now, reopened)

    def _amend(self, version: int) -> None:
        before, self.version = self.agreement.stages, version
        if not self.open or self.stage is None:
            return
        names = [stage.name for stage in self.agreement.stages]
        reached = [s.name for s in before[: 1 + index_of(before, self.stage)]]
        self.stage = next((name for name in reversed(reached) if name in names), names[0])

    def _reopen(self, rows: list[Row], now: datetime) -> bool:
        reopens = self.agreement.disqualification.reopens_on
        if self.open or not any(
            row.kind == "lead.recycled" or self.row_holds(reopens, row) for row in rows
        ):
            return False
        self._begin_episode(now)
        return True

    def _unlock(self, rows: list[Row]) -> None:
        if self.open and self.locked:
            self.locked = not any(self._unlocks(row) for row in rows)

    def _unlocks(self, row: Row) -> bool:
        reentry = self.agreement.handoff.reentry
        if row.kind in PROGRESS_KINDS or self.row_holds(reentry.triggers, row):
            return True
        if row.at < self.cool_until:
            return False
        if reentry.activity is not None:
            return self.row_holds(reentry.activity, row)
        scoring = self.agreement.scoring
        return any(
            rule.points > 0 and points.is_activity_rule(rule) and self.row_holds(rule.when, row)
            for rule in (scoring.rules if scoring else [])
        )

    def _exclude(self, rows: list[Row], now: datetime) -> None:
        for row in rows:
            if row.kind == "lead.restored":
                self.excluded = None
                self.restored_by_person |= not row.decided
            elif row.kind == "lead.excluded" and not self._overruled(row):
                self.excluded = str(row.properties.get("reason") or "")
                self.promises.exclude(now)

    def _overruled(self, row: Row) -> bool:
        """Whether a rule found something, other than a wish, after a person restored the lead."""
        wished = row.properties.get("reason") == "opt-out"
        return row.decided and not wished and self.restored_by_person

    def _assign(self, rows: list[Row], now: datetime) -> None:
        named = [row for row in rows if row.kind == "lead.assigned" and row.says("to")]
        for row in named:
            self.holder = str(row.properties["to"]).strip()
            self.team = row.properties.get("team")
        if named:
            if self.open:
                self.episodes[-1].setdefault("assigned_at", now)
            self.promises.hand_over(now)

    def _rule_on_stages(self, rows: list[Row]) -> None:
        for row in rows:
            if row.kind == "dispute.ruled" and row.says("upheld") in ("true", "yes", "1"):
                about = [e for e in self.entries if e["stage"].casefold() == row.says("stage")]
                if about:
                    about[-1]["disputed"] = True

    def _decide(self, rows: list[Row], now: datetime, reopened: bool) -> None:
        if self.stage is None:
            self._enter(self.agreement.stages[0].name, now, implied=False, recorded=False)
        stated = next((row for row in rows if row.kind == "lead.disqualified"), None)
        if stated:
            self._end(now, "disqualified", stated.properties.get("reason"))
        elif not self._disqualify_by_rule(now):
            entered = []
            while again := self._enter_stages(now):
                entered += again
                if self._disqualify_by_rule(now):
                    return
            self._hand_off(rows, now)
            self.promises.begin_with_stages(now)
            self.promises.begin_protocol(now)
            self._end_if_due(rows, now, entered, reopened)
        if self.open:
            self.promises.begin_with_rows(rows, now)

    def _disqualify_by_rule(self, now: datetime) -> bool:
        for rule in self.agreement.disqualification.rules:
            if self.holds(rule.when, now):
                self._end(now, "disqualified", rule.reason)
                return True
        return False

    def _enter_stages(self, now: datetime) -> list[str]:
        stages = self.agreement.stages
        beyond = range(1 + index_of(stages, self.stage), len(stages))
        due = {number: self.stage_due(number, now) for number in beyond}
        if not any(due.values()):
            return []
        furthest = max(number for number in beyond if due[number])
        segment = self.segment(now)
        reached = [number for number in beyond if number <= furthest]
        for number in reached:
            self._enter(
                stages[number].name,
                now,
                implied=not due[number],
                recorded=self.recorded(number, now, observed_only=True),
                segment=segment.name if segment else None,
            )
        return [stages[number].name for number in reached]

    def _hand_off(self, rows: list[Row], now: datetime) -> None:
        handoff = self.agreement.handoff
        stated = any(row.kind == "lead.handed_off" for row in rows)
        by_stage = handoff.recorded_by == "stage" and any(
            entry["stage"] == handoff.stage and not entry["implied"]
            for entry in self.entries_at(now)
        )
        if self.handoff is None and (stated or by_stage):
            self.handoff = Handoff(now, by_row=stated)
            self.promises.begin_with_handoff(now)
        elif self.handoff and stated and not self.handoff.by_row:
            self.handoff = Handoff(now, by_row=True)
            self.promises.begin_anew(now)
        self.episodes[-1]["handed_off_at"] = self.handoff.at if self.handoff else None

    def entries_at(self, now: datetime) -> list[dict[str, Any]]:
        """The stages entered at an instant in the present episode."""
        return [e for e in self.entries if e["entered_at"] == now and e["episode"] == self.number]

    def _end_if_due(
        self, rows: list[Row], now: datetime, entered: list[str], reopened: bool
    ) -> None:
        agreement = self.agreement
        won = [s.name for s in agreement.stages if s.outcome == "won" and s.name in entered]
        lost = next(
            (r for r in rows if self.row_holds(agreement.disqualification.closed_lost, r)), None
        )
        rejected = next((row for row in rows if row.kind == "sales.rejected"), None)
        recycled = next((row for row in rows if row.kind == "lead.recycled"), None)
        if won:
            self._end(now, "won", None)
        elif lost:
            self._end(now, "lost", lost.properties.get("reason"))
        elif rejected:
            self._reject(rejected, now)
        elif recycled and not reopened:
            reason = recycled.properties.get("reason")
            self._recycle(now, reason, self._cool_down(recycled.says("reason")))
        else:
            self._recycle_by_rule(now)

    def _reject(self, row: Row, now: datetime) -> None:
        said = row.says("reason")
        known = next(
            (r for r in self.agreement.handoff.rejections if r.reason.casefold() == said), None
        )
        reason = row.properties.get("reason")
        if known and known.then == "disqualify":
            self._end(now, "disqualified", reason, rejected=True)
        else:
            self._recycle(now, reason, known.cool_down if known else None, rejected=True)

    def _cool_down(self, reason: str) -> Any:
        handoff = self.agreement.handoff
        named = [(one.reason, one.cool_down) for one in handoff.rejections]
        named += [(one.name, one.cool_down) for one in handoff.recycling]
        return next((span for name, span in named if name.casefold() == reason), None)

    def _recycle_by_rule(self, now: datetime) -> None:
        stages = self.agreement.stages
        for rule in self.agreement.handoff.recycling:
            after = index_of(stages, rule.after_stage)
            if index_of(stages, self.stage) >= after and self.holds(rule.when, now):
                self._recycle(now, rule.name, rule.cool_down)
                return

    def _recycle(
        self, now: datetime, reason: str | None, cool_down: Any, rejected: bool = False
    ) -> None:
        self._end(now, "recycled", reason, rejected)
        self._begin_episode(now, after=True)
        self.locked = True
        self.cool_until = now + (span_of(cool_down) if cool_down else timedelta())
        self._enter(self.agreement.stages[0].name, now, implied=False, recorded=False)
        if not self._disqualify_by_rule(now):
            self._hand_off([], now)
            self.promises.begin_with_stages(now)
            self.promises.begin_protocol(now)

    def absorb(self, other: Lead, now: datetime) -> None:
        """Take over another lead's rows, running clocks and, without an own one, holder (§10)."""
        if other.began:
            self.arriving += other.end_as_merged(now)
        if self.holder is None:
            self.holder, self.team = other.holder, other.team
            self.promises.hand_over(now)
        self.rows = sorted([*self.rows, *other.rows], key=lambda row: row.place)
        other.merged, other.survivor = True, self
        other.rows = [row for row in other.rows if row.at < now]
        self._unlock([row for row in other.rows if self._belongs(row)])

    def end_as_merged(self, now: datetime) -> list[Any]:
        """The lead's own log ends just before the merge; returns the clocks that ran."""
        passed = self.promises.give_up(now)
        if self.open:
            self.frozen = self.standing(now - timedelta(microseconds=1))
            self.frozen_fit = self._fit(now - timedelta(microseconds=1))
            self.episodes[-1].update(ended_at=now, ending="merged")
        return passed

    def state(self, as_of: datetime) -> dict[str, Any]:
        """The lead's line in the table of states."""
        segment = self.segment(as_of)
        ended = self.episodes[-1]["ending"]
        status = "merged" if self.merged else "excluded" if self.excluded is not None else ended
        reason = self.excluded if status == "excluded" else self.episodes[-1]["reason"]
        return {
            "lead_id": self.name,
            "status": status,
            "episode": self.number,
            "stage": self.stage,
            "stage_since": self.stage_since,
            **(self.frozen or self.standing(as_of)),
            "segment": segment.name if segment else None,
            "holder": self.holder,
            "reason": reason,
            "unlocked": not self.locked,
            "version": self.version,
            "persona": self._persona(as_of),
            **(self.frozen_fit or self._fit(as_of)),
            "merged_into": self.merged_into,
        }

    @property
    def merged_into(self) -> str | None:
        """The lead that has this one's rows in the end, if it was absorbed."""
        if self.survivor is None:
            return None
        return self.survivor.merged_into or self.survivor.name

    # Episodes and entries.

    def _begin_episode(self, now: datetime, after: bool = False) -> None:
        self.lower = now if self.episodes else None
        self.includes_lower = not after
        self.number += 1
        self.episodes.append(
            {
                "lead_id": self.name,
                "episode": self.number,
                "started_at": now,
                "ended_at": None,
                "ending": "open",
                "reason": None,
            }
        )
        self.stage = self.stage_since = self.handoff = None
        self.frozen = self.frozen_fit = None
        self.locked, self.cool_until = False, BEFORE_ALL

    def _end(self, now: datetime, ending: str, reason: str | None, rejected: bool = False) -> None:
        self.frozen, self.frozen_fit = self.standing(now), self._fit(now)
        self.episodes[-1].update(ended_at=now, ending=ending, reason=reason)
        self.promises.end_episode(now, rejected)

    def _enter(
        self,
        stage: str,
        now: datetime,
        implied: bool,
        recorded: bool,
        segment: str | None = None,
    ) -> None:
        if segment is None:
            found = self.segment(now)
            segment = found.name if found else None
        self.entries.append(
            {
                "lead_id": self.name,
                "episode": self.number,
                "stage": stage,
                "entered_at": now,
                "implied": implied,
                "recorded": recorded,
                "segment": segment,
                **self.standing(now),
                "version": self.version,
                "disputed": False,
            }
        )
        self.stage, self.stage_since = stage, now
        if stage == self.agreement.handoff.stage and not implied:
            self.episodes[-1]["qualified_at"] = now
