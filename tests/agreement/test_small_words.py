"""Small things that are said: they must be true, and help."""

from datetime import date

import pytest

from leadpact.agreement import templates
from leadpact.agreement.lint import lint
from leadpact.agreement.loading import load_text
from leadpact.engine.explaining.words import capital


def said(old: str, new: str) -> list[tuple[str, str | None]]:
    text = templates.text("basic")
    assert old in text
    loaded = load_text(text.replace(old, new), "a.yaml")
    found = [*loaded.problems, *lint(loaded, date(2026, 3, 1))]
    return [(problem.message, problem.hint) for problem in found]


def test_hurdles_are_told_as_they_are_written() -> None:
    ((message, _),) = said("minimum: 40, target: 50", "minimum: 55, target: 50")
    assert message == "“MQLs”: the target of 50 must be higher than the minimum of 55"


def test_a_number_as_a_zone_is_no_matter_of_quotes() -> None:
    ((message, hint),) = said("timezone: America/New_York", "timezone: 5")
    assert message == "“timezone” must be a text, not the number 5"
    assert hint == "write it as in Europe/Berlin"


@pytest.mark.parametrize(
    ("field", "meant"), [("headcount", None), ("contry", "country"), ("industri", None)]
)
def test_only_a_likely_slip_is_called_one(field, meant) -> None:
    when = f"role: mql, when: {{field: {field}, is: x}}}}"
    ((message, hint),) = said("role: mql}", when)
    assert message == f"there is no field “{field}”"
    assert ("did you mean" in str(hint)) is bool(meant)
    assert (meant or "declare it") in str(hint)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("email_sent after 1 min", "email_sent after 1 min"),
        ("sales spoke", "Sales spoke"),
        ("", ""),
    ],
)
def test_a_kind_begins_a_sentence_as_it_is(text, told) -> None:
    assert capital(text) == told
