"""Messages of customer systems are judged and noted; the worker reads what they are about."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadpact.ledger.home import own_address
from leadpact.ledger.models import CrmConnection
from leadpact.ledger.sealing import SealError
from leadpact.ledger.services import crm_connections


class Unsigned(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """A message that the connected app did not sign, or that is too old."""


def take_hubspot(
    *, path: str, seen_as: str, body: bytes, at: str, signature: str, now: datetime
) -> bool:
    """Note what a message is about; False where no app is connected that could have sent it.

    `seen_as` is the address as this process sees it; behind a proxy LEADPACT_URL names the one that
    was called. Raises Unsigned, or ValueError for a message that makes no sense.
    """
    row = CrmConnection.objects.filter(system="hubspot").first()
    secret = _secret(row) if row else ""
    if row is None or not secret:
        return False
    from leadpact.sources.hubspot.webhooks import is_signed, nudges_of

    text = body.decode()
    public = own_address()
    if not is_signed(
        secret, method="POST", uri=public + path if public else seen_as, body=text, at=at,
        signature=signature, now=now + timedelta(seconds=row.clock_ahead),
    ):  # fmt: skip
        raise Unsigned
    told = [
        (nudge.of, nudge.number, nudge.key, nudge.forget) for nudge in nudges_of(text, row.account)
    ]
    crm_connections.nudged(row, told, now=now)
    return True


def _secret(row: CrmConnection) -> str:
    """The secret of the app that may send messages; empty where none was given."""
    try:
        return crm_connections.credentials_of(row).get("client_secret", "")
    except SealError:
        return ""
