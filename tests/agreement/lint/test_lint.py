"""Lint as its callers meet it: places in the file, clean templates, the reference page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadpact.agreement.lint import RULES, lint, reference
from leadpact.agreement.loading import load_text
from leadpact.agreement.templates import names, text

TODAY = date(2026, 6, 1)
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "lint.md"


def test_finding_points_into_the_file():
    broken = text("basic").replace("stage: MQL}", "stage: MQLs}")
    (problem,) = lint(load_text(broken, "mine.yaml"), TODAY)
    line = broken.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :] == "MQLs}"
    assert (problem.file, problem.rule, problem.severity) == ("mine.yaml", "unknown-stage", "error")
    assert problem.message == "there is no stage “MQLs”"
    assert problem.hint == "did you mean “MQL”?"


def test_findings_come_in_the_order_of_the_document():
    broken = (
        text("b2b-saas").replace("employees,", "staff,").replace("Opsmatic", "brightfield.example")
    )
    problems = lint(load_text(broken, "mine.yaml"), TODAY)
    places = [(problem.line, problem.column) for problem in problems]
    assert len(places) > 5
    assert places == sorted(places)


def test_agreement_without_a_file_has_findings_without_lines():
    agreement = load_text(text("b2b-saas"), "x").agreement
    (problem,) = lint(agreement, date(2027, 1, 1))
    assert (problem.file, problem.line, problem.rule) == ("", 0, "term-over")


def test_file_that_is_no_agreement_has_no_findings():
    assert lint(load_text("name: Nothing else", "x"), TODAY) == []


@pytest.mark.parametrize("within", ["2 hours", "90 minutes"])
def test_duration_without_its_kind_of_time_is_a_problem(within: str):
    loaded = load_text(text("basic").replace("3 business days", within), "mine.yaml")
    (problem,) = loaded.problems
    assert problem.path == ("obligations", 0, "within")
    assert "does not say which time it means" in problem.message


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 12, 31)])
def test_templates_have_no_findings(name: str, today: date):
    loaded = load_text(text(name), name)
    assert loaded.problems == []
    assert lint(loaded, today) == []


def test_reference_page_lists_every_rule():
    page = PAGE.read_text(encoding="utf-8")
    remedy = "renew it: write what leadpact.agreement.lint.reference() gives into the page"
    assert page == reference(), remedy
    assert [name for name in RULES if f"`{name}`" not in page] == []
