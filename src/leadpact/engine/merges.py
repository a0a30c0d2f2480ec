"""Merged leads: from the merge on, one lead's rows are another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.kernels import bundles as b
from leadpact.engine.shape import Log


@dataclass(frozen=True)
class Merge:
    """`absorbed` became `survivor` at an instant; both are numbers of leads."""

    at: int
    survivor: int
    absorbed: int


def merges_of(log: Log) -> list[Merge]:
    """The merges that count, in order: none of an unknown lead, of itself, or of one gone."""
    places = {lead: number for number, lead in enumerate(log.leads)}
    gone: dict[int, int] = {}
    merges = []
    for row in log.merges:
        if row["kind"] != "lead.merged":
            continue
        survivor = places.get(row["lead_id"])
        absorbed = places.get(str(row["stated"].get("absorbed")))
        while survivor in gone:
            survivor = gone[survivor]
        if survivor is None or absorbed is None or absorbed in gone or survivor == absorbed:
            continue
        gone[absorbed] = survivor
        merges.append(Merge(int(row["moment"]), survivor, absorbed))
    return merges


class Heir(NamedTuple):
    """A holder (or NOBODY), or a running clock (or -1), that passes to the survivor of a merge."""

    survivor: int
    at: int
    holder: int
    team: int
    clock: int


@dataclass(frozen=True)
class Ownership:
    """Whose rows are whose: own rows, the rows that join at a merge, and when a lead's log ends."""

    owner: NDArray[np.int64]  # [row]
    until: NDArray[np.int64]  # [lead] the moment of evaluation, or just before it was absorbed
    joining: list[tuple[int, int, NDArray[np.int64]]]  # (survivor, merge instant, rows), in order
    merges: list[Merge]

    def lists(self, leads: int) -> pa.Table:
        """(place, list) of every row: a lead's own list, and one list more after each merge."""
        place = np.arange(len(self.owner), dtype=np.int64)
        places, lists = [place], [self.owner]
        for number, (survivor, at, _) in enumerate(self.joining):
            rows = np.concatenate([place[self.owner == survivor], *self._joined(survivor, at)])
            places.append(rows)
            lists.append(np.full(len(rows), leads + number, np.int64))
        return pa.table({"place": np.concatenate(places), "list": np.concatenate(lists)})

    def _joined(self, survivor: int, at: int) -> list[NDArray[np.int64]]:
        return [rows for lead, then, rows in self.joining if lead == survivor and then <= at]


def ownership(lead: NDArray[np.int64], at: NDArray[np.int64], log: Log) -> Ownership:
    """Follows the merges, in order, through the rows of the log."""
    merges = merges_of(log)
    owner = lead.copy()
    until = np.full(len(log.leads), log.last, np.int64)
    inherited: dict[int, list[NDArray[np.int64]]] = {}
    joining = []
    for merge in merges:
        theirs = np.flatnonzero(owner == merge.absorbed)
        past = theirs[at[theirs] < merge.at]
        owner[theirs[at[theirs] >= merge.at]] = merge.survivor
        until[merge.absorbed] = merge.at - 1
        rows = np.sort(np.concatenate([past, *inherited.get(merge.absorbed, [])]))
        inherited.setdefault(merge.survivor, []).append(rows)
        joining.append((merge.survivor, merge.at, rows))
    return Ownership(owner, until, joining, merges)


def levels_of(merges: Sequence[Merge]) -> list[list[Merge]]:
    """Merges in the order in which absorbed leads are folded: those that absorbed nobody first."""
    depth: dict[int, int] = {}
    levels: list[list[Merge]] = []
    for merge in merges:
        level = depth.get(merge.absorbed, 0)
        depth[merge.survivor] = max(depth.get(merge.survivor, 0), level + 1)
        levels += [[] for _ in range(level + 1 - len(levels))]
        levels[level].append(merge)
    return levels


def heirs_of(merge: Merge, out: b.Output) -> list[Heir]:
    """What an absorbed lead leaves: its holder, and the clocks that ran in time until then."""
    clocks: Any = out.clocks[: int(out.used[b.CLOCKS])]
    state = out.states[merge.absorbed]
    left = [Heir(merge.survivor, merge.at, int(state.holder), int(state.team), -1)]
    ran = (clocks.lead == merge.absorbed) & (clocks.closed_at == merge.at)
    for clock in np.flatnonzero(ran & (clocks.outcome == b.CANCELLED)):
        left.append(Heir(merge.survivor, merge.at, b.NOBODY, -1, int(clock)))
    return left
