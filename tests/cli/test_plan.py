"""`leadpact plan` over the example of a small company."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.helpers import answer

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "small-agency"
COMMAND = (
    *("plan", EXAMPLE / "agreement.yaml", "--sources", EXAMPLE / "sources.yaml"),
    *("--year", "2027"),
)


def test_a_small_company_plans_a_year() -> None:
    told = answer(*COMMAND, "--revenue", "500k", "--cost", "mqls=100")
    assert told.code == 0
    assert told.out.startswith(
        "For 500,000 EUR in 2027 sales owes 24 won deals and marketing 87 MQLs"
    )
    assert "hurdles: {minimum:" in told.out
    found = json.loads(answer(*COMMAND, "--revenue", "500k", "--cost", "mqls=100", "--json").out)
    assert sum(each["revenue"] for each in found["months"]) == 500_000
    assert round(found["cost"]) == round(100 * found["whole"]["mqls"])


def test_what_is_wrong_names_the_option() -> None:
    told = answer(*COMMAND, "--revenue", "lots")
    assert told.code == 2
    assert "“lots” is no number" in told.err
    assert "--revenue" in told.err
    assert answer(*COMMAND, "--revenue", "500k", "--cost", "mqls").code == 2
