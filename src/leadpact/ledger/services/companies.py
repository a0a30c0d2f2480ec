"""Which company a lead belongs to, as its attributes tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadpact.engine.identity import employer_key
from leadpact.ledger.models import Company, Lead
from leadpact.ledger.texts import name


def note(attributes: Iterable[Mapping[str, Any]]) -> None:
    """Give leads the company that their `company_id`, domain, email or company's name tells."""
    told = {row["lead_id"]: (name(key), row) for row in attributes if (key := employer_key(row))}
    names = {key: str(row.get("company") or "") for key, row in told.values()}
    Company.objects.bulk_create(
        [Company(key=key, name=called) for key, called in sorted(names.items())],
        ignore_conflicts=True,
    )
    known = dict(Lead.objects.filter(key__among=sorted(told)).values_list("key", "company_id"))
    changed = [
        Lead(key=lead, company_id=key) for lead, (key, _) in told.items() if known.get(lead) != key
    ]
    Lead.objects.bulk_update(changed, ["company"])
