"""People whom a customer system was told to forget are erased here as well.

That is another thing than a deletion: what happened stays in every figure, without a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadpact.flows.crm_reading import NAMES
from leadpact.flows.erasing import erase
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import CrmConnection, LeadState
from leadpact.ledger.services import crm_records
from leadpact.sources.crm.facts import key_of


def forget(row: CrmConnection, of: str, numbers: Iterable[str], *, now: datetime) -> int:
    """Erase the people of these records, and follow them up no more; how many were known."""
    forgotten = 0
    for number, record in crm_records.known(row, of, numbers).items():
        lead = crm_records.living([record.lead_id] if record.lead_id else []).get(
            str(record.lead_id)
        )
        if lead is None:
            continue
        key = key_of(row.system, of, number)
        # What was taken for a deletion first was none.
        crm_records.person_restored(record, key=key, at=now, now=now)
        over = LeadState.objects.filter(lead=lead).exclude(status__in=("open", "excluded"))
        if not over.exists():
            why = {"reason": f"forgotten in {NAMES[row.system]}"}
            ended = Fact(row.system, f"{key}/forgotten", "lead.disqualified", now,
                         Known(id=lead), why)  # fmt: skip
            crm_records.tell([ended], now=now)
        erase(lead, actor=row.system, now=now, even_if_moved=True)
        forgotten += 1
    return forgotten
