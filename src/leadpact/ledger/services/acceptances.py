"""The heads accept a version of the agreement: this text and no other, for good."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from leadpact.ledger.models import Acceptance, AgreementVersion, AuditEntry, Role, User
from leadpact.ledger.selectors.acceptances import is_replaced
from leadpact.ledger.services import audit

#: Whoever is head of a side accepts for it; nobody does for the other.
SIDE_OF_HEAD: dict[str, str] = {Role.MARKETING_HEAD: "marketing", Role.SALES_HEAD: "sales"}
_ACCEPTED, _PUBLISHED = "accepted", "published"


class AcceptanceError(Exception):
    """A version cannot be accepted as asked; the message is a sentence for the user."""


@transaction.atomic
def accept(number: int, sha256: str, user: User, *, now: datetime) -> Acceptance:
    """Accept a version for the user's side; `sha256` is of the text that was read.

    Raises AcceptanceError. Accepting twice is accepting once.
    """
    side = SIDE_OF_HEAD.get(user.role)
    if side is None:
        raise AcceptanceError("Only the heads of marketing and sales accept, each for their side.")
    version = AgreementVersion.objects.filter(pk=number, sha256=sha256).first()
    if version is None:
        raise AcceptanceError("There is no such version any more; read the agreement again.")
    if there := Acceptance.objects.filter(version=version, side=side).first():
        return there
    if is_replaced(version, now):
        raise AcceptanceError("Another version is in force by now; accept that one.")
    made = Acceptance.objects.create(
        version=version,
        side=side,
        sha256=sha256,
        by=user.name or user.email,
        email=user.email,
        at=now,
    )
    audit.record(
        made.by,
        _ACCEPTED,
        _subject(sha256),
        {"sha256": sha256, "side": side, "email": user.email},
        now=now,
    )
    return made


def unsound() -> Iterator[str]:
    """In a sentence each: texts that are not what was published, and acceptances of another text.

    What the trail says is taken as true; `audit.verify` tells whether it is.
    """
    published = _in_trail(_PUBLISHED)
    for version in AgreementVersion.objects.order_by("pk"):
        digest = hashlib.sha256(version.text.encode("utf-8", "surrogatepass")).hexdigest()
        known = {each["sha256"] for each in published if "sha256" in each}
        if digest != version.sha256 or digest not in known:
            yield f"the text of “{version}” is not the one that was published"
    accepted = {(each["sha256"], each["side"], each["email"]) for each in _in_trail(_ACCEPTED)}
    for each in Acceptance.objects.select_related("version").order_by("pk"):
        told = (each.sha256, each.side, each.email)
        if each.sha256 != each.version.sha256 or told not in accepted:
            yield f"the trail does not say that {each.side} accepted “{each.version}”"


def _in_trail(action: str) -> list[dict[str, str]]:
    rows = AuditEntry.objects.filter(action=action, subject__startswith=_subject(""))
    return [json.loads(detail) for detail in rows.values_list("detail", flat=True)]


def _subject(sha256: str) -> str:
    return f"agreement {sha256[:12]}"
