"""The works that are measured, by name; each is prepared apart from what is timed."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


def _nothing(_: Any) -> Any:
    return None


@dataclass(frozen=True)
class Prepared:
    """A work ready to be timed; `count` says how many things it did, `tell` what came of it."""

    work: Callable[[], Any]
    count: Callable[[Any], int]
    tell: Callable[[Any], Any] = _nothing


def of(module: str, name: str) -> Callable[..., Prepared]:
    """A work that is imported only in the process that does it."""

    def prepare(*files: Path) -> Prepared:
        made: Prepared = getattr(importlib.import_module(f"benchmarks.{module}"), name)(*files)
        return made

    return prepare


def by_peer(name: str, *files: Path) -> Prepared:
    """One way to answer what all are asked; what it tells is a fingerprint of its answer."""
    from benchmarks.peers import our_way, task

    (log,) = files
    as_of, rows = _extent(log)
    agreement, asked = task.task(as_of)
    works: dict[str, Callable[[], Any]] = {
        "Leadpact": lambda: our_way.evaluated(agreement, log, as_of),
        "DuckDB windows": lambda: _way("duckdb").answer(asked, log, os.cpu_count() or 1),
        "Polars": lambda: _way("polars").answer(asked, log),
        "pandas": lambda: _way("pandas").answer(asked, log),
    }
    ours = name == "Leadpact"
    return Prepared(
        works[name],
        lambda _: rows,
        lambda found: _fingerprint(our_way.answer(found) if ours else found),
    )


def _way(name: str) -> Any:
    return importlib.import_module(f"benchmarks.peers.{name}_way")


def _extent(log: Path) -> tuple[int, int]:
    import duckdb

    with duckdb.connect() as connection:
        read = f"select max(epoch_us(happened_at)), count(*) from '{log}'"
        ((as_of, rows),) = connection.execute(read).fetchall()
    return as_of, rows


def _fingerprint(answer: Any) -> str:
    """Of all lines of the three tables in their order; two answers are equal when these are."""
    tables = (answer.scores, answer.entries, answer.clocks)
    digest = hashlib.sha256()
    for table in tables:
        ordered = table.sort_by([(name, "ascending") for name in table.schema.names])
        for column in ordered.columns:
            digest.update(repr(column.combine_chunks().to_pylist()).encode())
    return f"{digest.hexdigest()[:16]}, {answer.entries.num_rows:,} qualified"


PEERS = ("Leadpact", "DuckDB windows", "Polars", "pandas")

WORKS: dict[str, Callable[..., Prepared]] = {
    **{f"peer {name}": partial(by_peer, name) for name in PEERS},
    "scan": of("evaluation", "scan"),
    "tables": of("evaluation", "tables"),
    "figures": of("evaluation", "with_figures"),
    "another threshold": of("evaluation", "another_threshold"),
    "one lead": of("evaluation", "one_lead"),
    "a thousand leads": of("evaluation", "a_thousand_leads"),
    "elapsed, arrays": of("working_time", "elapsed_arrays"),
    "elapsed, one a call": of("working_time", "elapsed_one_by_one"),
    "elapsed, businesstimedelta": of("working_time", "elapsed_by_businesstimedelta"),
    "add, arrays": of("working_time", "add_arrays"),
    "add, one a call": of("working_time", "add_one_by_one"),
    "add, pandas CustomBusinessHour": of("working_time", "add_by_pandas"),
    "add, businesstimedelta": of("working_time", "add_by_businesstimedelta"),
    "leadpact --help": of("starting", "help_page"),
    "leadpact check": of("starting", "check"),
}
