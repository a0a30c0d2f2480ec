"""What every kind of table is read into: batches of text columns, and what was refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import pyarrow as pa

BATCH_ROWS = 50_000
LONGEST_RAW = 1_000


class TableError(Exception):
    """A table that cannot be read at all: what is wrong with it, and what to do."""

    def __init__(self, message: str, hint: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path


@dataclass(frozen=True)
class Reject:
    """A row, or one value of it, that was left out, with the reason.

    `line` is the line of the file where the row begins (for Excel, Parquet and SQL the number of
    the row, the header being the first). `whole_row` tells a refused row from a refused value.
    """

    file: str
    line: int
    reason: str
    raw: str
    whole_row: bool = True


@dataclass
class Batch:
    """Some consecutive rows: the line of each, its fingerprint, and the columns asked for."""

    lines: list[int]
    prints: list[str]
    columns: dict[str, pa.Array]
    raws: Callable[[int], str]
    rejects: list[Reject] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)


Batches = Callable[[Sequence[str]], Iterator[Batch]]


@dataclass(frozen=True)
class OpenTable:
    """A table with its header; `batches(columns)` reads it from the start, as often as asked.

    `typed` reads all of it with the types that its file gives, where it gives any.
    """

    header: list[str]
    batches: Batches
    typed: Callable[[], pa.Table] | None = None


def fingerprint(cells: Sequence[str]) -> str:
    """A short text that two rows share only if all their cells are the same."""
    return blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def as_csv(cells: Sequence[str]) -> str:
    """The cells as one line of CSV, for the list of refused rows."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def shortened(raw: str) -> str:
    """At most LONGEST_RAW characters of a refused row."""
    raw = raw.rstrip("\r\n")
    return raw if len(raw) <= LONGEST_RAW else f"{raw[:LONGEST_RAW]}… ({len(raw):,} characters)"


def batch_of(
    header: Sequence[str], rows: list[list[str]], lines: list[int], wanted: Sequence[str]
) -> Batch:
    """A batch from rows of cells that all have the header's length."""
    columns = {}
    for name in wanted:
        place = header.index(name)
        columns[name] = pa.array([row[place] for row in rows], pa.string())
    prints = [fingerprint(row) for row in rows]
    return Batch(lines, prints, columns, lambda at: as_csv(rows[at]))


def inert(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_rejects(rejects: Sequence[Reject]) -> str:
    """The refused rows as a CSV file: file, line, what was left out, reason, raw text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "line", "left out", "reason", "raw text"])
    for reject in rejects:
        left_out = "row" if reject.whole_row else "value"
        writer.writerow([reject.file, reject.line, left_out, reject.reason, inert(reject.raw)])
    return text.getvalue()
