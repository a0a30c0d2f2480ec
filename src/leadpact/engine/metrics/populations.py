"""The cases behind a figure, one a row, in words: what a figure opens to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa

from leadpact.engine.metrics.case_tables import CaseTable, as_instants
from leadpact.engine.metrics.cells import Cells
from leadpact.engine.metrics.dimensions import codes_of
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.passages import passages
from leadpact.engine.metrics.records import NEVER, Numbers, Records
from leadpact.engine.metrics.relations import RELATIONS, case_table, words_of_part

#: Columns of dimensions, in this order; the person is called holder.
_FIRST = ("segment", "source", "origin", "person")
_FURTHER = ("campaign", "landing_page", "asset", "product", "team")

_CASES = """
select row, ({adds})::double as numerator, ({among})::double as denominator, {part} as part,
       case when {part} > 0 then {place} end as place, {reached} as reached
from ({relation}) where {where} order by part, row
"""


def population(
    records: Records, cells: Cells, metric: Metric, columns: tuple[str, ...] | None = None
) -> pa.Table:
    """`lead_id`, `placed_at`, `numerator`, `denominator`, `part`, then the dimensions.

    Then what else is known of such cases: `place` orders the parts, `reached_at` is when a case
    came to count. `columns` names those that are asked for.
    """
    found, made = _found(records, cells, metric), _columns(records, metric)
    asked = made if columns is None else columns
    return pa.table({name: made[name](found) for name in asked})


def population_in_parts(
    records: Records, cells: Cells, metric: Metric, at_once: int
) -> Iterator[pa.Table]:
    """As `population`, so many cases at a time."""
    found, made = _found(records, cells, metric), _columns(records, metric)
    for begin in range(0, len(found["row"]), at_once):
        part = {name: column[begin : begin + at_once] for name, column in found.items()}
        yield pa.table({name: make(part) for name, make in made.items()})


#: What a query found of cases, by column; and how a column of words is made of it.
Found = dict[str, Any]
Made = dict[str, Callable[[Found], pa.Array]]


def _found(records: Records, cells: Cells, metric: Metric) -> Found:
    return records.query(
        _CASES.format(
            adds=metric.adds,
            among=metric.among,
            part=metric.part or 0,
            place=metric.place or "null",
            reached=metric.reached or "null",
            relation=cells.rows(metric.cases),
            where=metric.where,
        )
    )


def _columns(records: Records, metric: Metric) -> Made:
    cases = case_table(records, RELATIONS[metric.cases].table)
    return {**_figures(records, metric, cases), **_about(records, metric, cases)}


def _figures(records: Records, metric: Metric, cases: CaseTable) -> Made:
    words = words_of_part(records, metric)
    return {
        "lead_id": lambda found: records.ids.take(_known(cases.columns["lead"][found["row"]])),
        "placed_at": lambda found: as_instants(cases.columns["at"][found["row"]]),
        "numerator": lambda found: pa.array(np.ma.filled(found["numerator"], 0.0)),
        "denominator": lambda found: pa.array(np.ma.filled(found["denominator"], 0.0)),
        "part": lambda found: words.column(found["part"].astype(np.int64)),
    }


def _about(records: Records, metric: Metric, cases: CaseTable) -> Made:
    known = cache(partial(codes_of, records, cases))

    def dimension(name: str) -> Callable[[Found], pa.Array]:
        if not metric.can_be_split(name):
            return lambda found: pa.nulls(len(found["row"]), pa.string())
        return lambda found: records.words(name).column(known(name)[found["row"]])

    def told(column: pa.Array) -> Callable[[Found], pa.Array]:
        return lambda found: column.take(pa.array(found["row"]))

    made: Made = {"holder" if n == "person" else n: dimension(n) for n in _FIRST}
    made["place"] = lambda found: _places(found["place"])
    made |= {name: dimension(name) for name in _FURTHER}
    if "episode" in cases.columns:
        episode = cases.columns["episode"]
        made["episode"] = lambda found: pa.array(episode[found["row"]], pa.int32())
    made |= {name: told(column) for name, column in cases.told.items()}
    if metric.reached:
        made["reached_at"] = lambda found: _reached(records, metric, cases, found)
    return made


def _places(found: Any) -> pa.Array:
    place = np.ma.masked_invalid(np.ma.asarray(found, np.float64))
    return pa.array(place.filled(0).astype(np.int32), mask=np.ma.getmaskarray(place))


def _reached(records: Records, metric: Metric, cases: CaseTable, found: Found) -> pa.Array:
    row, reached = found["row"], np.asarray(found["reached"], np.int64)
    if metric.reached == "next_place":
        lead, episode = cases.columns["lead"][row], cases.columns["episode"][row]
        reached = passages(records).first_at(lead, episode, reached)
    return as_instants(np.where(np.ma.filled(found["numerator"], 0.0) > 0, reached, NEVER))


def _known(lead: Numbers) -> pa.Array:
    return pa.array(lead, pa.int64(), mask=lead < 0)
