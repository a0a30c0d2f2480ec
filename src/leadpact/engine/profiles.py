"""Which persona a lead is, and which ideal customer it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from leadpact.engine.evaluate import Evaluation


def personas(evaluation: Evaluation) -> pa.Array:
    """Name of the first persona that each lead is."""
    book, states = evaluation.compiled.book, evaluation.finished.states
    number = np.full((len(evaluation.versions), len(book.attributes.of)), -1, np.int64)
    names: list[str] = []
    for v, version in enumerate(evaluation.versions):
        for persona in reversed(version.personas):
            if persona.when is not None:
                number[v, book.where_holds(persona.when, v)] = len(names)
                names.append(persona.name)
    found = number[states.version, states.attributes]
    return pa.array(names, pa.string()).take(pa.array(found, mask=found < 0))


def profiles(evaluation: Evaluation) -> tuple[pa.Array, pa.Array]:
    """Name of the ideal customer that each lead fits best, and the share of its criteria shown."""
    states = evaluation.finished.states
    names = [ideal.name for version in evaluation.versions for ideal in version.ideal_customers]
    none = states.profile < 0
    fit = pa.array(states.profile_fit / 1e6, pa.float64(), mask=none)
    return pa.array(names, pa.string()).take(pa.array(states.profile, pa.int64(), mask=none)), fit
