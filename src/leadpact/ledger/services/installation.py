"""From when on the installation acts, and whether it only watches."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from leadpact.ledger.models import Event, Installation, Lead, User
from leadpact.ledger.services import audit
from leadpact.ledger.services.ingest import mark_changed


class InstallationError(Exception):
    """What was asked of the installation cannot be; the message is a sentence for the user."""


@transaction.atomic
def go_live(since: datetime, *, actor: str, now: datetime) -> Installation:
    """From `since` on the installation hands over, assigns and tells.

    What came before stays history. Raises InstallationError where it is live already.
    """
    row = _installation(now)
    if row.live_since == since:
        return row
    if row.live_since is not None and row.live_since <= now:
        raise InstallationError(
            f"It is live since {_told(row.live_since)} and has decided since; that stays. "
            "`leadpact shadow on` makes it only watch."
        )
    row.live_since = since
    row.save(update_fields=["live_since"])
    audit.record(actor, "went live", "installation", {"since": since.isoformat()}, now=now)
    mark_changed(Lead.objects.values_list("key", flat=True), now=now, bulk=True)
    return row


@transaction.atomic
def set_shadow(on: bool, *, actor: str, now: datetime) -> Installation:
    """Only watch from now on, or act again; what was held back is then released at a pace."""
    row = _installation(now)
    if row.shadow == on:
        return row
    row.shadow = on
    row.acts_again_since = row.acts_again_since if on else now
    row.save(update_fields=["shadow", "acts_again_since"])
    audit.record(actor, f"turned shadow mode {'on' if on else 'off'}", "installation", now=now)
    if not on:
        mark_changed(Lead.objects.values_list("key", flat=True), now=now, bulk=True)
    return row


@transaction.atomic
def open_to_all(*, now: datetime) -> Installation:
    """Make the ledger one of a made-up company, in which anybody on this machine is anybody.

    That is for good, and for an empty ledger alone. Raises InstallationError for any other.
    """
    if Event.objects.exists() or User.objects.exists():
        raise InstallationError("Only an empty ledger can become that of the demonstration.")
    row = _installation(now)
    row.made_up = True
    row.save(update_fields=["made_up"])
    audit.record("demo", "opened to all", "installation", now=now)
    return row


def current(*, now: datetime) -> Installation:
    """The installation as it is."""
    return Installation.objects.filter(pk=1).first() or Installation(created_at=now)


def _installation(now: datetime) -> Installation:
    row, _ = Installation.objects.get_or_create(pk=1, defaults={"created_at": now})
    return row


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
