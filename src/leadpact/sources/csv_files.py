"""CSV and its relatives, with the exact line of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from leadpact.sources.encodings import text_encoding
from leadpact.sources.rows import (
    BATCH_ROWS,
    Batch,
    OpenTable,
    Reject,
    TableError,
    batch_of,
    shortened,
)

DELIMITERS = (",", ";", "\t", "|")
LONGEST_ROW = 1_000_000
MOST_LINES = 5_000
csv.field_size_limit(2 * LONGEST_ROW)


class _EndlessRowError(Exception):
    """A row that does not end where any row should: a quotation mark is not closed."""


class _Lines:
    """The lines of a file, those of the present row kept so that they can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.held: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._size > LONGEST_ROW or len(self.held) >= MOST_LINES:
            raise _EndlessRowError
        line = next(self._lines)
        self.number += 1
        self.held.append(line)
        self._size += len(line)
        return line

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.held = []
        self._size = 0

    def again(self) -> None:
        """Give back all lines of the present row but its first."""
        rest = self.held[1:]
        self._lines = chain(rest, self._lines)
        self.number -= len(rest)
        self.begin_row()


def open_csv(
    path: Path, title: str, encoding: str | None, delimiter: str | None, header_line: int
) -> OpenTable:
    """Open a CSV file; raises TableError when it has no header or is no text."""
    encoding = text_encoding(path, encoding)
    delimiter = delimiter or _delimiter_of(path, encoding, header_line)
    with path.open(encoding=encoding, newline="") as file:
        lines = _after(file, header_line)
        header = next((cells for _, cells, _ in _rows(lines, delimiter) if cells is not None), None)
    if not header or not any(name.strip() for name in header):
        raise TableError(f"{path.name} has no header in line {header_line}", "", ("header_line",))
    names = [name.strip() for name in header]

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        with path.open(encoding=encoding, newline="") as file:
            lines = _after(file, header_line)
            yield from _batches(_rows(lines, delimiter), names, title, wanted)

    return OpenTable(names, batches)


def _after(file: Iterable[str], header_line: int) -> _Lines:
    """The lines from the header on, counted from the start of the file."""
    lines = _Lines(file)
    for _ in islice(lines, header_line - 1):
        lines.begin_row()
    return lines


def _delimiter_of(path: Path, encoding: str, header_line: int) -> str:
    """The mark that parts the header into most columns, judged by the rows that follow it."""
    with path.open(encoding=encoding, newline="") as file:
        sample = list(islice(file, header_line - 1, header_line + 50))

    def fit(mark: str) -> tuple[int, int]:
        widths = [len(cells) for _, cells, _ in _rows(_Lines(sample), mark) if cells]
        if not widths or widths[0] == 1:
            return 0, 0
        return sum(width == widths[0] for width in widths), widths[0]

    return max(DELIMITERS, key=fit)


def _rows(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Line number, cells and raw text of each row; the cells are None where they make no sense, the
    text then being the reason and the raw line after a line break."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _EndlessRowError) as error:
            if not lines.held:
                return
            yield start, None, f"{_reason(error, lines)}\n{lines.held[0]}"
            lines.again()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if cells:
            yield start, cells, "".join(lines.held)


def _reason(error: Exception, lines: _Lines) -> str:
    text = str(error)
    if "expected after" in text:
        return "has text after a closing quotation mark"
    if len(lines.held[0]) > LONGEST_ROW:
        return f"is longer than {LONGEST_ROW:,} characters"
    if isinstance(error, _EndlessRowError) or "unexpected end" in text or "field larger" in text:
        return "opens a quotation mark that is never closed"
    return f"is not CSV ({text})"


def _batches(
    rows: Iterator[tuple[int, list[str] | None, str]],
    header: list[str],
    title: str,
    wanted: Sequence[str],
) -> Iterator[Batch]:
    next(rows)
    while chunk := list(islice(rows, BATCH_ROWS)):
        good: list[list[str]] = []
        numbers: list[int] = []
        raws: list[str] = []
        rejects = []
        for line, cells, raw in chunk:
            if cells is None:
                reason, raw = raw.split("\n", 1)
            else:
                cells, reason = _fitted(cells, len(header), raw)
            if cells is None:
                rejects.append(Reject(title, line, reason, shortened(raw)))
            else:
                good.append(cells)
                numbers.append(line)
                raws.append(raw)
        batch = batch_of(header, good, numbers, wanted)
        batch.raws = lambda at, raws=raws: shortened(raws[at])  # type: ignore[misc]
        batch.rejects = rejects
        yield batch


def _fitted(cells: list[str], width: int, raw: str) -> tuple[list[str] | None, str]:
    """The cells as many as the header has, or None and the reason why they cannot be."""
    if "\0" in raw:
        return None, "has a NUL byte in it"
    if len(raw) > LONGEST_ROW:
        return None, f"is longer than {LONGEST_ROW:,} characters"
    if len(cells) == width:
        return cells, ""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width], ""
    return None, f"has {_values(len(cells))} where the header has {width}"


def _values(count: int) -> str:
    return f"{count} value{'s' if count > 1 else ''}"
