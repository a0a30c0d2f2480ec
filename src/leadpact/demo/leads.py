"""Leads of the demo company, and the diary in which everything about them is noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

Properties = dict[str, str | float | int | bool]

#: The system that records a kind; every other kind is recorded by the CRM.
_SYSTEMS = {
    "page_viewed": "website",
    "pricing_viewed": "website",
    "content_downloaded": "website",
    "form_submitted": "website",
    "email_sent": "mail",
    "email_opened": "mail",
    "email_clicked": "mail",
    "email_unsubscribed": "mail",
    "email_bounced": "mail",
    "webinar_registered": "webinars",
    "webinar_attended": "webinars",
    "trial_started": "app",
    "product_used": "app",
}


class Nature(StrEnum):
    """What a lead truly is."""

    PERSON = "person"
    BOT = "bot"
    DUPLICATE = "duplicate"
    COMPETITOR = "competitor"
    EMPLOYEE = "employee"
    DISPOSABLE = "disposable"
    TEST = "test"
    SECOND_ADDRESS = "second address"


class Interest(StrEnum):
    """How much a lead truly wants to buy."""

    IN_MARKET = "in market"
    CURIOUS = "curious"
    IDLE = "idle"


@dataclass(slots=True)
class Row:
    """One row of the log."""

    event_id: str
    source: str
    lead_id: str
    happened_at: datetime
    recorded_at: datetime
    kind: str
    actor: str | None
    batch: str | None
    properties: Properties


def seconds(amount: float) -> timedelta:
    """A time span in whole seconds."""
    return timedelta(seconds=round(amount))


def days(amount: float) -> timedelta:
    """A time span given in days, in whole seconds."""
    return seconds(amount * 86_400)


@dataclass(eq=False)
class Lead:
    """A lead with the truth about it and the rows that the systems noted.

    `attributes` are the true ones; the log may know fewer. `ready` is the true quality of the lead
    as a sales-ready one, from 0 to 1.
    """

    lead_id: str
    created_at: datetime
    attributes: Properties
    interest: Interest
    nature: Nature = Nature.PERSON
    ready: float = 0.0
    scanned: bool = False
    private_mail: bool = False
    duplicate_of: str | None = None
    merged_into: str | None = None
    rows: list[Row] = field(default_factory=list)

    def note(
        self,
        kind: str,
        at: datetime,
        about: Properties | None = None,
        *,
        actor: str | None = None,
        recorded_at: datetime | None = None,
        batch: str | None = None,
        **properties: str | float | int | bool,
    ) -> None:
        """Note that something happened at an instant in UTC, by default recorded at once.

        What is told `about` it and the further keywords are the row's properties.
        """
        system = _SYSTEMS.get(kind, "crm")
        self.rows.append(
            Row(
                f"{self.lead_id}-{len(self.rows) + 1:03d}",
                system,
                self.lead_id,
                at,
                recorded_at or at,
                kind,
                actor,
                batch,
                {**(about or {}), **properties},
            )
        )

    @property
    def number(self) -> int:
        """The lead's place in the order of arrival, from 1."""
        return int(self.lead_id[1:])

    def text(self, attribute: str) -> str:
        """A true attribute as text; empty where the lead has none."""
        return str(self.attributes.get(attribute, ""))
