"""Telling the heads of both sides that a connection needs somebody."""

from __future__ import annotations

import json
from datetime import datetime

from leadpact.flows.crm_reading import NAMES
from leadpact.flows.telling import CONNECTION
from leadpact.ledger.models import CrmConnection, Notice
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import notices


def tell_heads(row: CrmConnection, why: str, *, now: datetime) -> None:
    """Put one notice for each head into the outbox; nothing is lost meanwhile."""
    version = agreements.in_force(now)
    parties = version.agreement.parties if version else None
    heads = {party.head.name for party in (parties.marketing, parties.sales)} if parties else set()
    payload = json.dumps({"system": NAMES[row.system], "why": why}, ensure_ascii=False)
    notices.put(
        [
            Notice(
                key=f"{CONNECTION} {row.system} {now.isoformat()} {head}", kind=CONNECTION,
                receiver=head, payload=payload, created_at=now, send_at=now,
            )
            for head in sorted(heads)
        ]
    )  # fmt: skip
