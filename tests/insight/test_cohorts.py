"""Conversion of a month: immature until its leads have had the time that others needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadpact.engine.metrics.measures import Measures
from leadpact.insight.differences import Word
from leadpact.insight.goals import standings
from leadpact.insight.standing import GoalStanding
from tests.engine.metrics import tiny

GOAL = {
    "name": "MQLs that sign",
    "side": "sales",
    "metric": "mql_to_close",
    "per": "month",
    "hurdles": {"minimum": "10 %", "target": "20 %", "stretch": "60 %"},
}


def company(as_of: float) -> dict[str, list[dict[str, Any]]]:
    """Four MQLs a day from 1 January on; of each 20 one signs after 2, 4, 6, 8 and 40 days."""
    entries = []
    for number in range(4 * int(181 + as_of)):
        day = -181 + number // 4
        lead = f"lead-{number}"
        entries.append(tiny.entry(lead, "MQL", day))
        signs = {0: 2, 4: 4, 8: 6, 12: 8, 16: 40}.get(number % 20)
        if signs is not None and day + signs <= as_of:
            entries.append(tiny.entry(lead, "Customer", day + signs))
    return {
        "leads": [
            {"lead_id": e["lead_id"], "created_at": e["entered_at"]}
            for e in entries
            if e["stage"] == "MQL"
        ],
        "stage_entries": entries,
    }


@pytest.fixture(scope="module")
def found() -> dict[str, GoalStanding]:
    # Day 12 is 13 July: by then the leads of May are 40 days old, and those of June are not.
    result = tiny.result(under=tiny.agreement(goals=[GOAL]), as_of=tiny.day(12), **company(12))
    measures = Measures(result, tiny.history())
    own = [s for s in standings(measures, tiny.day(12), back=4) if s.promise == "goal"]
    return {standing.period: standing for standing in own}


def test_a_month_is_mature_when_its_last_lead_is_old_enough(found: dict[str, GoalStanding]) -> None:
    assert {period: s.maturing is None for period, s in found.items()} == {
        "2025-07": False,
        "2025-06": False,
        "2025-05": True,
        "2025-04": True,
        "2025-03": True,
    }


def test_until_then_it_says_what_may_still_come(found: dict[str, GoalStanding]) -> None:
    june = found["2025-06"].maturing
    assert june is not None
    assert june.age_days == pytest.approx(40)
    assert june.until == found["2025-06"].ends + timedelta(days=40)
    # Of 120 leads 30 sign in all; those who do so within eight days have, 24.
    assert june.expected == pytest.approx(6, abs=1.5)


def test_a_closed_month_that_matures_is_forecast_and_not_judged_yet(
    found: dict[str, GoalStanding],
) -> None:
    june = found["2025-06"]
    assert (june.closed, june.verdict, june.met, june.n) == (True, "still running", 24, 120)
    chances = {hurdle.name: hurdle.chance for hurdle in june.hurdles}
    assert chances["minimum"] == pytest.approx(1, abs=0.01)
    assert chances["stretch"] == pytest.approx(0, abs=0.01)
    assert june.projected is not None
    assert june.projected.middle == pytest.approx(0.25, abs=0.02)
    said = june.sentence.replace("\u00a0", " ")
    assert said.startswith("MQLs that sign in June: 20 % (24 of 120) so far. Still maturing until")
    assert "Once mature it will be about" in said


def test_a_mature_month_is_judged_and_compared(found: dict[str, GoalStanding]) -> None:
    may = found["2025-05"]
    assert (may.verdict, may.value) == ("kept", pytest.approx(0.25, abs=0.01))
    assert may.change is not None
    assert may.change.difference.word is Word.NOISE


def test_a_record_too_short_to_know_the_age_says_so() -> None:
    goal = tiny.agreement(goals=[GOAL])
    tables = company(12)
    young = {e["lead_id"] for e in tables["stage_entries"] if e["entered_at"] > tiny.day(-20)}
    kept = {name: [r for r in rows if r["lead_id"] in young] for name, rows in tables.items()}
    result = tiny.result(under=goal, as_of=tiny.day(12), **kept)
    made = standings(Measures(result, tiny.history()), tiny.day(12))
    july = next(s for s in made if s.promise == "goal" and not s.closed)
    assert july.maturing is not None
    assert july.maturing.until is None
    assert july.projected is None
    assert "the record is too short to say for how long" in july.sentence
