"""What was learned, as people read it: every number opens, and its SQL finds the same leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from leadpact.documents.blocks import Behind, Opened, Section, pieces_of, plain
from leadpact.documents.learned import as_json
from leadpact.documents.learned_leads import write_learned
from leadpact.documents.parts.learning import learning_sections
from leadpact.flows.learning import teach
from leadpact.insight.learning.taught import Taught
from tests.insight.learning.made import company, loaded, replay


@pytest.fixture(scope="module")
def taught() -> Taught:
    history = company(2000)
    return teach(loaded(), replay(history), history)


@pytest.fixture(scope="module")
def sections(taught: Taught) -> list[Section]:
    return learning_sections(taught)


def behinds(sections: list[Section]) -> Iterator[tuple[str, Behind]]:
    for section in sections:
        texts = [section.answer, *section.text]
        for table in (*section.tables, *section.aside):
            texts += [cell for row in table.rows for cell in row]
        for text in texts:
            for piece in pieces_of(text):
                if isinstance(piece, Opened):
                    yield piece.text, piece.behind


def test_every_figure_opens_to_as_many_leads_and_its_query_finds_them(
    taught: Taught, sections: list[Section], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_learned(taught, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = list(behinds(sections))
    assert len(found) >= 60
    for text, behind in found:
        assert text.removesuffix(" leads").replace(",", "") == str(behind.total), behind.title
        rows = duckdb.sql(f"select count(*) from ({behind.query})").fetchall()
        assert rows == [(behind.total,)], behind.query


def test_the_answers_can_be_read_in_five_seconds(sections: list[Section]) -> None:
    apart, ready, card = (plain(each.answer) for each in sections)
    assert apart.startswith("Of 2,000 leads with a known end, ")
    assert "Those with “demo requested” did " in apart
    assert ready.startswith(("Consider another: ", "Keep the present definition. "))
    assert "the learned scorecard gives the customer more points in" in card
    assert card.endswith(("clearly better.", "no reason to change the score."))


def test_what_can_be_copied_says_where_it_belongs(sections: list[Section]) -> None:
    assert sections[1].code.startswith("# of the stage “MQL”:\nwhen: ")
    assert sections[2].code.startswith("scoring:\n  rules:\n    - name: demo requested\n")
    assert "# and of the stage “MQL”:\nwhen: {score: total, at_least: " in sections[2].code


def test_too_little_is_one_sentence() -> None:
    history = company(60)
    (section,) = learning_sections(teach(loaded(), replay(history), history))
    assert "with fewer than 20 nothing can be said" in plain(section.answer)
    assert not section.tables


def test_machines_get_all_of_it(taught: Taught) -> None:
    told = json.loads(json.dumps(as_json(taught), allow_nan=False))
    assert told["leads"] == 2000
    assert told["traits"][0]["when"] == {"event": "demo_requested"}
    assert told["definition"]["what_if"]["now"]["mqls"] > 0
    assert {rule["name"] for rule in told["scorecard"]["rules"]} >= {"demo requested"}


def test_what_is_too_good_is_not_to_be_trusted() -> None:
    """A quality that sales noted, in an export: no value of it alone gives it away."""

    def noted(number: int, wins: bool) -> dict[str, str]:
        wrong = number % 15 == 0
        return {"quality": ("high", "fair")[number % 2] if wins != wrong else "low"}

    history = company(1500, said=noted, attributes_as_exported=True)
    card = learning_sections(teach(loaded(), replay(history), history))[2]
    assert plain(card.answer).startswith("Do not trust this one before you have looked: “quality:")
