"""What lists of leads are found and narrowed by, noted on the leads when they are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadpact.ledger.models import Handoff, Lead
from leadpact.ledger.services import bulk

_TYPED = ("name", "email", "company")


def write(
    leads: Iterable[str],
    episodes: Mapping[str, Iterable[Mapping[str, Any]]],
    attributes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Note of each lead whether it ever went to sales, and what it is found by.

    What was handed over stays so on record, also where the passage of it was withdrawn.
    """
    keys = sorted(set(leads))
    on_record = Handoff.objects.filter(lead__key__among=keys)
    handed = set(on_record.values_list("lead_id", flat=True))
    handed |= {lead for lead in keys if any(e["handed_off_at"] for e in episodes.get(lead, ()))}
    known = Lead.objects.filter(key__among=keys).values_list("key", "handed_over", "found_by")
    there = {key: (handed_over, found_by) for key, handed_over, found_by in known}
    wanted = {key: (key in handed, found_by(key, attributes.get(key))) for key in keys}
    changed = [key for key in keys if key in there and there[key] != wanted[key]]
    values = zip(*(wanted[key] for key in changed), strict=True)
    bulk.update(Lead, changed, dict(zip(("handed_over", "found_by"), values, strict=False)))


def found_by(key: str, attributes: Mapping[str, Any] | None) -> str:
    """What somebody may type to find a lead, in small letters."""
    told = attributes or {}
    texts = [key, *(str(told[name]) for name in _TYPED if told.get(name))]
    return " ".join(texts).casefold()
