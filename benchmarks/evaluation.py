"""The template with every feature over a crowd of leads, against a bare scan of what it reads."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks.crowd import Crowd
from benchmarks.works import Prepared
from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import main_threshold, with_points
from leadpact.engine import evaluate as engine
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.questions import Questions
from leadpact.engine.result import Result

TEMPLATE = "b2b-saas"
ROWS_OF_A_LEAD = 50
_ALWAYS = ("event_id", "source", "lead_id", "happened_at", "recorded_at", "kind", "decided")


def agreement() -> Agreement:
    """The template; it is checked by the tests."""
    loaded = load_text(templates.text(TEMPLATE), f"{TEMPLATE}.yaml").agreement
    assert loaded is not None, "the template has no problem"
    return loaded


def scan(log: Path) -> Prepared:
    """DuckDB reads every value of the columns that an evaluation reads, and keeps the largest."""
    columns = ", ".join(f"max({name})" for name in columns_used(log))
    threads = os.cpu_count() or 1

    def work() -> Any:
        with duckdb.connect(config={"threads": threads}) as connection:
            return connection.sql(f"select count(*), {columns} from '{log}'").to_arrow_table()

    return Prepared(work, lambda found: int(found[0][0].as_py()))


def columns_used(log: Path) -> list[str]:
    """Columns of the file that matter under the agreement."""
    questions = Questions([agreement()])
    asked = {each.name for each in (*questions.properties.values(), *questions.fields.values())}
    return [
        name
        for name in pq.read_schema(log).names
        if name in _ALWAYS or name.removeprefix("p_") in asked
    ]


def tables(log: Path) -> Prepared:
    """From the file to the result's tables."""
    version = agreement()
    return Prepared(
        lambda: evaluate([version], _history(log)),
        lambda _: pq.read_metadata(log).num_rows,
        _told,
    )


def with_figures(log: Path) -> Prepared:
    """From the file to every metric, by month and in all."""
    version = agreement()

    def work() -> tuple[Result, int]:
        history = _history(log)
        result = evaluate([version], history)
        measures = Measures(result, history)
        return result, sum(len(measures.figures(period)) for period in ("all", "month"))

    return Prepared(
        work,
        lambda _: pq.read_metadata(log).num_rows,
        lambda found: f"{_told(found[0])}, {found[1]:,} figures",
    )


def another_threshold(log: Path) -> Prepared:
    """The tables under another threshold, when those under that of today were made before."""
    version = agreement()
    threshold = main_threshold(version)
    assert threshold is not None, "the template has a threshold"
    prepared = engine.Prepared(_history(log))
    prepared.under([version])
    other = with_points(version, threshold, threshold.points + 5)
    return Prepared(
        lambda: prepared.under([other]), lambda _: pq.read_metadata(log).num_rows, _told
    )


def _history(log: Path) -> History:
    """A log in a file, which is never read whole."""
    return History(ds.dataset(log))


def _told(result: Result) -> str:
    return (
        f"{result.lead_states.num_rows:,} leads, {result.stage_entries.num_rows:,} entries, "
        f"{result.clocks.num_rows:,} clocks"
    )


def one_lead() -> Prepared:
    """The whole evaluation of one lead with fifty rows, twenty times: a worker does not end."""
    return _live(1, again=20)


def a_thousand_leads() -> Prepared:
    """The same of a thousand such leads at once."""
    return _live(1000)


def _live(leads: int, again: int = 1) -> Prepared:
    version, history = agreement(), History(_busy(leads))
    as_of = pc.max(history.log["happened_at"]).as_py() + timedelta(days=1)

    def work() -> Result:
        for _ in range(again - 1):
            evaluate([version], history, as_of=as_of)
        return evaluate([version], history, as_of=as_of)

    return Prepared(
        work,
        lambda result: again * int(result.lead_states.num_rows),
        lambda _: f"{history.log.num_rows:,} rows",
    )


def _busy(leads: int) -> pa.Table:
    """The first fifty rows of so many leads that have them."""
    (rows,) = Crowd(4 * leads + 20, events=60).blocks()
    lead = rows["lead_id"].to_numpy(zero_copy_only=False)
    begins = np.flatnonzero(np.r_[True, lead[1:] != lead[:-1]])
    sizes = np.diff(np.r_[begins, len(lead)])
    chosen = begins[sizes >= ROWS_OF_A_LEAD][:leads]
    return rows.take((chosen[:, None] + np.arange(ROWS_OF_A_LEAD)).reshape(-1))
