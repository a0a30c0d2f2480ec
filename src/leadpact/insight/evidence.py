"""One evaluation as goals look at it, and the same as it was known at earlier moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.calendars import ORGANISATION, calendars_of
from leadpact.agreement.spec import Agreement
from leadpact.backends.evaluating import evaluate
from leadpact.calendars import Calendar
from leadpact.engine.compile.calendars import start_of
from leadpact.engine.compile.program import in_order
from leadpact.engine.log import History
from leadpact.engine.metrics.aggregate import Cases, Figure, figure
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.tables import microseconds
from leadpact.insight.question import NotJudgedError, Question
from leadpact.insight.rows import Rows, rows_of

#: Rows that change what was counted before they happened.
REVISING = (
    *("fact.voided", "lead.merged", "lead.unmerged", "lead.excluded", "lead.restored"),
    *("dispute.ruled", "clock.waived", "calendar.closed"),
)

#: Of a log with more rows only so many earlier evaluations are kept: each takes a kilobyte a lead.
MOST_ROWS_TO_KEEP, _KEPT = 1_000_000, 2

_FIRST_WEEK = timedelta(days=7)


@dataclass
class Evidence:
    """What an evaluation says about goals. Populations and earlier evaluations are made once."""

    measures: Measures
    _rows: dict[Question, Rows] = field(default_factory=dict)
    _earlier: dict[datetime, Evidence] = field(default_factory=dict)
    _as_known: dict[tuple[datetime, Question, Period], Figure | None] = field(default_factory=dict)

    @property
    def as_of(self) -> datetime:
        """The moment of evaluation."""
        return self.measures.result.as_of

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which periods begin and end."""
        return self.measures.zone

    @cached_property
    def calendar(self) -> Calendar:
        """The organisation's calendar, with the days that were declared closed."""
        result = self.measures.result
        calendar = calendars_of(result.agreement)[ORGANISATION]
        for day in result.closed_days:
            calendar = calendar.closed_on(day)
        return calendar

    @property
    def versions(self) -> Sequence[Agreement]:
        """Every version that was evaluated, in order of effect."""
        result = self.measures.result
        return in_order(list(result.versions or (result.agreement,)))

    def in_force(self, moment: datetime) -> Agreement:
        """The version in force at a moment; the earliest is in force before as well."""
        versions = self.versions
        begun = [v for v in versions[1:] if (start(v) or moment) <= moment]
        return begun[-1] if begun else versions[0]

    def working_days(self, period: Period) -> int:
        """How many working days a period has."""
        first, after = (each.astimezone(self.zone).date() for each in (period.starts, period.ends))
        days = (first + timedelta(days=n) for n in range((after - first).days))
        return sum(self.calendar.is_business_day(day) for day in days)

    def covers(self, period: Period) -> bool:
        """Whether the record holds a period; it may begin in its first week."""
        return self.measures.begins - period.starts <= _FIRST_WEEK

    def is_in_term(self, version: Agreement, period: Period) -> bool:
        """Whether a version was in force when a period ended; what was before is history."""
        began = start(version)
        return began is None or began < period.ends

    def rows(self, question: Question) -> Rows:
        """The cases that a goal asks about; raises NotJudgedError where they cannot be added."""
        if question not in self._rows:
            population = self.measures.population(question.metric.name, _columns_of(question))
            kept = _of_part(population, question)
            for column, values in question.kept:
                known = pa.array([value.strip().lower() for value in values], pa.string())
                spelt = pc.utf8_lower(pc.utf8_trim_whitespace(kept[column]))
                kept = kept.filter(pc.is_in(spelt, value_set=known))
            self._rows[question] = rows_of(kept, self.zone.key)
        return self._rows[question]

    def figure(self, question: Question, period: Period) -> Figure:
        """The figure of a period, as everywhere else."""
        rows = self.rows(question).between(period.starts, period.ends)
        label = Figure(
            question.metric.name, period.label, None, None, None, question.metric.unit, 0
        )
        if not len(rows) and question.metric.measure not in ("count", "sum"):
            return label
        cases = Cases(
            float(rows.numerator.sum()),
            float(rows.denominator.sum()),
            len(rows),
            rows.numerator,
            rows.denominator > 0,
        )
        return figure(question.metric, label, cases)

    def known_at(self, moment: datetime) -> Evidence | None:
        """The evaluation as it was at a moment; None when nothing was known then.

        It is this evaluation itself when nothing that came later changed what had happened.
        """
        if moment not in self._earlier:
            history = self.measures.history
            if not _known(history, moment):
                return None
            changed = _changed_after(history, moment, self.as_of)
            if changed and history.rows > MOST_ROWS_TO_KEEP:
                self._forget_but(_KEPT - 1)
            self._earlier[moment] = self._again(moment) if changed else self
        return self._earlier[moment]

    def figure_known_at(
        self, moment: datetime, question: Question, period: Period
    ) -> Figure | None:
        """The figure of a period as known at a moment; None when nothing was known then."""
        key = (moment, question, period)
        if key not in self._as_known:
            then = self.known_at(moment)
            self._as_known[key] = then.figure(question, period) if then else None
        return self._as_known[key]

    def _forget_but(self, most: int) -> None:
        """Keep only the last evaluations of earlier moments."""
        made = [moment for moment, found in self._earlier.items() if found is not self]
        for moment in made[: max(0, len(made) - most)]:
            del self._earlier[moment]

    def _again(self, moment: datetime) -> Evidence:
        history, known = self.measures.history, self.measures.result.known_at or moment
        found = evaluate(self.versions, history, as_of=moment, known_at=min(known, moment))
        return Evidence(Measures(found, history))


def evidence_as_of(measures: Measures, moment: datetime) -> Evidence:
    """What is known of goals at a moment, which may differ from that of the evaluation."""
    evidence = Evidence(measures)
    if moment == evidence.as_of:
        return evidence
    known_at = measures.result.known_at
    found = evaluate(evidence.versions, measures.history, as_of=moment, known_at=known_at)
    return Evidence(Measures(found, measures.history))


def start(version: Agreement) -> datetime | None:
    """When a version comes into force: the start of the first day of its term."""
    begins = start_of(version, version.calendar.timezone)
    return None if begins is None else datetime.fromtimestamp(begins / 1e6, tz=ZoneInfo("UTC"))


def _columns_of(question: Question) -> tuple[str, ...]:
    """What is looked at of its cases; all that is known of them takes ten times the room."""
    reached = ["reached_at"] if question.metric.reached else []
    kept = [column for column, _ in question.kept]
    return ("placed_at", "numerator", "denominator", "part", *reached, *kept)


def _of_part(population: pa.Table, question: Question) -> pa.Table:
    part, wanted = population["part"], question.part
    if wanted is not None:
        is_start = wanted.endswith(" → ")
        return population.filter(
            pc.starts_with(part, wanted) if is_start else pc.equal(part, wanted)
        )
    if question.metric.parts != "only":
        return population
    whole = population.filter(pc.is_null(part))
    if population.num_rows and not whole.num_rows:
        named = sorted({str(each) for each in part.unique().to_pylist()})
        raise NotJudgedError(f"it would add what differs: {', '.join(named)}")
    return whole


def _known(history: History, moment: datetime) -> bool:
    return _any(history, _recorded() <= _instant(moment))


def _changed_after(history: History, moment: datetime, as_of: datetime) -> bool:
    at, happened = _instant(moment), pc.field("happened_at")
    late = (_recorded() > at) & (happened <= at)
    revising = pc.field("kind").isin(REVISING) & (happened > at) & (happened <= _instant(as_of))
    return _any(history, late | revising)


def _any(history: History, where: pc.Expression) -> bool:
    """Whether a condition holds for any row of the log."""
    return next(history.scan(["happened_at"], where), None) is not None


def _recorded() -> pc.Expression:
    return pc.coalesce(pc.field("recorded_at"), pc.field("happened_at"))


def _instant(moment: datetime) -> pa.Scalar:
    return pa.scalar(microseconds(moment), pa.int64()).cast(pa.timestamp("us", tz="UTC"))
