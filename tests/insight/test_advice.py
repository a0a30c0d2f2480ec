"""What may help, of histories in which that is known by construction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from leadpact.agreement.changing import differing
from leadpact.agreement.loading import Loaded, load_text
from leadpact.documents.blocks import Section, plain
from leadpact.documents.diagnosed import as_json
from leadpact.documents.parts.advice import KEYS, NOT_ADVISED
from leadpact.documents.report import Report
from leadpact.flows.moving import try_out
from leadpact.insight.advice import Lever
from tests.insight import two_quarters as two
from tests.insight.two_quarters import Quarter, changed

ALL_OF_NORTH = '{"MQL": {"when": {"score": "total", "at_least": 14}}}'
#: Every third MQL has just enough points, and hardly any of these comes to anything.
POOR_MARGIN = changed(small=0.34, small_rejected=0.9)
FEW = changed(mqls=30, below=60, small=0.3)
FEW_AND_POOR = changed(mqls=30, below=60, small=0.34, small_rejected=0.9)
LATE = changed(late=0.4, late_rejected=0.8)
LATE_ALIKE = changed(late=0.4)


@dataclass(frozen=True)
class Found:
    """What is recommended, by lever, and what is not, with the reason."""

    report: Report
    made: dict[Lever, Section]
    refused: dict[str, str]


@cache
def found(
    now: Quarter,
    before: Quarter | None = None,
    target: int = 50,
    *,
    scored: bool = True,
    high: tuple[str, ...] = (),
    north: str = "",
) -> Found:
    goals = [dict(each) for each in two.TERMS["goals"]]
    goals[0]["hurdles"] = {"minimum": target - 10, "target": target}
    stages = [dict(each) for each in two.TERMS["stages"]]
    if not scored:
        stages[1]["when"] = {"field": "size", "at_least": 20}
    scoring = {**two.TERMS["scoring"], **(_tiers(high) if high else {})} if scored else None
    loaded = _loaded(goals=goals, stages=stages, scoring=scoring, segments=_north(north))
    measures = two.measures(now, before or now, under=loaded.agreement)
    report = Report(measures.result, measures.history, loaded.sha256)
    tried = try_out(report, loaded)
    told = {each.key: each for each in tried.advice}
    rows = told[NOT_ADVISED].tables[0].rows
    made = {lever: told[key] for lever, key in KEYS.items() if key in told}
    report = report.with_tried(tried.sweep, tried.advice)
    return Found(report, made, {plain(row[0]): plain(row[1]) for row in rows})


def _loaded(**sections: Any) -> Loaded:
    loaded = load_text(two.as_yaml(**sections), "agreement.yaml")
    assert loaded.agreement, loaded.problems
    return loaded


def _north(own: str) -> list[dict[str, Any]]:
    """A segment with the condition of all, with one of its `own`, or none."""
    if not own:
        return []
    segment: dict[str, Any] = {"name": "North", "when": {"field": "region", "is": "north"}}
    if own == "own":
        asked = [{"score": "total", "at_least": 20}]
        segment["stages"] = {"MQL": {"when": {"all": asked}}}
    return [segment]


def _tiers(high: tuple[str, ...]) -> dict[str, Any]:
    """A has 25 points or more, B 20; engagement is 2 for all."""
    bounds = {"fit": {"A": 25, "B": 20}, "engagement": {"1": 5, "2": 0}}
    return {"tiers": {**bounds, "high_quality": [*high]}}


def said(section: Section) -> str:
    return plain(section.answer).replace("\N{NO-BREAK SPACE}", " ")


def cells(section: Section) -> dict[str, list[str]]:
    return {
        plain(row[0]): [plain(cell).replace("\N{NO-BREAK SPACE}", " ") for cell in row[1:]]
        for row in section.tables[0].rows
    }


def test_a_poor_margin_is_cut_off_where_enough_remains() -> None:
    told = found(POOR_MARGIN, target=30)
    advice = told.made[Lever.RAISE]
    assert advice.title == "Raise the threshold from 20 to 21 points"
    assert "clearly fewer" in said(advice)
    assert advice.try_out
    assert advice.try_out.lines == [
        "- at_least: 20",
        "+ at_least: 21",
    ]
    assert advice.try_out.command.endswith("--set threshold=21")
    assert advice.try_out.points == "21"
    table = cells(advice)
    # Of 360 MQLs in six months 126 have just enough points.
    assert table["MQLs a month"][0] > table["MQLs a month"][1]
    assert table["Won deals missed"] == ["–", "6"]


def test_too_few_would_be_left() -> None:
    told = found(POOR_MARGIN)
    assert Lever.RAISE not in told.made
    assert "of 150 promised would be left of “MQLs”" in told.refused["A higher threshold"]
    trade = told.made[Lever.TRADE]
    assert trade.try_out
    assert "+ target: 31" in trade.try_out.lines


def test_an_equal_margin_stays() -> None:
    told = found(changed(small=0.34))
    assert not {Lever.RAISE, Lever.TRADE} & told.made.keys()
    assert "the difference may be chance" in told.refused["A higher threshold"]
    assert told.refused["A lower threshold"] == ("Volume is not short: “MQLs” 180 of 150 promised.")


def test_volume_that_is_short_lowers_the_threshold() -> None:
    advice = found(FEW).made[Lever.LOWER]
    assert advice.title == "Lower the threshold from 20 to 15 points"
    assert "Too few came: MQLs 90 of 150 promised." in said(advice)
    assert "so nobody knows" in said(advice)
    assert cells(advice)["Won, of those that ended"][1] == "not known"


def test_volume_is_not_bought_with_leads_that_are_worth_less() -> None:
    told = found(FEW_AND_POOR)
    assert Lever.LOWER not in told.made
    assert "worth clearly less already" in told.refused["A lower threshold"]


def test_late_answers_that_cost_are_told_as_going_together() -> None:
    told = found(LATE, two.WELL)
    advice = told.made[Lever.FASTER]
    assert "does not prove it" in said(advice)
    assert advice.try_out
    assert advice.try_out.command.endswith(
        "--set 'obligations.First answer.warnings=[30 business minutes]'"
    )


def test_late_answers_that_cost_nothing_carry_no_advice() -> None:
    told = found(LATE_ALIKE, two.WELL)
    assert Lever.FASTER not in told.made
    assert "what it costs is not clear" in told.refused["Faster follow-up"]


def test_a_split_that_tells_nothing_apart_is_replaced() -> None:
    advice = found(POOR_MARGIN, high=("A1",)).made[Lever.SPLIT]
    assert advice.title == "Call A1 and A2 high quality"
    assert advice.try_out
    assert "--set 'scoring.tiers.high_quality=[A1, A2]'" in advice.try_out.command
    assert cells(advice)["High"][1] == "76 % (154 of 202)"
    assert cells(advice)["Low"][1] == "14 % (18 of 130)"


def test_a_split_that_separates_stays() -> None:
    told = found(POOR_MARGIN, high=("A1", "A2"))
    assert Lever.SPLIT not in told.made
    why = told.refused["Another split of high and low quality"]
    assert why.startswith("Today’s split separates: of MQLs of high quality 76")


def test_tiers_alike_have_no_split() -> None:
    told = found(changed(small=0.34), high=("A1",))
    assert Lever.SPLIT not in told.made


@pytest.mark.parametrize(
    ("own", "setting"),
    [
        ("all", f"'segments.North.stages={ALL_OF_NORTH}'"),
        ("own", "'segments[0].stages.MQL.when.all[0].at_least=14'"),
    ],
)
def test_a_segment_that_is_worth_more_is_given_a_lower_threshold(own: str, setting: str) -> None:
    told = found(changed(below=30, rich=10), north=own)
    advice = told.made[Lever.SEGMENT]
    assert advice.title == "Lower the threshold of North from 20 to 14 points"
    assert ": clearly more. " in said(advice)
    assert "whether they are worth as much, nobody knows" in said(advice)
    assert advice.try_out
    assert advice.try_out.command.endswith(f"--set {setting}")


def test_segments_alike_have_no_threshold_of_their_own() -> None:
    told = found(changed(below=30), north="all")
    assert Lever.SEGMENT not in told.made
    assert "The MQLs of no segment" in told.refused["A lower threshold for a segment"]


def test_nobody_scored_nothing_said_of_thresholds() -> None:
    told = found(two.WELL, scored=False)
    assert not told.made
    assert list(told.refused) == ["Faster follow-up"]


def test_a_long_history_is_not_tried() -> None:
    loaded = _loaded()
    measures = two.measures(two.WELL, under=loaded.agreement)
    report = Report(measures.result, measures.history, loaded.sha256)
    tried = try_out(report, loaded, most_rows=10)
    assert tried.sweep is None
    assert "too long to try every threshold" in plain(tried.advice[-1].tables[0].rows[1][1])


def test_programs_get_the_advice() -> None:
    told = as_json(found(FEW).report)
    assert [each["key"] for each in told["recommended"]] == ["advice-lower"]
    assert told["recommended"][0]["command"].endswith("threshold=15")
    assert {each["change"] for each in told["not_recommended"]} >= {"A higher threshold"}


@pytest.mark.parametrize("setting", ["threshold=25", "goals.MQLs.hurdles.target=60"])
def test_only_the_lines_that_change_are_told(setting: str) -> None:
    lines = differing(_loaded(), [setting])
    assert [line[:2] for line in lines] == ["- ", "+ "]


def test_a_setting_that_changes_nothing_has_no_lines() -> None:
    assert differing(_loaded(), ["threshold=20"]) == []
