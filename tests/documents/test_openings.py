"""Every figure opens to the leads that make it: those that were counted, and all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from leadpact.documents import openings
from leadpact.documents.blocks import Behind, Case, Group, Opened, Said, Section, Text, plain
from leadpact.documents.case_book import CaseBook, write_cases
from leadpact.documents.first_screen import opened_line
from leadpact.documents.openings import Openings
from leadpact.documents.report import Report
from leadpact.documents.tables import write_tables
from tests.documents.company import Company
from tests.documents.reports import SHA, SMALL, crowded_report
from tests.engine.metrics import tiny

#: Figures that say how sure another is, what is asked, or of which single leads are named.
NOT_COUNTS = (
    *(
        "Was due",
        "Overdue for",
        "Due",
        "Likely end",
        "Needed a\u00a0working\u00a0day",
    ),
    *("Minimum", "Target", "Stretch", "Verdict", "Changed since it was closed", "Working days"),
    "At least 70 % of the due",
)
NOTHING_BEHIND = ("0", "–", "0 of 0")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def company() -> Report:
    made = Company()
    return Report(made.result(), made.history(), SHA)


@pytest.fixture(scope="module")
def tables(company: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(company.measures.result, folder)
    write_cases(company.measures, folder)
    return folder


def figures(section: Section) -> Iterator[tuple[str, Text]]:
    """Every cell that is a figure, with the place where it stands."""
    shown = [*section.tables, *section.aside, *(chart.table for chart in section.charts)]
    for table in shown:
        for row in table.rows:
            for title, cell in list(zip(table.header, row, strict=True))[table.words :]:
                if title not in NOT_COUNTS:
                    yield f"{table.caption} / {plain(row[0])} / {title}", cell


def in_sentences(section: Section) -> Iterator[Opened]:
    texts: list[Text] = [*section.text, *(chart.summary for chart in section.charts)]
    for text in texts:
        yield from (part for part in parts(text) if isinstance(part, Opened))


def on_the_first_screen(report: Report) -> Iterator[tuple[str, Opened]]:
    said, book = report.overview, CaseBook(report.measures)
    for line in said.lines:
        found = opened_line(book, said.stretch, line)
        for text in (found.shown, found.where, found.note, found.before):
            yield from ((line.name, part) for part in parts(text) if isinstance(part, Opened))


def parts(text: Text) -> Sequence[Said]:
    return [text] if isinstance(text, str | Opened) else text


def opened(report: Report) -> Iterator[tuple[str, Opened]]:
    yield from on_the_first_screen(report)
    for section in report.sections:
        for place, cell in figures(section):
            yield from ((place, part) for part in parts(cell) if isinstance(part, Opened))
        for said in in_sentences(section):
            yield section.title, said


@pytest.mark.parametrize("name", ["company", "one lead", "hostile", "crowded"])
def test_every_figure_opens_or_is_nothing(name: str, company: Report) -> None:
    report = {"company": lambda: company, "crowded": crowded_report, **SMALL}[name]()
    shut = [
        (place, cell)
        for section in report.sections
        if section.key != "agreement"
        for place, cell in figures(section)
        if not any(isinstance(part, Opened) for part in parts(cell))
        and plain(cell).replace("\u00a0", " ") not in NOTHING_BEHIND
    ]
    assert shut == []
    assert sum(1 for _ in opened(report)) > 3


def test_the_first_screen_opens_too(company: Report) -> None:
    found = list(on_the_first_screen(company))
    agreement = company.measures.result.agreement
    promised = {each.name for each in (*agreement.obligations, *agreement.goals)}
    assert {place for place, _ in found} == promised
    people = [said for _, said in found if said.text.startswith("Ben Carter")]
    assert [(said.text, said.behind.total) for said in people] == [
        ("Ben Carter (21\u00a0of\u00a053)", 53)
    ]


def test_the_cases_of_a_time_of_the_week_began_then(
    company: Report, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"time_of_week": "Friday afternoons"}
    behind = CaseBook(company.measures).of_clocks("Fridays", about)
    starts = company.measures.result.clocks["started_at"].to_pylist()
    local = [each.astimezone(NEW_YORK) for each in starts]
    assert behind.total == sum(at.weekday() == 4 and 12 <= at.hour < 18 for at in local)
    monkeypatch.chdir(tables)
    query = behind.query.replace("select *", "select count(*)", 1)
    assert duckdb.sql(query).fetchall() == [(behind.total,)]


def test_a_count_opens_to_as_many_cases(company: Report) -> None:
    counts = [
        (place, said)
        for place, said in opened(company)
        if re.fullmatch(r"[\d,]+", said.text)
        and "evenue" not in said.behind.title
        and "will end" not in said.behind.title
    ]
    wrong = [(p, s.text) for p, s in counts if int(s.text.replace(",", "")) != s.behind.total]
    assert wrong == []
    assert len(counts) > 50


def test_a_share_opens_to_those_that_count_and_those_that_do_not(company: Report) -> None:
    shares = [
        (place, said.behind, [int(number.replace(",", "")) for number in found.groups()])
        for place, said in opened(company)
        if (found := re.search(r"([\d,]+)\u00a0of\u00a0([\d,]+)", said.text))
        and not place.startswith(("Time to answer", "Quality and rejections"))
    ]
    for place, behind, (met, n) in shares:
        assert behind.total == n, place
        assert met in [group.total for group in behind.groups], place
    assert len(shares) > 20


def test_each_list_can_be_found_in_the_tables_beside_the_report(
    company: Report, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tables)
    wrong = []
    for place, said in opened(company):
        query = said.behind.query.replace("select *", "select count(*)", 1)
        ((found,),) = duckdb.sql(query).fetchall()
        if found != said.behind.total:
            wrong.append((place, said.text, found, said.behind.query))
    assert wrong == []


def test_an_interval_says_how_it_was_reached(company: Report) -> None:
    intervals = [
        said
        for section in company.sections
        for table in (*section.tables, *section.aside, *(each.table for each in section.charts))
        for row in table.rows
        for title, cell in zip(table.header, row, strict=True)
        if title == "95 % interval"
        for said in parts(cell)
        if isinstance(said, Opened)
    ]
    assert len(intervals) > 10
    averages = set()
    for said in intervals:
        counts = {each.name: each.total for each in said.behind.groups}
        assert said.behind.doubt.startswith(f"95 % interval: {said.text}, from ")
        # An average counts nobody in or out: it says from how many cases it was reached.
        if average := re.search(r"from ([\d,]+) cases, by ", said.behind.doubt):
            averages.add(said.behind.title.partition(",")[0])
            assert said.behind.total == int(average[1].replace(",", ""))
            continue
        ((met, counted, n),) = re.findall(
            r"from ([\d,]+) “(.+)” of all ([\d,]+)", said.behind.doubt
        )
        assert counts[counted] == int(met.replace(",", ""))
        assert said.behind.total == int(n.replace(",", ""))
    # Every other figure with an interval is a share, of which so many count.
    assert averages == {"Quality as sales rates it", "Attempts per lead", "Average sale"}


def test_a_flow_opens_to_the_entries_into_both_stages(
    company: Report, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tables)
    flows = company.measures.of("conversion_flow", by="source")
    book = CaseBook(company.measures)
    for figure in flows:
        step = figure.name.partition(": ")[2] or None
        found = book.of_flow("Flow", {"part": step, "source": figure.group})
        arrived, there = found.groups
        assert (arrived.total, there.total) == (figure.numerator, figure.n)
        query = found.query.replace("select *", "select count(*)", 1)
        assert duckdb.sql(query).fetchall() == [(found.total,)]
        if figure.low is not None:
            assert f"from {arrived.total:,} for {there.total:,} " in found.doubt
    assert any(figure.low is not None for figure in flows)


def test_a_list_names_the_leads_that_were_counted(company: Report) -> None:
    book = CaseBook(company.measures)
    behind = book.of_metric("rejection_rate", "Rejected", {"numerator": 1.0})
    (listed, rest) = behind.groups
    facts = company.measures.result.facts.to_pylist()
    rejected = {fact["lead_id"] for fact in facts if fact["kind"] == "sales.rejected"}
    assert {case.lead for case in listed.first} <= rejected
    assert listed.total == len(rejected)
    assert rest.total == 0
    assert all(case.why.startswith("rejected: ") for case in listed.first)
    times = [case.at for case in listed.first if case.at is not None]
    assert times == sorted(times, reverse=True)


def test_a_query_with_a_hostile_name_is_only_a_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "a' or '1'='1"
    leads = [{"lead_id": "x", "source": hostile}, {"lead_id": "y", "source": "plain"}]
    measures = Report(tiny.result(leads=leads), tiny.history(), SHA).measures
    write_cases(measures, tmp_path)
    monkeypatch.chdir(tmp_path)
    behind = CaseBook(measures).of_metric("leads", "Leads", {"source": hostile})
    query = behind.query.replace("select *", "select lead_id", 1)
    assert duckdb.sql(query).fetchall() == [("x",)]


def behind(total: int = 1, title: str = "Met", at: int | None = 0) -> Behind:
    cases = [Case(f"lead-{number}", at, "met") for number in range(total)]
    return Behind(title, [Group("kept", total, cases)], "Counts: clocks.", "select 1")


def packed(*lists: Behind) -> dict[str, list[object]]:
    pages = Openings(tiny.result(leads=[{"lead_id": "lead-0", "company": "A"}]).leads, NEW_YORK)
    for each in lists:
        pages.number(each)
    found: dict[str, list[object]] = json.loads(pages.packed())
    return found


def test_the_same_list_is_kept_once() -> None:
    pages = Openings(tiny.result().leads, NEW_YORK)
    assert [pages.number(behind()), pages.number(behind(title="Late")), pages.number(behind())] == [
        *(0, 1, 0)
    ]


def test_times_are_those_of_the_agreement_s_clock() -> None:
    at = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)
    found = packed(behind(at=int(at.timestamp()) * 1_000_000))
    local = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert found["cases"] == [0, int(local.timestamp()) // 60, 0]
    assert (found["leads"], found["companies"]) == (["lead-0"], ["A"])


def test_a_long_list_is_cut_and_says_where_the_rest_is() -> None:
    short, long = packed(behind(3), behind(300, "Late"))["lists"]
    assert isinstance(short, list)
    assert isinstance(long, list)
    assert (short[2][0][1], len(short[2][0][2]), short[4]) == (3, 3, "")
    assert (long[2][0][1], len(long[2][0][2]), long[4]) == (300, 200, "select 1")


def test_a_page_of_many_lists_shows_fewer_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "ROOM", 99)
    (found,) = packed(behind(300))["lists"]
    assert isinstance(found, list)
    assert len(found[2][0][2]) == 50
