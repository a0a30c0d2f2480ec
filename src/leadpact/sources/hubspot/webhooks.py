"""What HubSpot sends by itself: who signed it, and which records it is about.

See “Validating requests” and “Webhooks” in HubSpot's documentation for developers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

#: What is older was perhaps overheard, and is sent once more.
_FRESH = timedelta(minutes=5)
_OBJECTS = {
    "contact": "contacts", "company": "companies", "deal": "deals", "0-1": "contacts",
    "0-2": "companies", "0-3": "deals", "0-27": "tasks", "0-46": "notes", "0-47": "meetings",
    "0-48": "calls", "0-49": "emails",
}  # fmt: skip
_NUMBERS = ("objectId", "primaryObjectId", "newObjectId", "fromObjectId")


@dataclass(frozen=True)
class Nudge:
    """A record that changed; `key` is the same when the message comes twice.

    `forget`: a person was deleted for the sake of their privacy, for good.
    """

    of: str
    number: str
    key: str
    forget: bool = False


def is_signed(
    secret: str, *, method: str, uri: str, body: str, at: str, signature: str, now: datetime
) -> bool:
    """Whether the app's secret signed this request (version 3) within the last five minutes."""
    from hubspot.utils.signature import Signature

    if not at.isascii() or not at.isdigit() or len(at) > 15:
        return False
    sent = datetime.fromtimestamp(int(at) / 1000, UTC)
    if abs(now - sent) > _FRESH:
        return False
    wanted = Signature.get_signature(secret, body, "v3", uri, method, at)
    return hmac.compare_digest(wanted.encode(), signature.encode())


def nudges_of(body: str, account: str) -> list[Nudge]:
    """The records that a message is about, of this account alone. Raises ValueError."""
    told = json.loads(body)
    if not isinstance(told, list):
        raise ValueError("no list of events")
    return [
        nudge
        for event in told
        if isinstance(event, dict) and str(event.get("portalId")) == account
        for nudge in _nudges(event)
    ]


def _nudges(event: dict[str, Any]) -> Iterator[Nudge]:
    kind, _, what = str(event.get("subscriptionType") or "").partition(".")
    of = _OBJECTS.get(str(event.get("objectTypeId") or kind)) or _OBJECTS.get(kind)
    if of is None:
        return
    whole = {name: event[name] for name in sorted(event) if name != "attemptNumber"}
    mark = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]
    for number in dict.fromkeys(str(event[name]) for name in _NUMBERS if event.get(name)):
        yield Nudge(of, number, f"{mark} {number}", what == "privacyDeletion")
