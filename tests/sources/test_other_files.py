"""Excel, JSON lines, Parquet and SQL give what the same rows in CSV give."""

import datetime as dt
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadpact.sources.loading import SourcesError
from tests.sources.helpers import LEADS, hints, leads, messages, reasons, rows, times

MAPPING = """
timezone: America/New_York
tables:
  - file: {file}
    leads:
      id: id
      created: created
      fields: {{email: email, size: {{column: size, type: number}}}}
"""
EXPECTED = {"1": {"email": "a@example.com", "size": 12}, "2": {"email": "b@example.com"}}
AT = dt.datetime(2025, 3, 14, 9, 5)


def workbook(path, **sheets) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)


def test_excel(reading, tmp_path) -> None:
    lines = [["id", "created", "email", "size"], [1, AT, "a@example.com", 12.0], [None] * 4,
             [2, dt.date(2025, 3, 15), "b@example.com", None]]  # fmt: skip
    workbook(tmp_path / "x.xlsx", Leads=lines, Other=[["nothing"]])
    read = reading(MAPPING.format(file="x.xlsx"))
    assert leads(read) == EXPECTED
    assert times(read, "lead.created")[0] == dt.datetime(2025, 3, 14, 13, 5, tzinfo=dt.UTC)


def test_excel_sheet_and_rows(reading, tmp_path) -> None:
    lines = [["Report"], ["id", "created", "email", "size"], [1, "never", "a@example.com", 1]]
    workbook(tmp_path / "x.xlsx", First=[["nothing"]], Leads=lines)
    read = reading(MAPPING.format(file="x.xlsx") + "    sheet: Leads\n    header_line: 2\n")
    assert reasons(read) == [(3, "created: “never” is no date or time")]


def test_excel_formulas_are_not_run(reading, tmp_path) -> None:
    lines = [["id", "created", "email", "size"], [1, AT, '=HYPERLINK("http://x")', "=1+1"]]
    workbook(tmp_path / "x.xlsx", Leads=lines)
    assert leads(reading(MAPPING.format(file="x.xlsx"))) == {"1": {}}


@pytest.mark.parametrize(
    ("setting", "content", "message"),
    [
        ("    sheet: Lead\n", None, "x.xlsx has no sheet “Lead”"),
        ("", b"PK\x03\x04 torn", "x.xlsx cannot be read as an Excel workbook"),
        ("    header_line: 9\n", None, "x.xlsx has no header in row 9"),
    ],
)
def test_excel_that_cannot_be_read(reading, tmp_path, setting, content, message) -> None:
    workbook(tmp_path / "x.xlsx", Leads=[["id"]])
    if content:
        (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(SourcesError) as raised:
        reading(MAPPING.format(file="x.xlsx") + setting)
    assert messages(raised.value) == [message]


def test_json_lines(reading) -> None:
    lines = [
        json.dumps({"id": 1, "created": "2025-03-14 09:05", "email": "a@example.com", "size": 12}),
        "",
        '{"id": 2, "created": "2025-03-15", "email": "b@example.com"}',
        "{torn",
        "[1, 2]",
    ]
    read = reading(MAPPING.format(file="x.jsonl"), x_jsonl="\n".join(lines))
    assert leads(read) == EXPECTED
    assert reasons(read) == [(4, "is not JSON"), (5, "is JSON, but no object")]


def test_json_lines_reach_within(reading) -> None:
    mapping = """
timezone: UTC
tables:
  - file: x.jsonl
    events: [{kind: {column: type}, at: at, lead: who.id, properties: {form: data.form}}]
"""
    line = {"type": "Form Submitted", "at": 1741943100000, "who": {"id": 7}, "data": {"form": "a"}}
    read = reading(mapping, x_jsonl=json.dumps(line))
    row = rows(read)[0]
    assert (row["kind"], row["lead_id"], row["properties"]) == (
        "form_submitted", "7", {"form": "a"},
    )  # fmt: skip


def test_parquet(reading, tmp_path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2]),
            "created": pa.array([AT, AT + dt.timedelta(days=1)], pa.timestamp("ns")),
            "email": pa.array(["a@example.com", "b@example.com"]).dictionary_encode(),
            "size": pa.array([12.0, None]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    read = reading(MAPPING.format(file="x.parquet"))
    assert leads(read) == EXPECTED
    assert times(read, "lead.created")[0].hour == 13


def test_parquet_with_a_zone_keeps_its_instants(reading, tmp_path) -> None:
    created = pa.array([AT], pa.timestamp("us", tz="Europe/Berlin"))
    table = pa.table({"id": ["1"], "created": created, "email": ["a"], "size": [1]})
    pq.write_table(table, tmp_path / "x.parquet")
    read = reading(MAPPING.format(file="x.parquet"))
    assert times(read, "lead.created") == [created[0].as_py()]


def test_a_false_parquet_file(reading) -> None:
    with pytest.raises(SourcesError, match="is not a Parquet file"):
        reading(MAPPING.format(file="x.parquet"), x_parquet=b"id,created\n1,2\n")


def test_a_damaged_parquet_file(reading, tmp_path) -> None:
    pq.write_table(pa.table({"id": ["1"] * 5000}), tmp_path / "x.parquet", compression="gzip")
    content = bytearray((tmp_path / "x.parquet").read_bytes())
    content[4:60] = b"\xff" * 56
    mapping = "timezone: UTC\ntables: [{file: x.parquet, leads: {id: id, created: id}}]\n"
    with pytest.raises(SourcesError, match="is damaged"):
        reading(mapping, x_parquet=bytes(content))


SQL = """
timezone: UTC
tables:
  - {{file: people.csv, name: people}}
  - {{file: firms.csv}}
  - name: joined
    sql: {query}
    leads: {{id: id, created: created, fields: {{industry: sector}}}}
"""
PEOPLE = "id,created,firm\n1,2025-03-14,Acme\n2,2025-03-15,\n"
FIRMS = "firm,sector\nAcme,robots\n"


def test_sql_joins_tables(reading) -> None:
    query = "SELECT * FROM people LEFT JOIN firms USING (firm) ORDER BY id"
    read = reading(SQL.format(query=query), people_csv=PEOPLE, firms_csv=FIRMS)
    assert leads(read) == {"1": {"industry": "robots"}, "2": {}}
    assert {row["source"] for row in rows(read)} == {"joined"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * FROM nobody", "the query fails: Catalog Error"),
        ("SELEC", "the query fails: Parser Error"),
        ("SELECT * FROM read_csv('people.csv')", "the query fails: Permission Error"),
        ("INSTALL httpfs", "the query fails"),
    ],
)
def test_sql_that_fails_or_reaches_out(reading, query, message) -> None:
    with pytest.raises(SourcesError) as raised:
        reading(SQL.format(query=query), people_csv=PEOPLE, firms_csv=FIRMS)
    assert messages(raised.value)[0].startswith(message)
    assert raised.value.problems[0].line == 8


def test_files_that_are_not_there_or_not_known(reading) -> None:
    mapping = "tables:\n  - file: contact.csv\n  - file: a.docx\n  - file: no/such.csv\n"
    with pytest.raises(SourcesError) as raised:
        reading(mapping, contacts_csv="a\n1\n", a_docx="x")
    assert len(raised.value.problems) == 3
    assert [problem.line for problem in raised.value.problems] == [3, 4, 5]
    assert hints(raised.value)[0] == "did you mean contacts.csv?"
    assert "has no ending that is known" in messages(raised.value)[1]
    assert "is not there either" in hints(raised.value)[2]


def test_json_that_no_table_can_hold_is_refused_line_by_line(reading) -> None:
    good = '{"id": "1", "created": "2025-03-14", "email": "a@x.com"}'
    half = '{"id": "\\ud800", "created": "2025-03-14", "email": "b@x.com"}'
    whole = '{"id": "3", "created": "2025-03-14", "email": "\\ud83d\\ude00"}'
    deep = '{"id": "4", "created": "2025-03-14", "email": ' + "[" * 900 + "]" * 900 + "}"
    read = reading(
        LEADS.replace("leads.csv", "leads.jsonl"), leads_jsonl="\n".join([good, half, whole, deep])
    )
    assert list(leads(read)) == ["1", "3"]
    assert reasons(read) == [
        (2, "has half of a sign in it"),
        (4, "has values nested more than 50 deep"),
    ]


def test_a_name_longer_than_files_have_is_a_problem_with_its_place(reading) -> None:
    with pytest.raises(SourcesError) as raised:
        reading(LEADS.replace("leads.csv", "x" * 5000 + ".csv"))
    (problem,) = raised.value.problems
    assert problem.message.endswith("cannot be read: file name too long")
    assert (problem.line, problem.column) == (5, 11)


def test_a_time_that_no_calendar_reaches_leaves_its_row(reading, tmp_path) -> None:
    times_told = pa.array([2**62, 1_741_910_400_000_000], pa.timestamp("us", "UTC"))
    table = pa.table({"id": ["1", "2"], "created": times_told, "email": ["a", "b"]})
    pq.write_table(table, tmp_path / "leads.parquet")
    read = reading(LEADS.replace("leads.csv", "leads.parquet"))
    assert list(leads(read)) == ["2"]
    assert reasons(read) == [(2, "created: “4611686018427387904” is no date or time")]


TYPED = """
timezone: America/New_York
tables:
  - file: raw.{ending}
    name: raw
  - name: leads
    sql: select id, created, {moment} + interval 5 hour as mql from raw
    leads: {{id: id, created: created, stages: {{MQL: mql}}}}
"""


def test_sql_knows_the_types_of_parquet(reading, tmp_path) -> None:
    zoned = pa.timestamp("us", tz="Europe/Berlin")
    nine = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
    columns = {
        "id": [1, 2],
        "created": pa.array([dt.datetime(2026, 1, 5, 3), None], pa.timestamp("us")),
        "mql": pa.array([nine, None], zoned),
    }
    pq.write_table(pa.table(columns), tmp_path / "raw.parquet")
    found = reading(TYPED.format(ending="parquet", moment="mql"))
    assert times(found, "lead.created") == [dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)]
    assert times(found, "stage.entered") == [nine + dt.timedelta(hours=5)]


def test_sql_over_text_says_how_to_read_it(reading) -> None:
    files = {"raw.csv": "id,created,mql\n1,2026-01-05,2026-01-06 09:00\n"}
    with pytest.raises(SourcesError) as raised:
        reading(TYPED.format(ending="csv", moment="mql"), **files)
    assert "No function matches" in messages(raised.value)[0]
    assert "text: write such as try_cast" in str(hints(raised.value)[0])
    read = reading(TYPED.format(ending="csv", moment="try_cast(mql as timestamp)"), **files)
    assert times(read, "stage.entered") == [dt.datetime(2026, 1, 6, 19, tzinfo=dt.UTC)]
