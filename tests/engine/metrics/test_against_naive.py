"""Every metric against a naive count over the oracle's tables, whatever the company is like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from leadpact.engine.metrics.measures import Measures, Split
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.registry import REGISTRY
from tests.engine.metrics import naive as slow
from tests.engine.metrics.inventions import Inventor
from tests.engine.metrics.naive import Case, Naive
from tests.engine.metrics.worlds import worlds

some_worlds = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)

fewer_worlds = settings(some_worlds, max_examples=max(1, settings().max_examples // 3))

#: Shown for each part; those that have a total besides; those whose parts share one denominator.
BY_PART = {
    *("stage_entries", "conversion", "conversion_between", "conversion_flow"),
    *("conversion_flow_between", "revenue", "revenue_from_mqls", "average_sale"),
    *("response_p50", "response_p90", "nurture_days", "nurture_exits"),
}
WITH_TOTAL = {
    "nurture_entries",
    "nurture_qualified",
    "attainment",
    "response_rate",
    "rejection_rate",
    "recycle_rate",
}
OF_ALL = {"rejection_rate", "recycle_rate"}
#: Never split by who holds a lead; never split at all.
NOBODYS = {
    *("contacts_added", "leads", "over_threshold", "exclusion_rate", "duplicate_rate", "bot_rate"),
    *("competitor_rate", "opt_out_rate", "speed_to_lead", "speed_to_lead_system"),
    *("speed_to_lead_assignment", "nurture_entries", "nurture_qualified"),
    *("nurture_days", "nurture_exits"),
}
WHOLE = {"evenness"}
SPLITS: tuple[Split, ...] = get_args(Split)
UNITS = ("all", "week", "month", "quarter", "half-year", "year")

Figures = dict[tuple[str, str, str | None], tuple[float | None, int]]


def test_every_metric_is_counted_here() -> None:
    assert set(slow.METRICS) == set(REGISTRY)


kept = st.one_of(
    st.just({}),
    st.dictionaries(
        st.sampled_from([*SPLITS, "holder"]),
        st.lists(st.sampled_from(["one", "two", "Segment 0", "eva", "Ben", "EMEA"]), min_size=1),
        max_size=2,
    ),
)


@fewer_worlds
@given(worlds(), st.sampled_from(UNITS), st.sampled_from([None, *SPLITS]), kept)
def test_every_figure_equals_a_naive_count_over_the_oracles_tables(
    world: tuple[Naive, Measures], unit: Any, by: Any, where: dict[str, list[str]]
) -> None:
    hold(*world, unit, by, where)


@some_worlds
@given(st.integers(0, 10**6), st.sampled_from(UNITS), st.sampled_from([None, *SPLITS]), kept)
def test_every_figure_equals_a_naive_count_over_invented_tables(
    seed: int, unit: Any, by: Any, where: dict[str, list[str]]
) -> None:
    hold(*Inventor(seed).world(), unit, by, where)


def hold(
    counted: Naive, measures: Measures, unit: Any, by: Any, where: dict[str, list[str]]
) -> None:
    """Hold every figure, and the cases behind it, against what is counted one by one."""
    assert [m.name for m in measures.metrics] == [m for m in REGISTRY if slow.applies(counted, m)]
    measures.figures(unit, by, wide=True)
    for metric in measures.metrics:
        note(f"{metric.name} {unit} {by} {where}")
        cases = list(slow.METRICS[metric.name](counted))
        assert population(measures, metric) == listed(cases, metric)
        some = [c for c in cases if all(_is_kept(c, name, where[name]) for name in where)]
        compare(measures, counted, metric.name, some, unit, by, where)


def population(measures: Measures, metric: Metric) -> list[tuple[Any, ...]]:
    """The cases behind a figure in an order of their own; of what is added no denominator."""
    columns = ("lead_id", "placed_at", "part", "holder", "numerator", "denominator")
    rows = measures.population(metric.name).select(columns).to_pylist()
    last = -1 if metric.measure in ("sum", "count") else None
    return sorted((tuple(map(_plain, row.values()))[:last] for row in rows), key=str)


def listed(cases: list[Case], metric: Metric) -> list[tuple[Any, ...]]:
    """The same of cases counted one by one."""
    parts, nobodys = metric.parts != "none", metric.name in NOBODYS | WHOLE
    rows = [
        (
            *(case.lead, case.at, case.part if parts else None),
            *(None if nobodys else case.about.get("person"), case.counts, case.of),
        )
        for case in cases
    ]
    last = -1 if metric.measure in ("sum", "count") else None
    return sorted((tuple(map(_plain, row))[:last] for row in rows), key=str)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return round(float(value), 6) if isinstance(value, int | float) else value


def compare(
    measures: Measures,
    counted: Naive,
    name: str,
    cases: list[Case],
    unit: str,
    by: str | None,
    where: dict[str, list[str]],
) -> None:
    """Hold the figures of a metric against cases counted one by one."""
    dimensions = {each for each in (by, *where) if each}
    cannot = bool(dimensions) and name in WHOLE
    if dimensions & {"person", "team", "holder"}:
        cannot |= name in NOBODYS
        cases = [case for case in cases if case.held]
    found = {
        (figure.name, figure.period, figure.group): (_rounded(figure.value), figure.n)
        for figure in measures.of(name, unit, by, where)  # type: ignore[arg-type]
        if figure.n
    }
    expected = {} if cannot else figures(measures, counted, name, cases, unit, by)
    assert found == expected


def figures(
    measures: Measures, counted: Naive, name: str, cases: list[Case], unit: str, by: str | None
) -> Figures:
    """The figures of some cases, by name, period and group."""
    measure, found = REGISTRY[name].measure, Figures()
    placed = [case for case in cases if unit == "all" or _label(measures, counted, case, unit)]

    def key(case: Case) -> tuple[str, str | None]:
        period = "all" if unit == "all" else _label(measures, counted, case, unit)
        return str(period), (case.about.get(by) or None) if by else None

    for (period, group), own in slow.groups(placed, key).items():
        shown = [(name, own, own)] if name not in BY_PART else []
        if name in BY_PART | WITH_TOTAL:
            for part, some in slow.groups(own, lambda case: case.part).items():
                if part is not None or name in BY_PART:
                    named = name if part is None else f"{name}: {part}"
                    shown.append((named, some, own if name in OF_ALL else some))
        for named, some, among in shown:
            value, n = slow.value(measure, some)
            if name in OF_ALL:
                value, n = sum(c.counts for c in some) / len(among), len(among)
            if measure in ("share", "flow") and n < 20:
                value = sum(case.counts for case in some)
            if n:
                found[named, period, group] = (_rounded(value), n)
    return found


def _is_kept(case: Case, name: str, values: list[str]) -> bool:
    about = case.about.get("person" if name == "holder" else name)
    return (about or "").casefold() in [value.casefold() for value in values] and bool(about)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _label(measures: Measures, counted: Naive, case: Case, unit: str) -> str | None:
    """The period of a case; None for one beyond the last, or without a date."""
    if case.at is None:
        return None
    labels = [_period(counted, instant, unit) for instant in (case.at, counted.as_of)]
    return labels[0] if labels[0] <= labels[1] else None


def _period(counted: Naive, instant: datetime, unit: str) -> str:
    day = counted.day(instant)
    if unit == "week":
        return "{}-W{:02}".format(*day.isocalendar()[:2])
    number = {
        "month": day.month,
        "quarter": (day.month + 2) // 3,
        "half-year": (day.month + 5) // 6,
    }
    letter = {"month": "", "quarter": "Q", "half-year": "H", "year": ""}[unit]
    width = 2 if unit == "month" else 1
    return f"{day.year}" if unit == "year" else f"{day.year}-{letter}{number[unit]:0{width}}"
