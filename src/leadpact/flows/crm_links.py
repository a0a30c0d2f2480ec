"""From our pages into the customer system: where people see the records of a lead there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadpact.flows.crm_reading import NAMES
from leadpact.ledger.models import CrmConnection
from leadpact.ledger.selectors import crm as reading
from leadpact.sources.crm.pages import record_url


@dataclass(frozen=True)
class Link:
    """A record of a lead: how people call the system, and the address of the record's page."""

    system: str
    url: str


def links_of(leads: Iterable[str]) -> dict[str, list[Link]]:
    """The records of leads that can be seen in a customer system, those of absorbed leads too.

    Leads without any are left out. A few queries, however many leads.
    """
    wanted, found = list(leads), dict[str, list[Link]]()
    for row in CrmConnection.objects.exclude(pages="").order_by("system"):
        for lead, records in reading.records_of(row, None, wanted).items():
            urls = [record_url(row.system, row.pages, r.object, r.number) for r in records]
            links = [Link(NAMES[row.system], url) for url in urls if url]
            if links:
                found.setdefault(lead, []).extend(links)
    return found
