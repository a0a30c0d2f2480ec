"""From a raw export to a first mapping and a first agreement."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.obligations import obligations
from leadpact.flows.initialise import Beginning, initialise
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import read

SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "samples"
HUBSPOT = (SAMPLES / "hubspot-contacts.csv", SAMPLES / "hubspot-deals.csv")
SALESFORCE = (SAMPLES / "salesforce-leads.csv", SAMPLES / "salesforce-opportunities.csv")


def agreed(beginning: Beginning) -> Agreement:
    """The agreement, after making sure that nothing at all is wrong with it."""
    loaded = load_text(beginning.agreement, "agreement.yaml")
    assert loaded.problems == []
    assert loaded.agreement is not None
    assert list(examine(loaded.agreement, date(2025, 9, 1))) == []
    return loaded.agreement


def export(folder: Path, text: str, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


@pytest.mark.parametrize(
    ("contacts", "deals"), [HUBSPOT, SALESFORCE, (HUBSPOT[0], None), (SALESFORCE[0], None)]
)
def test_both_files_are_ready_to_run(contacts, deals, tmp_path) -> None:
    beginning = initialise(contacts, deals, beside=SAMPLES)
    agreed(beginning)
    (tmp_path / "sources.yaml").write_text(beginning.sources, encoding="utf-8")
    again = read(tmp_path / "sources.yaml", SAMPLES)
    assert again.history.log.equals(beginning.read.history.log)
    assert again.history.log.num_rows > 500


def test_mqls_a_month_come_from_the_data() -> None:
    with HUBSPOT[0].open(encoding="utf-8-sig", newline="") as file:
        people = {row["Record ID"]: row for row in csv.DictReader(file)}
    good = [row for row in people.values() if row["Create Date"] and row["Record ID"] != "99001"]
    column = "Became a Marketing Qualified Lead Date"
    months = Counter(row[column][:7] for row in good if row[column])
    whole = sorted(months)[1:-1]
    usual = int(median(months[month] for month in whole))
    goal = agreed(initialise(*HUBSPOT, beside=SAMPLES)).goals[0]
    assert goal.hurdles["minimum"] == usual
    assert goal.hurdles["minimum"] < goal.hurdles["target"] < goal.hurdles["stretch"]
    assert goal.metric == "mqls"


def test_the_term_is_what_three_of_four_kept() -> None:
    beginning = initialise(*HUBSPOT, beside=SAMPLES)
    promise = agreed(beginning).obligations[0]
    assert promise.within.text == "3 business days"
    assert "Sales spoke with 111 of 160 leads within 3 business days." in beginning.summary
    assert "# From the data: sales spoke with 111 of 160 leads" in beginning.agreement
    assert "# within 3 business days, 69 %. Hurdles to begin with:" in beginning.agreement
    assert list(promise.hurdles.values()) == ["65 %", "75 %", "85 %"]


@pytest.mark.parametrize("exports", [HUBSPOT, SALESFORCE])
def test_the_numbers_are_those_of_a_run(exports) -> None:
    beginning = initialise(*exports, beside=SAMPLES)
    agreement = agreed(beginning)
    result = evaluate([agreement], beginning.read.history)
    (kept,) = obligations(result)
    said = f"Sales spoke with {kept.met} of {kept.decided} leads within {promised(agreement)}."
    assert said in beginning.summary
    mqls = Measures(result, beginning.read.history).of("mqls", "month")
    months = [int(figure.value or 0) for figure in mqls if figure.value][1:-1]
    assert f"A usual month has {int(median(months))} MQLs." in beginning.summary


def promised(agreement: Agreement) -> str:
    return agreement.obligations[0].within.text


def test_stages_bear_the_names_of_the_export() -> None:
    stages = [stage.name for stage in agreed(initialise(*HUBSPOT, beside=SAMPLES)).stages]
    assert stages == [
        "Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Opportunity", "Customer",
    ]  # fmt: skip
    stages = [stage.name for stage in agreed(initialise(*SALESFORCE, beside=SAMPLES)).stages]
    assert stages == ["Lead", "MQL", "Converted", "Opportunity", "Customer"]


def test_quirks_of_both_systems_are_met() -> None:
    hubspot = initialise(*HUBSPOT, beside=SAMPLES)
    assert 'missing: ["(No value)", "(not set)"]' in hubspot.sources
    assert "timezone: America/New_York" in hubspot.sources
    several = [ids for ids in hubspot.read.history.deals["lead_ids"].to_pylist() if len(ids) > 1]
    assert several
    salesforce = initialise(*SALESFORCE, beside=SAMPLES)
    assert "encoding: cp1252" in salesforce.sources
    assert "missing: [Select]" in salesforce.sources
    assert "Converted: {column: Converted Date, day: end}" in salesforce.sources
    assert len(salesforce.read.rejects) == 4, "the lines that end a report"
    linked = salesforce.read.history.deals["lead_ids"].to_pylist()
    assert all(len(ids) == 1 for ids in linked)


def test_files_are_named_from_where_the_mapping_lies(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    export(tmp_path / "data", "id,created at\n1,2025-03-14\n")
    beginning = initialise(tmp_path / "data" / "people.csv", beside=tmp_path)
    assert "file: data/people.csv" in beginning.sources


def test_a_plain_list_of_people_is_enough(tmp_path) -> None:
    text = "E-mail;Created;Country\n" + "".join(
        f"p{n}@example.org;{n % 28 + 1}.{n % 6 + 1}.2025 10:00;Germany\n" for n in range(60)
    )
    beginning = initialise(export(tmp_path, text), beside=tmp_path)
    agreement = agreed(beginning)
    assert "id: {column: E-mail, as: email}" in beginning.sources
    assert agreement.calendar.timezone == "Europe/Berlin"
    assert [stage.name for stage in agreement.stages] == ["Lead"]
    assert agreement.handoff.recorded_by == "event", "nothing says when a lead becomes an MQL"
    assert agreement.goals[0].metric == "contacts_added"
    assert agreement.obligations == []
    assert "In no column did init recognise when sales first spoke" in beginning.agreement


def test_doubtful_dates_are_settled_and_said(tmp_path) -> None:
    path = export(tmp_path, "id,created,country\n1,3/4/2025,Germany\n2,5/6/2025,Germany\n")
    beginning = initialise(path, beside=tmp_path)
    assert "dates: day first" in beginning.sources
    assert beginning.read.history.log["happened_at"][0].as_py().month == 4


def test_the_zone_can_be_told(tmp_path) -> None:
    path = export(tmp_path, "id,created,country\n1,2025-03-14,Narnia\n")
    assert "timezone: UTC" in initialise(path, beside=tmp_path).sources
    told = initialise(path, beside=tmp_path, timezone="Asia/Tokyo")
    assert "timezone: Asia/Tokyo   # of times that carry none; as told" in told.sources


def test_odd_column_names_are_quoted(tmp_path) -> None:
    text = 'id,created,"Original Source: first, ""#1""",mql date\n1,2025-03-14,web,2025-03-15\n'
    beginning = initialise(export(tmp_path, text, "a, b: c.csv"), beside=tmp_path)
    assert '"a, b: c.csv"' in beginning.sources
    agreed(beginning)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no column looks like the day on which a lead was created"),
        ("created\n2025-03-14\n", "no column looks like the key or email address of a lead"),
        ("id,created,created\n1,2,3\n", "the column “created” is there twice"),
        ("", "is empty"),
        ("\0\1\2\3\4\5" * 90, "is not a text file"),
    ],
)
def test_what_cannot_be_used_is_said_clearly(tmp_path, text, message) -> None:
    with pytest.raises(SourcesError, match=message):
        initialise(export(tmp_path, text), beside=tmp_path)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(SourcesError, match="is not there"):
        initialise(tmp_path / "no.csv", beside=tmp_path)


def test_one_lead_is_enough(tmp_path) -> None:
    agreed(initialise(export(tmp_path, "id,created\n1,2025-03-14\n"), beside=tmp_path))


@pytest.mark.parametrize(
    ("rows", "hint"),
    [("", "at least one lead"), ("1,never\n", "line 2 created: “never” is no date")],
)
def test_no_lead_is_not(tmp_path, rows, hint) -> None:
    with pytest.raises(SourcesError, match="has no lead that can be read") as raised:
        initialise(export(tmp_path, "id,created\n" + rows), beside=tmp_path)
    assert hint in raised.value.problems[0].hint
