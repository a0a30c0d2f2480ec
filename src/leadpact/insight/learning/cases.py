"""Leads with a known end, each as it was known at a moment before sales could have a hand in it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.earlier import Earlier, as_known
from leadpact.engine.log import History
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.outcomes import NOT_OBSERVED, outcomes, turns
from leadpact.engine.metrics.tables import microseconds
from leadpact.engine.result import Result
from leadpact.insight.words import plural

Flags = NDArray[np.bool_]
Instants = NDArray[np.int64]
_DAY = 86_400_000_000
_NEVER = np.iinfo(np.int64).max
#: Where no lead ever turned, leads are looked at when they are so old.
_DAYS_WITHOUT_ANY = 30
#: Parts of the customers so far, by how soon they came.
_PARTS = tuple(n / 20 for n in range(1, 20))
#: Leads that marketing does not bring: they need no definition of when they are ready.
_BROUGHT_OTHERWISE = ("customer", "sales")


class TooLittleError(Exception):
    """The history does not tell; the message says why, in a sentence."""


@dataclass(frozen=True)
class Cases:
    """Leads old enough that their end is known, by place; `known` is what was known of each.

    `moment` is when each is looked at, `won` whether it became a customer within `days` of it.
    `qualified` says whether it is an MQL today, `dealt` whether sales ever dealt with it. `later`
    counts those won after that time, who count as not won, and `young` those who are too young.
    """

    known: Earlier
    moment: Instants
    won: Flags
    qualified: Flags
    dealt: Flags
    days: float
    later: int
    young: int
    otherwise: int

    def __len__(self) -> int:
        return len(self.moment)

    @property
    def length(self) -> str:
        """The time in words."""
        return plural(max(1, round(self.days)), "day")

    @property
    def customers(self) -> int:
        """How many became customers in time."""
        return int(self.won.sum())

    @property
    def lead_ids(self) -> pa.Array:
        """The leads' keys, by place."""
        return self.known.lead_ids


def cases(result: Result, history: History) -> Cases:
    """The leads with a known end; `result` is the replay of `history`.

    Raises TooLittleError where fewer than ENOUGH became customers, or the record is too young.
    """
    turned = turns(result, history)
    moment = moments(turned)
    end = microseconds(result.as_of)
    there = moment <= end
    turned, moment = turned.filter(pa.array(there)), moment[there]
    won = turned["won"].to_numpy()
    # Of a win without a date nobody knows how long it took: it counts as within the time.
    won_at = np.where(won, _instants(turned["won_at"], 0), _NEVER)
    age = (end - moment) / _DAY
    delay = np.where(won, np.maximum(won_at - moment, 0) / _DAY, np.nan)
    days = _time_to_decide(age, delay)
    old = age >= days
    kept = np.flatnonzero(old)
    found = as_known(
        history, result, turned["lead_id"].combine_chunks().take(pa.array(kept)), moment[kept]
    )
    own = _brought_by_marketing(found)
    kept = kept[own]
    in_time = won & (np.nan_to_num(delay, nan=np.inf) <= days)
    return Cases(
        known=_only(found, np.flatnonzero(own)),
        moment=moment[kept],
        won=in_time[kept],
        qualified=_among(turned["lead_id"], _mqls(result, history))[kept],
        dealt=_among(turned["lead_id"], _dealt(result, history))[kept],
        days=days,
        later=int((won & ~in_time)[kept].sum()),
        young=int((~old).sum()),
        otherwise=int((~own).sum()),
    )


def moments(turned: pa.Table) -> Instants:
    """[lead] when it is looked at: when it turned or its first episode ended, whichever came first.

    A lead that did neither is looked at as old as one of those that turned was then: each is dealt
    one of their ages by its key. So both are known for equally long, and what happens more often
    the longer one looks sets nobody apart (matching of index dates; Z. Zhou and others, American
    Journal of Epidemiology 162 (2005), 1016-1023).
    """
    created = _instants(turned["created_at"], 0)
    first = np.maximum(_instants(turned["turned_at"], _NEVER), created)
    ages = np.sort((first - created)[first != _NEVER])
    dealt = (
        ages[(_lots(turned["lead_id"]) * len(ages)).astype(np.int64)]
        if len(ages)
        else np.full(len(created), _DAYS_WITHOUT_ANY * _DAY)
    )
    ended = np.maximum(_instants(turned["ended_at"], _NEVER), created)
    found: Instants = np.minimum(np.where(first == _NEVER, created + dealt, first), ended)
    return found


def _lots(keys: pa.ChunkedArray) -> NDArray[np.float64]:
    """[lead] a number from 0 up to 1 that depends on its key alone."""
    return np.array([zlib.crc32(key.encode()) for key in keys.to_pylist()], np.float64) / 2**32


def _time_to_decide(age: NDArray[np.float64], delay: NDArray[np.float64]) -> float:
    """The days within which a lead counts as a customer, so that most customers can be counted.

    With more days fewer leads are old enough, with fewer days some customers came later. Of the
    days within which _PARTS of the customers so far had come, it is those that leave most. All
    leads are given the same time, whichever it is.
    """
    customers = int(np.isfinite(delay).sum())
    if customers < ENOUGH:
        raise TooLittleError(
            f"{customers:,} leads became customers so far; with fewer than {ENOUGH} nothing can "
            "be said of what sets them apart."
        )
    tried = np.nanquantile(delay, _PARTS, method="higher")
    counted = [(int(((age >= days) & (delay <= days)).sum()), float(days)) for days in tried]
    most, days = max(counted)
    if most < ENOUGH:
        raise TooLittleError(
            f"The record is too young: with {days:,.0f} days for each lead only {most:,} customers "
            f"can be counted, and it takes {ENOUGH}."
        )
    return days


def _instants(column: pa.ChunkedArray, missing: int) -> Instants:
    found: Instants = pc.fill_null(column.cast(pa.int64()), missing).to_numpy()
    return found


def _brought_by_marketing(known: Earlier) -> Flags:
    origin = pc.utf8_lower(pc.utf8_trim_whitespace(known.attributes["origin"].cast(pa.string())))
    found = pc.is_in(origin, value_set=pa.array(_BROUGHT_OTHERWISE))
    other: Flags = found.to_numpy(zero_copy_only=False)
    return ~other


def _only(known: Earlier, places: NDArray[np.int64]) -> Earlier:
    """What was known of the leads at some places, numbered anew."""
    number = np.full(len(known.lead_ids), -1, np.int64)
    number[places] = np.arange(len(places))
    n = number[known.acts["n"].to_numpy()]
    acts = known.acts.set_column(known.acts.schema.get_field_index("n"), "n", pa.array(n))
    return Earlier(
        lead_ids=known.lead_ids.take(pa.array(places)),
        attributes=known.attributes.take(pa.array(places)),
        acts=acts.filter(pa.array(n >= 0)),
        score=None if known.score is None else known.score[places],
        history=known.history,
    )


def _mqls(result: Result, history: History) -> pa.ChunkedArray:
    return Measures(result, history).population("mqls", ("lead_id",))["lead_id"]


def _dealt(result: Result, history: History) -> pa.ChunkedArray:
    known = outcomes(result, history)
    return known.filter(pc.not_equal(known["outcome"], NOT_OBSERVED))["lead_id"]


def _among(keys: pa.ChunkedArray, some: pa.ChunkedArray) -> Flags:
    found: Flags = pc.is_in(keys, value_set=some.combine_chunks()).to_numpy()
    return found
