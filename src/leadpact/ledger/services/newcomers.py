"""Many leads come at once: those whom nobody knows yet are written by a few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from leadpact.ledger.models import Identity, Lead
from leadpact.ledger.services import bulk


class Newcomer(NamedTuple):
    """A lead by the id that a source gives it; `mailbox` is its email's key, where it has one."""

    id: str
    mailbox: str | None
    begins: datetime


@transaction.atomic
def take_in(some: Sequence[Newcomer]) -> set[str]:
    """The ids of those that were strangers, whose leads now have these ids for keys.

    Of the others some key is known, or names several of them: `identities.settle` finds out who
    they are. When somebody else writes one of the same at this very moment, nobody is taken in.
    """
    strangers = _strangers(some)
    named = sorted(
        [(Identity.Kind.EMAIL.value, each.mailbox, each.id) for each in strangers if each.mailbox]
        + [(Identity.Kind.ID.value, each.id, each.id) for each in strangers]
    )
    begins = {each.id: each.begins for each in strangers}
    keys = sorted(begins)
    try:
        with transaction.atomic():
            _write(keys, begins, named)
    except IntegrityError:
        return set()
    return set(keys)


def _write(
    keys: Sequence[str], begins: Mapping[str, datetime], named: Sequence[tuple[str, str, str]]
) -> None:
    """Leads and their keys, in one order for all, so that nobody waits in a circle."""
    if not keys:
        return
    bulk.insert(Lead, {"key": keys, "begins": [begins[key] for key in keys]})
    kinds, values, leads = zip(*named, strict=True)
    bulk.insert(Identity, {"kind": kinds, "value": values, "lead_id": leads})


def _strangers(some: Sequence[Newcomer]) -> list[Newcomer]:
    """Those of whom no key is known, and who share none with another."""
    ids = [each.id for each in some]
    mailboxes = Counter(each.mailbox for each in some if each.mailbox)
    known_ids = _known(Identity.Kind.ID, ids)
    known_ids |= set(Lead.objects.filter(key__among=ids).values_list("key", flat=True))
    known_mailboxes = _known(Identity.Kind.EMAIL, mailboxes)
    return [
        each
        for each in some
        if each.id not in known_ids
        and each.mailbox not in known_mailboxes
        and mailboxes[each.mailbox or ""] < 2
    ]


def _known(kind: Identity.Kind, values: Iterable[str]) -> set[str]:
    rows = Identity.objects.filter(kind=kind, value__among=list(values))
    return set(rows.values_list("value", flat=True))
