"""What of the outbox may be told now, and how telling went."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from leadpact.ledger.models import Notice, Webhook

#: What the receiver of a webhook's notices is called: this and its number.
WEBHOOK = "webhook "


def due(now: datetime) -> QuerySet[Notice]:
    """Notices whose time has come and that nobody is telling."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Notice.objects.filter(free, state=Notice.State.WAITING, send_at__lte=now)


@dataclass(frozen=True)
class WebhookCalls:
    """A webhook, what it is told of, and what became of its notices."""

    number: int
    url: str
    kinds: Sequence[str]
    sent: int
    waiting: int
    dead: int
    last_error: str


def webhooks_with_calls() -> list[WebhookCalls]:
    """Every webhook in the order in which they were added."""
    rows = Notice.objects.filter(receiver__startswith=WEBHOOK)
    states: dict[str, Counter[str]] = {}
    for receiver, state, count in rows.values_list("receiver", "state").annotate(Count("id")):
        states.setdefault(receiver, Counter())[state] = count
    mistakes = dict(
        rows.exclude(last_error="").order_by("id").values_list("receiver", "last_error")
    )
    found = []
    for hook in Webhook.objects.order_by("id"):
        name = f"{WEBHOOK}{hook.pk}"
        of = states.get(name, Counter())
        state = Notice.State
        found.append(
            WebhookCalls(
                hook.pk,
                hook.url,
                json.loads(hook.kinds),
                of[state.SENT],
                of[state.WAITING],
                of[state.DEAD],
                mistakes.get(name, ""),
            )
        )
    return found
