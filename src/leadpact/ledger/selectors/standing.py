"""Everything that is known of where leads stand, in a form that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from leadpact.ledger.models import (
    Clock,
    ClockShare,
    Deal,
    DealRole,
    Episode,
    Exclusion,
    Lead,
    LeadState,
    NurtureEntry,
    StageEntry,
)

#: Columns about the moment of the last look: points age and clocks run on without anybody looking.
_PASSING: dict[type[Model], set[str]] = {
    LeadState: {
        *("score", "fit", "engagement", "tier", "quality", "profile", "profile_fit"),
        *("evaluated_at", "next_at", "digest"),
    },
    StageEntry: {"id"},
    Episode: {"id"},
    Clock: {"id", "working_seconds", "late_seconds"},
    ClockShare: {"id", "to_at", "working_seconds"},
    Exclusion: {"id"},
    NurtureEntry: {"id"},
}

Row = tuple[str, tuple[tuple[str, Any], ...]]


def standing_of(leads: Iterable[str]) -> dict[str, set[Row]]:
    """By lead, every row of every table of state that says where it stands, but for the moment."""
    keys = list(leads)
    found: dict[str, set[Row]] = {key: set() for key in keys}
    for model, passing in _PASSING.items():
        for row in model._default_manager.filter(lead_id__in=keys).values():
            found[row["lead_id"]].add((model.__name__, _plain(row, passing)))
    for own in Lead.objects.filter(key__in=keys).values("key", "merged_into_id", "company_id"):
        found[own["key"]].add(("Lead", _plain(own, set())))
    roles: dict[str, list[str]] = {}
    for deal, lead in DealRole.objects.filter(lead_id__in=keys).values_list("deal_id", "lead_id"):
        roles.setdefault(deal, []).append(lead)
    for told in Deal.objects.filter(key__in=list(roles)).values():
        for lead in roles[told["key"]]:
            found[lead].add(("Deal", _plain(told, {"company_id"})))
    return found


def _plain(row: Mapping[str, Any], passing: set[str]) -> tuple[tuple[str, Any], ...]:
    told = ((k, round(v, 6) if isinstance(v, float) else v) for k, v in row.items())
    return tuple(sorted((k, v) for k, v in told if k not in passing))
