"""The lists that a page's figures open to, numbered and packed for its script."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.documents.blocks import Behind, Case, Group
from leadpact.engine.metrics.tables import EPOCH

#: How many cases of a group a page lists: the first of these with which its lists are short enough.
CAPS = (200, 100, 50, 20)
#: Cases that all lists of a page may name together, so that it stays a page.
ROOM = 50_000
_MIDNIGHT = datetime(1970, 1, 1)


class Openings:
    """Gives each list a number as a page is written, and packs all that were numbered.

    `leads` names the company of each lead; times are shown on the wall clock of `zone`.
    """

    def __init__(self, leads: pa.Table, zone: ZoneInfo) -> None:
        self._leads, self._zone = leads, zone
        self._numbers: dict[tuple[str, str], int] = {}
        self._lists: list[Behind] = []

    def number(self, behind: Behind) -> int:
        """The number of a list; the same list has one number wherever it is opened."""
        key = behind.title, behind.query
        if key not in self._numbers:
            self._numbers[key] = len(self._lists)
            self._lists.append(behind)
        return self._numbers[key]

    def packed(self) -> str:
        """Everything that was numbered, as JSON; `page.js` unpacks it.

        `cases` holds three numbers a case: places in `leads` and `whys`, and between them the
        minutes since 1970 on the wall clock. A list is title, place in `counted`, groups, what
        `when` is called, query, if the list is cut, and how the interval of the figure was reached;
        a group is name, total, places of cases.
        """
        groups = [group.total for each in self._lists for group in each.groups]
        fitting = (cap for cap in CAPS if sum(min(total, cap) for total in groups) <= ROOM)
        found = self._pack(next(fitting, CAPS[-1]))
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def _pack(self, cap: int) -> dict[str, Any]:
        leads, whys, counted, cases = Numbered(), Numbered(), Numbered(), Numbered()

        def case(each: Case) -> int:
            return cases.place(
                (leads.place(each.lead or ""), self._minute(each), whys.place(each.why))
            )

        def group(each: Group) -> list[Any]:
            return [each.name, each.total, [case(one) for one in each.first[:cap]]]

        lists = [
            [
                each.title,
                counted.place(each.counted),
                [group(one) for one in each.groups],
                each.when,
                each.query if any(one.total > cap for one in each.groups) else "",
                each.doubt,
            ]
            for each in self._lists
        ]
        return {
            "leads": list(leads),
            "companies": self._companies(list(leads)),
            "whys": list(whys),
            "counted": list(counted),
            "cases": [number for each in cases for number in each],
            "lists": lists,
        }

    def _minute(self, case: Case) -> int | None:
        if case.at is None:
            return None
        local = (EPOCH + timedelta(microseconds=case.at)).astimezone(self._zone)
        return (local.replace(tzinfo=None) - _MIDNIGHT) // timedelta(minutes=1)

    def _companies(self, leads: list[str]) -> list[str]:
        listed = pc.is_in(self._leads["lead_id"], pa.array(leads, pa.string()))
        known = self._leads.filter(listed)
        names = dict(zip(known["lead_id"].to_pylist(), known["company"].to_pylist(), strict=True))
        return [names.get(lead) or "" for lead in leads]


class Numbered:
    """Distinct values in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._places: dict[Hashable, int] = {}

    def place(self, value: Hashable) -> int:
        """The place of a value, which is added when it is new."""
        return self._places.setdefault(value, len(self._places))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)
