"""Finding leads by what somebody typed."""

from __future__ import annotations

from django.db.models import QuerySet

from leadpact.engine.identity import email_key
from leadpact.ledger.models import Identity, Lead


def with_text(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Of these leads the one of a mailbox, else those with the text in key, name, email or company.

    A whole address is looked up. Anything else is looked for in one short text of each lead, which
    is there once a worker has looked at it.
    """
    if "@" in text and (key := email_key(text)):
        mailbox = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=key)
        found = leads.filter(key__in=mailbox.values("lead_id"))
        if found.exists():
            return found
    return leads.filter(found_by__contains=text.casefold())
