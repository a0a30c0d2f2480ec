"""The cases behind a figure, one a row, in words: what a figure opens to."""

from __future__ import annotations

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


def population(records: Records, cells: Cells, metric: Metric) -> pa.Table:
    """`lead_id`, `placed_at`, `numerator`, `denominator`, `part`, then the dimensions.

    Then what else is known of such cases: `place` orders the parts, `reached_at` is when a case
    came to count.
    """
    cases = case_table(records, RELATIONS[metric.cases].table)
    found = records.query(
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
    row, numerator = found["row"], np.ma.filled(found["numerator"], 0.0)
    place = np.ma.masked_invalid(np.ma.asarray(found["place"], np.float64))
    columns = {
        "lead_id": records.ids.take(_known(np.asarray(cases.columns["lead"])[row])),
        "placed_at": as_instants(np.asarray(cases.columns["at"], np.int64)[row]),
        "numerator": pa.array(numerator),
        "denominator": pa.array(np.ma.filled(found["denominator"], 0.0)),
        "part": words_of_part(records, metric).column(np.asarray(found["part"], np.int64)),
        **_dimensions(records, metric, cases, row, _FIRST),
        "place": pa.array(place.filled(0).astype(np.int32), mask=np.ma.getmaskarray(place)),
        **_dimensions(records, metric, cases, row, _FURTHER),
    }
    if "episode" in cases.columns:
        columns["episode"] = pa.array(np.asarray(cases.columns["episode"])[row], pa.int32())
    columns |= {name: column.take(pa.array(row)) for name, column in cases.told.items()}
    if metric.reached:
        at = _reached(records, metric, cases, row, np.asarray(found["reached"], np.int64))
        columns["reached_at"] = as_instants(np.where(numerator > 0, at, NEVER))
    return pa.table(columns)


def _dimensions(
    records: Records, metric: Metric, cases: CaseTable, row: Numbers, names: tuple[str, ...]
) -> dict[str, pa.Array]:
    found = {}
    for name in names:
        codes = codes_of(records, cases, name)[row]
        if not metric.can_be_split(name):
            codes = np.zeros(len(row), np.int32)
        found["holder" if name == "person" else name] = records.words(name).column(codes)
    return found


def _reached(
    records: Records, metric: Metric, cases: CaseTable, row: Numbers, reached: Numbers
) -> Numbers:
    if metric.reached != "next_place":
        return reached
    lead, episode = (np.asarray(cases.columns[name], np.int64) for name in ("lead", "episode"))
    return passages(records).first_at(lead[row], episode[row], reached)


def _known(lead: Numbers) -> pa.Array:
    return pa.array(lead, pa.int64(), mask=lead < 0)
