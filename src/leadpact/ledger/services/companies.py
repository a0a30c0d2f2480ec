"""Which company a lead belongs to, as its attributes tell, and who holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadpact.engine.identity import employer_key
from leadpact.ledger.models import Company, Lead
from leadpact.ledger.services import bulk
from leadpact.ledger.texts import name


def note(attributes: Iterable[Mapping[str, Any]]) -> None:
    """Give leads the company that their `company_id`, domain, email or company's name tells."""
    told = {row["lead_id"]: (name(key), row) for row in attributes if (key := employer_key(row))}
    names = {key: str(row.get("company") or "") for key, row in told.values()}
    known = dict(Lead.objects.filter(key__among=sorted(told)).values_list("key", "company_id"))
    changed = {lead: key for lead, (key, _) in told.items() if known.get(lead) != key}
    fresh = sorted(set(changed.values()))
    if not fresh:
        return
    empty = [""] * len(fresh)
    columns = {
        "key": fresh,
        "name": [names[key] for key in fresh],
        "owner": empty,
        "told_by": empty,
    }
    bulk.insert_new(Company, columns, returning=["key"], expected_fresh=False)
    leads = sorted(changed)
    bulk.update(Lead, leads, {"company_id": [changed[lead] for lead in leads]})


def held(keys: Iterable[str], called: str, owner: str, by: str) -> None:
    """A customer system says what a company is called and who holds the account (empty: nobody)."""
    rows = [Company(key=name(key), name=called, owner=owner, told_by=by) for key in sorted(keys)]
    Company.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name", "owner", "told_by"] if called else ["owner", "told_by"],
    )


def held_by_nobody(keys: Iterable[str] | None, by: str) -> None:
    """A customer system says no more who holds these companies, or (None) any at all."""
    told = Company.objects.filter(told_by=by)
    told = told if keys is None else told.filter(key__in=[name(key) for key in keys])
    told.update(owner="", told_by="")
