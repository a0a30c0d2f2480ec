"""Leadpact itself, its tables in the form in which all answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.dataset as ds

from benchmarks.peers.task import Answer
from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.engine.result import Result


def evaluated(agreement: Agreement, log: Path, as_of: int) -> Result:
    """The whole evaluation, from the file to the tables."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=as_of)
    return evaluate([agreement], History(ds.dataset(log)), as_of=moment, with_hygiene=False)


def answer(result: Result) -> Answer:
    """The tables of a result, reduced to what all are asked."""
    connection = duckdb.connect()
    for name in ("lead_states", "stage_entries", "clocks"):
        connection.register(name, getattr(result, name))
    scores = "select lead_id, round(score * 1000)::bigint as score from lead_states"
    entries = """select lead_id, (episode - 1)::bigint as episode, epoch_us(entered_at) as moment
        from stage_entries where stage = 'MQL'"""
    clocks = """select lead_id, (episode - 1)::bigint as episode, epoch_us(due_at) as due, outcome
        from clocks"""
    return Answer(*(connection.sql(query).to_arrow_table() for query in (scores, entries, clocks)))
