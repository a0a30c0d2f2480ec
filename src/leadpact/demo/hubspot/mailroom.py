"""What the stand-in knows beside its records: forms that were sent, and marketing emails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: Who sends marketing emails in an account.
_APP = 113


@dataclass
class Mailroom:
    """Forms and mailings by number, with what people did, each list in order of time."""

    forms: dict[str, str] = field(default_factory=dict)
    mailings: dict[str, tuple[str, str]] = field(default_factory=dict)
    submissions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def submit(
        self, form: str, email: str, page: str, *, at: datetime, fields: Mapping[str, str] = {}
    ) -> None:
        """Somebody sent a form."""
        sent = self.submissions.setdefault(form, [])
        values = [{"name": n, "value": v} for n, v in {"email": email, **fields}.items()]
        sent.append({"conversionId": f"{form}-{len(sent) + 1}", "submittedAt": _milliseconds(at),
                     "values": values, "pageUrl": page})  # fmt: skip

    def happen(self, type_: str, email: str, mailing: str, *, at: datetime, url: str = "") -> None:
        """A marketing email was sent to somebody, opened, clicked …"""
        told: dict[str, Any] = {
            "id": f"event-{len(self.events) + 1}", "created": _milliseconds(at), "type": type_,
            "recipient": email, "emailCampaignId": int(mailing), "appId": _APP,
        }  # fmt: skip
        self.events.append(told | ({"url": url} if url else {}))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
