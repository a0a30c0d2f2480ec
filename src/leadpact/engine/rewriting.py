"""Takes rows out of a log and puts others into it, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine import threads
from leadpact.engine.arranged import Log, empty, part_of, ranks
from leadpact.engine.arranging.kernels import Rows, find_places, rewrite
from leadpact.engine.prints import Print


@dataclass(frozen=True)
class Extras:
    """Rows to put in: lead, instant, print among the new ones, and number of the row.

    `names` are their sources and event ids; None for rows that come before all others of their
    instant and rank.
    """

    lead: NDArray[np.int64]
    at: NDArray[np.int64]
    prints: NDArray[np.int32]
    row: NDArray[np.int32]
    names: Sequence[tuple[str, str]] | None


def rewritten(
    log: Log,
    dropped: NDArray[np.int64],
    extras: Extras,
    prints: Sequence[Print],
    decided: Sequence[Mapping[str, Any]] = (),
) -> Log:
    """The log without the rows at some places and with others, of these prints."""
    known = [*log.prints, *prints]
    out = np.zeros(len(log.rows.at), np.bool_)
    out[dropped] = True
    extra = Rows(extras.at, (extras.prints + len(log.prints)).astype(np.int32), extras.row)
    places = _places(replace(log, prints=known), extras, extra)
    order = _order(extras, places, ranks(known)[extra.prints])
    sizes = np.diff(log.begins)
    sizes -= np.bincount(log.lead_of(dropped), minlength=len(sizes))
    sizes += np.bincount(extras.lead, minlength=len(sizes))
    begins = np.append(0, np.cumsum(sizes))
    rows = empty(int(begins[-1]))
    leads, places, chosen = extras.lead[order], places[order], part_of(extra, order)

    def copy(part: tuple[int, int]) -> None:
        first, last = part
        taken = slice(*np.searchsorted(leads, part))
        own = leads[taken] - first
        target = part_of(rows, slice(begins[first], begins[last]))
        stretch = log.begins[first : last + 1]
        rewrite(stretch, log.rows, out, own, places[taken], part_of(chosen, taken), target)

    threads.at_once(copy, threads.parts(begins))
    return replace(log, begins=begins, rows=rows, prints=known, decided=(*log.decided, *decided))


def _places(log: Log, extras: Extras, extra: Rows) -> NDArray[np.int64]:
    """Before which place each extra row belongs."""
    lower, upper = np.empty(len(extras.lead), np.int64), np.empty(len(extras.lead), np.int64)
    find_places(log.begins, log.rows, ranks(log.prints), extras.lead, extra, lower, upper)
    names = extras.names or ()
    for i in np.flatnonzero(lower < upper).tolist() if names else ():
        keys = log.columns(np.arange(lower[i], upper[i]), ["source", "event_id"]).to_pylist()
        lower[i] += sum((key["source"], key["event_id"]) < names[i] for key in keys)
    return lower


def _order(extras: Extras, places: NDArray[np.int64], rank: NDArray[np.int8]) -> NDArray[np.int64]:
    """Extra rows of one place, too, come in the order of instant, rank, source and event id."""
    if extras.names is None:
        return np.lexsort((extras.lead,))
    names = np.array([f"{source}\0{event}" for source, event in extras.names], object)
    _, spelt = np.unique(names, return_inverse=True) if len(names) else (names, places)
    return np.lexsort((spelt, rank, extras.at, places, extras.lead))
