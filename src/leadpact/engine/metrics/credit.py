"""Who gets the credit for a won deal: what brought its first lead, its last, or all alike."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.metrics.records import NEVER, Records, instants
from leadpact.engine.metrics.sold import at_the_moment, roles

#: Ways to share a deal out; each gives a touch a part of it, and all parts of a deal make one.
MODELS = ("first", "last", "linear")
_DAY = pa.timestamp("us", tz="UTC")

SCHEMA = pa.schema(
    {
        "deal_id": pa.string(),
        "lead_id": pa.string(),
        "group": pa.string(),
        "closed_at": _DAY,
        "amount": pa.float64(),
        "currency": pa.string(),
        **dict.fromkeys(MODELS, pa.float64()),
    }
)


def credit(records: Records, by: str) -> pa.Table:
    """One row a touch of a won deal, with the part of the deal that each model gives it.

    Touches are the deal's leads that came before it was closed, each with its value of a dimension
    of leads or its segment (`group`; NULL is not stated). A deal without such a lead has one touch
    of nobody.
    """
    deals = at_the_moment(records)
    deals = deals.filter(pc.fill_null(pc.equal(deals["outcome"], "won"), False))
    place = {deal: row for row, deal in enumerate(deals["deal_id"].to_pylist())}
    named = roles(records)
    row = np.array([place.get(deal, -1) for deal in named["deal_id"].to_pylist()], np.int64)
    lead = np.asarray(named["lead"].to_numpy(), np.int64)
    closed = instants(deals["closed_at"])
    came = np.append(records.created, NEVER)[lead]
    touches = (row >= 0) & (came != NEVER)
    touches[touches] &= came[touches] <= closed[row[touches]]
    row, lead = row[touches], lead[touches]
    nobody = np.setdiff1d(np.arange(deals.num_rows), row)
    row = np.concatenate([row, nobody])
    lead = np.concatenate([lead, np.full(len(nobody), -1, np.int64)])
    order = np.lexsort((lead, np.append(records.created, NEVER)[lead], row))
    return _told(records, deals, by, row[order], lead[order])


def _told(
    records: Records, deals: pa.Table, by: str, row: np.ndarray, lead: np.ndarray
) -> pa.Table:
    words, codes = (
        (records.segments, np.append(records.segment, np.int32(0)))
        if by == "segment"
        else records.of_leads(by)
    )
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    ids = pa.array(records.ids).take(pa.array(lead, mask=lead < 0))
    taken = deals.take(pa.array(row))
    columns = {
        "deal_id": taken["deal_id"],
        "lead_id": ids.cast(pa.string()),
        "group": words.column(codes[lead]),
        "closed_at": taken["closed_at"],
        "amount": taken["amount"],
        "currency": taken["currency"],
        "first": first.astype(np.float64),
        "last": last.astype(np.float64),
        "linear": 1.0 / np.bincount(row, minlength=1)[row] if len(row) else np.zeros(0),
    }
    return pa.table({name: columns[name] for name in SCHEMA.names}).cast(SCHEMA)
