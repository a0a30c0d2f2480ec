"""A log that is evaluated by buckets of leads gives the tables and figures of one evaluation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from leadpact.backends import evaluating
from leadpact.backends.binding import NotApartError
from leadpact.backends.choosing import buckets_for, free_memory
from leadpact.backends.dealing import Dealt, deal
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.result import Result
from tests.engine.test_agrees_with_oracle import fewer_examples
from tests.strategies import Document, LogRow, as_delivered, logs, moments, versions

MEMORY = 256 * 2**20
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


def dealt(rows: list[LogRow], buckets: int, folder: str | Path) -> Dealt:
    file = Path(folder) / "log.parquet"
    pq.write_table(pa.Table.from_pylist(as_delivered(rows), schema=LOG_SCHEMA), file)
    return deal(ds.dataset(file), buckets, MEMORY, folder=Path(folder))


def told(result: Result) -> dict[str, Any]:
    tables = {name: sorted(map(str, table.to_pylist())) for name, table in result.tables().items()}
    return tables | {
        "as_of": result.as_of,
        "known_at": result.known_at,
        "closed": result.closed_days,
        "in force": result.agreement,
        "versions": result.versions,
    }


def figures(result: Result, history: History) -> list[Any]:
    """Every figure, in any order; sums of other orders may differ in the last digit."""
    measures = Measures(result, history)
    found = [*measures.figures(), *measures.figures("month"), *measures.figures("all", "person")]
    rounded = [
        {name: float(f"{x:.9g}") if isinstance(x, float) else x for name, x in vars(each).items()}
        for each in found
    ]
    return sorted(rounded, key=str)


def both(
    documents: list[Document], rows: list[LogRow], buckets: int, **asked: Any
) -> tuple[Result, Result, History]:
    """The results of one evaluation and of one by buckets, and the history."""
    agreements = [Agreement.model_validate(document) for document in documents]
    with TemporaryDirectory() as folder:
        log = dealt(rows, buckets, folder)
        whole = evaluate(agreements, History(log.whole), **asked)
        return whole, evaluating.evaluate(agreements, History(log), **asked), History(log.whole)


@fewer_examples
@given(
    versions(),
    logs(),
    st.one_of(st.none(), moments),
    st.one_of(st.none(), moments),
    st.booleans(),
    st.integers(1, 5),
)
def test_any_number_of_buckets_gives_the_tables_and_figures_of_one_evaluation(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime | None,
    known_at: datetime | None,
    simulate: bool,
    buckets: int,
) -> None:
    asked = {"as_of": as_of, "known_at": known_at, "simulate": simulate}
    whole, parts, history = both(documents, log, buckets, **asked)
    assert told(parts) == told(whole)
    assert figures(parts, history) == figures(whole, history)


# What concerns several leads, among so many that any two are likely in different buckets.

BUCKETS = 7
AGREEMENT: Document = {
    "leadpact": 1,
    "name": "Buckets",
    "calendar": {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}},
    "fields": {"email": "text"},
    "stages": [{"name": "Lead"}, {"name": "MQL", "when": {"event": "form"}}],
    "handoff": {"stage": "MQL"},
    "obligations": [
        {
            "name": "Answer",
            "side": "sales",
            "starts_on": "handoff",
            "within": "2 business hours",
            "stops_on": {"event": "sales.connected"},
        }
    ],
}


TWO_FORMS = [{"name": "Lead"}, {"name": "MQL", "when": {"event": "form", "count": 2}}]


def row(event: str, lead: str | None, kind: str, hours: float = 0, **said: Any) -> LogRow:
    return {
        "event_id": event,
        "source": "crm",
        "lead_id": lead,
        "happened_at": FIRST + timedelta(hours=hours),
        "recorded_at": None,
        "kind": kind,
        "actor": None,
        "decided": False,
        "batch": said.pop("batch", None),
        "properties": said,
    }


def company(count: int = 20) -> list[LogRow]:
    """Leads with mailboxes of their own that ask for something."""
    found = []
    for n in range(count):
        lead = f"lead {n:02}"
        found.append(row(f"c{n}", lead, "lead.created", n / 10, email=f"{n}@acme.example.org"))
        found.append(row(f"f{n}", lead, "form", n / 10 + 1))
    return found


def test_a_dealt_log_answers_several_questions_as_one_that_was_read_once(tmp_path: Path) -> None:
    parts = dealt(
        [*company(), row("s", "lead 03", "stage.entered", stage="MQL")], BUCKETS, tmp_path
    )
    slower = Agreement.model_validate(AGREEMENT | {"name": "Two forms", "stages": TWO_FORMS})
    once, anew = (
        evaluating.prepared(History(each), simulate=True) for each in (parts.whole, parts)
    )
    for version in (Agreement.model_validate(AGREEMENT), slower):
        assert told(anew([version])) == told(once([version]))


def equal(rows: list[LogRow], **asked: Any) -> Result:
    """The result by buckets, which must be that of one evaluation."""
    whole, parts, _ = both([AGREEMENT], rows, BUCKETS, **asked)
    assert told(parts) == told(whole)
    return parts


def test_leads_are_dealt_to_all_buckets_and_each_to_one(tmp_path: Path) -> None:
    log = dealt(company(), BUCKETS, tmp_path)
    leads = [set(bucket.to_table()["lead_id"].to_pylist()) for bucket in log.buckets]
    assert sum(map(len, leads)) == len(set().union(*leads)) == 20
    assert sum(map(bool, leads)) > BUCKETS / 2
    assert log.count_rows() == sum(bucket.count_rows() for bucket in log.buckets) == 40


def test_duplicates_are_found_across_buckets() -> None:
    rows = company()
    for n in range(10, 20):
        rows[2 * n]["properties"]["email"] = f" {n - 10}@ACME.example.org"
    assert equal(rows).exclusions["reason"].to_pylist() == ["duplicate"] * 10


def test_merged_leads_are_followed_across_buckets() -> None:
    merges = [
        row(f"m{n}", f"lead {n:02}", "lead.merged", 9, absorbed=f"lead {n + 1:02}")
        for n in range(0, 18, 3)
    ]
    undone = row("u", "lead 00", "lead.unmerged", 10, absorbed="lead 01")
    states = equal([*company(), *merges, undone]).lead_states
    assert states["status"].to_pylist().count("merged") == 5


def test_a_row_that_was_delivered_for_two_leads_counts_for_one() -> None:
    again = [row(f"f{n}", f"lead {19 - n:02}", "form", 30) for n in range(10)]
    leadless = [row(f"f{n}", None, "form", 0.5) for n in range(10, 20)]
    rows = [*company(), *again, *leadless]
    equal(rows)
    # Who asked twice would be an MQL: with a row that counted for both, ten leads would have.
    whole, parts, _ = both([AGREEMENT | {"stages": TWO_FORMS}], rows, BUCKETS)
    for each in (whole, parts):
        assert set(each.stage_entries["stage"].to_pylist()) == {"Lead"}


def test_what_concerns_all_leads_is_told_to_every_bucket_and_told_once() -> None:
    closed = row("closed", None, "calendar.closed", 0.5, date="2026-03-02")
    mistake = row("mistake", None, "calendar.closed", 0.5, date="2026-03-03")
    void = row("void", None, "fact.voided", 1, event_id="mistake")
    wrong = row("wrong", "lead 03", "form", 1, batch="b")
    batch = row("batch", None, "fact.voided", 2, batch="b")
    batch["properties"] = {"batch": "b"}
    found = equal([*company(), closed, mistake, void, wrong, batch])
    assert [str(day) for day in found.closed_days] == ["2026-03-02"]
    assert sorted(found.set_aside["event_id"].to_pylist()) == ["mistake", "wrong"]


def test_the_last_row_that_counts_gives_the_moment_of_evaluation() -> None:
    wrong = row("wrong", "lead 03", "form", 500)
    void = row("void", None, "fact.voided", 1, event_id="wrong")
    assert equal([*company(), wrong, void]).as_of == FIRST + timedelta(hours=2.9)


def test_a_person_is_spelt_alike_in_all_buckets() -> None:
    spelt = ["Ana", "ANA", "ana "]
    given = [row(f"a{n}", f"lead {n:02}", "lead.assigned", 5, to=spelt[n % 3]) for n in range(20)]
    assert set(equal([*company(), *given]).lead_states["holder"].to_pylist()) == {"ANA"}


def test_leads_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    odd = row("f3", None, "calendar.closed", 0.5, date="2026-03-02")
    with pytest.raises(NotApartError):
        dealt([*company(), odd], BUCKETS, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["log.parquet"]


def test_columns_that_are_no_part_of_a_log_are_left_behind(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(as_delivered(company()), schema=LOG_SCHEMA)
    odd = table.append_column("p_size", pa.array(range(40))).append_column("x", pa.nulls(40))
    pq.write_table(odd.select([*reversed(odd.column_names)]), tmp_path / "log.parquet")
    wanted = pa.schema([*LOG_SCHEMA, pa.field("p_size", pa.int64())])
    log = deal(ds.dataset(tmp_path / "log.parquet", schema=wanted), 3, MEMORY, folder=tmp_path)
    assert [bucket.schema.names for bucket in log.buckets] == [wanted.names] * 3
    sizes = [size for bucket in log.buckets for size in bucket.to_table()["p_size"].to_pylist()]
    assert sorted(sizes) == list(range(40))


def test_the_files_of_buckets_go_with_the_log(tmp_path: Path) -> None:
    log = dealt(company(), BUCKETS, tmp_path)
    found = evaluating.evaluate([Agreement.model_validate(AGREEMENT)], History(log))
    assert len(list(tmp_path.iterdir())) == 2
    del log
    assert [each.name for each in tmp_path.iterdir()] == ["log.parquet"]
    assert found.lead_states.num_rows == 20


@pytest.mark.parametrize(
    ("rows", "free", "buckets"),
    [(10**12, 2**30, 256), (1_000_000, 2**30, 1), (21_000_000, 2**33, 2), (210_000_000, 2**33, 13)],
)
def test_buckets_are_as_many_as_the_free_memory_asks_for(
    rows: int, free: int, buckets: int
) -> None:
    assert buckets_for(rows, free) == buckets


def test_a_system_says_how_much_memory_is_free() -> None:
    assert 0 < free_memory() < 2**63
