"""Rows that are deals, rows that tie leads to deals, and the facts that follow for each lead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from leadpact.engine.log import DEALS_SCHEMA, INSTANT
from leadpact.sources.columns import by_text, numbers, texts
from leadpact.sources.gathering import Gathering
from leadpact.sources.mapping import Deals, Links, Moment, Outcome, Value
from leadpact.sources.rows import Batch, Reject
from leadpact.sources.table_run import TableRun


def take_deals(run: TableRun, deals: Deals, batch: Batch) -> None:
    """Keep the deals of a batch."""
    ids = run.cleaned(batch, deals.id).to_pylist()
    rows = _new_deals(run, deals, batch, ids)
    columns: dict[str, list[Any]] = {
        "outcome": _outcomes(run, deals.outcome, batch),
        "opened_at": _moments(run, deals.opened, batch, rows),
        "closed_at": _moments(run, deals.closed, batch, rows),
        "amount": _numbers(run, deals.amount, batch, rows),
        **{
            name: _texts(run, value, batch, rows)
            for name, value in {
                "currency": deals.currency,
                "company_id": deals.company,
                "owner": deals.owner,
                "product": deals.product,
                "reason": deals.reason,
            }.items()
        },
    }
    for row in rows:
        deal = {name: column[row] for name, column in columns.items()}
        if deal["outcome"] == "open":
            deal["closed_at"] = None
        deal["source"], deal["line"] = run.title, batch.lines[row]
        run.into.deals[str(ids[row])] = deal
    _note_undated(run, deals, batch, rows, ids)
    if deals.leads:
        named, leads, failures = run.named_leads(batch, deals.leads, rows)
        run.refuse_values(batch, failures, rows)
        for row, lead in zip(named, leads, strict=True):
            run.into.links.setdefault(str(ids[row]), {})[lead] = None


def take_links(
    run: TableRun, links: Links, batch: Batch, keys: pa.Array | None, rows: list[int]
) -> None:
    """Keep which leads have a role in which deals."""
    deals = run.cleaned(batch, links.deal).to_pylist()
    rows = [row for row in rows if deals[row]]
    if links.lead is None:
        own = keys.to_pylist() if keys is not None else [None] * len(batch)
        pairs = [(row, str(own[row])) for row in rows]
    else:
        named, leads, failures = run.named_leads(batch, links.lead, rows)
        run.refuse_values(batch, failures, rows)
        pairs = list(zip(named, leads, strict=True))
    for row, lead in pairs:
        for deal in deals[row].split(";"):
            run.into.links.setdefault(deal.strip(), {})[lead] = None


def deals_table(into: Gathering) -> pa.Table:
    """All deals, with the leads that have a role in each."""
    columns: dict[str, list[Any]] = {name: [] for name in DEALS_SCHEMA.names}
    for deal_id, deal in into.deals.items():
        columns["deal_id"].append(deal_id)
        columns["lead_ids"].append(list(into.links.get(deal_id, ())))
        for name in columns.keys() - {"deal_id", "lead_ids"}:
            columns[name].append(deal[name])
    arrays = [
        pa.array(columns[field.name], pa.int64()).cast(INSTANT)
        if field.type == INSTANT
        else pa.array(columns[field.name], field.type)
        for field in DEALS_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=DEALS_SCHEMA)


def add_deal_facts(into: Gathering) -> None:
    """Log `deal.opened`, `deal.won` and `deal.lost` for each lead with a role in the deal."""
    by_source: dict[str, list[tuple[str, str, int, str, str]]] = {}
    for deal_id, leads in into.links.items():
        if deal := into.deals.get(deal_id):
            facts = list(_facts(deal_id, deal))
            for lead in leads:
                by_source.setdefault(deal["source"], []).extend(
                    (f"{deal_id}/{kind}/{lead}", lead, at, kind, properties)
                    for kind, at, properties in facts
                )
    for source, rows in by_source.items():
        if not rows:
            continue  # deals without any date
        ids, leads_of, times, kinds, properties = (list(part) for part in zip(*rows, strict=True))
        into.add_rows(
            source,
            pa.array(ids, pa.string()),
            pa.array(leads_of, pa.string()),
            pa.array(times, pa.int64()),
            pa.array(kinds, pa.string()),
            pa.array(properties, pa.string()),
        )


def note_links(into: Gathering) -> None:
    """Tell how many deals name no lead, and refuse links to deals that no table has."""
    if not into.deals:
        return
    lonely = sum(1 for deal_id in into.deals if deal_id not in into.links)
    if lonely:
        into.note(
            f"{lonely:,} of {len(into.deals):,} deals name no lead that is known: they "
            "count as deals, without a source."
        )
    unknown = [deal_id for deal_id in into.links if deal_id not in into.deals]
    if unknown:
        into.note(
            f"Leads name {len(unknown):,} deals that no table of deals has, such as {unknown[0]}."
        )


def _facts(deal_id: str, deal: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    said = {"deal_id": deal_id}
    said |= {
        name: deal[name] for name in ("amount", "currency", "product") if deal[name] is not None
    }
    if deal["opened_at"] is not None:
        yield "deal.opened", deal["opened_at"], json.dumps(said, ensure_ascii=False)
    if deal["closed_at"] is not None:
        if deal["reason"] is not None:
            said["reason"] = deal["reason"]
        yield f"deal.{deal['outcome']}", deal["closed_at"], json.dumps(said, ensure_ascii=False)


def _new_deals(run: TableRun, deals: Deals, batch: Batch, ids: list[str | None]) -> list[int]:
    known = run.into.deal_prints
    rows, refused = [], []
    for row, deal_id in enumerate(ids):
        if deal_id is None:
            refused.append((row, f"has no {deals.id}"))
        elif deal_id not in known:
            known[deal_id] = batch.prints[row]
            rows.append(row)
        elif known[deal_id] == batch.prints[row]:
            # Where the same rows are leads too, the repetition was counted with them.
            run.into.repeats[run.title] += run.table.leads is None
        else:
            refused.append((row, f"repeats the deal “{deal_id}” with other values"))
    run.refuse_rows(batch, refused)
    return rows


def _outcomes(run: TableRun, outcome: Outcome, batch: Batch) -> list[str]:
    if outcome.column is None:
        return [str(outcome.value)] * len(batch)
    endings = {str(text).strip().casefold(): "won" for text in outcome.won}
    endings |= {str(text).strip().casefold(): "lost" for text in outcome.lost}
    column = run.cleaned(batch, outcome.column)
    found, _ = by_text(column, pa.string(), lambda text: endings.get(text.casefold(), "open"))
    return [ending or "open" for ending in found.to_pylist()]


def _moments(
    run: TableRun, moment: Moment | None, batch: Batch, rows: list[int]
) -> list[int | None]:
    if moment is None:
        return [None] * len(batch)
    column, failures = run.moments(batch, moment)
    run.refuse_values(batch, failures, rows)
    return list(column.cast(pa.int64()).to_pylist())


def _read(
    reader: Callable[..., tuple[pa.Array, list[tuple[int, str]]]],
    run: TableRun,
    value: Value | None,
    batch: Batch,
    rows: list[int],
) -> list[Any]:
    if value is None:
        return [None] * len(batch)
    column, failures = reader(batch, value, run.manner)
    run.refuse_values(batch, failures, rows)
    return list(column.to_pylist())


def _numbers(run: TableRun, value: Value | None, batch: Batch, rows: list[int]) -> list[Any]:
    return _read(numbers, run, value, batch, rows)


def _texts(run: TableRun, value: Value | None, batch: Batch, rows: list[int]) -> list[Any]:
    return _read(texts, run, value, batch, rows)


def _note_undated(
    run: TableRun, deals: Deals, batch: Batch, rows: list[int], ids: list[str | None]
) -> None:
    """A deal that ended at no known time counts as a deal, and is no fact for its leads: say so."""
    for row in rows:
        deal = run.into.deals[str(ids[row])]
        if deal["outcome"] != "open" and deal["closed_at"] is None:
            where = f"no {deals.closed.column}" if deals.closed else "no close date"
            reason = f"is {deal['outcome']} with {where}: counted as a deal, in no period"
            run.into.rejects.append(
                Reject(run.title, batch.lines[row], reason, batch.raws(row), whole_row=False)
            )
