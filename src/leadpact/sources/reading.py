"""Reading a mapping file and its tables into a history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from leadpact.agreement.problems import Problem
from leadpact.engine.log import History
from leadpact.sources.deal_rows import (
    add_deal_facts,
    deals_table,
    note_links,
    take_deals,
    take_links,
)
from leadpact.sources.event_rows import Labelled, events_of, take_events
from leadpact.sources.gathering import Gathering
from leadpact.sources.lead_rows import take_leads
from leadpact.sources.loading import LoadedSources, SourcesError, load_sources
from leadpact.sources.manner import manner_of
from leadpact.sources.mapping import Table
from leadpact.sources.opening import as_arrow, check_columns, needed_columns, open_table
from leadpact.sources.rows import Batch, OpenTable, Reject, TableError
from leadpact.sources.table_run import TableRun

Progress = Callable[[str, int], None]


class Read(NamedTuple):
    """What a mapping gave: the history, the rows and values left out, remarks for the reader."""

    history: History
    rejects: list[Reject]
    notes: list[str]


@dataclass(frozen=True)
class _Opened:
    """A table that can be read, with its place in the mapping."""

    index: int
    table: Table
    opened: OpenTable


def read(
    sources_path: str | Path,
    data_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Read:
    """Read every table that a mapping file names; files are looked for in `data_dir`.

    Without `data_dir`, files are looked for beside the mapping. `progress` is told a table's name
    and how many of its rows are read. Raises SourcesError with all problems of the mapping and its
    tables; rows that make no sense are no problem, they are among the rejects.
    """
    return read_loaded(load_sources(sources_path), data_dir, progress)


def read_loaded(
    loaded: LoadedSources,
    data_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Read:
    """Read the tables of a mapping that was loaded before."""
    folder = Path(data_dir) if data_dir is not None else Path(loaded.file).parent
    tables = _open_all(loaded, folder)
    into = Gathering(known_only=any(table.leads for table in loaded.sources.tables))
    runs = _runs(loaded, tables, into)
    for opened, run in sorted(runs, key=lambda pair: pair[1].table.leads is None):
        try:
            _take_table(opened, run, progress)
        except TableError as error:
            raise SourcesError([_problem(loaded, opened.index, error)]) from None
    add_deal_facts(into)
    note_links(into)
    return _result(loaded, into)


def _open_all(loaded: LoadedSources, folder: Path) -> list[_Opened]:
    """Every table, opened and its columns checked; raises SourcesError with all that is wrong."""
    opened: list[_Opened] = []
    problems: list[Problem] = []
    for_sql: dict[str, pa.Table] = {}
    asked_by_sql = any(table.sql for table in loaded.sources.tables)
    for index, table in enumerate(loaded.sources.tables):
        if table.sql and len(opened) < index:
            continue
        try:
            one = _Opened(index, table, open_table(table, folder, for_sql))
        except TableError as error:
            problems.append(_problem(loaded, index, error))
            continue
        problems += [
            _problem(loaded, index, error) for error in check_columns(table, one.opened.header)
        ]
        opened.append(one)
        if asked_by_sql:
            whole = as_arrow(one.opened)
            for_sql |= {table.title: whole, Path(table.title).stem: whole}
    if problems:
        raise SourcesError(problems)
    return opened


def _runs(
    loaded: LoadedSources, tables: list[_Opened], into: Gathering
) -> list[tuple[_Opened, TableRun]]:
    """How each table is read; raises SourcesError with every doubt about dates and numbers."""
    runs = []
    problems = []
    for one in tables:
        if not needed_columns(one.table):
            continue
        try:
            manner, notes = manner_of(loaded.sources, one.table, one.opened)
        except TableError as error:
            problems.append(_problem(loaded, one.index, error))
            continue
        into.notes += notes
        runs.append((one, TableRun(one.table, manner, into)))
    if problems:
        raise SourcesError(problems)
    return runs


def _take_table(one: _Opened, run: TableRun, progress: Progress | None) -> None:
    labelled = events_of(one.table)
    for batch in one.opened.batches(needed_columns(one.table)):
        run.into.rejects += batch.rejects
        run.into.rows_read[run.title] += len(batch) + len(batch.rejects)
        _take_batch(run, labelled, batch)
        if progress:
            progress(run.title, run.into.rows_read[run.title])


def _take_batch(run: TableRun, labelled: Labelled, batch: Batch) -> None:
    table = run.table
    keys = None
    if table.leads:
        keys, rows = take_leads(run, table.leads, batch)
    elif table.deals:
        rows = list(range(len(batch)))
    else:
        rows = run.not_repeated(batch, range(len(batch)))
    take_events(run, labelled, batch, keys, rows)
    if table.deals:
        take_deals(run, table.deals, batch)
    if table.links:
        take_links(run, table.links, batch, keys, rows)


def _result(loaded: LoadedSources, into: Gathering) -> Read:
    exported = [
        table.title
        for table in loaded.sources.tables
        if table.leads and table.leads.fields and table.leads.attributes == "as exported"
    ]
    notes = [*loaded.sources.notes, *_counts(into), *into.notes]
    if exported:
        notes.append(
            f"Attributes from {', '.join(exported)} are known only as of the export, not as they "
            "were when things happened."
        )
    history = History(into.log(), deals_table(into), bool(exported), notes)
    return Read(history, into.rejects, notes)


def _counts(into: Gathering) -> list[str]:
    notes = []
    for title, rows in into.rows_read.items():
        mine = [reject for reject in into.rejects if reject.file == title]
        refused = len({reject.line for reject in mine if reject.whole_row})
        values = sum(not reject.whole_row for reject in mine)
        text = f"{title}: {_counted(rows, 'row')} read"
        if refused:
            text += f", {refused:,} of them left out"
        if values:
            text += f", {_counted(values, 'single value')} left out"
        if repeats := into.repeats[title]:
            text += f", {_counted(repeats, 'exact repetition')} passed over"
        notes.append(f"{text}.")
    return notes


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _problem(loaded: LoadedSources, index: int, error: TableError) -> Problem:
    return loaded.problem(("tables", index, *error.path), error.message, error.hint or None)
