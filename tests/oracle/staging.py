"""Which stages of the agreement are due for a lead (§6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .asking import as_kind
from .company import Company
from .knowing import Known


class Staging(Known):
    """What is known of a lead, and which stages that makes due."""

    def __init__(self, company: Company) -> None:
        super().__init__(company)
        self.number = 0
        self.locked = False
        self.absorbed_at: datetime | None = None

    def stage_due(self, number: int, now: datetime) -> bool:
        """Whether the lead is to enter a stage, by its number, or to pass it."""
        return self.recorded(number, now) or self._due_by_rule(number, now)

    def recorded(self, number: int, now: datetime, observed_only: bool = False) -> bool:
        """Whether a row of the episode names the stage."""
        name = self.agreement.stages[number].name.casefold()
        return any(
            row.kind == "stage.entered" and row.says("stage") == name
            for row in self.episode_rows(now)
            if not (observed_only and row.decided)
        )

    def _due_by_rule(self, number: int, now: datetime) -> bool:
        stage = self.agreement.stages[number]
        segment = self.segment(now)
        other = segment.stages.get(stage.name) if segment else None
        when = other.when if other else stage.when
        if when is None or self.locked or self._decided_later(stage.name, now):
            return False
        if self._kept_out(now) and number <= index_of(
            self.agreement.stages, self.agreement.handoff.stage
        ):
            return False
        return self.holds(when, now)

    def _kept_out(self, now: datetime) -> bool:
        if self.agreement.handoff.existing_customers == "qualify":
            return False
        return as_kind(self.attributes(now).get("origin"), "text") == "customer"

    def _decided_later(self, stage: str, now: datetime) -> bool:
        """Whether the lead's own log, which ends just before a merge, has the decision later."""
        return any(
            row.at > now
            and (self.absorbed_at is None or row.at < self.absorbed_at)
            and row.decided
            and row.kind == "stage.entered"
            and row.says("stage") == stage.casefold()
            and as_kind(row.properties.get("episode"), "number") == self.number
            for row in self.rows
        )


def index_of(stages: Any, name: str | None) -> int:
    """The place of a stage in the order; that of the first where none is named."""
    return next((n for n, stage in enumerate(stages) if stage.name == name), 0)
