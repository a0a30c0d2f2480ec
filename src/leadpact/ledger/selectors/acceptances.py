"""Versions of the agreement with who accepted them, and what still waits for a side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadpact.ledger.models import Acceptance, AgreementVersion

SIDES = ("marketing", "sales")


@dataclass(frozen=True)
class Standing:
    """A version, how it stands (`coming`, `in force` or `replaced`), and each side's acceptance."""

    version: AgreementVersion
    state: str
    accepted: dict[str, Acceptance | None]


def history(now: datetime) -> list[Standing]:
    """Every version, the latest first: two queries."""
    rows = AgreementVersion.objects.defer("text", "resolved").prefetch_related("acceptances")
    ordered = list(rows.order_by("-effective_from", "-id"))
    begun = [row for row in ordered if row.effective_from <= now]
    # Before all of them the first one counts, as for the engine.
    present = begun[0] if begun else ordered[-1] if ordered else None
    return [_standing(row, present) for row in ordered]


def _standing(row: AgreementVersion, present: AgreementVersion | None) -> Standing:
    assert present is not None, "there is a version, so that one of them counts"
    coming = row.effective_from > present.effective_from
    state = "in force" if row == present else "coming" if coming else "replaced"
    found = {each.side: each for each in row.acceptances.all()}
    return Standing(row, state, {side: found.get(side) for side in SIDES})


def is_replaced(version: AgreementVersion, now: datetime) -> bool:
    """Whether a later version is in force."""
    later = AgreementVersion.objects.filter(
        effective_from__gt=version.effective_from, effective_from__lte=now
    )
    return later.exists()


def waiting_for(side: str, now: datetime) -> list[AgreementVersion]:
    """Versions in force or coming that a side has not accepted, the earliest first."""
    found = history(now)
    return [
        each.version
        for each in reversed(found)
        if each.state != "replaced" and each.accepted[side] is None
    ]
