"""The first screen's sentences, verdicts and headline."""

from __future__ import annotations

from typing import Any

import pytest

from leadpact.documents.sentences import headline, lines, stretch_to_report
from leadpact.documents.verdicts import Line, Verdict
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.standouts import Standout, standouts
from leadpact.insight.goals import standings
from tests.engine.metrics import tiny


def said(under: Any = None, deals: Any = (), **tables: Any) -> dict[str, Line]:
    measures = Measures(tiny.result(under=under, **tables), tiny.history(deals=deals))
    found = standings(measures, measures.result.as_of)
    return {line.name: line for line in lines(measures, stretch_to_report(measures), found)}


def answers(met: int, missed: int, **changes: Any) -> list[dict[str, Any]]:
    kept = [tiny.clock(f"m{n}", "met", **changes) for n in range(met)]
    return kept + [tiny.clock(f"x{n}", "missed", **changes) for n in range(missed)]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_an_obligation_is_told_with_share_cases_and_promise() -> None:
    line = said(clocks=answers(412, 84))["Answer"]
    assert plain(line.sentence) == (
        "Sales answered 83 % of new MQLs within 2 business hours (412 of 496); the promise is 90 %."
    )
    assert line.verdict is Verdict.SHORT
    assert (plain(line.shown), plain(line.asked)) == ("83 %", "90 %")


@pytest.mark.parametrize(
    ("met", "missed", "verdict"),
    [
        (18, 2, Verdict.KEPT),
        (17, 3, Verdict.SHORT),
        (14, 6, Verdict.SHORT),
        (13, 7, Verdict.BROKEN),
        (0, 19, Verdict.FEW),
        (0, 0, Verdict.NONE),
    ],
)
def test_verdicts_follow_the_hurdles(met: int, missed: int, verdict: Verdict) -> None:
    assert said(clocks=answers(met, missed))["Answer"].verdict is verdict


def test_under_twenty_cases_are_counted() -> None:
    line = said(clocks=answers(7, 5))["Answer"]
    assert plain(line.sentence).startswith("Sales answered 7 of 12 new MQLs within")
    assert "%" not in plain(line.sentence).partition(";")[0]
    assert line.achieved is None


def test_without_hurdles_nobody_is_judged() -> None:
    clocks = answers(15, 15, obligation="Route", side="marketing")
    line = said(clocks=clocks)["Route"]
    assert line.verdict is Verdict.NO_TARGET
    assert plain(line.sentence) == (
        "Marketing assigned 50 % of new MQLs within 1 business day (15 of 30)."
    )


def test_a_segment_s_own_term_is_told() -> None:
    segment = {
        "name": "Large",
        "when": {"field": "country", "is": "US"},
        "obligations": {"Answer": {"within": "1 business hour"}},
    }
    line = said(under=tiny.agreement(segments=[segment]), clocks=answers(20, 0))["Answer"]
    assert "within 2 business hours, 1 business hour for Large (20" in plain(line.sentence)


def goal(metric: str, **changes: Any) -> Any:
    hurdles = {"minimum": 1, "target": 2, "stretch": 3}
    own = {"name": "Goal", "side": "marketing", "metric": metric, "per": "quarter"}
    return tiny.agreement(goals=[own | {"hurdles": hurdles} | changes])


def test_a_goal_is_told_with_its_target() -> None:
    states = [{"lead_id": "a"}]
    line = said(under=goal("mqls"), lead_states=states, stage_entries=[tiny.entry("a", "MQL")])[
        "Goal"
    ]
    assert line.sentence == "Goal in Q3: 1. The minimum of 1 was reached, the target of 2 was not."
    assert line.note == "Goal in Q4: 0 so far, 0 due by now; the target is 2."
    assert line.verdict is Verdict.SHORT
    assert (line.achieved, line.promised) == (0.5, 1.0)


def test_a_goal_keeps_to_its_origin() -> None:
    leads = [{"lead_id": "a", "origin": "marketing"}, {"lead_id": "b", "origin": "partner"}]
    line = said(under=goal("leads", origin="partner"), leads=leads)["Goal"]
    assert line.sentence == "Goal in Q3: 1. The minimum of 1 was reached, the target of 2 was not."


def test_a_goal_of_an_unfinished_first_period_is_still_running() -> None:
    line = said(under=goal("leads", per="year"), leads=[{"lead_id": "a"}])["Goal"]
    assert line.sentence == "Goal in 2025: 1 so far, 2 due by now; the target is 2."
    assert line.verdict is Verdict.RUNNING


def test_less_is_more_where_the_goal_says_down() -> None:
    deal = {"deal_id": "D", "outcome": "lost", "closed_at": tiny.day(1)}
    line = said(under=goal("lost_deals", direction="down"), deals=[deal])["Goal"]
    assert line.verdict is Verdict.KEPT


def test_a_goal_beside_a_period_that_nobody_recorded_says_so() -> None:
    line = said(under=goal("leads", relative_to="2025-Q2", by="percent"))["Goal"]
    assert line.verdict is Verdict.NONE
    assert line.sentence == (
        "“Goal” cannot be judged: the record does not hold Q2 2025, which it is measured by."
    )


def line(side: str, verdict: Verdict) -> Line:
    return Line("", side, verdict, "")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([], "no promise can be judged"),
        ([line("sales", Verdict.NONE)], "no promise can be judged"),
        (
            [line("marketing", Verdict.BROKEN), line("sales", Verdict.FEW)],
            "marketing did not keep its one promise; sales had too few cases to be judged",
        ),
        ([line("sales", Verdict.KEPT)], "sales kept its one promise"),
        ([line("sales", Verdict.BROKEN)], "sales did not keep its one promise"),
        (
            [line("marketing", Verdict.KEPT)] * 2 + [line("sales", Verdict.SHORT)] * 2,
            "marketing kept both of its promises; sales kept none of its 2 promises",
        ),
        ([line("sales", Verdict.KEPT)] * 3, "sales kept all 3 of its promises"),
    ],
)
def test_the_headline_counts_promises(found: list[Line], text: str) -> None:
    measures = Measures(tiny.result(leads=[{"lead_id": "a"}]), tiny.history())
    assert headline(found, stretch_to_report(measures)) == f"In Q3 2025 {text}."


def test_the_last_full_quarter_with_data_is_told() -> None:
    late = tiny.result(leads=[{"lead_id": "a"}], as_of=tiny.day(400))
    assert stretch_to_report(Measures(late, tiny.history())).label == "2025-Q3"
    early = tiny.result(leads=[{"lead_id": "a"}], as_of=tiny.day(20))
    assert stretch_to_report(Measures(early, tiny.history())).label == "all"


def test_who_misses_clearly_more_than_the_others_stands_out() -> None:
    clocks = answers(18, 2, holder="Ana") + answers(6, 14, holder="Ben")
    found = standouts(tiny.result(clocks=clocks), "Answer")
    assert found.holder == Standout("Ben", 14, 20)
    assert found.time is None


def test_nobody_stands_out_where_all_are_alike() -> None:
    clocks = answers(10, 10, holder="Ana") + answers(9, 11, holder="Ben")
    assert standouts(tiny.result(clocks=clocks), "Answer").holder is None
    few = answers(20, 0, holder="Ana") + answers(0, 4, holder="Ben")
    assert standouts(tiny.result(clocks=few), "Answer").holder is None


def test_the_time_of_the_week_is_that_of_the_zone() -> None:
    berlin = tiny.agreement(
        calendar={"timezone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}
    )
    # Day 3 is Friday, 4 July; 10:30 UTC is 12:30 in Berlin.
    friday = answers(2, 12, started_at=tiny.day(3.0625))
    result = tiny.result(under=berlin, clocks=friday + answers(40, 2))
    assert standouts(result, "Answer").time == Standout("Friday afternoons", 12, 14)
