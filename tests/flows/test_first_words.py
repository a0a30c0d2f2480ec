"""Columns that no known name tells: recognised by words and values; told where not used."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.loading import load_text
from leadpact.flows.checking import check_all
from leadpact.flows.initialise import Beginning, initialise
from leadpact.sources.loading import parse_sources
from leadpact.sources.mapping import Sources
from leadpact.sources.meanings import holds_dates, moment_of
from leadpact.sources.recognise import recognise_leads

HEADER = (
    "ID;Full Name;E-mail;Lead Source;Created;Became MQL;Owner;First call;Talked on;Rejected?;"
    "Customer since;Revenue (EUR);Last contacted"
)


def initialised(folder: Path, text: str) -> Beginning:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    return initialise(folder / "leads.csv", beside=folder)


def mapped(beginning: Beginning) -> Sources:
    return parse_sources(beginning.sources, "sources.yaml").sources


def row(n: int, source: str = "web") -> str:
    month, later = n % 5 + 1, f"{n % 20 + 3:02}.{n % 5 + 1:02}.2026 10:00"
    talked = later if n % 2 else "-"
    return (
        f"{n};P{n};p{n}@firm.de;{source};{n % 20 + 1:02}.{month:02}.2026 09:00;{later};Anna;n/a;"
        f"{talked};;;1.200,50;{later}"
    )


def spreadsheet(rows: int = 100) -> str:
    sources = ("google ads", "Google Ads", "Google Ads", "Webinar")
    return "\n".join([HEADER, *(row(n, sources[n % 4]) for n in range(rows))]) + "\n"


def test_the_dates_of_a_spreadsheet_are_recognised(tmp_path) -> None:
    beginning = initialised(tmp_path, spreadsheet())
    (table,) = mapped(beginning).tables
    assert table.leads is not None
    assert {name: at.column for name, at in table.leads.stages.items()} == {"MQL": "Became MQL"}
    assert [(event.kind.value, event.at.column) for event in table.events] == [
        ("sales.connected", "Talked on")
    ]
    agreement = load_text(beginning.agreement, "agreement.yaml").agreement
    assert agreement is not None
    assert list(examine(agreement, date(2026, 9, 1))) == []
    assert agreement.handoff.stage == "MQL"
    assert agreement.obligations[0].name == "Connect with every MQL"
    told = "\n".join(beginning.summary)
    assert "“Became MQL” as the entry into MQL, “Talked on” as the first talk with sales" in told


def test_every_column_that_is_not_used_is_told_and_remarked(tmp_path) -> None:
    beginning = initialised(tmp_path, spreadsheet())
    told = next(line for line in beginning.summary if "not used" in line)
    assert told == (
        "leads.csv: not used: “First call” (empty), “Rejected?” (empty), “Customer since” (empty), "
        "“Revenue (EUR)”, “Last contacted”. sources.yaml has them as remarks."
    )
    assert "        # revenue_eur: Revenue (EUR)" in beginning.sources
    assert "      # - {kind: last_contacted, at: Last contacted}" in beginning.sources


@pytest.mark.parametrize(
    "text", [spreadsheet(), "id,created,note,seen\n1,2026-01-02,x,2026-02-03\n"]
)
def test_remarks_can_be_taken_in(tmp_path, text) -> None:
    beginning = initialised(tmp_path, text)
    lines = beginning.sources.splitlines()
    remarks = [at for at, line in enumerate(lines) if line.strip().startswith("# ")]
    for at in remarks[2:]:
        if not lines[at].endswith("."):
            lines[at] = lines[at].replace("# ", "", 1)
    (table,) = parse_sources("\n".join(lines), "sources.yaml").sources.tables
    assert table.leads is not None
    named = {column for value in table.leads.fields.values() for column in value.columns}
    named |= {event.at.column for event in table.events}
    assert {"Revenue (EUR)", "Last contacted"} <= named or {"note", "seen"} <= named


def test_spellings_that_differ_by_case_are_one_source(tmp_path) -> None:
    beginning = initialised(tmp_path, spreadsheet())
    told = "leads.csv: written in several ways, and counted as one source: “Google Ads”."
    assert told in beginning.summary
    properties = beginning.read.history.log["properties"].to_pylist()
    found = Counter("Google Ads" in text for text in properties if text and "source" in text)
    assert found == {True: 75, False: 25}
    assert not any("google ads" in (text or "") for text in properties)


def test_a_column_called_mql_counts_only_with_dates(tmp_path) -> None:
    dated = initialised(tmp_path, "id,created,mql\n1,2026-01-02,2026-01-05\n2,2026-01-03,\n")
    assert "        MQL: mql" in dated.sources
    flagged = initialised(tmp_path, "id,created,mql\n1,2026-01-02,yes\n2,2026-01-03,no\n")
    assert "stages:" not in flagged.sources
    assert "# mql: mql" in flagged.sources
    assert "recorded_by: event" in flagged.agreement
    assert "In no column did init recognise when a lead became an MQL" in flagged.agreement


def test_a_handoff_that_a_column_dates_is_one(tmp_path) -> None:
    rows = [
        f"{n},2026-0{n % 5 + 1}-02 09:00,2026-0{n % 5 + 1}-03 09:00,2026-0{n % 5 + 1}-03 12:00"
        for n in range(50)
    ]
    beginning = initialised(tmp_path, "\n".join(["id,created,Handed over,Called at", *rows]))
    assert "{kind: lead.handed_off, at: Handed over}" in beginning.sources
    assert "handoff: {stage: Lead, recorded_by: event}" in beginning.agreement
    assert "Sales reached out to 50 of 50 leads within 1 business day." in beginning.summary


def test_talks_without_an_mql_are_promised_from_the_beginning(tmp_path) -> None:
    rows = [f"{n},2026-0{n % 5 + 1}-0{n % 5 + 1},2026-0{n % 5 + 1}-1{n % 5}" for n in range(50)]
    beginning = initialised(tmp_path, "\n".join(["id,created,Spoke on", *rows]))
    assert "starts_on: {stage: Lead}" in beginning.agreement
    assert "name: Connect with every new lead" in beginning.agreement


def test_rejections_are_taken_with_their_reason(tmp_path) -> None:
    text = "id,created,Rejected on,Rejection reason\n1,2026-01-02,2026-01-05,no budget\n"
    beginning = initialised(tmp_path, text)
    assert (
        "{kind: sales.rejected, at: Rejected on, properties: {reason: Rejection reason}}"
        in beginning.sources
    )
    assert '"reason": "no budget"' in str(beginning.read.history.log["properties"].to_pylist())


def test_hubspot_names_that_differ_are_recognised(tmp_path) -> None:
    text = (
        "Record ID,Create Date,Email,Lifecycle Stage,Became MQL Date,Lead Status\n"
        "1,2026-01-01 10:00,a@b.co,MQL,2026-01-02 10:00,New\n2,2026-01-03 10:00,b@b.co,Lead,,\n"
    )
    assert "        MQL: Became MQL Date" in initialised(tmp_path, text).sources


def test_with_too_little_data_nothing_is_promised(tmp_path) -> None:
    text = "id,created,mql,Spoke on\n1,2026-01-02,2026-01-05,2026-01-06\n2,2026-01-03,2026-01-06,\n"
    beginning = initialised(tmp_path, text)
    agreement = load_text(beginning.agreement, "agreement.yaml").agreement
    assert agreement is not None
    assert (agreement.goals, agreement.obligations) == ([], [])
    assert "Too little data to promise a number of MQLs from." in beginning.summary
    assert "10 % more" not in beginning.agreement
    assert "leads.csv: 2 rows read." in beginning.summary


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Became MQL", "mql"), ("mql_date", "mql"), ("mqlAt", "mql"), ("MQL Timestamp", "mql"),
        ("Date marketing qualified", "mql"), ("SAL date", "sal"), ("Accepted by sales", "sal"),
        ("SQL since", "sql"), ("Opp. created", "opportunity"), ("Won on", "customer"),
        ("Client since", "customer"), ("First call", "attempted_at"), ("Talked", "connected_at"),
        ("First response", "connected_at"), ("Contacted", "connected_at"),
        ("Lost on", "disqualified_at"),
        ("Rejected on", "rejected_at"), ("Unqualified date", "disqualified_at"),
        ("Handed over on", "handed_at"), ("Sign-up", "created"), ("Last call", None),
        ("Next call", None), ("Sales region", None), ("Birthday", None), ("", None),
    ],
)  # fmt: skip
def test_words_tell_a_moment(name, meaning) -> None:
    assert moment_of(name) == meaning


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["2026-01-02", "", "n/a"], True), (["3/4/2026", "13/4/2026"], True),
        (["24.08.2026 17:25"], True), (["yes", "no"], False), (["20260102"], False), ([""], False),
        (["2026-01-02", "x", "y"], False),
    ],
)  # fmt: skip
def test_dates_are_told_from_what_else_stands_there(texts, dates) -> None:
    assert holds_dates(Counter(texts)) is dates


def test_a_known_name_without_dates_is_no_date() -> None:
    header = ["id", "created", "First response", "MQL Date"]
    values = {"First response": Counter({"yes": 3}), "MQL Date": Counter({"soon": 2})}
    export = recognise_leads(header, values)
    assert "connected_at" not in export.roles
    assert export.stages == []


def test_the_names_of_the_guide_are_recognised(tmp_path) -> None:
    """As in docs/how-to/map-your-own-file.md."""
    text = "Lead no.,Entered on,E-mail,First call on\n1,2026-01-02,a@b.co,2026-01-03\n"
    (table,) = mapped(initialised(tmp_path, text)).tables
    assert table.leads is not None
    assert (table.leads.id.column, table.leads.created.column) == ("Lead no.", "Entered on")
    assert [event.kind.value for event in table.events] == ["sales.attempted"]


@pytest.mark.parametrize(
    ("dates", "stages"),
    [
        ("Created,Closed", ["Lead", "Opportunity", "Customer"]),
        ("Note,Closed", ["Lead", "Customer"]),
        ("Note,Remark", ["Lead"]),
    ],
)
def test_deals_make_the_stages_that_they_date(tmp_path, dates, stages) -> None:
    (tmp_path / "leads.csv").write_text("id,created,Deal ID\n1,2026-01-02,D1\n", encoding="utf-8")
    (tmp_path / "deals.csv").write_text(
        f"Deal ID,Stage,{dates}\nD1,Won,2026-01-03,2026-01-09\n", encoding="utf-8"
    )
    found = initialise(tmp_path / "leads.csv", tmp_path / "deals.csv", beside=tmp_path)
    agreement = load_text(found.agreement, "agreement.yaml").agreement
    assert agreement is not None
    assert [stage.name for stage in agreement.stages] == stages
    (tmp_path / "agreement.yaml").write_text(found.agreement, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(found.sources, encoding="utf-8")
    both = [str(tmp_path / "agreement.yaml"), str(tmp_path / "sources.yaml")]
    assert [one.problems for one in check_all(both, datetime(2026, 1, 9, tzinfo=UTC))] == [[], []]
