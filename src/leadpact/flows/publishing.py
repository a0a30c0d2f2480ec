"""A version of the agreement comes into force: checked, compared with the one before, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadpact.agreement.diff import Change, diff
from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.problems import Problem
from leadpact.agreement.spec import Agreement
from leadpact.flows.checking import usable, warnings
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.agreements import Published as Version
from leadpact.ledger.services.agreements import effective_from
from leadpact.ledger.services.agreements import publish as put_into_force


@dataclass(frozen=True)
class Published:
    """What was published: `changes` against the version before, None where it is the first.

    `repeated` tells that the very same text was published before.
    """

    name: str
    effective_from: datetime
    changes: list[Change] | None
    warnings: list[Problem]
    repeated: bool


@dataclass(frozen=True)
class Proposed:
    """A text as it would come into force: what is worth a look, and what would change for whom.

    `past` is the first day of a next version where it is over: the days since are then counted
    anew.
    """

    loaded: Loaded
    warnings: list[Problem]
    changes: list[Change] | None
    past: date | None


def propose(text: str, file: str, now: datetime) -> Proposed:
    """Look at a text before it is published; `file` is what problems call it.

    Raises AgreementError for its errors.
    """
    loaded = load_text(text, file)
    found = warnings([loaded], now)
    assert loaded.agreement is not None, "a text without errors holds an agreement"
    before = agreements.in_force(now)
    changes = diff(_as_written(before), loaded.agreement) if before else None
    return Proposed(loaded, found, changes, _past(loaded, now))


def _past(loaded: Loaded, now: datetime) -> date | None:
    """The first day of a next version where it is over; None for the first, and for a repeat."""
    assert loaded.agreement is not None, "a text without errors holds an agreement"
    known = agreements.published()
    if not known or _is_one_of(known, loaded):
        return None
    zone = ZoneInfo(loaded.agreement.calendar.timezone)
    begins = effective_from(loaded.agreement, now).astimezone(zone).date()
    return begins if begins < now.astimezone(zone).date() else None


def _is_one_of(known: Sequence[Version], loaded: Loaded) -> bool:
    """Whether the very same text was published before."""
    return any(each.sha256 == loaded.sha256 for each in known)


def publish_text(text: str, file: str, *, actor: str, now: datetime) -> Published:
    """Publish a text. Raises AgreementError, PublishError."""
    loaded = load_text(text, file)
    return _published(loaded, warnings([loaded], now), actor=actor, now=now)


def publish(file: str, *, actor: str, now: datetime) -> Published:
    """Publish a file. Raises AgreementError for its errors, PublishError for what cannot be."""
    (loaded,), found = usable([file], now)
    return _published(loaded, found, actor=actor, now=now)


def _published(loaded: Loaded, found: list[Problem], *, actor: str, now: datetime) -> Published:
    assert loaded.agreement is not None, "a file without errors holds an agreement"
    known = agreements.published()
    repeated = _is_one_of(known, loaded)
    row = put_into_force(loaded, actor=actor, now=now)
    before = [
        each
        for each in known
        if each.effective_from <= row.effective_from and each.sha256 != loaded.sha256
    ]
    changes = diff(_as_written(before[-1]), loaded.agreement) if before else None
    return Published(row.name, row.effective_from, changes, found, repeated)


def changes_of(number: int) -> list[Change] | None:
    """What a published version says otherwise than the one before it; None for the first.

    Raises LookupError where there is no such version.
    """
    known = agreements.published()
    places = {each.id: place for place, each in enumerate(known)}
    place = places[number]
    if place == 0:
        return None
    before, version = known[place - 1], known[place]
    return list(_changes((before.id, before.sha256), (version.id, version.sha256)))


# Versions never change, and reading a text with its lines takes long.
@lru_cache(maxsize=32)
def _changes(before: tuple[int, str], version: tuple[int, str]) -> tuple[Change, ...]:
    known = {(each.id, each.sha256): each for each in agreements.published()}
    return tuple(diff(_as_written(known[before]), _as_written(known[version])))


def _as_written(version: Version) -> Agreement:
    """A version as people wrote it: what publishing pinned is no change of theirs."""
    return (
        load_text(agreements.text_of(version.id), "agreement.yaml").agreement or version.agreement
    )
