"""Wins and losses: which deals were large, and what went with winning, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from leadpact.documents.blocks import Opened, Section, plain
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.wins import wins
from leadpact.engine.metrics.measures import Measures
from tests.engine.metrics import tiny

#: Of 30 deals from the web 24 are won, of 30 from fairs 6; sales broke a promise to every third.
DEALS: list[dict[str, Any]] = [
    {
        "deal_id": f"D{n}",
        "lead_ids": [f"L{n}"],
        "outcome": "won" if (n % 30) < (24 if n < 30 else 6) else "lost",
        "amount": 100.0 * (n + 1),
        "currency": "EUR",
        "reason": None if (n % 30) < (24 if n < 30 else 6) else "no budget",
        "opened_at": tiny.day(1),
        "closed_at": tiny.day(20 + n / 10),
    }
    for n in range(60)
]
OLD = {**DEALS[0], "deal_id": "old", "closed_at": tiny.day(-300)}


def told(deals: list[dict[str, Any]]) -> Section:
    result = tiny.result(
        leads=[
            {"lead_id": f"L{n}", "source": "web" if n < 30 else "fair", "company": f"Company {n}"}
            for n in range(60)
        ],
        lead_states=[{"lead_id": f"L{n}", "persona": "Founder"} for n in range(10)],
        stage_entries=[tiny.entry(f"L{n}", "MQL", 2, tier="A1") for n in range(15)],
        clocks=[tiny.clock(f"L{n}", "missed" if n % 3 == 0 else "met") for n in range(60)],
    )
    return wins(CaseBook(Measures(result, tiny.history(deals=deals))))


@pytest.fixture(scope="module")
def found() -> Section:
    return told([*DEALS, OLD])


def rows(section: Section, caption: str) -> list[list[str]]:
    tables = [*section.tables, *section.aside]
    table = next(each for each in tables if each.caption.startswith(caption))
    return [[plain(cell) for cell in row] for row in table.rows]


def test_the_answer_counts_twelve_months(found: Section) -> None:
    said = plain(found.answer).replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("30 of 60 deals that were closed in twelve months were won, for ")
    assert "Won clearly more often: source “web” (80 % (24 of 30))" in said
    assert "Clearly less often: source “fair” (20 % (6 of 30))" in said


def test_the_largest_come_first(found: Section) -> None:
    lost = rows(found, "The largest deals lost (the first 10 of 30)")
    assert lost[0][:3] == ["Company 59", "source fair, all promises kept", "no budget"]
    assert lost[0][3:] == ["6,000\xa0EUR", "27\xa0Jul\xa02025"]
    won = rows(found, "The largest deals won")
    assert won[0] == [
        "Company 35",
        "source fair, all promises kept",
        "3,600\xa0EUR",
        "24\xa0Jul\xa02025",
    ]
    assert len(won) == 10
    assert won[2][1] == "source fair, a promise broken"


def test_a_trait_is_compared_with_the_others(found: Section) -> None:
    clear = rows(found, "What went with winning")
    assert [row[0] for row in clear] == ["Source: fair", "Source: web"]
    assert clear[1][3] == "+60 points: clearly higher"
    chance = {row[0]: row for row in rows(found, "Differences that may be chance")}
    # Twenty deals with a broken promise, of which ten were won; as many of the others.
    promises = chance["Promises of sales: all kept"]
    assert promises[3].endswith("may be chance")
    # A tier is known of 15 deals alone, and all have the same one: nothing to compare.
    assert "Tier at handover: A1" not in chance


def test_figures_open_to_their_deals(found: Section) -> None:
    table = next(each for each in found.tables if each.caption.startswith("What went"))
    cell = table.rows[1][1]
    assert isinstance(cell, Opened)
    assert [(group.name, group.total) for group in cell.behind.groups] == [("won", 24), ("lost", 6)]
    first = cell.behind.groups[1].first[0]
    assert (first.lead, first.why) == ("L29", "deal D29 lost, 3,000: no budget")


def test_without_a_deal_it_says_so() -> None:
    assert plain(told([OLD]).text[0]) == "No deal was won or lost in twelve months."


def test_a_deal_without_lead_or_amount_is_told_as_well() -> None:
    bare = {"deal_id": "bare", "outcome": "lost", "closed_at": tiny.day(30), "lead_ids": []}
    section = told([*DEALS, bare])
    assert plain(section.answer).replace("\N{NO-BREAK SPACE}", " ").startswith("30 of 61 deals")
