"""The versions of the agreement as the engine takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from leadpact.agreement.spec import Agreement
from leadpact.ledger.models import AgreementVersion


@dataclass(frozen=True)
class Published:
    """A version in the ledger with its document."""

    id: int
    sha256: str
    effective_from: datetime
    agreement: Agreement


def published() -> list[Published]:
    """Every version, in the order in which they come into force."""
    rows = AgreementVersion.objects.order_by("effective_from", "id").values_list("id", "sha256")
    return [_published(*each) for each in rows]


def is_followed(version: Published) -> bool:
    """Whether another version is to come into force after this one."""
    later = AgreementVersion.objects.filter(effective_from__gt=version.effective_from)
    return later.exists()


@lru_cache(maxsize=64)
def _published(version: int, sha256: str) -> Published:
    # A version never changes, so that it is read once a process; a database that was put back may
    # give its number to another, with another hash.
    row = AgreementVersion.objects.get(pk=version, sha256=sha256)
    agreement = Agreement.model_validate_json(row.resolved)
    return Published(row.pk, row.sha256, row.effective_from, agreement)


def text_of(version: int) -> str:
    """A version as it was written."""
    return AgreementVersion.objects.values_list("text", flat=True).get(pk=version)


def documents() -> list[Agreement]:
    """The documents of all versions, in the order in which they come into force."""
    return [each.agreement for each in published()]


def in_force(at: datetime) -> Published | None:
    """The version in force at an instant; before all of them the first; None without any."""
    versions = published()
    begun = [each for each in versions if each.effective_from <= at]
    known = begun or versions[:1]
    return known[-1] if known else None
