"""Merged leads: from the merge on, one lead's rows are another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.arranged import Log
from leadpact.engine.kernels import bundles as b
from leadpact.engine.stating import STATING

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Merge:
    """`absorbed` became `survivor` at an instant; both are numbers of leads."""

    at: int
    survivor: int
    absorbed: int


def merges_of(log: Log) -> list[Merge]:
    """The merges that count, in order: none of an unknown lead, of itself, or of one gone."""
    rows = [row for row in log.merges if row["kind"] == "lead.merged"]
    survivors = log.leads.find([row["lead_id"] for row in rows])
    absorbed_leads = log.leads.find([str(row["stated"].get("absorbed")) for row in rows])
    gone: dict[int, int] = {}
    merges = []
    for row, survivor, absorbed in zip(rows, survivors, absorbed_leads, strict=True):
        while survivor in gone:
            survivor = gone[survivor]
        if survivor < 0 or absorbed < 0 or absorbed in gone or survivor == absorbed:
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

    log: Log
    until: NDArray[np.int64]  # [lead] the moment of evaluation, or just before it was absorbed
    joining: list[tuple[int, int, Places]]  # (survivor, merge instant, rows in order), in order
    merges: list[Merge]
    own: dict[int, Places]  # rows in order, of those leads that have others than their log's

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """[place] the lead that has the row in the end."""
        owner = np.repeat(np.arange(len(self.log.leads)), np.diff(self.log.begins))
        for lead, places in self.own.items():
            owner[places] = lead
        return owner

    def owner_of(self, places: Places) -> NDArray[np.int64]:
        """The leads that have some rows in the end."""
        return self.owner[places] if self.own else self.log.lead_of(places)

    def in_order(self, places: Places) -> Places:
        """Places of rows by instant; of one instant, rows that end up with one lead as its own."""
        if self.own:
            moved = np.isin(self.log.lead_of(places), list(self.own))
            places = np.concatenate([places[~moved], self.log.in_order(places[moved])])
        return places[np.argsort(self.log.rows.at[places], kind="stable")]

    def places(self, lead: int) -> Places:
        """A lead's own rows, in order."""
        if lead in self.own:
            return self.own[lead]
        return np.arange(self.log.begins[lead], self.log.begins[lead + 1])

    def statements(self, log: Log) -> tuple[NDArray[np.int64], Places]:
        """The number of a list, and the place, of every statement, by list and in order.

        A lead's own statements have its number, those after each merge one beyond the leads'.
        """
        places = log.stated_places
        owner = self.owner_of(places)
        if not self.own:
            return owner, places
        moved = np.isin(owner, list(self.own)) | np.isin(log.lead_of(places), list(self.own))
        numbers, found = [owner[~moved]], [places[~moved]]
        lists = list(self.own.items())
        for number, (survivor, at, _) in enumerate(self.joining):
            rows = np.concatenate([self.places(survivor), *self._joined(survivor, at)])
            lists.append((len(log.leads) + number, log.in_order(rows)))
        for number, rows in lists:
            stating = rows[log.are_of(rows, STATING)]
            numbers.append(np.full(len(stating), number))
            found.append(stating)
        number_of, place = np.concatenate(numbers), np.concatenate(found)
        order = np.argsort(number_of, kind="stable")
        return number_of[order], place[order]

    def _joined(self, survivor: int, at: int) -> list[Places]:
        return [rows for lead, then, rows in self.joining if lead == survivor and then <= at]


def ownership(log: Log) -> Ownership:
    """Follows the merges, in order, through the rows of the log."""
    merges = merges_of(log)
    until = np.full(len(log.leads), log.last, np.int64)
    own: dict[int, list[Places]] = {}
    inherited: dict[int, list[Places]] = {}
    joining = []
    for merge in merges:
        theirs = np.concatenate(_own(log, own, merge.absorbed))
        past = log.rows.at[theirs] < merge.at
        own[merge.absorbed] = [theirs[past]]
        own[merge.survivor] = [*_own(log, own, merge.survivor), theirs[~past]]
        until[merge.absorbed] = merge.at - 1
        rows = np.concatenate([theirs[past], *inherited.get(merge.absorbed, [])])
        rows = log.in_order(rows)
        inherited.setdefault(merge.survivor, []).append(rows)
        joining.append((merge.survivor, merge.at, rows))
    in_order = {lead: log.in_order(np.concatenate(parts)) for lead, parts in own.items()}
    return Ownership(log, until, joining, merges, in_order)


def _own(log: Log, own: dict[int, list[Places]], lead: int) -> list[Places]:
    return own.get(lead) or [np.arange(log.begins[lead], log.begins[lead + 1])]


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


def heirs_of(merge: Merge, out: b.Output, before: int) -> list[Heir]:
    """What an absorbed lead leaves: its holder, and the clocks that ran in time until then.

    `before`: how many clocks stand before its own among those that absorbed leads leave.
    """
    state = out.states[merge.absorbed]
    left = [Heir(merge.survivor, merge.at, int(state.holder), int(state.team), -1)]
    clocks: Any = out.clocks
    ran = (clocks.closed_at == merge.at) & (clocks.outcome == b.CANCELLED)
    for clock in np.flatnonzero(ran):
        left.append(Heir(merge.survivor, merge.at, b.NOBODY, -1, before + int(clock)))
    return left
