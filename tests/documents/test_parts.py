"""What the parts of a report say of counts that differ, of answers, and of the agreement."""

from __future__ import annotations

from typing import Any

from leadpact.agreement.example import example_values
from leadpact.agreement.spec import Agreement
from leadpact.documents.blocks import Section, plain
from leadpact.documents.case_book import CaseBook
from leadpact.documents.headline import overview
from leadpact.documents.parts.agreement import agreement_section, tables_of
from leadpact.documents.parts.answers import answers
from leadpact.documents.parts.funnel import funnel
from leadpact.documents.parts.programs import programs
from leadpact.engine.metrics.measures import Measures
from leadpact.insight.evidence import Evidence
from tests.engine.metrics import tiny


def part(make: Any, **tables: Any) -> Section:
    measures = Measures(tiny.result(**tables), tiny.history())
    section: Section = make(CaseBook(measures), overview(Evidence(measures), []).stretch)
    return section


def said(section: Section) -> list[str]:
    return [plain(text).replace("\u00a0", " ") for text in section.text]


def passage(lead: str, *stages: str, episode: int = 1, **of_mql: Any) -> list[dict[str, Any]]:
    return [
        tiny.entry(lead, stage, place, episode, **(of_mql if stage == "MQL" else {}))
        for place, stage in enumerate(stages)
    ]


def test_the_funnel_says_how_its_mqls_are_made_up() -> None:
    entries = [
        *passage("a", "Lead", "MQL", "SAL"),
        *passage("a", "Lead", "MQL", episode=2),
        *passage("b", "Lead", "MQL", "SAL", implied=True),
    ]
    (*_, bridge) = said(part(funnel, leads=[{"lead_id": "a"}, {"lead_id": "b"}],
                             stage_entries=entries))  # fmt: skip
    assert bridge.startswith("Of the 3 episodes that entered MQL, 1 are leads that became an MQL ")
    assert "1 became one again, and 1 are implied" in bridge


def test_the_funnel_says_who_is_missing_in_a_stage() -> None:
    entries = [
        *passage("a", "Lead", "MQL", "SAL"),
        *passage("b", "Lead", "MQL", "SAL", disputed=True),
    ]
    told = said(part(funnel, leads=[{"lead_id": "a"}, {"lead_id": "b"}], stage_entries=entries))
    assert any(
        text.startswith("2 episodes entered SAL, 1 of them moved on from MQL") for text in told
    )


def clocks(outcome: str, count: int, **changes: Any) -> list[dict[str, Any]]:
    return [
        tiny.clock(f"{outcome} {n}", outcome, working_seconds=600.0, **changes)
        for n in range(count)
    ]


def test_answers_in_time_are_told_of_all_clocks_that_started() -> None:
    own = [*clocks("met", 30), *clocks("missed", 4), *clocks("overdue", 6)]
    section = part(answers, leads=[{"lead_id": "met 0"}], clocks=own)
    (chart,) = section.charts
    summary = plain(chart.summary).replace("\u00a0", " ")
    assert summary.startswith(
        "75 % (30 of 40) of the clocks started in Q3 2025 were answered in time, 4 late; "
        "6 had no answer (6 past due)."
    )
    assert "The last bar" not in summary


def test_every_section_of_the_agreement_is_shown() -> None:
    section = agreement_section(Agreement.model_validate(example_values()))
    shown = {table.caption for table in (*section.tables, *section.aside)}
    assert shown >= {
        *("Ideal customers", "Personas", "Left out before sales sees it", "Nurture", "Teams"),
        *("Who is discarded, and who comes back", "Who receives which leads"),
    }
    frame = {plain(row[0]): plain(row[1]) for row in section.tables[0].rows}
    assert frame["Looked at again"].startswith("every ")
    assert "Points of contact in sales" in frame
    assert " to until" not in frame["Term"]


def test_names_of_the_log_are_words_and_other_texts_stay() -> None:
    values = example_values()
    values["definitions"] = {"MQL": "Write to sales_team@x.example, or see c_level.pdf."}
    tables = tables_of(Agreement.model_validate(values))
    cells = {plain(cell) for table in tables for row in table.rows for cell in row}
    assert not [each for each in cells if "sales.connected" in each or "form_submitted" in each]
    assert any("sales connected" in each for each in cells)
    assert any("form submitted (form is demo)" in each for each in cells)
    assert "Write to sales_team@x.example, or see c_level.pdf." in cells


def test_nurture_tells_of_each_program_how_it_ends() -> None:
    terms = tiny.agreement(nurture=[{"name": "Later", "owner": "Mia"}])
    leads = [f"lead {number}" for number in range(4)]
    section = part(
        lambda book, _stretch: programs(book),
        under=terms,
        leads=[{"lead_id": lead} for lead in leads],
        episodes=[tiny.episode(leads[0], qualified_at=tiny.day(2))],
        nurture=[
            tiny.nurtured(leads[0], "Later", 2, "qualified"),
            tiny.nurtured(leads[1], "Later", 3, "exit"),
            tiny.nurtured(leads[2], "Later", 3, "asked to"),
            tiny.nurtured(leads[3], "Later"),
        ],
    )
    assert plain(section.answer).replace("\u00a0", " ") == (
        "Of all entries into nurture programs 1 of 4 qualified in one."
    )
    (row,) = [[plain(cell).replace("\u00a0", " ") for cell in r] for r in section.tables[0].rows]
    assert row == ["Later", "4", "1 of 4", "fewer than half so far", "1"]
    ways = [[plain(cell) for cell in row[1:3]] for row in section.aside[0].rows]
    assert sorted(ways) == [
        ["asked to", "1"], ["qualified", "1"], ["the exit that the program names", "1"],
    ]  # fmt: skip


def test_programs_that_nobody_entered_say_so() -> None:
    terms = tiny.agreement(nurture=[{"name": "Later", "owner": "Mia"}])
    section = part(lambda book, _stretch: programs(book), under=terms)
    assert said(section) == ["No lead has entered a nurture program yet."]
