"""Goals worked by hand, from a file that an operations manager can read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadpact.engine.metrics.measures import Measures
from leadpact.insight.goals import standings
from leadpact.insight.standing import GoalStanding
from tests.engine.metrics import tiny

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "goals.yaml").read_text(encoding="utf-8")
)
NAMES = {
    "mqls": "MQLs",
    "lost_deals": "Lost deals",
    "won_deals": "Won deals",
    "revenue": "Revenue",
    "attainment": "Answers",
    "evenness": "Evenness",
    "exclusion_rate": "Excluded",
}
CALENDAR = {
    "timezone": "UTC",
    "hours": {"mon-fri": ["09:00-17:00"]},
    "exceptions": {"2025-07-04": []},
}
#: Days of July 2025.
WEEKENDS = (5, 6, 12, 13, 19, 20, 26, 27)
TEAM = {"name": "North", "people": [{"name": "Ana"}, {"name": "Ben"}]}


class Company:
    """Leads, MQLs, clocks and deals on the days that a case names, all at ten o'clock."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("leads", "lead_states", "stage_entries", "clocks")
        }
        self.deals: list[dict[str, Any]] = []
        for _ in range(8):
            self.mql("2025-06-02", "marketing")
        july = [f"2025-07-{day:02}" for day in range(1, 32) if day not in (4, *WEEKENDS)]
        for day in july * case.get("every_july_day", 0):
            self.mql(day, "marketing")
        for key, origin in (("mqls", "marketing"), ("partner_mqls", "partner")):
            for day, number in case.get(key, {}).items():
                for _ in range(number):
                    self.mql(day, origin)
        for key, status in (("leads", "open"), ("excluded", "excluded")):
            for day, number in case.get(key, {}).items():
                for _ in range(number):
                    self.lead(day, "marketing", status=status)
        for day, outcomes in case.get("answers", {}).items():
            for outcome in outcomes:
                self.answers(day, outcome)
        for day, amounts in case.get("won", {}).items():
            for amount in amounts:
                self.deal(day, "won", amount, case.get("won_by"))
        for day, number in case.get("lost", {}).items():
            for _ in range(number):
                self.deal(day, "lost", 0.0, None)

    def lead(self, day: Any, origin: str, holder: str | None = None, **state: Any) -> str:
        name = f"lead-{len(self.tables['leads'])}"
        self.tables["leads"].append({"lead_id": name, "created_at": at(day), "origin": origin})
        self.tables["lead_states"].append({"lead_id": name, "holder": holder, **state})
        return name

    def mql(self, day: Any, origin: str) -> None:
        self.tables["stage_entries"].append(
            tiny.entry(self.lead(day, origin), "MQL", entered_at=at(day))
        )

    def answers(self, day: Any, outcome: str) -> None:
        number, _, what = outcome.rpartition(" ")
        for _ in range(int(number or 1)):
            clock = tiny.clock(self.lead(day, "marketing"), what, due_at=at(day))
            self.tables["clocks"].append(clock)

    def deal(self, day: Any, outcome: str, amount: float, holder: str | None) -> None:
        deal = {"deal_id": f"D{len(self.deals)}", "outcome": outcome, "closed_at": at(day)}
        leads = [self.lead(day, "marketing", holder)]
        self.deals.append(deal | {"amount": float(amount), "lead_ids": leads, "owner": holder})


def at(day: Any) -> datetime:
    return datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=UTC)


def agreement(case: dict[str, Any]) -> Any:
    own = {"name": NAMES[case["goal"]["metric"]], "side": "marketing", "per": "month"}
    beside = [own | case["beside"]] if "beside" in case else []
    return tiny.agreement(
        goals=[own | case["goal"], *beside],
        obligations=[],
        calendar=CALENDAR,
        routing={"teams": [TEAM]},
    )


def found_in(case: dict[str, Any]) -> dict[str, GoalStanding]:
    company = Company(case)
    moment = datetime.fromisoformat(str(case["as_of"])).replace(tzinfo=UTC)
    result = tiny.result(under=agreement(case), as_of=moment, **company.tables)
    measures = Measures(result, tiny.history(deals=company.deals))
    goal = NAMES[case["goal"]["metric"]]
    found = standings(measures, moment)
    return {each.period: each for each in found if each.name == goal}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_goal_worked_by_hand(case: dict[str, Any]) -> None:
    standing = found_in(case)
    for period, expected in case["expect"].items():
        told = {key: seen(standing[str(period)], key, value) for key, value in expected.items()}
        assert told == {key: close(value) for key, value in expected.items()}


def seen(standing: GoalStanding, key: str, wanted: Any) -> Any:
    if key == "quotas":
        return [
            {k: close(seen(q, k, v)) for k, v in want.items()}
            for q, want in zip(standing.quotas, wanted, strict=True)
        ]
    if key == "sentence":
        return standing.sentence.replace("\u00a0", " ")
    if key == "reached":
        return standing.reached.name if standing.reached else None
    if key == "hurdles":
        return [round(hurdle.value, 6) for hurdle in standing.hurdles]
    if key == "baseline":
        return standing.baseline.value if standing.baseline else None
    weeks = standing.evenness.weeks if standing.evenness else []
    if key == "weeks":
        return [week.kept for week in weeks]
    if key == "due":
        return [round(week.due, 6) for week in weeks]
    return getattr(standing, key)


def close(value: Any) -> Any:
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-3)
    return [close(each) for each in value] if isinstance(value, list) else value
