"""A crowd of leads of any size, as a shuffled log in Parquet: what the benchmarks measure on.

    .venv/bin/python -m benchmarks.crowd --leads 1000000 crowd.parquet

The same seed gives the same log everywhere. Leads are made in blocks whose rows are dealt at random
to parts of the file, and each part is shuffled by itself, so that memory does not grow with the
number of leads while every order of the rows is as likely as any other.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.columns import Random, coded, keys
from benchmarks.journeys import KINDS, OF, SOURCES, Rows, journeys, properties, recorded
from benchmarks.traits import traits

MOST_LEADS = 10_000_000
BLOCK = 100_000
ROWS_OF_A_PART = 2_000_000
INSTANT = pa.timestamp("us", tz="UTC")

_LEAD, _EVENT = 0x5851F42D4C95, 0xDA3E39CB94B9
#: Of ten million leads the parts take 12 GB of the disk, and four times as many unpacked.
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
#: Attributes that later rows may state anew.
_CHANGING = ("employees", "job_level", "phone", "do_not_contact")


@dataclass(frozen=True)
class Crowd:
    """How many leads, with how many events each on average besides their creation."""

    leads: int
    events: int = 20
    seed: int = 7

    def __post_init__(self) -> None:
        if not 1 <= self.leads <= MOST_LEADS or not 1 <= self.events <= 1000:
            raise ValueError(
                f"{self.leads:,} leads with {self.events:,} events each cannot be made; "
                f"ask for 1 to {MOST_LEADS:,} leads with 1 to 1,000 events."
            )

    def write(self, path: Path) -> int:
        """Write the log into a Parquet file; how many rows it has."""
        expected = self.leads * (self.events + 1)
        parts = -(-expected // ROWS_OF_A_PART)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            dealt = [Path(folder) / f"{number}.arrow" for number in range(parts)]
            self._deal(dealt)
            return self._join(dealt, path)

    def blocks(self) -> Iterator[pa.Table]:
        """The log's rows by blocks of leads, each lead's in the order in which they happened."""
        for first in range(0, self.leads, BLOCK):
            random = np.random.default_rng([self.seed, first])
            yield block(first, min(BLOCK, self.leads - first), self.events, random)

    def _deal(self, parts: list[Path]) -> None:
        """Every row of every block goes to a part drawn by lot."""
        random = np.random.default_rng([self.seed, 1, self.leads])
        chances = np.full(len(parts), 1 / len(parts))
        with ExitStack() as files:
            writers: list[Any] = []
            for rows in self.blocks():
                writers = writers or [
                    files.enter_context(pa.ipc.new_file(part, rows.schema, options=_PACKED))
                    for part in parts
                ]
                mixed = rows.take(random.permutation(rows.num_rows))
                ends = np.cumsum(random.multinomial(rows.num_rows, chances))
                for writer, begin, end in zip(writers, [0, *ends[:-1]], ends, strict=True):
                    writer.write_table(mixed.slice(begin, end - begin))

    def _join(self, parts: list[Path], path: Path) -> int:
        random = np.random.default_rng([self.seed, 2, self.leads])
        rows = 0
        with ExitStack() as files:
            writer: Any = None
            for part in parts:
                with pa.memory_map(str(part)) as mapped:
                    table = pa.ipc.open_file(mapped).read_all()
                    writer = writer or files.enter_context(_parquet(path, table.schema))
                    mixed = table.take(random.permutation(table.num_rows))
                    writer.write_table(mixed, row_group_size=ROWS_OF_A_PART // 4)
                    rows += table.num_rows
                part.unlink()
        return rows


def _parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A file from which readers get plain texts, however the columns are coded here."""
    return pq.ParquetWriter(path, schema, compression="zstd", store_schema=False)


def block(first: int, count: int, events: int, random: Random) -> pa.Table:
    """The rows of some leads, each lead's in the order in which they happened."""
    rows = journeys(count, events, random)
    stated = _statements(rows, traits(first, count, random), random)
    said = properties(rows, random)
    both = set(stated) & set(said)
    told = stated | said | {name: _either(stated[name], said[name]) for name in both}
    number = first * (2 * events + 100) + np.arange(len(rows.lead))
    sources = [SOURCES.index(source) for source, _ in KINDS.values()]
    return pa.table(
        {
            "event_id": keys("e", number, _EVENT),
            "source": coded(SOURCES, np.array(sources)[rows.kind]),
            "lead_id": keys("L", first + rows.lead, _LEAD),
            "happened_at": pa.array(rows.at).cast(INSTANT),
            "recorded_at": recorded(rows, random),
            "kind": coded(list(KINDS), rows.kind),
            "actor": pa.nulls(len(rows.lead), pa.string()),
            "decided": np.zeros(len(rows.lead), np.bool_),
            "batch": pa.nulls(len(rows.lead), pa.string()),
            "properties": pa.nulls(len(rows.lead), pa.string()),
            **{f"p_{name}": column for name, column in told.items()},
        }
    )


def _statements(rows: Rows, of_lead: dict[str, pa.Array], random: Random) -> dict[str, pa.Array]:
    """All attributes with the creation; a later row states some of them, one taken from a peer."""
    created, updated = (rows.kind == OF[f"lead.{word}"] for word in ("created", "updated"))
    told = {}
    for name, values in of_lead.items():
        states = (
            created
            if name not in _CHANGING
            else created | (updated & (random.random(len(rows.lead)) < 0.5))
        )
        peer = np.where(created, rows.lead, random.integers(0, len(values), len(rows.lead)))
        told[name] = values.take(pa.array(np.where(states, peer, 0), mask=~states))
    return told


def _either(one: pa.Array, other: pa.Array) -> pa.Array:
    return pc.coalesce(one.cast(pa.string()), other.cast(pa.string()))


def main() -> None:
    """Write a crowd as the command line asks."""
    parser = argparse.ArgumentParser(description="Make a log of leads at any size.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20, help="events of a lead, on average")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    rows = Crowd(chosen.leads, chosen.events, chosen.seed).write(chosen.file)
    print(f"{chosen.file}: {rows:,} rows")


if __name__ == "__main__":
    main()
