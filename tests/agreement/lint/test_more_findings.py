"""Rules that look at several things: each of them is found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.spec import Agreement
from tests.agreement.lint.test_rules import BASE

TODAY = date(2026, 6, 1)


def found(section: str, rule: str) -> list[tuple[Any, ...]]:
    agreement = Agreement.model_validate(BASE | YAML(typ="safe", pure=True).load(section))
    return [finding.path for by, finding in examine(agreement, TODAY) if by.name == rule]


def stages(*conditions: str) -> str:
    lines = [f"  - {{name: Stage {i}, {condition}}}" for i, condition in enumerate(conditions)]
    return "handoff: {stage: Stage 1}\nstages:\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("funnel", "place"),
    [
        (stages("when: {event: seen}", "side: sales"), ("stages", 0, "when")),
        (stages("side: sales", "outcome: won", "side: sales"), ("stages", 1, "outcome")),
        (stages("side: sales", "role: sql", "role: mql"), ("stages", 2, "role")),
        (stages("side: sales", "role: mql", "role: mql"), ("stages", 2, "role")),
    ],
)
def test_stage_order(funnel: str, place: tuple[Any, ...]):
    assert found(funnel, "stage-order") == [place]


@pytest.mark.parametrize(
    "condition",
    [
        "{field: country, is: DE, not: de}",
        "{field: country, starts_with: D, contains: x, is: DE}",
        "{all: [{field: staff, at_least: 10}, {field: staff, less_than: 10}]}",
        "{all: [{field: staff, known: true}, {field: staff, unknown: true}]}",
        "{all: [{field: size, not: big}, {field: size, not_in: [small, medium]}]}",
        "{none: [{any: [{field: staff, at_least: 1}, {field: staff, less_than: 2}]}]}",
        "{all: [{event: seen}, {none: [{event: seen}]}]}",
        "{event: seen, where: {page: {is: home, starts_with: about}}}",
        "{all: [{field: founded, at_least: 2020-01-02}, {field: founded, at_most: 2020-01-01}]}",
        "{all: [{field: partner, is: true}, {field: partner, is: 'no'}]}",
    ],
)
def test_contradictions(condition: str):
    fields = (
        "{staff: number, founded: date, partner: boolean, "
        "size: {type: text, values: [small, medium, big]}}"
    )
    funnel = stages("side: sales", f"side: sales, when: {condition}")
    assert found(f"fields: {fields}\n{funnel}", "never-holds") == [("stages", 1, "when")]


def test_one_row_cannot_be_two_kinds():
    both = "{all: [{event: seen}, {event: clicked}]}"
    rule = f"scoring: {{rules: [{{name: R, when: {both}, points: 1}}]}}"
    assert found(rule, "never-holds") == [("scoring", "rules", 0, "when")]
    assert found(stages("side: sales", f"side: sales, when: {both}"), "never-holds") == []


def test_any_activity_is_not_a_call():
    both = "{all: [{event: any}, {event: sales.connected}]}"
    rule = f"scoring: {{rules: [{{name: R, when: {both}, points: 1}}]}}"
    assert found(rule, "never-holds") == [("scoring", "rules", 0, "when")]


SCORED = """
fields: {staff: number}
scoring:
  groups: {engagement: {at_most: 10}}
  rules:
    - {name: Big, when: {field: staff, at_least: 100}, points: 30}
    - {name: Small, when: {field: staff, less_than: 100}, points: 20}
    - {name: Viewed, when: {event: viewed}, points: 4}
"""


@pytest.mark.parametrize(("threshold", "reached"), [(40, True), (40.5, False)])
def test_values_of_one_field_exclude_each_other(threshold: float, reached: bool):
    funnel = stages("side: sales", f"side: sales, when: {{score: total, at_least: {threshold}}}")
    expected = [] if reached else [("stages", 1, "when")]
    assert found(SCORED + funnel, "threshold-out-of-reach") == expected


@pytest.mark.parametrize(("threshold", "reached"), [(30, True), (31, False)])
def test_threshold_is_judged_for_the_leads_of_its_segment(threshold: float, reached: bool):
    override = f"{{Stage 1: {{when: {{score: total, at_least: {threshold}}}}}}}"
    segments = f"segments: [{{name: S, when: {{field: staff, at_most: 50}}, stages: {override}}}]"
    document = f"{SCORED}{stages('side: sales', 'side: sales')}\n{segments}"
    place = ("segments", 0, "stages", "Stage 1", "when")
    assert found(document, "threshold-out-of-reach") == ([] if reached else [place])


def test_grade_out_of_reach():
    tiers = SCORED + "  tiers: {fit: {A: 31, B: 5}, engagement: {'1': 10, '2': 5}}"
    assert found(tiers, "threshold-out-of-reach") == [("scoring", "tiers", "fit", "A")]


@pytest.mark.parametrize(
    ("place", "section"),
    [
        (("hygiene", "opt_out"), "hygiene: {opt_out: {event: unsubscribed}}"),
        (("hygiene", "bot"), "hygiene: {bot: {event: seen, count: 2}}"),
        (("personas", 0, "when"), "personas: [{name: P, when: {score: fit, at_least: 0}}]"),
        (("segments", 0, "when"), "segments: [{name: S, when: {event: seen}}]"),
        (
            ("disqualification", "reopens_on"),
            "disqualification: {reopens_on: {event: seen, not_within: 3 days}}",
        ),
        (
            ("handoff", "reentry", "activity"),
            "handoff: {stage: MQL, reentry: {activity: {event: seen, within: 3 days}}}",
        ),
    ],
)
def test_questions_that_cannot_be_asked(place: tuple[Any, ...], section: str):
    assert found(section, "cannot-be-asked") == [place]


PROMISE = """
obligations:
  - name: Answer
    side: sales
    starts_on: {event: asked}
    stops_on: {event: answered}
    escalate_to: [Ann]
    within: %s
    warnings: [%s]
"""


@pytest.mark.parametrize(
    ("within", "warning", "too_early"),
    [
        ("2 business hours", "2 business hours", True),
        ("2 business hours", "90 business minutes", False),
        ("4 clock hours", "4 business hours", True),
        ("4 clock hours", "1 business day", True),
        ("3 business days", "30 clock hours", False),
        ("end of the next business day", "15 business hours", False),
        ("end of the next business day", "16 business hours", True),
        ("2 business days", "2 days", True),
        ("14 days", "2 business days", False),
    ],
)
def test_warning_too_early(within: str, warning: str, too_early: bool):
    places = [("obligations", 0, "warnings", 0)] if too_early else []
    assert found(PROMISE % (within, warning), "warning-too-early") == places


def test_warning_too_early_in_a_segment():
    segment = "segments: [{name: US, when: {field: country, is: US}, obligations: {Answer: %s}}]"
    short = PROMISE % ("1 business day", "2 business hours") + segment % "{within: 1 business hour}"
    assert found(short, "warning-too-early") == [("obligations", 0, "warnings", 0)]
    waived = PROMISE % ("1 business day", "2 business hours") + segment % "{within: not asked}"
    assert found(waived, "warning-too-early") == []


def test_promise_completed_by_a_protocol_that_is_not_there():
    promise = PROMISE % ("1 business day", "1 business hour") + "    completed_by_protocol: true"
    place = [("obligations", 0, "completed_by_protocol")]
    assert found(promise, "obligation-never-stops") == place


@pytest.mark.parametrize("event", ["deal.won", "lead.disqualified", "sales.rejected"])
def test_clock_that_starts_with_an_ending(event: str):
    document = "handoff: {stage: MQL, rejections: [{reason: none, then: disqualify}]}" + (
        PROMISE % ("1 business day", "1 business hour")
    ).replace("asked", event)
    assert found(document, "obligation-never-starts") == [("obligations", 0, "starts_on")]


def test_rejection_that_recycles_starts_a_clock():
    document = "handoff: {stage: MQL, rejections: [{reason: late}]}" + (
        PROMISE % ("1 business day", "1 business hour")
    ).replace("asked", "sales.rejected")
    assert found(document, "obligation-never-starts") == []


def test_resume_without_pause():
    promise = PROMISE % ("1 business day", "1 business hour") + "    resumes_on: {event: back}"
    assert found(promise, "pause-without-resume") == [("obligations", 0, "resumes_on")]


GOAL = (
    "goals: [{name: G, side: sales, metric: %s, hurdles: {minimum: %s, target: %s, stretch: %s}}]"
)


def test_hurdles_that_mix_shares_and_numbers():
    mixed = GOAL % ("won_deals", "5", "80 %", "90 %")
    assert found(mixed, "hurdles-out-of-order") == [("goals", 0, "hurdles", "target")]


def test_hurdles_that_stand_still():
    level = GOAL % ("won_deals", "5", "5", "6")
    assert found(level, "hurdles-out-of-order") == [("goals", 0, "hurdles", "target")]


@pytest.mark.parametrize(
    ("metric", "hurdles", "places"),
    [
        ("win_rate", ("20 %", "30 %", "130 %"), ["stretch"]),
        ("won_deals", ("20 %", "30 %", "40 %"), ["minimum", "target", "stretch"]),
        ("won_deals", ("20", "30", "40"), []),
    ],
)
def test_hurdle_in_wrong_unit(metric: str, hurdles: tuple[str, ...], places: list[str]):
    expected = [("goals", 0, "hurdles", place) for place in places]
    assert found(GOAL % (metric, *hurdles), "hurdle-in-wrong-unit") == expected


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("by: percent", ("goals", 0, "by")),
        ("by: percent, relative_to: last autumn", ("goals", 0, "relative_to")),
    ],
)
def test_baseline(said: str, place: tuple[Any, ...]):
    goal = (GOAL % ("leads", 1, 2, 3)).replace("side: sales", f"side: sales, {said}")
    assert found(goal, "baseline-incomplete") == [place]


@pytest.mark.parametrize(
    "metric",
    [
        *("conversion", "stage_entries", "high_quality_share"),
        *("acceptance_rate", "over_threshold", "protocol_completion"),
    ],
)
def test_goal_that_cannot_be_counted(metric: str):
    assert len(found(GOAL % (metric, "1 %", "2 %", "3 %"), "goal-not-countable")) == 1


WITH_ROLES = (
    "stages: [{name: Lead}, {name: MQL, when: {score: total, at_least: 10}}, "
    "{name: SAL, role: sal}, {name: Won, outcome: won}]\n"
    "contact_protocol: {steps: [{name: Call, channel: phone, within: 1 business day}]}\n"
)


@pytest.mark.parametrize(
    "metric",
    ["mqls", "mql_to_close", "over_threshold", "acceptance_rate", "protocol_completion"],
)
def test_goal_of_roles_that_stages_have_undeclared(metric: str):
    assert found(WITH_ROLES + GOAL % (metric, "1 %", "2 %", "3 %"), "goal-not-countable") == []


def test_goal_of_two_roles_that_no_stage_has():
    bare = "stages: [{name: Lead}, {name: Open}]\nhandoff: {stage: Lead, recorded_by: event}\n"
    goal = GOAL % ("mql_to_close", "1 %", "2 %", "3 %")
    assert found(bare + goal, "goal-not-countable") == [("goals", 0, "metric")] * 2


def test_term_used_in_a_promise():
    promise = (PROMISE % ("1 business day", "1 business hour")).replace("Answer", "Answer all SQLs")
    assert found(promise, "undefined-term") == [("obligations", 0, "name")]
    assert found(promise + "definitions: {MQL: a, SQL: b}", "undefined-term") == []


def test_receiver_that_is_nearly_a_team():
    team = "routing: {teams: [{name: Americas, people: [{name: Ann}]}]}\n"
    misspelt = team + "handoff: {stage: MQL, to: Amercias}"
    assert found(misspelt, "unknown-receiver") == [("handoff", "to")]
    assert found(team + "handoff: {stage: MQL, to: Sorting desk}", "unknown-receiver") == []


def test_value_of_a_property_and_of_origin():
    promise = (
        PROMISE % ("1 business day", "1 business hour")
    ) + "    when: {field: origin, is: us}"
    assert found(promise, "value-not-declared") == [("obligations", 0, "when", "is")]
    declared = "properties: {form: {values: [demo]}}\n" + (
        PROMISE % ("1 business day", "1 business hour")
    ).replace("{event: asked}", "{event: asked, where: {form: demmo}}")
    place = ("obligations", 0, "starts_on", "where", "form")
    assert [path[:5] for path in found(declared, "value-not-declared")] == [place]


def test_reentry_activity_keeps_a_rejected_lead_from_bouncing():
    document = SCORED + stages(
        "side: sales", "side: sales, when: {score: total, at_least: 34}"
    ).replace(
        "handoff: {stage: Stage 1}", "handoff: {stage: Stage 1, rejections: [{reason: no}]%s}"
    )
    assert found(document % "", "bounces-back") == [("handoff", "rejections", 0)]
    named = ", reentry: {activity: {event: viewed}}"
    assert found(document % named, "bounces-back") == []


def test_absurdly_many_alternatives_are_given_the_benefit_of_the_doubt():
    pairs = [{"any": [{"field": "country", "is": f"{i}"} for i in (n, n + 1)]} for n in range(1100)]
    funnel = [{"name": "Lead", "side": "sales"}, {"name": "MQL", "side": "sales"}]
    funnel[1] |= {"when": {"all": pairs}}
    agreement = Agreement.model_validate(BASE | {"stages": funnel})
    assert "never-holds" not in {by.name for by, _ in examine(agreement, TODAY)}
