"""What is known of a lead at an instant, as conditions ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from leadpact.agreement.conditions import EventCondition, FieldCondition, ScoreCondition
from leadpact.agreement.spec import Agreement

from . import points
from .asking import Answer, as_kind, ask, row_matches, test_value
from .company import Company
from .facts import Row


class Known:
    """The rows of a lead and what they answer, under the version in force."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.version = 0
        self.rows: list[Row] = []
        self.episodes: list[dict[str, Any]] = []
        self.lower: datetime | None = None
        self.includes_lower = True
        self.stage_since: datetime | None = None

    @property
    def agreement(self) -> Agreement:
        """The version in force."""
        return self.company.versions[self.version]

    @property
    def open(self) -> bool:
        """Whether an episode runs."""
        return bool(self.episodes) and self.episodes[-1]["ending"] == "open"

    @property
    def began(self) -> bool:
        """Whether anything happened yet."""
        return bool(self.episodes)

    def rows_at(self, now: datetime) -> list[Row]:
        """The rows of one instant, in order."""
        return [row for row in self.rows if row.at == now]

    def episode_rows(self, now: datetime) -> list[Row]:
        """The rows of the episode up to an instant."""
        return [row for row in self.rows if row.at <= now and self._belongs(row)]

    def _belongs(self, row: Row) -> bool:
        if self.lower is None:
            return True
        return row.at >= self.lower if self.includes_lower else row.at > self.lower

    def attributes(self, now: datetime) -> dict[str, Any]:
        """What has been stated by then; an empty text states nothing."""
        known: dict[str, Any] = {}
        for row in self.rows:
            if row.at <= now and row.kind in ("lead.created", "lead.updated"):
                for name, value in row.properties.items():
                    if as_kind(value, "text") is not None:
                        known[name] = value
        return known

    def row_answer(self, condition: Any, row: Row) -> Answer:
        """A condition asked of one row and the attributes known at its instant."""

        def leaf(part: Any) -> Answer:
            match part:
                case EventCondition():
                    return row_matches(part, row, self.company.property_types(self.version))
                case FieldCondition():
                    return self._field(part, row.at)
            return None

        return ask(condition, leaf)

    def row_holds(self, condition: Any, row: Row) -> bool:
        """Whether a condition is true of a row; an absent condition never is."""
        return condition is not None and self.row_answer(condition, row) is True

    def holds(self, condition: Any, now: datetime) -> bool:
        """Whether a condition is true of the lead as it stands."""

        def leaf(part: Any) -> Answer:
            match part:
                case EventCondition():
                    return self._happened(part, now)
                case FieldCondition():
                    return self._field(part, now)
                case ScoreCondition():
                    return self._scored(part, now)
            raise AssertionError(part)

        return ask(condition, leaf) is True

    def _field(self, part: FieldCondition, now: datetime) -> Answer:
        types = self.agreement.field_types()
        return test_value(part, self.attributes(now).get(part.field), types.get(part.field))

    def _scored(self, part: ScoreCondition, now: datetime) -> Answer:
        have = points.scores(self, now).get(part.score, 0)
        asked = {
            name: getattr(part, name) for name in ("at_least", "more_than", "at_most", "less_than")
        }
        bounds = {name: points.thousandths(b) for name, b in asked.items() if b is not None}
        return all(
            {
                "at_least": have >= b,
                "more_than": have > b,
                "at_most": have <= b,
                "less_than": have < b,
            }[name]
            for name, b in bounds.items()
        )

    def _happened(self, part: EventCondition, now: datetime) -> bool:
        types = self.company.property_types(self.version)
        found = [row.at for row in self.episode_rows(now) if row_matches(part, row, types) is True]
        if part.not_within:
            since = self.stage_since or self.episodes[-1]["started_at"]
            return now >= max([*found, since]) + span_of(part.not_within)
        if part.within:
            found = [at for at in found if now - at < span_of(part.within)]
        return len(found) >= part.count

    def segment(self, now: datetime) -> Any:
        """The first segment that holds."""
        return next((s for s in self.agreement.segments if self.holds(s.when, now)), None)

    def standing(self, now: datetime) -> dict[str, Any]:
        """Scores and grades at an instant."""
        scoring, sums = self.agreement.scoring, points.scores(self, now)
        is_scored = bool(scoring and scoring.rules)
        names = {"score": "total", "fit": "fit", "engagement": "engagement"}
        return {
            **{name: sums[group] / 1000 if is_scored else None for name, group in names.items()},
            **points.grade(self.agreement, sums["fit"], sums["engagement"]),
        }

    def _persona(self, now: datetime) -> str | None:
        """The first persona whose condition holds for the attributes."""
        matching = (p for p in self.agreement.personas if p.when and self.holds(p.when, now))
        return next((persona.name for persona in matching), None)

    def _fit(self, now: datetime) -> dict[str, Any]:
        """The ideal customer of whose criteria, by weight, the lead shows most."""
        best: tuple[str | None, int] = (None, 0)
        for ideal in self.agreement.ideal_customers:
            asked = sum(points.thousandths(c.weight) for c in ideal.criteria)
            held = [c for c in ideal.criteria if self.holds(c.when, now)]
            millionths = sum(points.thousandths(c.weight) for c in held) * 1_000_000 // asked
            if millionths > best[1]:
                best = (ideal.name, millionths)
        return {"profile": best[0], "profile_fit": best[1] / 1e6 or None}


def span_of(span: Any) -> timedelta:
    """How long a duration without working time is."""
    return timedelta(microseconds=span.microseconds)
