"""A log that is evaluated on Spark gives the tables and figures of one evaluation.

The cluster is this machine: Spark's own workers, which share nothing with this process but files.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from leadpact.agreement import templates
from leadpact.agreement.spec import Agreement
from leadpact.backends import evaluating, spark, spark_session
from leadpact.backends.binding import NotApartError
from leadpact.backends.spark_errors import SparkError, failed
from leadpact.demo.company import generate
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.flows.recorded import LOG, open_log
from leadpact.sources.loading import SourcesError
from tests.backends.test_buckets import AGREEMENT, FIRST, company, figures, row, told
from tests.cli.helpers import answer
from tests.strategies import LogRow, as_delivered

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "local[2]"
PARTS = 5
VERSIONS = [Agreement.model_validate(AGREEMENT)]


@pytest.fixture(scope="module")
def session() -> SparkSession:
    """Spark on this machine; without Java the test skips, in continuous integration it fails."""
    if not spark_session.has_java():
        reason = "no Java: tests on Spark need 17 or later"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return spark_session.begin(MASTER)


def nothing(_done: float, _what: str) -> None:
    """Nobody is told."""


def written(rows: list[LogRow], folder: Path) -> Any:
    """The data set of a log in two files of many row groups."""
    table = pa.Table.from_pylist(as_delivered(rows), schema=LOG_SCHEMA)
    half = len(table) // 2
    for number, part in enumerate((table.slice(0, half), table.slice(half))):
        pq.write_table(part, folder / f"{number}.parquet", row_group_size=9)
    return ds.dataset(folder)


def entangled() -> list[LogRow]:
    """Leads that share mailboxes, merges and copies of rows, and what concerns all of them."""
    rows = company(30)
    for n in range(10, 15):
        rows[2 * n]["properties"]["email"] = f" {n - 10}@ACME.example.org"
    again = [row(f"f{n}", f"lead {29 - n:02}", "form", 30) for n in range(5)]
    leadless = [row(f"f{n}", None, "form", 0.5) for n in range(5, 8)]
    merges = [
        row(f"m{n}", f"lead {n:02}", "lead.merged", 9, absorbed=f"lead {n + 1:02}")
        for n in range(15, 24, 3)
    ]
    void = row("batch", None, "fact.voided", 2, batch="b")
    void["properties"] = {"batch": "b"}
    spelt = ["Ana", "ANA", "ana "]
    return [
        *rows, *again, *merges, *leadless,
        row("u", "lead 15", "lead.unmerged", 10, absorbed="lead 16"),
        row("closed", None, "calendar.closed", 0.5, date="2026-03-02"),
        row("wrong", "lead 03", "form", 500, batch="b"), void,
        *(row(f"a{n}", f"lead {n:02}", "lead.assigned", 5, to=spelt[n % 3]) for n in range(30)),
    ]  # fmt: skip


def test_what_concerns_several_leads_is_told_as_by_one_evaluation(
    session: SparkSession, tmp_path: Path
) -> None:
    log = written(entangled(), tmp_path)
    parts = spark.deal(log, session, PARTS)
    for asked in (
        {},
        {"as_of": FIRST + timedelta(hours=6)},
        {"known_at": FIRST + timedelta(hours=3), "simulate": True},
    ):
        whole = evaluate(VERSIONS, History(log.to_table()), **asked)
        found = evaluating.evaluate(VERSIONS, History(parts), **asked)
        assert told(found) == told(whole), asked
        assert figures(found, History(log)) == figures(whole, History(log)), asked
    assert whole.lead_states.num_rows == 30


def test_leads_that_cannot_be_told_apart_are_refused(session: SparkSession, tmp_path: Path) -> None:
    odd = row("f3", None, "calendar.closed", 0.5, date="2026-03-02")
    with pytest.raises(NotApartError):
        spark.deal(written([*company(), odd], tmp_path), session, PARTS)


def test_a_worker_that_does_not_see_the_log_says_so(session: SparkSession, tmp_path: Path) -> None:
    log = written(company(), tmp_path)
    parts = spark.deal(log, session, PARTS)
    stretches = spark.stretches_of(log, session)
    for file in log.files:
        Path(file).unlink()
    with pytest.raises(SparkError, match="does not see the files of the log"):
        spark.bonds_of_stretches(stretches, parts.work)


def test_a_company_is_told_of_as_on_one_machine(session: SparkSession, tmp_path: Path) -> None:
    generate(seed=5, leads=120).write(tmp_path)
    log = pq.read_table(tmp_path / LOG)
    folder = tmp_path / "lake.parquet"
    folder.mkdir()
    for number, begin in enumerate(range(0, len(log), 500)):
        pq.write_table(log.slice(begin, 500), folder / f"part-{number:05}.parquet")
    (folder / "_SUCCESS").touch()
    (folder / "_temporary").mkdir()
    (folder / "_temporary" / "half.parquet").write_bytes(b"PAR1")
    agreement = tmp_path / "agreement.yaml"
    agreement.write_text(templates.text("b2b-saas"), encoding="utf-8")
    said = []
    for more in ([], ["--spark", MASTER]):
        done = answer("run", agreement, "--sources", folder, "--json", *more)
        assert done.code == 0, done.err
        found = json.loads(done.out, parse_float=lambda number: f"{float(number):.9g}")
        found["metrics"].sort(key=str)
        said.append(found)
    assert said[0] == said[1]


def test_what_cannot_be_handed_to_a_cluster_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").touch()
    table = pa.Table.from_pylist(as_delivered(company()), schema=LOG_SCHEMA)
    odd = table.set_column(
        3, "happened_at", table["happened_at"].cast(pa.timestamp("ns", tz="UTC"))
    )
    pq.write_table(odd, tmp_path / "log.parquet")
    with pytest.raises(SourcesError) as refused:
        open_log(tmp_path / "log.parquet", nothing, spark=MASTER)
    assert "TIMESTAMP_MICROS" in str(refused.value.problems[0].hint)


def test_without_java_or_the_client_one_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError) as refused:
        spark_session.begin(MASTER)
    assert "needs Java" in str(refused.value)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkError) as refused:
        spark_session.begin(MASTER)
    assert refused.value.hint == "pip install 'leadpact[spark]'"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ModuleNotFoundError: No module named 'leadpact'", "do not know Leadpact"),
        ("Job aborted:\n  at x\nFileNotFoundError: /data/log.parquet", "does not see the files"),
        ("Traceback\n  File\nMemoryError: 3 GB\n", "could not do it: MemoryError: 3 GB"),
        (": java.lang.IllegalStateException: a stopped SparkContext.", "nobody answers there"),
        ("", "no reason given"),
    ],
)
def test_a_failure_in_the_cluster_is_one_sentence(text: str, sentence: str) -> None:
    assert sentence in str(failed(RuntimeError(text)))
