"""Finding leads by what somebody typed."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from leadpact.engine.identity import email_key
from leadpact.ledger.models import Identity, Lead


def with_text(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Of these leads the one of a mailbox, else those whose key or attributes hold the text.

    A whole address is looked up; anything else looks at every lead there is among these.
    """
    if "@" in text and (key := email_key(text)):
        mailbox = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=key)
        found = leads.filter(key__in=mailbox.values("lead_id"))
        if found.exists():
            return found
    return leads.filter(Q(key__icontains=text) | Q(state__attributes__icontains=text))
