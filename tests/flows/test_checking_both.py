"""An agreement and its mapping, checked against each other."""

from datetime import UTC, datetime

import pytest

from leadpact.flows.checking import check_all

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AGREEMENT = """leadpact: 1
name: Ours
term: {from: 2026-01-01, review_every: quarter}
calendar: {timezone: UTC, hours: {mon-fri: "09:00-17:00"}}
definitions: {MQL: Ready for sales.}
stages:
  - {name: Lead, side: marketing}
  - {name: MQL, side: marketing, role: mql%s}
handoff: {stage: MQL}
"""
MAPPING = """leadpact_sources: 1
timezone: UTC
tables:
  - file: leads.csv
    leads: {id: ID, created: Created%s}
"""


def warned(folder, when: str = "", leads: str = "", more: str = "") -> list[str]:
    (folder / "agreement.yaml").write_text(AGREEMENT % when, encoding="utf-8")
    (folder / "sources.yaml").write_text(MAPPING % leads + more, encoding="utf-8")
    files = [str(folder / "agreement.yaml"), str(folder / "sources.yaml")]
    agreement, mapping = check_all(files, NOW)
    assert mapping.problems == []
    (alone,) = check_all(files[:1], NOW)
    assert alone.problems == []
    return [problem.message for problem in agreement.problems]


def test_a_stage_that_nothing_enters_is_told(tmp_path) -> None:
    assert warned(tmp_path) == ["nothing in the sources can bring a lead into “MQL”"]


@pytest.mark.parametrize(
    ("when", "leads", "more"),
    [
        ("", ", stages: {mql: Qualified}", ""),
        ("", "", "    events: [{kind: stage.entered, at: T, properties: {stage: {value: MQL}}}]\n"),
        ("", "", "    events: [{kind: stage.entered, at: T, properties: {stage: Stage}}]\n"),
        ("", "", "    events: [{kind: {column: Type}, at: T}]\n"),
        (", when: {event: form_submitted}", "", "    events: [{kind: form_submitted, at: T}]\n"),
        (", when: {field: country, is: DE}", "", ""),
        (
            ", when: {event: deal.opened}", "",
            "  - {file: d.csv, deals: {id: ID, outcome: S, opened: O, leads: L}}\n",
        ),
    ],
)  # fmt: skip
def test_a_stage_that_something_may_enter_is_not(tmp_path, when, leads, more) -> None:
    assert warned(tmp_path, when, leads, more) == []


@pytest.mark.parametrize(
    ("when", "more"),
    [
        (", when: {event: form_submitted}", "    events: [{kind: page_viewed, at: T}]\n"),
        (", when: {all: [{field: country, is: DE}, {event: demo}]}", ""),
        (", when: {event: deal.won}", "  - {file: d.csv, deals: {id: I, outcome: S, closed: C}}\n"),
    ],
)  # fmt: skip
def test_a_condition_that_nothing_fulfils_is_told(tmp_path, when, more) -> None:
    assert len(warned(tmp_path, when, more=more)) == 1
