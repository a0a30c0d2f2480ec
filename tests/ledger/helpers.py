"""Short ways to put facts into the ledger and to let the live flow look at them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from leadpact.agreement.loading import load_text
from leadpact.flows.live import turn
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import AgreementVersion, Change, Installation
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def put_into_force(document: dict[str, Any], now: datetime = MONDAY) -> AgreementVersion:
    """Publish an agreement from its values."""
    loaded = load_text(json.dumps(document, default=str), "agreement.yaml")
    assert loaded.agreement is not None, [str(p) for p in loaded.problems]
    return publish(loaded, actor="test", now=now)


def go_live(since: datetime) -> None:
    """From now on the installation acts."""
    Installation.objects.filter(pk=1).update(live_since=since)


def fact(kind: str, at: datetime, lead: str | None = "Ada", **properties: Any) -> Fact:
    """A fact about a lead that is known by its id."""
    known = Known(id=lead) if lead else None
    name = f"{kind} {at:%d %H:%M:%S.%f} {lead} {sorted(properties.items())}"
    return Fact("test", name, kind, at, known, properties)


def tell(*facts: Fact, now: datetime | None = None) -> None:
    """Put facts into the log, by default when the last of them happened."""
    ingest(facts, now=now or max(each.happened_at for each in facts))


def settle(now: datetime, limit: int = 50) -> list[Any]:
    """Let the live flow turn until nothing is left to do; the facts it decided."""
    decided: list[Any] = []
    for _ in range(200):
        done = turn(lambda: now, limit)
        decided += done.decided
        if not done.looked:
            return decided
    raise AssertionError(f"the live flow does not come to rest: {Change.objects.count()} changes")


@contextmanager
def undone() -> Iterator[None]:
    """Everything written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hours(n: float) -> timedelta:
    """A length of time."""
    return timedelta(hours=n)


def documents_in_order(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Versions as they come into force; one without a term comes first."""
    return sorted(documents, key=lambda d: str(d.get("term", {}).get("from", "")))
