"""Many leads come at once: those whom nobody knows yet are written by a few statements."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError, transaction

from leadpact.ledger.models import Identity, Lead
from leadpact.ledger.services import bulk

#: Leads by the id that a source gives them; `mailbox` is the key of an email, where there is one.
NEWCOMERS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("mailbox", pa.string()),
        pa.field("begins", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@transaction.atomic
def take_in(some: pa.Table) -> pa.Array:
    """[lead] which of these NEWCOMERS were strangers, whose leads now have these ids for keys.

    Of the others some key is known, or names several of them: `identities.settle` finds out who
    they are. When somebody else writes one of the same at this very moment, nobody is taken in.
    """
    are_strangers = _strangers(some)
    try:
        with transaction.atomic():
            _write(some.filter(are_strangers))
    except IntegrityError:
        return pa.array([False] * len(some), pa.bool_())
    return are_strangers


def _write(strangers: pa.Table) -> None:
    """Leads and their keys, in one order for all, so that nobody waits in a circle."""
    by_id = strangers.sort_by("id")
    bulk.insert(Lead, by_id.select(["id", "begins"]).rename_columns(["key", "begins"]))
    by_mailbox = strangers.filter(pc.is_valid(strangers["mailbox"])).sort_by("mailbox")
    named = [
        _named(Identity.Kind.EMAIL, by_mailbox["mailbox"], by_mailbox["id"]),
        _named(Identity.Kind.ID, by_id["id"], by_id["id"]),
    ]
    bulk.insert(Identity, pa.concat_tables(named))


def _named(kind: Identity.Kind, values: pa.ChunkedArray, leads: pa.ChunkedArray) -> pa.Table:
    kinds = pa.array([kind.value] * len(values), pa.string())
    return pa.table({"kind": kinds, "value": values, "lead_id": leads})


def _strangers(some: pa.Table) -> pa.Array:
    """[lead] whether no key of it is known, and it shares none with another."""
    ids, mailboxes = some["id"], some["mailbox"]
    known = _known(Identity.Kind.ID, ids.to_pylist())
    known |= set(Lead.objects.filter(key__among=ids.to_pylist()).values_list("key", flat=True))
    counted = pc.value_counts(mailboxes.drop_null())
    shared = counted.field("values").filter(pc.greater(counted.field("counts"), 1)).to_pylist()
    taken = {*shared, *_known(Identity.Kind.EMAIL, counted.field("values").to_pylist())}
    is_known = pc.or_(_among(ids, known), _among(mailboxes, taken))
    return pc.invert(is_known).combine_chunks()


def _among(values: pa.ChunkedArray, some: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(values, pa.array(sorted(some), pa.string()))


def _known(kind: Identity.Kind, values: list[str]) -> set[str]:
    rows = Identity.objects.filter(kind=kind, value__among=values)
    return set(rows.values_list("value", flat=True))
