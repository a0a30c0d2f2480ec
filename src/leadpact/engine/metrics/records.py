"""One evaluation as arrays of numbers, from which every table of cases is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.calendars import calendar_from
from leadpact.calendars import Calendar
from leadpact.engine.database import cursor
from leadpact.engine.log import DEALS_SCHEMA, History
from leadpact.engine.metrics.tables import microseconds, stages
from leadpact.engine.metrics.words import Codes, Words
from leadpact.engine.result import Result
from leadpact.engine.values import normal

Numbers = NDArray[np.int64]
#: An instant that is not known, among microseconds since 1970.
NEVER = np.iinfo(np.int64).min
#: Attributes by which leads are told apart; segment, person and team belong to the single case.
OF_LEADS = ("source", "campaign", "landing_page", "asset", "origin", "product")
#: Years of public holidays known before the first lead and after the moment of evaluation.
_MARGIN = 2
#: Keys are few where there are so many times as many leads.
_FEW = 4
Made = TypeVar("Made")


class Records:
    """The tables of a result with numbers for leads, names and instants; each is made once.

    A lead's number is its place in the table `leads`, -1 one that is not there.
    """

    def __init__(self, result: Result, history: History | None = None) -> None:
        self.result = result
        self.deals = DEALS_SCHEMA.empty_table() if history is None else history.deals
        self.segments = Words()
        self._kept: dict[str, object] = {}

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` makes, made at the first question."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]  # type: ignore[return-value]

    def query(self, sql: str, **tables: pa.Table) -> dict[str, Any]:
        """What SQL makes of these tables, as arrays by column."""
        for name, table in tables.items():
            self.database.register(name, table)
        found = dict(self.database.execute(sql).fetchnumpy())
        for name in tables:
            self.database.unregister(name)  # Else it would be held as long as the figures are.
        return found

    @cached_property
    def database(self) -> duckdb.DuckDBPyConnection:
        """A database in memory for questions to arrays."""
        return cursor()

    @property
    def as_of(self) -> int:
        """The moment of evaluation in microseconds."""
        return microseconds(self.result.as_of)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The agreement's zone."""
        return ZoneInfo(self.result.agreement.calendar.timezone)

    # Leads.

    @cached_property
    def ids(self) -> pa.Array:
        """Key of every lead."""
        return whole(self.result.leads["lead_id"])

    @cached_property
    def states(self) -> pa.Table:
        """Where each lead stands, in the order of the leads."""
        states = self.result.lead_states
        return states if self._in_order is None else states.take(pa.array(self._in_order))

    @cached_property
    def _in_order(self) -> Numbers | None:
        """The order of states that is that of the leads; None where it is so already."""
        keys = self.result.lead_states["lead_id"]
        if keys.equals(self.result.leads["lead_id"]):
            return None
        return _numbers(pc.index_in(self.ids, value_set=whole(keys)))

    @cached_property
    def merged(self) -> NDArray[np.bool_]:
        """[lead] whether another lead has its rows."""
        return flags(pc.equal(self.states["status"], "merged"))

    @cached_property
    def excluded(self) -> NDArray[np.bool_]:
        """[lead] whether hygiene leaves it out."""
        return flags(pc.equal(self.states["status"], "excluded"))

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """[lead] whether it counts in figures of leads and stages."""
        return ~(self.merged | self.excluded)

    @cached_property
    def created(self) -> Numbers:
        """[lead] its creation."""
        return instants(self.result.leads["created_at"])

    @cached_property
    def survivor(self) -> Numbers:
        """[lead] the lead that has its rows in the end."""
        into = np.arange(len(self.ids))
        merged = np.flatnonzero(self.merged)
        last = self.places(self.states["merged_into"].take(pa.array(merged)))
        into[merged] = np.where(last < 0, merged, last)
        return into

    @cached_property
    def persons(self) -> Words:
        """People, as the agreement spells them, or else whoever names them first.

        All who hold leads are known before anybody is asked about, so that the order of questions
        does not decide.
        """
        teams = self.result.agreement.routing.teams
        words = Words((member.name for team in teams for member in team.people), folded=True)
        for column in ("lead_states", "clocks", "facts"):
            held = words.codes(self.result.tables()[column]["holder"])
            self._kept[f"holders of {column}"] = held
        return words

    def holders(self, table: str) -> Codes:
        """[row of a table] whom it names as the holder."""
        assert self.persons
        return self._kept[f"holders of {table}"]  # type: ignore[return-value]

    @cached_property
    def holder(self) -> Codes:
        """[lead] who holds it now."""
        held = self.holders("lead_states")
        return held if self._in_order is None else held[self._in_order]

    @cached_property
    def segment(self) -> Codes:
        """[lead] the segment it is in now."""
        return self.segments.codes(self.states["segment"])

    def words(self, dimension: str) -> Words:
        """The values of a dimension."""
        if dimension in OF_LEADS:
            return self.of_leads(dimension)[0]
        of_cases = {"segment": self.segments, "person": self.persons, "team": self.teams}
        return of_cases[dimension]

    def of_leads(self, dimension: str) -> tuple[Words, Codes]:
        """The values of an attribute, and that of every lead; last of all of no lead at all."""

        def make() -> tuple[Words, Codes]:
            words = Words()
            codes = words.codes(self.result.leads[dimension])
            return words, np.append(codes, np.int32(0))

        return self.once(f"leads by {dimension}", make)

    def leads_of(self, table: str) -> Numbers:
        """[row of a table] the number of its lead."""
        return self.once(f"leads of {table}", lambda: self._leads_of(table))

    def _leads_of(self, table: str) -> Numbers:
        known = self.result.lead_places.get(table)
        return self.places(self.result.tables()[table]["lead_id"]) if known is None else known

    def places(self, keys: pa.ChunkedArray | pa.Array) -> Numbers:
        """The numbers of leads named by their keys."""
        if len(keys) * _FEW < len(self.ids):
            return self._places_of_few(whole(keys))
        found = pc.index_in(whole(keys), value_set=self.ids)
        return _numbers(found)

    def _places_of_few(self, keys: pa.Array) -> Numbers:
        # To learn the few and look every lead up is quicker than the other way round.
        encoded = keys.dictionary_encode()
        known = _numbers(pc.index_in(self.ids, value_set=encoded.dictionary))
        there = np.flatnonzero(known >= 0)
        places = np.full(len(encoded.dictionary) + 1, -1)
        places[known[there]] = there
        return places[_numbers(encoded.indices)]

    # Teams, stages, working time.

    @cached_property
    def teams(self) -> Words:
        """Teams of the agreement."""
        return Words(team.name for team in self.result.agreement.routing.teams)

    def team_of(self, person: Codes) -> Codes:
        """The team of every person; 0 for who is on none. The first of several counts."""
        of_name: dict[str, int] = {}
        for team in self.result.agreement.routing.teams:
            for member in team.people:
                of_name.setdefault(normal(member.name), self.teams.code(team.name))
        texts = self.persons.texts
        known = [of_name.get(normal(text), 0) if text else 0 for text in texts]
        return np.array(known, np.int32)[person]

    @cached_property
    def stages(self) -> pa.Table:
        """The agreement's stages: place, role, and whether it is handed over."""
        return stages(self.result.agreement)

    def place_of_role(self, role: str) -> int | None:
        """Place of the first stage with a role."""
        rows = self.stages.to_pylist()
        return next((row["place"] for row in rows if row["role"] == role), None)

    @cached_property
    def handoff_place(self) -> int:
        """Place of the stage that is handed over."""
        return next(int(row["place"]) for row in self.stages.to_pylist() if row["handoff"])

    @cached_property
    def calendar(self) -> Calendar:
        """The organisation's working time, with the days that were declared closed."""
        known = self.created[self.created != NEVER]
        first = _year(int(known.min())) if len(known) else self.result.as_of.year
        years = range(first - _MARGIN, self.result.as_of.year + _MARGIN + 1)
        calendar = calendar_from(self.result.agreement.calendar, years)
        for day in self.result.closed_days:
            calendar = calendar.closed_on(day)
        return calendar


def instants(column: pa.ChunkedArray) -> Numbers:
    """Instants as microseconds since 1970; NEVER for one that is not known."""
    ticks = whole(column).cast(pa.int64()).fill_null(NEVER)
    numbers: Numbers = ticks.to_numpy(zero_copy_only=False)
    return numbers


def flags(column: pa.ChunkedArray | pa.Array) -> NDArray[np.bool_]:
    """Yes or no, as an array; what is not known is no."""
    yes: NDArray[np.bool_] = whole(column).fill_null(False).to_numpy(zero_copy_only=False)
    return yes


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbers(found: pa.Array) -> Numbers:
    numbers: Numbers = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _year(ticks: int) -> int:
    return date.fromordinal(719_163 + ticks // 86_400_000_000).year
