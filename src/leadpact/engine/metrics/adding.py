"""Cases added up by period, part and group, or put in order for a percentile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.metrics.aggregate import LEVELS, Cases
from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.cells import OUTSIDE, Asked, Cells
from leadpact.engine.metrics.dimensions import codes_of, kept_of
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.records import Numbers, Records
from leadpact.engine.metrics.relations import RELATIONS, case_table, words_of_part


@dataclass(frozen=True)
class Group:
    """The cases of one metric, period, part and value of the split; numbers, 0 for the total."""

    metric: int
    period: int
    part: int
    split: int
    cases: Cases


_SELECT = """
select {number} as metric, {period} as period, {part} as part, {split} as split,
       sum({adds})::double as numerator, sum({among})::double as denominator, sum(n)::bigint as n
from ({relation}) where {where} group by all
"""

#: Every part out of the cases of all parts, and of those that are in none.
_OF_ALL = """
select metric, period, part, split, numerator,
       sum(denominator) over cases as denominator, (sum(n) over cases)::bigint as n
from ({select}) window cases as (partition by period, split) qualify part > 0
"""


def added(records: Records, cells: Cells, metrics: Sequence[Metric], asked: Asked) -> list[Group]:
    """Every group of cases of these metrics that has a case, by one statement."""
    summed = [(n, metric) for n, metric in enumerate(metrics) if metric.measure not in LEVELS]
    selects = [
        select
        for number, metric in summed
        for select in _selects(records, cells, number, metric, asked)
    ]
    found = records.query("union all".join(selects)) if selects else {}
    columns = [np.ma.filled(column, 0).tolist() for column in found.values()]
    groups = [
        Group(metric, period, part, split, Cases(numerator or 0.0, denominator or 0.0, n))
        for metric, period, part, split, numerator, denominator, n in zip(*columns, strict=True)
    ]
    ordered: dict[tuple[str, str], list[Group]] = {}
    for number, metric in enumerate(metrics):
        if metric.measure in LEVELS:
            # Percentiles of the same times need them in order once.
            key = (metric.cases, metric.where)
            if key not in ordered:
                ordered[key] = list(_in_order(records, cells, metric, asked))
            groups += [replace(group, metric=number) for group in ordered[key]]
    return groups


def _selects(
    records: Records, cells: Cells, number: int, metric: Metric, asked: Asked
) -> Iterator[str]:
    shared = {
        "number": number,
        "period": "period" if asked.unit else "0",
        "split": "split" if asked.by else "0",
        "adds": metric.adds,
        "among": metric.among,
        "relation": cells.relation(metric.cases, asked),
        "where": " and ".join(f"({test})" for test in _tests(records, metric, asked)),
    }
    if metric.parts != "only":
        yield _SELECT.format(part="0", **shared)
    if metric.parts != "none":
        select = _SELECT.format(part=metric.part, **shared)
        yield _OF_ALL.format(select=select) if metric.of_all else select


def _tests(records: Records, metric: Metric, asked: Asked) -> Iterator[str]:
    yield metric.where
    if asked.of_holders and metric.held:
        yield metric.held
    if asked.parts is not None:
        codes = words_of_part(records, metric).like(asked.parts)
        wanted = ", ".join(map(str, [*codes, OUTSIDE]))
        yield f"{metric.part} in ({wanted})" if metric.part else "false"


# ------------------------------------------------------------------------------------------- times


def _in_order(records: Records, cells: Cells, metric: Metric, asked: Asked) -> Iterator[Group]:
    """The times of every group, the shortest first; of equal ones those that were observed."""
    table = RELATIONS[metric.cases].table
    cases = case_table(records, table)
    row = _rows(records, cells, metric, asked, cases)
    groups = [
        cells.place_in_time(table, asked.unit) if asked.unit else None,
        cases.columns[metric.part] if metric.part else None,
        codes_of(records, cases, asked.by) if asked.by else None,
    ]
    numbers = [np.zeros(len(row), np.int64) if each is None else each[row] for each in groups]
    inside = np.flatnonzero(numbers[0] != OUTSIDE)
    numbers, row = [each[inside] for each in numbers], row[inside]
    shape = tuple(int(each.max(initial=0)) + 1 for each in numbers)
    key = np.zeros(len(row), np.int64)
    for each, size in zip(numbers, shape, strict=True):
        key = key * size + each
    order = _stable(key)
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    ends = np.append(begins, len(row))[1:]
    values, observed = (cases.columns[name][row[order]] for name in ("value", "observed"))
    for begin, end in zip(begins, ends, strict=True):
        period, part, split = np.unravel_index(key[order[begin]], shape)
        own = Cases(0.0, 0.0, int(end - begin), values[begin:end], observed[begin:end] > 0)
        yield Group(0, int(period), int(part), int(split), own)


def _rows(
    records: Records, cells: Cells, metric: Metric, asked: Asked, cases: CaseTable
) -> Numbers:
    """The cases of a metric in the order of their times."""
    ordered = records.once(f"order of {metric.cases}", lambda: _by_time(cases))
    tests = " and ".join(f"({test})" for test in _tests(records, metric, asked))
    fits = np.zeros(len(cases), bool)
    query = f"select row from ({cells.rows(metric.cases)}) where {tests}"
    fits[records.query(query)["row"]] = True
    chosen = kept_of(records, cases, asked.kept)
    if chosen is not None:
        kept = np.zeros(len(cases), bool)
        kept[chosen] = True
        fits &= kept
    return ordered[fits[ordered]]


def _by_time(cases: CaseTable) -> Numbers:
    return np.lexsort((cases.columns["observed"] == 0, cases.columns["value"]))


def _stable(key: Numbers) -> NDArray[np.int64]:
    """The order of small keys, alike ones as they stand."""
    small = key.astype(np.uint16) if key.max(initial=0) < 2**16 else key
    return np.argsort(small, kind="stable")
