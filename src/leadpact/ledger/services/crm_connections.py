"""Connections with customer systems: made, changed, leased to whoever speaks with the system."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from leadpact.ledger.models import (
    CrmComparison,
    CrmConnection,
    CrmCursor,
    CrmDisagreement,
    CrmDue,
    CrmNudge,
    CrmOwner,
    CrmWrite,
    Person,
)
from leadpact.ledger.processes import is_gone
from leadpact.ledger.sealing import seal, unseal
from leadpact.ledger.services import audit, companies, crm_writes

#: Whoever speaks with a system and gives no sign for this long is gone.
LEASE = timedelta(minutes=5)
_KEEP_NUDGES = timedelta(days=2)


class ConnectionRefusal(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """A connection cannot be as asked; the message is a sentence for the user."""


@transaction.atomic
def connect(
    system: str,
    credentials: Mapping[str, str],
    mapping: str,
    *,
    account: str,
    own_mark: str,
    address: str,
    pages: str = "",
    actor: str,
    now: datetime,
) -> CrmConnection:
    """Connect, in shadow, or give a connection other credentials and another mapping.

    Another mapping lets everything be read anew; so it is when the connection was cut. Of another
    account nothing is taken. Raises ConnectionRefusal.
    """
    row = CrmConnection.ever.select_for_update().filter(system=system).first()
    if row and row.account and row.account != account:
        raise ConnectionRefusal(
            f"This installation has the records of account {row.account}, and those of account "
            f"{account} have the same numbers. Give it an installation of its own: another folder "
            "in LEADPACT_HOME, or another DATABASE_URL."
        )
    row = row or CrmConnection(system=system, connected_at=now)
    anew = row.mapping != mapping or row.cut_at is not None
    if row.cut_at is not None:
        row.shadow, row.connected_at, row.cut_at = True, now, None
    row.account, row.own_mark, row.address, row.pages = account, own_mark, address, pages
    row.credentials, row.mapping = seal(json.dumps(dict(credentials))), mapping
    row.refused, row.last_error, row.failing_since, row.rest_until = False, "", None, None
    row.save()
    if anew:
        CrmCursor.objects.filter(connection=row).delete()
    audit.record(actor, "connected", f"{system} {account}", now=now)
    return row


def credentials_of(row: CrmConnection) -> dict[str, str]:
    """What opens the account. Raises SealError."""
    return dict(json.loads(unseal(row.credentials)))


@transaction.atomic
def set_shadow(row: CrmConnection, on: bool, *, actor: str, now: datetime) -> None:
    """Only read from now on, or write too."""
    row.shadow = on
    row.save(update_fields=["shadow"])
    audit.record(actor, f"turned writing {'off' if on else 'on'}", row.system, now=now)


@transaction.atomic
def disconnect(row: CrmConnection, *, actor: str, now: datetime) -> None:
    """Forget the credentials, and neither read nor write any more.

    What was read and written is known still: connected anew, nothing of it is taken or made twice.
    """
    companies.held_by_nobody(None, row.system)
    for part in (CrmCursor, CrmOwner, CrmNudge, CrmDue, CrmComparison, CrmDisagreement):
        part._default_manager.filter(connection=row).delete()
    CrmConnection.objects.filter(pk=row.pk).update(
        credentials="", cut_at=now, pulled_at=None, pushed_at=None, sweep_at=None, refused=False,
        last_error="", failing_since=None, rest_until=None, leased_until=None, leased_by="",
    )  # fmt: skip
    audit.record(actor, "disconnected", row.system, now=now)


def lease(row: CrmConnection, by: str, *, now: datetime) -> bool:
    """Whether `by` has the connection to itself from now on.

    A lease that ran out is anybody's, and so is that of a process that has ended.
    """
    free = Q(leased_until=None) | Q(leased_until__lt=now) | Q(leased_by=by)
    holders = CrmConnection.objects.filter(pk=row.pk).values_list("leased_by", flat=True)
    free |= Q(leased_by__in=[holder for holder in holders if is_gone(holder)])
    taken = CrmConnection.objects.filter(free, pk=row.pk)
    return bool(taken.update(leased_until=now + LEASE, leased_by=by))


def still_has(row: CrmConnection, by: str, *, now: datetime) -> bool:
    """Whether `by` goes on having the connection to itself, which is as it was when it took it.

    Somebody else may have had it meanwhile, or it reads by another mapping, or is cut.
    """
    held = CrmConnection.objects.filter(pk=row.pk, leased_by=by, mapping=row.mapping)
    return bool(held.update(leased_until=now + LEASE))


def release(row: CrmConnection, by: str) -> None:
    """Somebody else may speak with the system now."""
    held = CrmConnection.objects.filter(pk=row.pk, leased_by=by)
    held.update(leased_until=None, leased_by="")


def note_calls(row: CrmConnection, calls: int, left: int | None, *, now: datetime) -> None:
    """So many calls were made, and as many are left of the day; None where nobody told."""
    today = now.date()
    told = {} if left is None else {"calls_left": left}
    of_today = CrmConnection.objects.filter(pk=row.pk, calls_day=today)
    if not of_today.update(calls=F("calls") + calls, **told):
        of_all = CrmConnection.objects.filter(pk=row.pk)
        of_all.update(calls=calls, calls_day=today, calls_left=left)


def failed(
    row: CrmConnection, error: str, *, refused: bool, again_at: datetime | None, now: datetime
) -> bool:
    """The system could not be asked; whether that is news. `refused`: until a person mends it."""
    kept = CrmConnection.objects.filter(pk=row.pk)
    news = bool(kept.filter(failing_since=None).update(failing_since=now))
    news = bool(refused and kept.filter(refused=False).update(refused=True)) or news
    kept.update(last_error=error, rest_until=again_at)
    return news


def note_clock(row: CrmConnection, ahead: timedelta) -> None:
    """The system's clock is so far ahead of this machine's."""
    CrmConnection.objects.filter(pk=row.pk).update(clock_ahead=round(ahead.total_seconds()))


def worked(
    row: CrmConnection, *, now: datetime, pulled: bool = False, pushed: bool = False
) -> None:
    """The system could be asked."""
    told: dict[str, object] = {
        "failing_since": None, "refused": False, "last_error": "", "rest_until": None
    }  # fmt: skip
    told |= {"pulled_at": now} if pulled else {}
    told |= {"pushed_at": now} if pushed else {}
    CrmConnection.objects.filter(pk=row.pk).update(**told)


def sweep_again(row: CrmConnection, at: datetime) -> None:
    """Deletions were looked for; they are again at this instant."""
    row.sweep_at = at
    row.save(update_fields=["sweep_at"])


def cursor(row: CrmConnection, of: str) -> CrmCursor:
    """How far an object was read."""
    found, _ = CrmCursor.objects.get_or_create(connection=row, object=of)
    return found


def keep(cursor: CrmCursor) -> None:
    """Note how far an object was read. Raises ConnectionRefusal where that counts no more."""
    there = CrmCursor.objects.filter(pk=cursor.pk)
    if not there.update(
        since=cursor.since, began_at=cursor.began_at, after=cursor.after,
        deleted_since=cursor.deleted_since,
    ):  # fmt: skip
        raise ConnectionRefusal("The connection was changed meanwhile; all is read anew.")


def note_owners(row: CrmConnection, owners: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Keep the owners of a system with our person for each; persons by the owner's number."""
    # Who leaves between two calls is told by both; the later counts.
    told = {owner["number"]: owner for owner in owners}
    rows = [CrmOwner(connection=row, **owner) for owner in told.values()]
    CrmOwner.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["connection", "number"],
        update_fields=["name", "email", "active", "person"],
    )
    return {owner.number: owner.person for owner in rows}


def who_left(row: CrmConnection, owners: Iterable[Mapping[str, object]]) -> tuple[set[str], bool]:
    """Persons who may hold nothing there any more, and whether somebody who left is back."""
    told = list(owners)
    here = {str(owner["person"]) for owner in told if owner["active"]}
    left = {str(owner["person"]) for owner in told if not owner["active"]} - here
    gone = CrmOwner.objects.filter(connection=row, active=False)
    return left, bool(here & set(gone.values_list("person", flat=True)))


def let_go(row: CrmConnection, persons: Iterable[str], *, now: datetime) -> bool:
    """These receive no more leads, since they left there; whether that is news."""
    active = list(Person.objects.filter(name__in=set(persons), active=True))
    for person in active:
        person.active = False
        person.save(update_fields=["active"])
        audit.record(row.system, "deactivated", f"person {person.name}", now=now)
    return bool(active)


def persons() -> list[tuple[str, str]]:
    """Everybody on the teams: name and email."""
    return list(Person.objects.order_by("position", "pk").values_list("name", "email"))


def nudged(row: CrmConnection, told: Iterable[tuple[str, str, str, bool]], *, now: datetime) -> int:
    """Records are to be read at once; how many of the messages were new.

    Each by object, number and key of the message, and whether it is a person to be forgotten.
    """
    rows = [
        CrmNudge(connection=row, object=of, number=number, key=key, forget=forget, received_at=now)
        for of, number, key, forget in told
    ]
    there = set(
        CrmNudge.objects.filter(connection=row, key__in=[each.key for each in rows]).values_list(
            "key", flat=True
        )
    )
    CrmNudge.objects.bulk_create(rows, ignore_conflicts=True)
    CrmNudge.objects.filter(done_at__lt=now - _KEEP_NUDGES).delete()
    return len({each.key for each in rows} - there)


def waiting_writes(row: CrmConnection) -> int:
    """How many fields are not yet as they should be."""
    return CrmWrite.objects.filter(record__connection=row, open=True).count()


def refused_writes(row: CrmConnection) -> int:
    """How many fields the system does not take as they should be."""
    refused = CrmWrite.objects.filter(record__connection=row, open=False).exclude(error="")
    return refused.count()


def answered_writes(row: CrmConnection) -> int:
    """How many of those that wait are changed back there each time."""
    waiting = CrmWrite.objects.filter(record__connection=row, open=True)
    return waiting.filter(undone__gte=crm_writes.ANSWERED).count()
