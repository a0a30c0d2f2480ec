"""What the heads concluded from a deal that was won or lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadpact.ledger.models import Deal, DealReview
from leadpact.ledger.services import audit

MOST_CHARACTERS = 4_000


class ReviewError(Exception):
    """A review cannot be as asked; the message is a sentence for the user."""


@transaction.atomic
def write(deal: str, text: str, *, actor: str, now: datetime) -> None:
    """Keep the review of a deal in place of the last one; an empty text takes it away.

    Raises ReviewError. The trail says who wrote one, not what: it may speak of people.
    """
    if not Deal.objects.filter(key=deal).exists():
        raise ReviewError(f"There is no deal {deal}.")
    said = text.strip().replace("\0", "")
    if len(said) > MOST_CHARACTERS:
        raise ReviewError(f"A review has {MOST_CHARACTERS:,} characters at the most.")
    if said:
        told = {"text": said, "by": actor, "at": now}
        DealReview.objects.update_or_create(deal=deal, defaults=told)
    else:
        DealReview.objects.filter(deal=deal).delete()
    audit.record(actor, "reviewed", f"deal {deal}", {"characters": len(said)}, now=now)
