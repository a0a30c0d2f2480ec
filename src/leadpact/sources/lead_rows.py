"""Rows that are leads."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.sources.columns import texts
from leadpact.sources.mapping import Leads
from leadpact.sources.rows import Batch
from leadpact.sources.table_run import TableRun


def take_leads(run: TableRun, leads: Leads, batch: Batch) -> tuple[pa.Array, list[int]]:
    """Log the leads of a batch; the key of every row, and the rows that are leads."""
    keys = run.keys(batch, leads.id)
    created, failures = run.moments(batch, leads.created)
    rows = _new_leads(run, leads, batch, keys, created, dict(failures))
    properties = run.properties(batch, leads.fields, rows)
    _remember_addresses(run, leads, batch, keys, rows)
    taken = pa.array(rows, pa.int64())
    lead_ids = keys.take(taken)
    run.into.add_rows(
        run.title,
        pc.binary_join_element_wise(lead_ids, "created", "/"),
        lead_ids,
        created.take(taken),
        "lead.created",
        properties,
    )
    return keys, rows


def _new_leads(
    run: TableRun,
    leads: Leads,
    batch: Batch,
    keys: pa.Array,
    created: pa.Array,
    unreadable: dict[int, str],
) -> list[int]:
    """The rows that are a lead not seen before; all others are refused or repetitions."""
    known = run.into.leads
    dated = pc.is_valid(created).to_pylist()
    rows, refused = [], []
    for row, key in enumerate(keys.to_pylist()):
        if key is not None and known.get(key) == batch.prints[row]:
            run.into.repeats[run.title] += 1
        elif key is None:
            refused.append((row, f"has no {leads.id.column}"))
        elif row in unreadable:
            refused.append((row, unreadable[row]))
        elif not dated[row]:
            refused.append((row, f"has no {leads.created.column}"))
        elif key in known:
            refused.append((row, f"repeats the lead “{key}” with other values"))
        else:
            known[key] = batch.prints[row]
            rows.append(row)
    run.refuse_rows(batch, refused)
    return rows


def _remember_addresses(
    run: TableRun, leads: Leads, batch: Batch, keys: pa.Array, rows: list[int]
) -> None:
    """Keep which lead an address belongs to: the first that has it."""
    ids = keys.to_pylist()
    if leads.id.form == "email":
        run.into.emails.update({ids[row]: ids[row] for row in rows})
    elif email := leads.fields.get("email"):
        addresses = texts(batch, email, run.manner)[0].to_pylist()
        for row in rows:
            if address := addresses[row]:
                run.into.emails.setdefault(address.lower(), ids[row])
