"""The mapping file: what can be written, and every problem at its line."""

from pathlib import Path

import pytest

from leadpact.sources.loading import SourcesError, load_sources, parse_sources
from leadpact.sources.reference import example, reference_markdown
from tests.sources.helpers import LEADS, hints, messages

ROOT = Path(__file__).resolve().parents[2]


def problems(text: str) -> list[tuple[int, str, str | None]]:
    with pytest.raises(SourcesError) as raised:
        parse_sources(text, "sources.yaml")
    return [(each.line, each.message, each.hint) for each in raised.value.problems]


def test_all_problems_are_told_at_their_lines() -> None:
    text = """\
leadpact_sources: 1
timezone: Europe/Berlinn
tables:
  - file: contacts.csv
    leeds: {}
    leads:
      id: 5
      created: {column: a, value: 2020-01-01}
      fields:
        email: {colum: Email}
    events:
      - kind: sale.attempted
        at: Date
  - sql: select 1
  - {file: a.csv, dates: american, deals: {id: x, outcome: {won: [1]}}}
"""
    found = problems(text)
    assert sorted({line for line, _, _ in found}) == [2, 5, 7, 8, 10, 12, 14, 15]
    said = {line: f"{message} / {hint}" for line, message, hint in found}
    assert "did you mean “Europe/Berlin”?" in said[2]
    assert "did you mean “leads”?" in said[5]
    assert "either a date `column` or a fixed `value`" in said[8]
    assert "did you mean “column”?" in said[10]
    assert "did you mean sales.attempted?" in said[12]
    assert "needs a `name`" in said[14]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("- a\n", "list"),
        ("tables: []\n", "leadpact_sources"),
        ("leadpact_sources: 2\ntables: [{file: a.csv}]\n", "leadpact_sources"),
        ("leadpact_sources: 1\ntables: []\n", "tables"),
        ("leadpact_sources: 1\ntables: [{file: a/x.csv}, {file: b/x.csv}]\n", "x.csv"),
        ("leadpact_sources: 1\ntables: &t [*t]\n", "itself"),
        ("leadpact_sources: 1\nleadpact_sources: 1\ntables: [{file: a.csv}]\n", "twice"),
        ("leadpact_sources: 1\ntables: [{}]\n", "file"),
        ("leadpact_sources: 1\ntables: [{file: a.csv, sql: select 1, name: a}]\n", "sql"),
    ],
)
def test_a_broken_mapping_is_told(text: str, word: str) -> None:
    assert any(word in f"{message} {hint}" for _, message, hint in problems(text))


def test_a_mapping_that_is_not_there(tmp_path) -> None:
    with pytest.raises(SourcesError, match="no such file"):
        load_sources(tmp_path / "sources.yaml")


def test_unknown_columns_are_told_with_the_nearest(reading) -> None:
    mapping = LEADS.replace("email: email", "email: E-mail, size: sise") + (
        "    events: [{kind: page_viewed, at: seen, when: {lang: en}, properties: {p: pge}}]\n"
    )
    with pytest.raises(SourcesError) as raised:
        reading(mapping, leads_csv="id,created,email,size,page,seen\n")
    assert messages(raised.value) == [
        "leads.csv has no column “E-mail”",
        "leads.csv has no column “sise”",
        "leads.csv has no column “lang”",
        "leads.csv has no column “pge”",
    ]
    assert hints(raised.value)[:2] == ["did you mean “email”?", "did you mean “size”?"]
    assert [problem.line for problem in raised.value.problems] == [6, 6, 7, 7]


def test_a_column_that_is_there_twice_is_refused_only_where_it_is_used(reading) -> None:
    text = "id,created,email,note,note\n1,2025-03-14,a,b,c\n"
    assert reading(LEADS, leads_csv=text).rejects == []
    with pytest.raises(SourcesError, match="“email” 2 times"):
        reading(LEADS, leads_csv=text.replace("note,note", "email,note"))


def test_the_example_of_the_reference_is_valid() -> None:
    assert len(parse_sources(example(), "example").sources.tables) == 3


def test_the_reference_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "sources.md").read_text(encoding="utf-8")
    assert page == reference_markdown(), "run `make docs`"
