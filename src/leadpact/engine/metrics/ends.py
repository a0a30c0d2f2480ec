"""Deals that were won or lost, each with who its lead is and how sales dealt with it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.metrics.records import Records, flags
from leadpact.engine.metrics.sold import at_the_moment

#: What is told of a deal's lead: what it is now, and its tier at the handover.
TRAITS = ("persona", "profile", "tier", "segment", "source", "origin", "product")
KEPT, BROKEN = "all kept", "one was broken"


def closed_deals(records: Records) -> pa.Table:
    """One row a deal won or lost, the latest first, with the lead that it belongs to.

    Columns are `deal_id`, `lead_id`, `company`, `closed_at`, `won`, `amount`, `currency`, `reason`,
    TRAITS, and `promises`: whether sales kept all that it owed the lead, KEPT, BROKEN or NULL where
    it owed nothing that came to a verdict.
    """
    deals = at_the_moment(records)
    deals = deals.filter(pc.is_in(deals["outcome"], value_set=pa.array(["won", "lost"])))
    lead = pc.fill_null(deals["lead"], -1).to_numpy()
    columns = {name: deals[name] for name in ("deal_id", "closed_at", "amount", "currency")}
    columns |= {
        "won": pc.equal(deals["outcome"], "won"),
        "reason": deals["reason"],
        "product": deals["product"],
        "lead_id": _of(lead, records.ids),
        "company": _of(lead, _attribute(records, "company")),
        "tier": _of(lead, _tiers(records)),
        "promises": _of(lead, _promises(records)),
    }
    columns |= {name: _of(lead, records.states[name]) for name in ("persona", "profile", "segment")}
    columns |= {name: _of(lead, _attribute(records, name)) for name in ("source", "origin")}
    return pa.table(columns).sort_by([("closed_at", "descending"), ("deal_id", "ascending")])


def _of(lead: np.ndarray, column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """[deal] what a column of leads says of its lead."""
    text = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    found = text.take(pa.array(lead, mask=lead < 0))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _attribute(records: Records, name: str) -> pa.Array | pa.ChunkedArray:
    leads = records.result.leads
    return leads[name] if name in leads.column_names else pa.nulls(len(records.ids), pa.string())


def _tiers(records: Records) -> pa.Array:
    """[lead] its tier at the first entry into the handoff stage that is not implied."""
    entries = records.result.stage_entries
    stage = records.result.agreement.handoff.stage
    own = pc.and_(pc.equal(entries["stage"], stage), pc.invert(entries["implied"]))
    found = entries.filter(own).select(["lead_id", "entered_at", "tier"])
    found = found.sort_by([("entered_at", "descending")])
    return _by_lead(records, found["lead_id"], found["tier"])


def _promises(records: Records) -> pa.Array:
    """[lead] whether sales kept all promises about it."""
    clocks = records.result.clocks
    decided = pc.is_in(clocks["outcome"], value_set=pa.array(["met", "missed", "overdue"]))
    own = clocks.filter(pc.and_(decided, pc.equal(clocks["side"], "sales")))
    met = flags(pc.equal(own["outcome"], "met"))
    words = pa.array(np.where(met, KEPT, BROKEN))
    # What is said last of a lead stands: the broken ones.
    order = pa.array(np.argsort(~met, kind="stable"))
    return _by_lead(records, own["lead_id"].take(order), words.take(order))


def _by_lead(
    records: Records, keys: pa.ChunkedArray | pa.Array, values: pa.ChunkedArray | pa.Array
) -> pa.Array:
    """[lead] the last of the values that name it."""
    places = records.places(keys)
    row = np.full(len(records.ids), -1)
    there = np.flatnonzero(places >= 0)
    row[places[there]] = there
    found = values.take(pa.array(row, mask=row < 0))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
