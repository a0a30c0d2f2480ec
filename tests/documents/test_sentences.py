"""The first screen's sentences, verdicts and headline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from leadpact.documents.headline import Overview, headline, overview
from leadpact.documents.sentences import stretch_to_report
from leadpact.documents.verdicts import Line, Verdict
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.standouts import Standout, standouts
from leadpact.insight.evidence import Evidence
from leadpact.insight.goals import recent
from tests.engine.metrics import tiny


def screen(under: Any = None, deals: Any = (), **tables: Any) -> Overview:
    measures = Measures(tiny.result(under=under, **tables), tiny.history(deals=deals))
    evidence = Evidence(measures)
    return overview(evidence, recent(evidence))


LEAD = [{"lead_id": "a"}]


def said(under: Any = None, deals: Any = (), **tables: Any) -> dict[str, Line]:
    return {line.name: line for line in screen(under, deals, **tables).lines}


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
    clocks = [*answers(20, 0), *answers(16, 5, segment="Large")]
    line = said(under=tiny.agreement(segments=[segment]), clocks=clocks)["Answer"]
    term = "within 2 business hours, or the term of their segment (36"
    assert term in plain(line.sentence)
    assert [plain(own) for own in line.terms] == ["Large, within 1 business hour: 76 % (16 of 21)."]


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


def months(*counts: int, as_of: datetime = tiny.AS_OF) -> Overview:
    """A monthly goal of 2 leads, and so many leads in July, August, September and October."""
    leads = [
        {"lead_id": f"{month} {number}", "created_at": tiny.day(1 + 31 * month)}
        for month, count in enumerate(counts)
        for number in range(count)
    ]
    return screen(under=goal("leads", per="month"), leads=leads, as_of=as_of)


@pytest.mark.parametrize(
    ("counts", "verdict", "shown", "text"),
    [
        ((2, 2, 5), Verdict.KEPT, "3 of 3 months", "marketing kept its one promise"),
        ((2, 1, 5), Verdict.SHORT, "2 of 3 months", "marketing did not keep its one promise"),
        ((1, 1, 1), Verdict.SHORT, "0 of 3 months", "marketing did not keep its one promise"),
        ((1, 0, 1), Verdict.BROKEN, "0 of 3 months", "marketing did not keep its one promise"),
    ],
)
def test_a_quarter_judges_a_monthly_goal_by_its_own_months(
    counts: tuple[int, ...], verdict: Verdict, shown: str, text: str
) -> None:
    found = months(*counts, 40)
    (line,) = (each for each in found.lines if each.name == "Goal")
    assert (line.verdict, plain(line.shown), line.asked) == (verdict, shown, "2")
    july, august, september = counts
    assert line.sentence == (
        f"Goal: July {july}; August {august}; September {september}; the target is 2 each month."
    )
    assert found.headline == f"In Q3 2025 {text}."
    assert found.newest == ""


def test_the_month_after_the_quarter_is_told_apart() -> None:
    found = months(1, 0, 1, 2, as_of=tiny.day(140))
    assert found.headline == "In Q3 2025 marketing did not keep its one promise."
    assert found.newest == "In October marketing kept its one monthly promise."
    (line,) = (each for each in found.lines if each.name == "Goal")
    assert line.note.startswith("Goal in October: 2. ")
    told = found.as_json()
    assert told["sentences"] == [found.headline, found.newest]
    (promise,) = (each for each in told["promises"] if each["name"] == "Goal")
    assert promise["periods"] == {
        "2025-07": "short of target", "2025-08": "not kept", "2025-09": "short of target"
    }  # fmt: skip


def test_a_goal_that_repeats_an_obligation_is_the_same_promise() -> None:
    own = {"name": "In time", "side": "sales", "metric": "attainment", "obligation": "Answer"}
    same = {"minimum": "70 %", "target": "90 %"}
    found = screen(
        under=tiny.agreement(goals=[own | {"hurdles": same}]), clocks=answers(15, 5), leads=LEAD
    )
    assert "In time" not in {line.name for line in found.lines}
    assert found.headline == "In Q3 2025 sales did not keep its one promise."
    other = own | {"hurdles": {"target": "60 %"}}
    found = screen(under=tiny.agreement(goals=[other]), clocks=answers(15, 5), leads=LEAD)
    assert "In time" in {line.name for line in found.lines}
    assert found.headline == "In Q3 2025 sales kept 1 of its 2 promises."


def test_what_was_before_the_term_says_so() -> None:
    term = {"from": "2025-10-01"}
    found = screen(under=tiny.agreement(term=term), clocks=answers(20, 0), leads=LEAD)
    assert found.before.startswith("The term of this agreement began on 1 Oct 2025: what is told ")
    later = screen(
        under=tiny.agreement(term={"from": "2025-11-01"}), clocks=answers(20, 0), leads=LEAD
    )
    assert later.before.startswith("The term of this agreement begins on 1 Nov 2025: ")
    within = screen(
        under=tiny.agreement(term={"from": "2025-07-15"}), clocks=answers(20, 0), leads=LEAD
    )
    assert within.before == ""


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
