"""Leads and stages, counted one case at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

from leadpact.agreement.conditions import AllOf, AnyOf, NoneOf, ScoreCondition, leaves

from .company import Case, Company, Row


class Funnel(Company):
    """Figures of leads and stages."""

    # Leads.

    def contacts(self) -> Iterator[Case]:
        for lead, row in self.leads.items():
            state = self.states[lead]
            if state["status"] != "merged":
                yield Case(lead, row["created_at"], about=self.about(lead, state["segment"]))

    def left_out(self, reason: str | None) -> Iterator[Case]:
        for case in self.contacts():
            state = self.states[str(case.lead)]
            out = state["status"] == "excluded"
            given = (state["reason"] or "").strip().casefold()
            yield replace(case, counts=out and reason in (None, given))

    def only_counted(self) -> Iterator[Case]:
        return (case for case in self.contacts() if self.counts(case.lead))

    def over_threshold(self) -> Iterator[Case]:
        for case in self.only_counted():
            lead = str(case.lead)
            state = self.states[lead]
            if self._asked(state["segment"]) is None:
                continue
            looks = [state, *(e for e in self.entries if e["lead_id"] == lead)]
            over = [holds(part, look) for look in looks if (part := self._asked(look["segment"]))]
            yield replace(case, counts=any(over))

    def _asked(self, segment: str | None) -> Any:
        stage = next(s for s in self.agreement.stages if self.role(s.name) == "mql")
        own = [s.stages.get(stage.name) for s in self.agreement.segments if s.name == segment]
        return of_scores(own[0].when if own and own[0] else stage.when)

    # Stages.

    def entered(self, entry: Row, **changes: Any) -> Case:
        lead, number = entry["lead_id"], entry["episode"]
        return replace(
            Case(
                lead,
                entry["entered_at"],
                about=self.about(lead, entry["segment"], self.holder(lead, number)),
                held=self.stages.index(entry["stage"]) >= self.handoff,
            ),
            **changes,
        )

    def entries_of(self, role: str, repeat: bool = False) -> Iterator[Case]:
        first = [id(entry) for entry in self.first_entries(role).values()]
        for entry in self.in_own_right(role):
            if (id(entry) in first) != repeat:
                yield self.entered(entry)

    def stage_entries(self) -> Iterator[Case]:
        for entry in self.passed():
            if not entry["implied"]:
                yield self.entered(entry, part=entry["stage"])

    def reached(self, entry: Row, stage: str) -> bool:
        key = (entry["lead_id"], entry["episode"], stage)
        return any((e["lead_id"], e["episode"], e["stage"]) == key for e in self.passed())

    def pairs(self, every: bool) -> list[tuple[str | None, str, str]]:
        if every:
            return [(f"{a} → {b}", a, b) for a, b in combinations(self.stages, 2)]
        found: list[tuple[str | None, str, str]] = [
            (f"{a} → {b}", a, b) for a, b in pairwise(self.stages)
        ]
        last = self.of_role("customer") or self.stages[-1]
        if last != self.stages[0]:
            found.append((None, self.stages[0], last))
        return found

    def conversion(self, every: bool = False) -> Iterator[Case]:
        for part, earlier, later in self.pairs(every):
            for entry in self.passed():
                if entry["stage"] == earlier:
                    yield self.entered(entry, counts=self.reached(entry, later), part=part)

    def flow(self, every: bool = False) -> Iterator[Case]:
        for part, earlier, later in self.pairs(every):
            held = self.stages.index(earlier) >= self.handoff
            for entry in self.passed():
                there, arrived = entry["stage"] == earlier, entry["stage"] == later
                if there or arrived:
                    yield self.entered(entry, counts=arrived, of=there, part=part, held=held)

    def mql_to_sql(self) -> Iterator[Case]:
        mql, sql = self.of_role("mql"), self.of_role("sql")
        if mql and sql and self.stages.index(mql) < self.stages.index(sql):
            for entry in self.in_own_right("mql"):
                yield self.entered(entry, counts=self.reached(entry, sql))

    def mql_to_close(self) -> Iterator[Case]:
        mql, customer = self.of_role("mql"), self.of_role("customer")
        if mql and customer and self.stages.index(mql) < self.stages.index(customer):
            for entry in self.in_own_right("mql"):
                yield self.entered(entry, counts=self.reached(entry, customer))

    def high_quality(self) -> Iterator[Case]:
        for entry in self.in_own_right("mql"):
            if entry["quality"] is not None:
                yield self.entered(entry, counts=entry["quality"] == "high")


SCORES = {"total": "score", "fit": "fit", "engagement": "engagement"}


def of_scores(condition: Any) -> Any:
    """What a condition asks of scores; None for nothing."""
    if isinstance(condition, ScoreCondition):
        return condition
    if isinstance(condition, AllOf | NoneOf):
        parts = condition.all if isinstance(condition, AllOf) else condition.none
        kept = [part for part in map(of_scores, parts) if part is not None]
        return (type(condition), kept) if kept else None
    if isinstance(condition, AnyOf):
        pure = [c for c in condition.any if {type(x) for x in leaves(c)} == {ScoreCondition}]
        kept = [of_scores(part) for part in pure or condition.any]
        kept = [part for part in kept if part is not None]
        return (AnyOf, kept) if kept else None
    return None


def scores_of(part: Any) -> set[str]:
    """The scores that a part asks for."""
    if isinstance(part, ScoreCondition):
        return {part.score}
    return {score for inner in part[1] for score in scores_of(inner)} if part else set()


def holds(part: Any, row: Row) -> bool:
    """Whether scores as they stood fulfil what is asked of them."""
    if not isinstance(part, ScoreCondition):
        kind, parts = part
        answers = [holds(inner, row) for inner in parts]
        if kind is AllOf:
            return all(answers)
        return any(answers) if kind is AnyOf else not any(answers)
    have = row[SCORES[part.score]] or 0
    return (
        (part.at_least is None or have >= part.at_least)
        and (part.more_than is None or have > part.more_than)
        and (part.at_most is None or have <= part.at_most)
        and (part.less_than is None or have < part.less_than)
    )
