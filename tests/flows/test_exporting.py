"""The star schema: it joins, it says what the figures say, and it is there whole or not at all."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.demo.company import generate
from leadpact.documents.star import files, reference
from leadpact.documents.star.building import star
from leadpact.documents.star.files import DATABASE, Format
from leadpact.documents.star.material import Versioned, days
from leadpact.documents.star.schema import tables_for
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.engine.metrics.measures import Measures
from leadpact.flows.exporting import Export
from leadpact.flows.output import OutputError
from leadpact.flows.recorded import LOG, read_log

LOADED = load_text(templates.text("b2b-saas"), "agreement.yaml")
HOSTILE = '=cmd|"/c calc"!A1'


def silently(_done: float, _what: str) -> None:
    pass


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A made-up year, and besides it a merge, a doubled row, a withdrawn one and a hostile text."""
    folder = tmp_path_factory.mktemp("company")
    generate(seed=3, leads=400).write(folder)
    told = read_log(folder / LOG).history
    created = told.log.filter(pc.equal(told.log["kind"], "lead.created"))
    first, second = sorted(created["lead_id"].to_pylist())[:2]
    late = pc.max(told.log["happened_at"]).as_py()

    def row(event: str, kind: str, lead: str | None, properties: str = "{}") -> dict[str, object]:
        return {"event_id": event, "source": "test", "lead_id": lead, "happened_at": late,
                "kind": kind, "properties": properties}  # fmt: skip

    rows = [
        row("m", "lead.merged", first, f'{{"absorbed": "{second}"}}'),
        row("p", "page_viewed", second, '{"page": "pricing"}'),
        row("p", "page_viewed", second, '{"page": "pricing"}'),
        row("gone", "page_viewed", first),
        row("v", "fact.voided", None, '{"event_id": "gone"}'),
        row("h", HOSTILE, first),
    ]
    more = pa.Table.from_pylist(rows, schema=LOG_SCHEMA)
    log = pa.concat_tables([told.log, more], promote_options="default")
    return History(log, told.deals)


@pytest.fixture(scope="module")
def export(history: History) -> Export:
    assert LOADED.agreement
    result = evaluate([LOADED.agreement], history)
    return Export(result, star(result, history, [Versioned(LOADED.agreement, LOADED.sha256)]))


@pytest.fixture(scope="module")
def database(export: Export) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("set timezone = 'UTC'")
    for name, table in export.tables.items():
        made.register(name, table)
    return made


def test_every_table_is_as_the_reference_has_it(export: Export) -> None:
    wanted = tables_for(export.result.agreement)
    assert list(export.tables) == list(wanted)
    for name, table in export.tables.items():
        assert table.schema.equals(wanted[name].schema), name
        assert table.num_rows, name
    page = reference.reference()
    for name in wanted:
        assert f"### {name}\n" in page


def test_keys_tell_rows_apart(export: Export, database: duckdb.DuckDBPyConnection) -> None:
    for name, told in tables_for(export.result.agreement).items():
        key = ", ".join(told.key)
        twice = database.sql(f"select {key} from {name} group by all having count(*) > 1")
        assert not twice.fetchall(), name


def test_every_column_that_leads_to_a_table_finds_its_row_there(
    export: Export, database: duckdb.DuckDBPyConnection
) -> None:
    told = tables_for(export.result.agreement)
    broken = []
    for name, table in told.items():
        for column in table.columns:
            if column.to:
                (key,) = told[column.to].key
                lost = database.sql(
                    f"select {column.name} from {name} where {column.name} is not null "
                    f"and {column.name} not in (select {key} from {column.to}) limit 3"
                ).fetchall()
                broken += [(name, column.name, lost)] if lost else []
    assert not broken


FIGURES = {
    "leads": "select count(*) from dim_lead where counts",
    "mqls": "select count(*) from fact_stage_entry join dim_stage using (stage) "
    "where nth = 'first' and role = 'mql'",
    "repeat_mqls": "select count(*) from fact_stage_entry join dim_stage using (stage) "
    "where nth = 'again' and role = 'mql'",
    "attainment": "select avg(met::int) from fact_clock where decided",
    "attainment_sales": "select avg(met::int) from fact_clock where decided and side = 'sales'",
    "won_deals": "select count(*) from fact_deal where outcome = 'won'",
    "lost_deals": "select count(*) from fact_deal where outcome = 'lost'",
    "revenue": "select sum(amount) from fact_deal where outcome = 'won'",
    "revenue_from_mqls": "select sum(amount) filter (where from_mql) / sum(amount) from fact_deal "
    "where outcome = 'won'",
    "acceptance_rate": "select avg(accepted::int) from fact_handoff",
    "rejection_rate": "select avg(rejected::int) from fact_handoff",
}


@pytest.fixture(scope="module")
def figures(export: Export, history: History) -> dict[str, float | None]:
    return {f.name: f.value for f in Measures(export.result, history).figures("all")}


@pytest.mark.parametrize("name", FIGURES)
def test_it_says_what_the_figures_say(
    name: str, figures: dict[str, float | None], database: duckdb.DuckDBPyConnection
) -> None:
    ((value,),) = database.sql(FIGURES[name]).fetchall()
    assert figures[name]
    assert value == pytest.approx(figures[name])


def test_figures_of_a_month_are_those_of_its_days(
    export: Export, history: History, database: duckdb.DuckDBPyConnection
) -> None:
    told = {
        f.period: f.value
        for f in Measures(export.result, history).figures("month")
        if f.name == "mqls" and f.value
    }
    found = database.sql(
        "select month, count(*) from fact_stage_entry join dim_stage using (stage) "
        "join dim_date on date = entered_date where nth = 'first' and role = 'mql' group by month"
    ).fetchall()
    assert len(told) > 6
    assert dict(found) == told


def test_a_merged_lead_counts_nowhere_and_its_rows_are_the_survivors(
    database: duckdb.DuckDBPyConnection,
) -> None:
    ((into, lead),) = database.sql(
        "select lead_id, properties->>'absorbed' from fact_event where event_id = 'm'"
    ).fetchall()
    ((told, counts),) = database.sql(
        f"select merged_into, counts from dim_lead where lead_id = '{lead}'"
    ).fetchall()
    assert (told, counts) == (into, False)
    assert database.sql(f"select * from fact_score where lead_id = '{lead}'").fetchall() == []
    rows = database.sql(
        f"select distinct lead_id from fact_event where recorded_lead_id = '{lead}'"
    ).fetchall()
    assert rows == [(into,)]


def test_a_row_is_there_once_and_says_when_it_was_withdrawn(
    database: duckdb.DuckDBPyConnection,
) -> None:
    asked = "select event_id, set_aside from fact_event where source = 'test' order by event_id"
    assert database.sql(asked).fetchall() == [
        ("gone", "voided"), ("h", None), ("m", None), ("p", None), ("v", None),
    ]  # fmt: skip


def test_nothing_is_told_of_what_came_after_the_moment(history: History) -> None:
    assert LOADED.agreement
    rows = history.deals.filter(pc.is_valid(history.deals["opened_at"])).to_pylist()
    last = max((row for row in rows if row["closed_at"]), key=lambda row: row["closed_at"])
    at = last["closed_at"].astimezone(UTC) - timedelta(seconds=1)
    result = evaluate([LOADED.agreement], history, as_of=at)
    tables = star(result, history, [])
    assert pc.max(tables["fact_event"]["happened_at"]).as_py() <= at
    of_deals = {row["deal_id"]: row for row in tables["fact_deal"].to_pylist()}
    assert all(row["opened_at"] <= at for row in of_deals.values() if row["opened_at"])
    assert all(row["closed_at"] <= at for row in of_deals.values() if row["closed_at"])
    then = of_deals[last["deal_id"]]
    assert (then["outcome"], then["closed_at"], then["reason"]) == ("open", None, None)


def test_days_have_no_gaps_and_know_working_days(export: Export) -> None:
    rows = export.tables["dim_date"].to_pylist()
    assert all((later["date"] - day["date"]).days == 1 for day, later in pairwise(rows))
    assert not any(row["working_day"] for row in rows if row["weekday"] > 5)
    assert sum(row["working_day"] for row in rows) > 200


def test_a_day_is_that_of_the_zone() -> None:
    from zoneinfo import ZoneInfo

    at = pa.array([datetime(2026, 3, 2, 3, 30, tzinfo=UTC), None], pa.timestamp("us", tz="UTC"))
    told = days(pa.chunked_array([at]), ZoneInfo("America/New_York")).to_pylist()
    assert [str(day) for day in told] == ["2026-03-01", "None"]


# Files.


@pytest.mark.parametrize("form", list(Format))
def test_every_form_holds_the_same(form: Format, export: Export, tmp_path: Path) -> None:
    export.write(tmp_path, form, silently)
    counts = {name: table.num_rows for name, table in export.tables.items()}
    assert counts == {name: rows_of(form, tmp_path, name) for name in counts}


def rows_of(form: Format, folder: Path, name: str) -> int:
    if form is Format.PARQUET:
        return pq.read_metadata(folder / f"{name}.parquet").num_rows
    if form is Format.CSV:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file)) - 1
    with duckdb.connect(folder / DATABASE, read_only=True) as opened:
        return int(opened.sql(f"select count(*) from {name}").fetchall()[0][0])


def test_csv_has_no_text_that_a_spreadsheet_runs(export: Export, tmp_path: Path) -> None:
    export.write(tmp_path, Format.CSV, silently)
    with (tmp_path / "fact_event.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["kind"] for row in csv.DictReader(file)}
    assert f"'{HOSTILE}" in kinds
    for file in tmp_path.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            for row in csv.reader(opened):
                risky = [cell for cell in row if re.match(r"[=+@\t\r]|-(?![\d.])", cell)]
                assert not risky, (file, risky)


def test_the_database_says_what_its_columns_mean(export: Export, tmp_path: Path) -> None:
    export.write(tmp_path, Format.DUCKDB, silently)
    with duckdb.connect(tmp_path / DATABASE, read_only=True) as opened:
        silent = opened.sql(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'leadpact' and not internal and comment is null"
        ).fetchall()
    assert silent == []


@pytest.mark.parametrize("form", list(Format))
def test_one_that_fails_leaves_the_one_before(
    form: Format, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [file.name for file in export.write(tmp_path, form, silently)]
    times = {name: (tmp_path / name).stat().st_mtime_ns for name in before}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.pq, "write_table", full)
    monkeypatch.setattr(files, "write_csv", full)
    monkeypatch.setattr(files, "_database", full)
    with pytest.raises(OutputError, match="no space left"):
        export.write(tmp_path, form, silently)
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in before} == times
    assert not list(tmp_path.glob(".leadpact-room-*"))


def test_another_form_takes_the_place_of_the_one_before(export: Export, tmp_path: Path) -> None:
    export.write(tmp_path, Format.CSV, silently)
    export.write(tmp_path, Format.DUCKDB, silently)
    assert [f.name for f in tmp_path.iterdir() if not f.name.startswith(".")] == [DATABASE]


def test_a_campaign_has_the_same_key_whatever_else_is_exported(history: History) -> None:
    assert LOADED.agreement
    some = History(history.log.slice(0, history.log.num_rows // 3), history.deals)
    keys = []
    for each in (history, some):
        result = evaluate([LOADED.agreement], each)
        rows = star(result, each, [])["dim_campaign"].to_pylist()
        keys.append({(row["source"], row["campaign"]): row["campaign_key"] for row in rows})
    assert len(keys[1]) > 3
    assert keys[1].items() <= keys[0].items()
