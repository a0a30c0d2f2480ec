"""By what cases can be split and kept apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.episodes import person_of
from leadpact.engine.metrics.records import OF_LEADS, Records
from leadpact.engine.metrics.words import Codes


def codes_of(records: Records, cases: CaseTable, dimension: str) -> Codes:
    """[case] its value of a dimension, as a number of `records.words`."""
    own = cases.columns.get(dimension)
    if own is not None:
        return np.asarray(own, np.int32)
    lead = np.asarray(cases.columns["lead"], np.int64)
    if dimension in OF_LEADS:
        return records.of_leads(dimension)[1][lead]
    if dimension == "team":
        return records.team_of(codes_of(records, cases, "person"))
    # The holder of an entry is looked up only when it matters: it is the most work of all.
    if dimension == "person" and "episode" in cases.columns:
        return person_of(records, lead, np.asarray(cases.columns["episode"], np.int64))
    return np.zeros(len(lead), np.int32)


def kept_of(
    records: Records, cases: CaseTable, kept: Sequence[tuple[str, tuple[str, ...]]]
) -> NDArray[np.int64] | None:
    """The cases that have one of the values of every dimension; None for all of them."""
    if not kept:
        return None
    fits = np.ones(len(cases), bool)
    for dimension, values in kept:
        codes = codes_of(records, cases, dimension)
        fits &= np.isin(codes, records.words(dimension).like(values))
    return np.flatnonzero(fits)
