"""A log in order: each lead's rows together, by time, with the texts of any row at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import rank_of
from leadpact.engine.arranging.kernels import Rows
from leadpact.engine.delivered import Delivered
from leadpact.engine.prints import Print
from leadpact.engine.questions import Questions
from leadpact.engine.stating import Stated

#: What stands for the row of a supplied `lead.created`; decisions of hygiene have numbers below.
SUPPLIED = -1


class Leads(Sequence[str]):
    """The keys of the leads, in order."""

    def __init__(self, keys: pa.Array) -> None:
        self.array = keys

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, number: Any) -> Any:
        return self.array[int(number)].as_py()

    def name(self, number: int) -> str:
        """The key of a lead."""
        return str(self[number])

    def find(self, keys: Sequence[str | None]) -> list[int]:
        """Numbers of some leads; -1 for one that is not there."""
        wanted = set(keys) - {None}
        if not wanted:
            return [-1] * len(keys)
        there = np.flatnonzero(pc.is_in(self.array, pa.array(wanted, pa.string())))
        number = dict(
            zip(self.array.take(pa.array(there)).to_pylist(), there.tolist(), strict=True)
        )
        return [-1 if key is None else number.get(key, -1) for key in keys]


@dataclass(frozen=True, eq=False)
class Log:
    """The rows that count, by place: by lead, then instant, rank, source and event id.

    `begins` says where each lead's rows begin, and where the last one's end. A row is a number of
    `delivered`; below 0 it is SUPPLIED or one of `decided`. `prints` say all that `questions` ask.
    `organisation` and `merges` are the rows of
    corrections, closures and merges that count, whole. `lost` are second copies, `withdrawn` what
    was voided, `handed` (lead, print) what tells of a handoff in reality; `last` is the moment of
    evaluation in microseconds.
    """

    delivered: Delivered
    questions: Questions
    leads: Leads
    begins: NDArray[np.int64]
    rows: Rows
    prints: list[Print]
    stated: Stated
    organisation: list[dict[str, Any]]
    merges: list[dict[str, Any]]
    lost: NDArray[np.int32]
    withdrawn: NDArray[np.int32]
    handed: tuple[NDArray[np.int32], NDArray[np.int32]]
    last: int
    decided: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def stated_places(self) -> NDArray[np.int64]:
        """Places of the rows that state attributes, the supplied ones among them."""
        return self.places_of(("lead.created", "lead.updated"))

    @cached_property
    def stated_lines(self) -> NDArray[np.int64]:
        """Their lines in `stated`; -1 for supplied ones."""
        return self.stated.lines_of(self.rows.row[self.stated_places])

    def places_of(self, kinds: Iterable[str]) -> NDArray[np.int64]:
        """Places of the rows of some kinds, in order."""
        chosen = self._chosen(frozenset(kinds))
        if not chosen.any():
            return np.zeros(0, np.int64)
        return np.flatnonzero(chosen[self.rows.prints])

    def are_of(self, places: NDArray[np.int64], kinds: Iterable[str]) -> NDArray[np.bool_]:
        """Whether the rows at some places are of some kinds."""
        return self._chosen(frozenset(kinds))[self.rows.prints[places]]

    def _chosen(self, kinds: frozenset[str]) -> NDArray[np.bool_]:
        if kinds not in self._prints_of:
            chosen = np.array([each.kind in kinds for each in self.prints], np.bool_)
            self._prints_of[kinds] = chosen
        return self._prints_of[kinds]

    @cached_property
    def _prints_of(self) -> dict[frozenset[str], NDArray[np.bool_]]:
        return {}

    def places_with(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """Places of those of some delivered rows that count, in order."""
        if not len(rows):
            return np.zeros(0, np.int64)
        wanted = np.zeros(max(int(rows.max()), int(self.rows.row.max(initial=0))) + 2, np.bool_)
        wanted[rows] = True
        # A row below 0 was never delivered: it leads to the last, which nobody wants.
        return np.flatnonzero(wanted[np.maximum(self.rows.row, -1)])

    def lead_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The leads whose rows these are."""
        found: NDArray[np.int64] = np.searchsorted(self.begins, places, side="right") - 1
        return found

    def columns(
        self, places: NDArray[np.int64], names: Sequence[str], kinds: Sequence[str] = ()
    ) -> pa.Table:
        """Columns of the rows at some places, each once, in their order; `kinds`: as for `fetch`.

        Supplied rows have NULL everywhere, decisions what was decided.
        """
        rows = self.rows.row[places]
        there = np.flatnonzero(rows >= 0)
        found = self.delivered.fetch(rows[there], names, kinds)
        if len(there) == len(rows):
            return found
        lines = np.full(len(rows), -1, np.int64)
        lines[there] = np.arange(len(there))
        told = found.take(pa.array(lines, mask=lines < 0))
        return self._with_decided(told, rows) if (rows < SUPPLIED).any() else told

    def _with_decided(self, told: pa.Table, rows: NDArray[np.int32]) -> pa.Table:
        places = np.flatnonzero(rows < SUPPLIED)
        for number, name in enumerate(told.column_names):
            values = told[name].to_pylist()
            for place in places:
                values[place] = self.decided[SUPPLIED - 1 - rows[place]].get(name)
            field = told.schema.field(name)
            told = told.set_column(number, field, pa.array(values, field.type))
        return told

    def in_order(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of rows of several leads, as they would follow each other in one lead's log."""
        rank = ranks(self.prints)[self.rows.prints[places]]
        order = np.lexsort((places, rank, self.rows.at[places]))
        places, rank = places[order], rank[order]
        at, lead = self.rows.at[places], self.lead_of(places)
        ties = (at[1:] == at[:-1]) & (rank[1:] == rank[:-1])
        if not (ties & (lead[1:] != lead[:-1])).any():
            return places
        keys = self.columns(places, ["source", "event_id"])
        told = {
            "group": np.append(0, np.cumsum(~ties)),
            "source": pc.fill_null(keys["source"], ""),
            "event_id": pc.fill_null(keys["event_id"], ""),
        }
        within = pc.sort_indices(pa.table(told), [(name, "ascending") for name in told])
        found: NDArray[np.int64] = places[within.to_numpy()]
        return found

    def only(self, leads: Sequence[int]) -> Log:
        """The log of some leads alone, numbered anew in this order."""
        parts = [np.arange(self.begins[lead], self.begins[lead + 1]) for lead in leads]
        places = np.concatenate(parts)
        return replace(
            self,
            leads=Leads(self.leads.array.take(pa.array(leads, pa.int64()))),
            begins=np.cumsum([0, *map(len, parts)]),
            rows=part_of(self.rows, places),
            handed=(np.zeros(0, np.int32), np.zeros(0, np.int32)),
        )


def empty(size: int) -> Rows:
    """Room for so many rows."""
    return Rows(np.empty(size, np.int64), np.empty(size, np.int32), np.empty(size, np.int32))


def part_of(rows: Rows, places: Any) -> Rows:
    """The rows at some places."""
    at, prints, row = (np.ascontiguousarray(column[places]) for column in rows)
    return Rows(at, prints, row)


def ranks(prints: Sequence[Print]) -> NDArray[np.int8]:
    """[print] the rank of its kind among the rows of one instant."""
    return np.array([rank_of(each.kind) for each in prints], np.int8)
