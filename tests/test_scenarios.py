"""Every scenario, told by the oracle and by the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from tests import oracle
from tests.scenario import Look, Scenario, differences, scenarios

ALL = list(scenarios())
TOLD = [one for one in ALL if one.looks]
BEYOND_ORACLE = ("exclusions", "set_aside")
NAMES = [f"{one.file}: {one.title}" for one in TOLD]


def test_titles_are_unique() -> None:
    titles = [one.title for one in ALL]
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize(
    "scenario", [one for one in TOLD if not one.hygiene], ids=lambda one: f"{one.file}: {one.title}"
)
def test_oracle(scenario: Scenario) -> None:
    _check(_asked_of_oracle(scenario), _by_oracle)


@pytest.mark.scenario
@pytest.mark.parametrize("scenario", TOLD, ids=NAMES)
def test_engine(scenario: Scenario) -> None:
    _check(scenario, by_engine)


@pytest.mark.parametrize(
    "scenario", [one for one in ALL if one.problem], ids=lambda one: f"{one.file}: {one.title}"
)
def test_problem(scenario: Scenario) -> None:
    from leadpact.agreement.loading import load_text

    document = json.dumps(scenario.documents[0], default=str)
    said = [problem.message for problem in load_text(document, "agreement.yaml").problems]
    assert any(scenario.problem in message for message in said), said


def _check(scenario: Scenario, told: Any) -> None:
    found = []
    for look in scenario.looks:
        tables = told(scenario, look)
        local = look.as_of.astimezone(scenario.zone)
        found += [
            f"as of {local:%a %Y-%m-%d %H:%M}: {difference}"
            for difference in differences(look.expect, tables, scenario.zone)
        ]
    assert not found, "\n".join([scenario.title, *found])


def _by_oracle(scenario: Scenario, look: Look) -> dict[str, Any]:
    result = oracle.evaluate(
        scenario.versions(), scenario.rows, look.as_of, look.known_at, look.simulate
    )
    return vars(result)


def _asked_of_oracle(scenario: Scenario) -> Scenario:
    """The scenario without what only hygiene and the log of the engine tell of rows."""
    looks = [
        replace(look, expect={k: v for k, v in look.expect.items() if k not in BEYOND_ORACLE})
        for look in scenario.looks
    ]
    return replace(scenario, looks=looks)


def by_engine(scenario: Scenario, look: Look) -> dict[str, Any]:
    """The engine's tables, as lists of lines."""
    from leadpact.engine.evaluate import evaluate
    from leadpact.engine.log import LOG_SCHEMA, History

    rows = [{**row, "properties": json.dumps(row["properties"])} for row in scenario.rows]
    result = evaluate(
        scenario.versions(),
        History(pa.Table.from_pylist(rows, schema=LOG_SCHEMA)),
        as_of=look.as_of,
        known_at=look.known_at,
        simulate=look.simulate,
        with_hygiene=scenario.hygiene,
    )
    names = (
        "lead_states",
        "stage_entries",
        "episodes",
        "clocks",
        "clock_shares",
        "exclusions",
        "set_aside",
    )
    return {name: getattr(result, name).to_pylist() for name in names}
