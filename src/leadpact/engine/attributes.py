"""The table of leads: their keys, when they came, and their attributes as last known, typed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import INSTANT
from leadpact.engine.result import FIELD_TYPES
from leadpact.engine.stating import Column
from leadpact.engine.values import read

if TYPE_CHECKING:
    from leadpact.engine.evaluate import Evaluation


def leads_table(evaluation: Evaluation, agreement: Agreement) -> pa.Table:
    """One row a lead, with every attribute that the agreement knows."""
    log = evaluation.log
    lists = _last_lists(evaluation)
    columns = {
        "lead_id": log.leads.array,
        "created_at": pa.array(log.rows.at[log.begins[:-1]], pa.int64()).cast(INSTANT),
    }
    for name, kind in agreement.field_types().items():
        lines = evaluation.statements.said[name][lists].astype(np.int64)
        columns[name] = _typed(log.stated.columns[name].take(lines), kind)
    return pa.table(columns)


def _typed(column: Column, kind: str) -> pa.Array:
    if kind == "text":
        return column.as_texts()
    if kind == "number":
        numbers = column.as_numbers("number")
        return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))
    texts, places = column.distinct()
    values = [read(each, kind) for each in texts]
    if kind == "date":
        values = [None if value is None else date.fromordinal(int(value)) for value in values]
    return pa.array(values, FIELD_TYPES[kind]).take(pa.array(places, mask=places < 0))


def _last_lists(evaluation: Evaluation) -> NDArray[np.int64]:
    """[lead] the list of statements that says what is known of it in the end."""
    leads = len(evaluation.log.leads)
    lists = np.arange(leads, dtype=np.int64)
    for number, (survivor, _, _) in enumerate(evaluation.owned.joining):
        lists[survivor] = leads + number
    return lists
