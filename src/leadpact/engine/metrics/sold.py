"""Deals that were won or lost, each once, with the lead that it belongs to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.passages import entries
from leadpact.engine.metrics.records import NEVER, Numbers, Records, instants, whole
from leadpact.engine.metrics.words import Words

_DAY = 86_400_000_000
FROM_CREATION, FROM_MQL = 1, 2

#: A deal as it stood at the moment: of several deliveries the one that closed last.
_ONCE = """
select row from deals
where closed is null or closed <= {as_of}
qualify row_number() over (partition by deal_id order by closed desc nulls last, row) = 1
order by row
"""

#: The same of deals that had begun, also where all that was delivered of them came later.
_STANDING = """
select row from deals
where coalesce(opened, closed, {as_of}) <= {as_of}
qualify row_number() over (
    partition by deal_id
    order by closed is null or closed <= {as_of} desc, closed desc nulls last, row) = 1
order by row
"""

#: Of every deal its lead that was created first, and when the first of its leads became an MQL.
_LEADS = """
select row, min_by(lead, (created, lead)) as lead,
       coalesce(min(mql) filter (where closed is null or mql <= closed), {never}) as mql
from roles group by row
"""


def sold(records: Records) -> CaseTable:
    """One case a deal won or lost by the moment of evaluation, placed by its closing.

    It belongs to its lead that was created first, -1 where none is known, and to its owner.
    """
    return records.once("sold", lambda: _sold(records))


def _sold(records: Records) -> CaseTable:
    deals = _deals(records)
    count = deals.num_rows
    closed = instants(deals["closed_at"])
    lead, mql = _leads(records, deals["lead_ids"], closed)
    amount = deals["amount"]
    won = whole(pc.equal(deals["outcome"], "won")).to_numpy(zero_copy_only=False)
    currencies, currency = _currencies(deals["currency"], won)
    return CaseTable(
        {
            "lead": lead,
            "at": closed,
            "segment": np.append(records.segment, 0)[lead],
            "person": _persons(records, deals["owner"], lead),
            "won": won.astype(np.int8),
            "currency": currency,
            "from_mql": (mql != NEVER).astype(np.int8),
            "priced": whole(pc.is_valid(amount)).to_numpy(zero_copy_only=False).astype(np.int8),
            "amount": whole(amount).fill_null(0).to_numpy(),
            "mql": mql,
            "product": _products(records, deals["product"], lead),
            "deal": np.arange(count),
        },
        keys=("won", "currency", "from_mql", "priced"),
        sums=("amount",),
        words={"currency": currencies},
        told={"deal_id": whole(deals["deal_id"])},
    )


def cycles(records: Records) -> CaseTable:
    """One case a won deal whose beginning is known, placed by its closing; `value` is in days."""
    known = sold(records)
    columns = known.columns
    created = np.append(records.created, NEVER)[columns["lead"]]
    begun = {FROM_CREATION: created, FROM_MQL: columns["mql"]}
    parts = [
        np.flatnonzero(
            (columns["won"] > 0) & (at != NEVER) & (columns["at"] != NEVER) & (at <= columns["at"])
        )
        for at in begun.values()
    ]
    row = np.concatenate(parts)
    start = np.concatenate([at[part] for at, part in zip(begun.values(), parts, strict=True)])
    shared = {name: columns[name][row] for name in ("lead", "at", "segment", "person", "product")}
    return CaseTable(
        {
            **shared,
            "since": np.repeat(np.array([*begun], np.int8), [len(part) for part in parts]),
            "value": (columns["at"][row] - start) / _DAY,
            "observed": np.ones(len(row), np.int8),
        },
        keys=("since",),
        told={"deal_id": known.told["deal_id"].take(pa.array(row))},
    )


def at_the_moment(records: Records) -> pa.Table:
    """Every deal once, as it stood at the moment of evaluation, open ones as well.

    `lead` and `person` are the numbers of whom it belongs to, as in `sold`.
    """
    deals = _standing(records)
    lead, mql = _leads(records, deals["lead_ids"], instants(deals["closed_at"]))
    product = records.words("product").column(_products(records, deals["product"], lead))
    told = {name: deals[name] for name in ("deal_id", "company_id", "amount", "currency")}
    told |= {name: deals[name] for name in ("opened_at", "closed_at", "outcome", "reason")}
    belongs = {"lead": pa.array(lead, mask=lead < 0), "product": product}
    person = _persons(records, deals["owner"], lead)
    return pa.table(told | belongs | {"person": person, "from_mql": mql != NEVER})


def roles(records: Records) -> pa.Table:
    """Every lead with a role in a deal of `at_the_moment`, once: `deal_id` and `lead`."""
    deals = _standing(records)
    row, lead = _named(records, deals["lead_ids"])
    named = pa.table({"deal_id": deals["deal_id"].take(pa.array(row)), "lead": lead})
    return named.group_by(["deal_id", "lead"]).aggregate([])


def _standing(records: Records) -> pa.Table:
    """Deals that had begun by the moment; one that closed later was open then."""
    return records.once("deals standing", lambda: _stood(records))


def _stood(records: Records) -> pa.Table:
    deals = _taken(records, _STANDING)
    later = pa.array(instants(deals["closed_at"]) > records.as_of)
    for name, then in (("outcome", "open"), ("closed_at", None), ("reason", None)):
        place = deals.schema.get_field_index(name)
        field = deals.schema.field(place)
        deals = deals.set_column(
            place, field, pc.if_else(later, pa.scalar(then, field.type), deals[name])
        )
    return deals


def _persons(records: Records, owners: pa.ChunkedArray, lead: Numbers) -> np.ndarray:
    """Whose each deal is: its owner's; where none is named, that of whoever holds its lead."""
    owner = records.persons.codes(owners)
    return np.where(owner > 0, owner, np.append(records.holder, 0)[lead])


def _deals(records: Records) -> pa.Table:
    """Deals won or lost by the moment of evaluation, each once."""
    deals = _taken(records, _ONCE)
    return deals.filter(pc.is_in(deals["outcome"], value_set=pa.array(["won", "lost"])))


def _taken(records: Records, sql: str) -> pa.Table:
    """The rows of deals that SQL picks."""
    deals = records.deals
    asked = pa.table(
        {
            "row": np.arange(deals.num_rows),
            "deal_id": deals["deal_id"],
            "opened": whole(deals["opened_at"]).cast(pa.int64()),
            "closed": whole(deals["closed_at"]).cast(pa.int64()),
        }
    )
    row = records.query(sql.format(as_of=records.as_of), deals=asked)["row"]
    return deals.take(pa.array(row, pa.int64()))


def _leads(records: Records, lists: pa.ChunkedArray, closed: Numbers) -> tuple[Numbers, Numbers]:
    """Every deal's lead that was created first, and its first MQL; -1 and NEVER for none."""
    row, lead = _named(records, lists)
    mql = _first_mqls(records)[lead]
    roles = pa.table(
        {
            "row": row,
            "lead": lead,
            "created": records.created[lead],
            "mql": pa.array(mql, mask=mql == NEVER),
            "closed": pa.array(closed[row], mask=closed[row] == NEVER),
        }
    )
    found = records.query(_LEADS.format(never=NEVER), roles=roles)
    leads, mqls = np.full(len(lists), -1), np.full(len(lists), NEVER)
    leads[found["row"]], mqls[found["row"]] = found["lead"], found["mql"]
    return leads, mqls


def _named(records: Records, lists: pa.ChunkedArray) -> tuple[Numbers, Numbers]:
    """Row of the deal and number of the lead, for every lead that is known."""
    lists = whole(lists)
    named, row = lists.flatten(), pc.list_parent_indices(lists).to_numpy()
    lead = records.places(named)
    return row[lead >= 0], records.survivor[lead[lead >= 0]]


def _first_mqls(records: Records) -> Numbers:
    """[lead] when it first became an MQL in its own right; NEVER if it did not."""
    known, place = entries(records).columns, records.place_of_role("mql")
    first = np.flatnonzero((known["place"] == place) & (known["nth"] == 1))
    at = np.full(len(records.ids), NEVER)
    at[known["lead"][first]] = known["at"][first]
    return at


def _currencies(column: pa.ChunkedArray, won: np.ndarray) -> tuple[Words, np.ndarray]:
    """Currencies, told apart only where deals were won in several; 0 where they are not."""
    known = {text for text, is_won in zip(column.to_pylist(), won, strict=True) if is_won and text}
    if len(known) < 2:
        return Words(), np.zeros(len(won), np.int32)
    words = Words(sorted({*known, NO_CURRENCY}))
    return words, words.codes(pc.fill_null(column, NO_CURRENCY))


NO_CURRENCY = "currency not stated"


def _products(records: Records, column: pa.ChunkedArray, lead: Numbers) -> np.ndarray:
    """What each deal is about; where it does not say, what its lead was interested in."""
    words, of_lead = records.of_leads("product")
    own = words.codes(column)
    return np.where(own > 0, own, of_lead[lead])
