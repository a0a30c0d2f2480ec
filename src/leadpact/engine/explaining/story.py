"""One lead's way through the fold: its rows, what they do, and how it stood at any instant."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.delivered import instant
from leadpact.engine.evaluate import Evaluation
from leadpact.engine.explaining.rows import Row
from leadpact.engine.kernels import bundles as b
from leadpact.engine.kernels.formulas import truth
from leadpact.engine.layout import lay_out
from leadpact.engine.running import run

#: A clock of a lead: episode and number of the obligation.
ClockKey = tuple[int, int]


@dataclass(frozen=True)
class Photograph:
    """A lead as the fold leaves it at an instant: its state, and its clocks but the forgotten."""

    state: Any
    clocks: dict[ClockKey, Any]


class Story:
    """An evaluation, with its trace, read for one of its leads.

    Instants are microseconds; a `place` is that of a row in the log. Whatever is asked of an
    earlier instant is answered by the fold itself, run again up to then.
    """

    def __init__(self, evaluation: Evaluation, lead: int) -> None:
        self.evaluation = evaluation
        self.lead = lead
        self.program = evaluation.compiled.program
        self.book = evaluation.compiled.book
        self.versions = evaluation.versions
        self.owned = evaluation.owned
        # A cache of the class would keep every story, and the log behind it, for ever.
        self.statements = cache(self._statements)
        self._truth = cache(self._truth_of)
        self.photograph = cache(self._photograph)
        self.until = int(self.owned.until[lead])
        self._rows = lay_out(evaluation.rows, evaluation.statements, self.owned)
        self._useful = self.program.useful[evaluation.rows.pattern]
        self._answers = np.zeros(len(self.program.formulas.question), np.int8)
        self.stack = np.zeros(
            int(np.diff(self.program.formulas.begins).max(initial=8)) + 8, np.int8
        )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which the story is told: that of the agreement in force at its end."""
        last = self.versions[self.version_at(self.evaluation.log.last)]
        return ZoneInfo(last.calendar.timezone)

    @property
    def name(self) -> str:
        """The lead's key."""
        return self.evaluation.log.leads.name(self.lead)

    def records(self, table: str) -> Any:
        """The fold's records of this lead in one of its tables."""
        found = getattr(self.evaluation.finished, table)
        return found[found.lead == self.lead]

    def version_at(self, at: int) -> int:
        """The version in force."""
        return int(np.searchsorted(self.program.effective, at, side="right")) - 1

    # -------------------------------------------------------------------------------------- rows

    @cached_property
    def own(self) -> NDArray[np.int64]:
        """Places of the rows that are the lead's, in order."""
        return self.owned.places(self.lead)

    @cached_property
    def joined(self) -> list[tuple[int, NDArray[np.int64]]]:
        """(instant, places) of the rows that became its own with a merge, by merge."""
        return [(at, rows) for lead, at, rows in self.owned.joining if lead == self.lead]

    def at(self, place: int) -> int:
        """When a row happened."""
        return int(self.evaluation.rows.at[place])

    def sequence(self, merges: int) -> NDArray[np.int64]:
        """Places of the rows that the fold has of the lead, after so many merges of all leads."""
        before = int(self._rows.merge_begins[self.lead])
        joined = [rows for _, rows in self.joined[: merges - before]]
        places = np.concatenate([self.own, *joined])
        return places[np.argsort(self.evaluation.rows.at[places], kind="stable")]

    def rows_at(self, at: int) -> list[int]:
        """Places of the lead's rows of an instant."""
        moments = self.evaluation.rows.at[self.own]
        return [int(p) for p in self.own[moments == at]]

    def is_useful(self, place: int) -> bool:
        """Whether any rule of any version asks for such a row."""
        return bool(self._useful[place])

    # -------------------------------------------------------------------------------- attributes

    def statements_at(self, at: int) -> int:
        """The list of statements that holds: the lead's own, or that after its latest merge."""
        merged = [
            number
            for number, (lead, then, _) in enumerate(self.owned.joining)
            if lead == self.lead and then <= at
        ]
        return len(self.evaluation.log.leads) + merged[-1] if merged else self.lead

    def _statements(self, number: int) -> list[tuple[int, int]]:
        """(instant, attribute pattern) of every statement of a list."""
        stated = self.evaluation.statements
        of_list = stated.lead == number
        pairs = zip(stated.at[of_list], stated.pattern[of_list], strict=True)
        return [(int(at), int(pattern)) for at, pattern in pairs]

    def attributes_at(self, at: int) -> int:
        """The pattern of what had been stated of the lead."""
        stated = self.statements(self.statements_at(at))
        return stated[max(0, bisect_right([then for then, _ in stated], at) - 1)][1]

    # ----------------------------------------------------------------------------- what rows do

    def holds(self, formula: int, place: int) -> bool:
        """Whether a condition that is asked of rows holds for one."""
        pattern = int(self.evaluation.rows.pattern[place])
        return self._truth(formula, pattern, self.attributes_at(self.at(place)))

    def _truth_of(self, formula: int, pattern: int, attributes: int) -> bool:
        """Whether a condition holds for such rows of a lead that has stated this."""
        formulas = self.program.formulas
        return truth(formulas, formula, pattern, attributes, self._answers, self.stack) > 0

    def facts_of(self, place: int, version: int) -> list[tuple[int, int]]:
        """(action, target) of all that a row does to its lead."""
        facts = self.program.facts
        return self._effects(
            facts.begins, facts.action, facts.target, facts.formula, place, version
        )

    def moves_of(self, place: int, version: int) -> list[tuple[int, int]]:
        """(action, obligation) of all that a row does to clocks, if they run."""
        duties = self.program.duties
        return self._effects(
            duties.begins, duties.action, duties.target, duties.formula, place, version
        )

    def _effects(
        self, begins: Any, actions: Any, targets: Any, formulas: Any, place: int, version: int
    ) -> list[tuple[int, int]]:
        vp = version * self.program.patterns + int(self.evaluation.rows.pattern[place])
        return [
            (int(actions[i]), int(targets[i]))
            for i in range(begins[vp], begins[vp + 1])
            if formulas[i] < 0 or self.holds(int(formulas[i]), place)
        ]

    def acting(self, at: int) -> list[tuple[int, int]]:
        """(place, action) of all that the rows of an instant do to the lead."""
        version = self.version_at(at)
        return [
            (place, action)
            for place in self.rows_at(at)
            for action, _ in self.facts_of(place, version)
        ]

    def doing(self, at: int, *actions: int) -> list[tuple[int, int]]:
        """(place, target) of the rows of an instant that do one of these things to the lead."""
        version = self.version_at(at)
        return [
            (place, target)
            for place in self.rows_at(at)
            for action, target in self.facts_of(place, version)
            if action in actions
        ]

    def moving(self, at: int, version: int, obligation: int, *actions: int) -> list[int]:
        """Places of the rows of an instant that do one of these things to a clock."""
        return [
            place
            for place in self.rows_at(at)
            if any(
                action in actions and target == obligation
                for action, target in self.moves_of(place, version)
            )
        ]

    # ------------------------------------------------------------------------------- photographs

    @cached_property
    def instants_that_move(self) -> list[int]:
        """Instants of rows that can move a clock or name a holder, of merges and of closures."""
        found = {at for at, _ in self.joined}
        found |= {int(at) for at in self.program.closed_at[: self._closures]}
        duties, rows = self.program.duties, self.evaluation.rows
        moves = np.diff(duties.begins).reshape(len(self.versions), self.program.patterns)
        moving = np.any(moves, axis=0) | self._assigning
        found |= {self.at(int(p)) for p in self.own if moving[rows.pattern[p]]}
        return sorted(at for at in found if at <= self.until)

    @property
    def _assigning(self) -> NDArray[np.bool_]:
        kinds = self.evaluation.rows.patterns.of
        return np.array([kind == "lead.assigned" for kind, _ in kinds], np.bool_)

    @property
    def _closures(self) -> int:
        return int(np.searchsorted(self.program.closed_at, self.until, side="right"))

    def _photograph(self, at: int) -> Photograph:
        """How the lead stood after everything of an instant had been taken and decided."""
        rows = self._rows._replace(
            until=np.minimum(self._rows.until, at),
            absorbed_at=np.where(self._rows.absorbed_at <= at, self._rows.absorbed_at, b.FOREVER),
        )
        merges = [merge for merge in self.owned.merges if merge.at <= at]
        finished = run(self.evaluation.compiled, rows, merges)
        clocks = finished.clocks
        mine = clocks[(clocks.lead == self.lead) & (clocks.outcome != b.FORGOTTEN)]
        keyed = {(int(c.episode), int(c.obligation)): c for c in mine}
        return Photograph(finished.states[self.lead], keyed)

    @property
    def is_absorbed(self) -> bool:
        """Whether the lead was merged into another."""
        return any(merge.absorbed == self.lead for merge in self.owned.merges)

    @cached_property
    def _members(self) -> set[str]:
        """The lead and those that were merged into it, by their keys."""
        found = {self.lead}
        for merge in reversed(self.owned.merges):
            if merge.survivor in found:
                found.add(merge.absorbed)
        return {self.evaluation.log.leads[member] for member in found}

    def has(self, row: Row) -> bool:
        """Whether a row that was taken out of the log would have been the lead's."""
        return row.lead in self._members and (row.at <= self.until or not self.is_absorbed)

    def told(self, at: int) -> Any:
        """An instant as an aware datetime; None for never."""
        return None if at <= b.NEVER or at >= b.FOREVER else instant(at)
