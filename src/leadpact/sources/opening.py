"""Opening a table of the mapping, whatever kind of file it is, and checking its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa

from leadpact.agreement.conditions import Model
from leadpact.sources.mapping import Deals, Event, Links, Table
from leadpact.sources.rows import OpenTable, TableError

_CSV = (".csv", ".tsv", ".txt")
_EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_JSON_LINES = (".jsonl", ".ndjson", ".json")
_PARQUET = (".parquet", ".pq")
_PLAIN_COLUMNS = {(Event, "id"), (Deals, "id"), (Links, "deal")}

Place = tuple[str | int, ...]


def open_table(table: Table, folder: Path, others: Mapping[str, pa.Table]) -> OpenTable:
    """Open one table; `others` has the tables above it, for SQL. Raises TableError."""
    if table.sql is not None:
        from leadpact.sources.sql_tables import open_sql

        return open_sql(table.sql, others)
    if table.google_sheet is not None:
        from leadpact.sources.google_sheets import open_google_sheet

        return open_google_sheet(table.google_sheet, table.sheet, table.header_line)
    path = folder / str(table.file)
    try:
        path = _place(folder, str(table.file))
        refuse_missing(path)
        return _open_file(table, path)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise TableError(f"{path} cannot be read: {reason}", "", ("file",)) from None


def refuse_missing(path: Path) -> None:
    """Raise TableError unless a file is at the path."""
    if path.is_dir():
        raise TableError(f"{path} is a folder, not a file", "name the file in it", ("file",))
    if not path.exists():
        raise TableError(f"{path} is not there", _near(path), ("file",))
    if not path.is_file():
        hint = "save it as a file first: it is read more than once"
        raise TableError(f"{path} is no ordinary file", hint, ("file",))


def _place(folder: Path, file: str) -> Path:
    """Where a file of the mapping lies, also when `folder` is the very folder that it names."""
    path, above = folder / file, folder.resolve().parent / file
    is_named = Path(file).parts[:-1][:1] == (folder.resolve().name,)
    return above if is_named and not path.exists() and above.exists() else path


def _open_file(table: Table, path: Path) -> OpenTable:
    ending = path.suffix.lower()
    if ending in _CSV:
        from leadpact.sources.csv_files import open_csv

        delimiter = table.delimiter or ("\t" if ending == ".tsv" else None)
        return open_csv(path, table.title, table.encoding, delimiter, table.header_line)
    if ending in _JSON_LINES:
        from leadpact.sources.json_lines import open_json_lines

        return open_json_lines(path, table.title, table.encoding)
    if ending in _EXCEL:
        from leadpact.sources.excel_files import open_excel

        return open_excel(path, table.sheet, table.header_line)
    if ending in _PARQUET:
        from leadpact.sources.arrow_tables import open_parquet

        return open_parquet(path)
    known = ", ".join((*_CSV, *_EXCEL, *_JSON_LINES, *_PARQUET))
    raise TableError(f"“{path.name}” has no ending that is known", f"use one of {known}", ("file",))


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {path.parent} is not there either; name the data folder"
    near = get_close_matches(path.name, (other.name for other in path.parent.iterdir()), n=1)
    return f"did you mean {near[0]}?" if near else f"there is no such file in {path.parent}"


def columns_named(part: object, path: Place = ()) -> Iterator[tuple[str, Place]]:
    """Every column that a part of the mapping names, with the place where it does."""
    if isinstance(part, Model):
        for name, field in type(part).model_fields.items():
            value, place = getattr(part, name), (*path, field.alias or name)
            if name == "column":
                yield from ((column, path) for column in _listed(value))
            elif isinstance(value, str) and (type(part), name) in _PLAIN_COLUMNS:
                yield value, place
            elif isinstance(part, Event) and name == "when":
                yield from ((column, (*place, column)) for column in value)
            else:
                yield from columns_named(value, place)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from columns_named(value, (*path, key))
    elif isinstance(part, list):
        for at, value in enumerate(part):
            yield from columns_named(value, (*path, at))


def needed_columns(table: Table) -> list[str]:
    """The columns of a table that the mapping uses, each once."""
    return list(dict.fromkeys(name for name, _ in columns_named(table)))


def check_columns(table: Table, header: list[str]) -> Iterator[TableError]:
    """A problem for each column that the mapping names and the table lacks, or has twice."""
    counts = Counter(header)
    for name, path in columns_named(table):
        if counts[name] == 1:
            continue
        if counts[name]:
            places = ", ".join(str(at) for at, other in enumerate(header, start=1) if other == name)
            yield TableError(
                f"{table.title} has the column “{name}” {counts[name]} times (as columns {places})",
                "rename all but one",
                path,
            )
        else:
            near = get_close_matches(name, [other for other in header if other], n=1, cutoff=0.5)
            hint = f"did you mean “{near[0]}”?" if near else f"it has: {', '.join(header[:40])}"
            yield TableError(f"{table.title} has no column “{name}”", hint, path)


def as_arrow(opened: OpenTable) -> pa.Table:
    """All columns of a table for SQL, as text where its file knows no types.

    Of two columns of one name it has the first.
    """
    names = list(dict.fromkeys(name for name in opened.header if name))
    if opened.typed is not None:
        return opened.typed().select([opened.header.index(name) for name in names])
    parts = [pa.table(batch.columns) for batch in opened.batches(names)]
    empty = pa.schema([(name, pa.string()) for name in names]).empty_table()
    return pa.concat_tables([empty, *parts])


def _listed(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
