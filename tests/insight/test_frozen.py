"""What is official of a closed period, of a baseline, and under which version: from real logs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.engine.metrics.measures import Measures
from leadpact.insight import evidence as insight
from leadpact.insight.goals import recent, standings
from leadpact.insight.standing import GoalStanding
from tests.engine.metrics import tiny

GOAL = {
    "name": "MQLs",
    "side": "marketing",
    "metric": "mqls",
    "hurdles": {"minimum": 2, "target": 3, "stretch": 5},
}


def agreement(begins: str = "2025-06-01", goal: Any = GOAL, **changes: Any) -> Agreement:
    return Agreement.model_validate(
        {
            "leadpact": 1,
            "name": "Frozen",
            "term": {"from": begins},
            "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
            "stages": [
                {"name": "Lead"},
                {"name": "MQL", "role": "mql", "when": {"event": "form_submitted"}},
            ],
            "handoff": {"stage": "MQL", "late_logging": {"limit": "3 days"}},
            "goals": [goal],
        }
        | changes
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def form(lead: str, happened: str, recorded: str | None = None) -> dict[str, Any]:
    return row(lead, "form_submitted", happened, recorded)


def row(lead: str, kind: str, happened: str, recorded: str | None = None, **properties: Any) -> Any:
    known = {"recorded_at": moment(recorded)} if recorded else {}
    at = {
        "lead_id": lead,
        "kind": kind,
        "happened_at": moment(happened),
        "event_id": f"{lead}{kind}",
    }
    return at | known | {"properties": properties}


def found(rows: list[Any], as_of: str, *versions: Agreement) -> dict[str, GoalStanding]:
    history = tiny.history(rows)
    at = moment(as_of)
    result = evaluate(versions or (agreement(),), history, as_of=at, known_at=at)
    made = standings(Measures(result, history), moment(as_of), back=3)
    return {standing.period: standing for standing in made}


# Three in July; one of them was recorded on 2 August, within the limit, and one on 6 August.
JULY = [
    form("a", "2025-07-02 10:00"),
    form("b", "2025-07-30 10:00", "2025-08-02 09:00"),
    form("c", "2025-07-31 10:00", "2025-08-06 09:00"),
]


def test_a_closed_period_is_what_was_known_when_late_entries_ended() -> None:
    july = found(JULY, "2025-08-20 12:00")["2025-07"]
    assert july.official is not None
    assert july.official.frozen_at == moment("2025-08-04 00:00")
    assert (july.value, july.official.now) == (2, 3)
    assert july.verdict == "short of target"
    assert july.sentence == (
        "MQLs in July: 2. The minimum of 2 was reached, the target of 3 was not. "
        "+1 since it was closed."
    )


def test_a_long_log_is_not_kept_as_it_was_known_at_every_moment(monkeypatch) -> None:
    rows = [
        form(f"{month} {n}", f"2025-{month:02}-02 10:00", f"2025-{month + 1:02}-06 09:00")
        for month in (6, 7, 8, 9)
        for n in range(3)
    ]
    other = GOAL | {
        "name": "As many as in June",
        "relative_to": "2025-06",
        "hurdles": {"target": 0},
    }
    version = agreement(goal=GOAL, goals=[GOAL, other])
    kept = found(rows, "2025-10-20 12:00", version)
    history = tiny.history(rows)
    at, asked = moment("2025-10-20 12:00"), []
    measures = Measures(evaluate([version], history, as_of=at, known_at=at), history)
    monkeypatch.setattr(insight, "MOST_ROWS_TO_KEEP", 0)
    monkeypatch.setattr(
        insight,
        "evaluate",
        lambda *told, **when: asked.append(when["as_of"]) or evaluate(*told, **when),
    )
    sparing = insight.Evidence(measures)
    assert {made.period: made for made in recent(sparing, back=3)} == kept
    assert len(asked) == len(set(asked)) == 3
    assert len([each for each in sparing._earlier.values() if each is not sparing]) <= 2


def test_until_then_it_may_change() -> None:
    july = found(JULY, "2025-08-03 12:00")["2025-07"]
    assert (july.value, july.official) == (2, None)
    assert july.final_at == moment("2025-08-04 00:00")
    assert july.sentence.endswith("Answers logged late may still change it until 3 August 2025.")


def test_what_is_excluded_later_is_an_adjustment_too() -> None:
    rows = [*JULY[:2], row("a", "lead.excluded", "2025-08-10 10:00", reason="bot")]
    july = found(rows, "2025-08-20 12:00")["2025-07"]
    assert july.official is not None
    assert (july.value, july.official.now) == (2, 1)
    assert july.sentence.endswith("−1 since it was closed.")


def test_a_period_before_the_term_is_history_and_not_frozen() -> None:
    july = found(JULY, "2025-08-20 12:00", agreement("2025-08-01"))["2025-07"]
    assert (july.value, july.official) == (3, None)


def test_what_was_imported_later_as_a_whole_was_not_known_then() -> None:
    late = [form(each["lead_id"], "2025-07-02 10:00", "2025-08-10 09:00") for each in JULY]
    july = found(late, "2025-08-20 12:00")["2025-07"]
    assert (july.value, july.official) == (3, None)


RELATIVE = GOAL | {
    "relative_to": "2025-06",
    "by": "percent",
    "hurdles": {"minimum": 0, "target": 50, "stretch": 100},
}
JUNE = [
    form("d", "2025-06-02 10:00"),
    *(form(f"e{n}", "2025-06-03 10:00") for n in range(4)),
    form("f", "2025-06-30 10:00", "2025-07-20 09:00"),
]


def test_a_baseline_is_what_was_known_when_the_term_began() -> None:
    july = found([*JUNE, *JULY], "2025-08-20 12:00", agreement("2025-07-01", RELATIVE))["2025-07"]
    assert july.baseline is not None
    assert (july.baseline.value, july.baseline.known_at) == (5, moment("2025-07-01 00:00"))
    assert [hurdle.value for hurdle in july.hurdles] == [5, 7.5, 10]


def test_a_baseline_without_a_term_is_what_is_known_now() -> None:
    july = found([*JUNE, *JULY], "2025-08-20 12:00", agreement(goal=RELATIVE, term=None))["2025-07"]
    assert july.baseline is not None
    assert (july.baseline.value, july.baseline.known_at) == (6, None)


def test_a_closed_period_is_judged_by_the_version_in_force_when_it_ended() -> None:
    harder = agreement(
        "2025-08-05", GOAL | {"hurdles": {"minimum": 9, "target": 10, "stretch": 11}}
    )
    made = found([*JUNE, *JULY], "2025-08-20 12:00", agreement(), harder)
    assert [hurdle.value for hurdle in made["2025-07"].hurdles] == [2, 3, 5]
    assert [hurdle.value for hurdle in made["2025-08"].hurdles] == [9, 10, 11]


def test_another_moment_than_the_evaluation_s_is_evaluated_anew() -> None:
    history = tiny.history(JULY)
    result = evaluate([agreement()], history, as_of=moment("2025-08-20 12:00"))
    made = standings(Measures(result, history), moment("2025-07-10 12:00"))
    assert [(each.period, each.value) for each in made] == [("2025-07", 1)]
