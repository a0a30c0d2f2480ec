"""Questions put to measures: periods, splits, filters, parts, and the leads behind a figure."""

from __future__ import annotations

import gc
import weakref
from datetime import timedelta
from typing import get_args

import pyarrow as pa
import pytest

from leadpact.engine.metrics.measures import Measures, Split
from tests.engine.metrics import tiny
from tests.engine.metrics.test_figures import ten_leads

SPLITS: tuple[Split, ...] = get_args(Split)


@pytest.fixture(scope="module")
def measures() -> Measures:
    return ten_leads()


def test_population_names_the_leads_behind_a_figure(measures: Measures) -> None:
    cases = measures.population("mqls").sort_by("lead_id")
    assert cases["lead_id"].to_pylist() == ["L1", "L2", "L3", "L4"]
    assert sum(cases["numerator"].to_pylist()) == 4


def test_every_population_has_the_agreed_columns(measures: Measures) -> None:
    agreed = ["lead_id", "placed_at", "numerator", "denominator", "part"]
    for metric in measures.metrics:
        names = measures.population(metric.name).column_names
        assert names[:9] == [*agreed, "segment", "source", "origin", "holder"], metric.name


def test_a_population_can_be_asked_for_some_columns(measures: Measures) -> None:
    cases = measures.population("mqls", ("lead_id", "placed_at"))
    assert cases.column_names == ["lead_id", "placed_at"]
    assert cases["placed_at"].to_pylist() == [tiny.day(1)] * 4


def test_a_population_in_parts_is_the_population(measures: Measures) -> None:
    for metric in measures.metrics:
        parts = list(measures.population_in_parts(metric.name, 3))
        assert all(1 <= part.num_rows <= 3 for part in parts)
        whole = measures.population(metric.name)
        assert pa.concat_tables([whole.slice(0, 0), *parts]).equals(whole), metric.name


def test_measures_are_let_go_with_their_result_at_once() -> None:
    measures = ten_leads()
    measures.figures("month")
    measures.figures("quarter", by="person")
    measures.population("mqls")
    held = weakref.ref(measures.result), weakref.ref(measures)
    gc.disable()  # Of a million leads the next collection comes a gigabyte too late.
    try:
        del measures
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()


def test_a_cohort_says_when_each_case_came_to_count(measures: Measures) -> None:
    cases = measures.population("mql_to_close").to_pylist()
    reached = {(row["lead_id"], row["episode"]): row["reached_at"] for row in cases}
    assert reached["L1", 1] == tiny.day(5)
    assert reached["L4", 2] is None


def test_sources_add_up(measures: Measures) -> None:
    by_source = {f.source: f.value for f in measures.of("leads", by="source")}
    assert by_source == {"referral": 5, None: 2}
    sold = {f.source: f.value for f in measures.of("revenue", by="source")}
    assert sold == {"referral": 1000, None: 500}


@pytest.mark.parametrize("by", ["source", "campaign", "landing_page", "asset", "origin"])
def test_what_is_not_stated_is_no_value_whatever_the_values_are(by: Split) -> None:
    spelt = ["unknown", "not stated", "no campaign", "None", "null", "nobody yet"]
    leads = [{"lead_id": word, by: word} for word in spelt]
    absent = [{"lead_id": f"absent {n}"} for n in range(3)]
    measures = Measures(tiny.result(leads=[*leads, *absent]), tiny.history())
    found = [(f.group, f.value) for f in measures.of("leads", by=by)]
    assert len(found) == 7
    assert dict(found) == {None: 3, **dict.fromkeys(spelt, 1)}


def test_figures_can_be_kept_to_some_cases(measures: Measures) -> None:
    (kept,) = measures.of("mqls", where={"source": ["Referral "]})
    assert kept.value == 4
    (none,) = measures.of("mqls", where={"source": ["fair"]})
    assert (none.value, none.n) == (0, 0)


def test_figures_can_be_kept_to_some_parts(measures: Measures) -> None:
    (total, answer) = measures.of("attainment", where={"part": ["answer"]})
    assert (total.name, total.value, total.n) == ("attainment", 1, 4)
    assert (answer.name, answer.value, answer.n) == ("attainment: Answer", 1, 4)


def test_figures_belong_to_the_period_of_their_date(measures: Measures) -> None:
    quarters = {f.period: f.value for f in measures.of("customers", "quarter")}
    assert quarters == {"2025-Q3": 2, "2025-Q4": 0}
    months = {f.period: f.value for f in measures.of("won_deals", "month")}
    assert months == {"2025-07": 2, "2025-08": 0, "2025-09": 0, "2025-10": 0}


def test_published_keys_stay_what_they_were(measures: Measures) -> None:
    (absent, figure) = measures.of("leads", by="source")
    assert (absent.by, absent.group, absent.source) == ("source", None, None)
    assert " ".join(figure.as_json()) == (
        "name period by group segment source value unit n low high"
    )
    assert (figure.by, figure.group, figure.source) == ("source", "referral", "referral")


@pytest.mark.parametrize("by", SPLITS)
def test_a_split_that_means_nothing_is_left_out(measures: Measures, by: str) -> None:
    assert measures.of("evenness", by=by) == []
    assert measures.of("evenness", where={by: ["referral"]}) == []
    assert bool(measures.of("leads", by=by)) == (by not in ("team", "person"))


def test_nobody_can_have_held_a_lead_before_the_handoff(measures: Measures) -> None:
    names = {figure.name for figure in measures.of("stage_entries", by="person")}
    assert "stage_entries: Lead" not in names
    assert "stage_entries: MQL" in names


def test_figures_for_every_pair_of_stages_are_asked_for(measures: Measures) -> None:
    usual = {figure.name for figure in measures.figures()}
    assert not {name for name in usual if "between" in name}
    pairs = {f.name for f in measures.of("conversion_between")}
    assert len(pairs) == 6 * 5 / 2
    assert "conversion_between: Lead → Customer" in pairs


def test_a_deal_is_its_owners_and_about_its_product() -> None:
    states = [{"lead_id": "a", "holder": "Ana Silva"}]
    team = {"name": "West", "people": [{"name": "Ben Carter"}]}
    sold = {"outcome": "won", "amount": 10.0, "closed_at": tiny.day(1), "lead_ids": ["a"]}
    deals = [
        sold | {"deal_id": "D1", "owner": "ben carter", "product": "Suite"},
        sold | {"deal_id": "D2"},
    ]
    measures = Measures(
        tiny.result(
            under=tiny.agreement(routing={"teams": [team]}),
            leads=[{"lead_id": "a", "product": "Core"}],
            lead_states=states,
        ),
        tiny.history(deals=deals),
    )
    found = {by: {f.group for f in measures.of("won_deals", by=by)} for by in SPLITS}
    assert found["person"] == {"Ben Carter", "Ana Silva"}
    assert found["team"] == {"West", None}
    assert found["product"] == {"Suite", "Core"}


def test_an_episode_is_whose_who_held_the_lead_last_in_it() -> None:
    first = tiny.episode("a", 1, "recycled", ended_at=tiny.day(3), handed_off_at=tiny.day(1))
    second = tiny.episode("a", 2, started_at=tiny.day(3), handed_off_at=tiny.day(5))
    measures = Measures(
        tiny.result(
            lead_states=[{"lead_id": "a", "episode": 2, "holder": "Ben"}],
            episodes=[first, second],
            facts=[
                tiny.fact("a", "lead.assigned", 1, holder="Ana"),
                tiny.fact("a", "lead.assigned", 4, holder="Ben"),
                tiny.fact("a", "sales.rejected", 3),
            ],
        ),
        tiny.history(),
    )
    rejected = {f.group: f.value for f in measures.of("rejection_rate", by="person")}
    assert rejected == {"Ana": 1, "Ben": 0}


def test_the_deal_that_closed_last_is_the_deal() -> None:
    deal = {"deal_id": "D", "outcome": "won", "amount": 10.0, "closed_at": tiny.day(1)}
    again = deal | {"amount": 12.0, "closed_at": tiny.day(2)}
    (revenue,) = Measures(tiny.result(), tiny.history(deals=[again, deal])).of("revenue")
    assert (revenue.value, revenue.n) == (12, 1)


def test_a_deal_closed_after_the_moment_is_not_yet_closed() -> None:
    deal = {"deal_id": "D", "outcome": "won", "amount": 10.0, "closed_at": tiny.day(400)}
    (revenue,) = Measures(tiny.result(), tiny.history(deals=[deal])).of("revenue")
    assert revenue.value == 0


def test_currencies_are_never_added() -> None:
    deals = [
        {"deal_id": c, "outcome": "won", "amount": 10.0, "currency": c, "closed_at": tiny.day(1)}
        for c in ("EUR", "USD")
    ]
    found = Measures(tiny.result(), tiny.history(deals=deals)).of("revenue")
    assert [(f.name, f.value) for f in found] == [("revenue: EUR", 10), ("revenue: USD", 10)]


def test_revenue_of_a_merged_lead_is_the_survivors() -> None:
    deal = {"deal_id": "D", "outcome": "won", "amount": 10.0, "closed_at": tiny.day(9)}
    result = tiny.result(
        leads=[{"lead_id": "old"}, {"lead_id": "kept", "source": "fair"}],
        lead_states=[{"lead_id": "old", "status": "merged", "merged_into": "kept"}],
        stage_entries=[tiny.entry("kept", "MQL")],
    )
    measures = Measures(result, tiny.history(deals=[deal | {"lead_ids": ["old"]}]))
    (sold,) = measures.of("revenue_from_mqls", by="source")
    assert (sold.source, sold.value) == ("fair", 1)


def test_roles_are_guessed_where_none_is_declared() -> None:
    plain = tiny.agreement(
        stages=[{"name": "New"}, {"name": "Good"}, {"name": "Won", "outcome": "won"}],
        handoff={"stage": "Good"},
        obligations=[],
    )
    entries = [tiny.entry("a", stage) for stage in ("New", "Good", "Won")]
    measures = Measures(
        tiny.result(under=plain, stage_entries=entries, lead_states=[{"lead_id": "a"}]),
        tiny.history(),
    )
    assert measures.of("mqls")[0].value == 1
    assert measures.of("customers")[0].value == 1
    assert "sqls" not in [metric.name for metric in measures.metrics]


def test_an_empty_log_has_zeros_and_no_shares() -> None:
    figures = Measures(tiny.result(), tiny.history()).figures()
    assert {figure.value for figure in figures} == {0}
    assert not [figure for figure in figures if figure.unit in ("share", "cases")]


def test_attempts_of_the_instant_of_an_end_belong_to_what_ended() -> None:
    first = tiny.episode("a", 1, "recycled", ended_at=tiny.day(3), handed_off_at=tiny.day(1))
    second = tiny.episode("a", 2, started_at=tiny.day(3), handed_off_at=tiny.day(5))
    result = tiny.result(
        lead_states=[{"lead_id": "a"}],
        episodes=[first, second],
        facts=[tiny.fact("a", "sales.attempted", at) for at in (0, 3, 4)],
    )
    cases = Measures(result, tiny.history()).population("attempts_per_lead").to_pylist()
    assert {row["episode"]: row["numerator"] for row in cases} == {1: 2, 2: 1}


@pytest.mark.parametrize(
    ("closed", "at_end", "facts", "completed"),
    [
        (2, None, [], 1),  # nothing but `done_when` can have closed it
        (3, 3, [], 0),
        (3, 3, [tiny.fact("a", "sales.connected", 3)], 1),
        (2, None, [tiny.fact("a", "lead.excluded", 2)], 0),
    ],
)
def test_a_protocol_is_completed_when_the_two_spoke(
    closed: float, at_end: float | None, facts: list[dict[str, object]], completed: int
) -> None:
    ended = {"ending": "recycled", "ended_at": tiny.day(at_end)} if at_end else {}
    call = {"obligation": "contact protocol: call", "protocol_step": 0}
    result = tiny.result(
        lead_states=[{"lead_id": "a"}],
        episodes=[tiny.episode("a", handed_off_at=tiny.day(1)) | ended],
        clocks=[tiny.clock("a", "cancelled", closed_at=tiny.day(closed), **call)],
        facts=facts,
    )
    (figure,) = Measures(result, tiny.history()).of("protocol_completion")
    assert (figure.value, figure.n) == (completed, 1)


def test_waits_count_working_time_without_days_declared_closed() -> None:
    def wait(*closed: float) -> float | None:
        episode = tiny.episode("a", qualified_at=tiny.day(1), handed_off_at=tiny.day(3))
        result = tiny.result(
            lead_states=[{"lead_id": "a"}],
            episodes=[episode],
            closed_days=[tiny.day(number).date() for number in closed],
        )
        return Measures(result, tiny.history()).of("speed_to_lead_system")[0].value

    # From Wednesday to Friday at 09:00 are two days of eight hours.
    assert wait() == timedelta(hours=16).total_seconds()
    assert wait(2) == timedelta(hours=8).total_seconds()


@pytest.mark.parametrize(("recorded_by", "mqls"), [("stage", True), ("event", False)])
def test_the_first_stage_is_no_mql_where_only_a_row_hands_over(recorded_by, mqls) -> None:
    terms = tiny.agreement(
        stages=[{"name": "Lead"}], handoff={"stage": "Lead", "recorded_by": recorded_by}
    )
    measures = Measures(tiny.result(under=terms), tiny.history())
    assert ("mqls" in {metric.name for metric in measures.metrics}) is mqls
