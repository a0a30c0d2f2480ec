"""Decisions and actions of meetings are kept; an action is done, and may be taken up again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from leadpact.ledger.models import Outcome
from leadpact.ledger.services import audit

MOST_CHARACTERS = 2_000
_LONGEST_NAME = 120


class OutcomeError(Exception):
    """An outcome cannot be as asked; the message is a sentence for the user."""


@transaction.atomic
def keep(
    meeting: str,
    held_on: date,
    kind: str,
    text: str,
    *,
    actor: str,
    now: datetime,
    owner: str = "",
    due: date | None = None,
) -> Outcome:
    """Keep what a meeting settled. Raises OutcomeError.

    The trail says that something was kept, not what: it may speak of people.
    """
    name, said, whose = _printable(meeting), _printable(text), _printable(owner)
    if kind not in Outcome.Kind.values:
        raise OutcomeError("It is neither a decision nor an action.")
    if not said or len(said) > MOST_CHARACTERS:
        raise OutcomeError(f"Say it in 1 to {MOST_CHARACTERS:,} characters.")
    if not name:
        raise OutcomeError("Say of which meeting.")
    if max(len(name), len(whose)) > _LONGEST_NAME:
        raise OutcomeError(f"A name has {_LONGEST_NAME} characters at the most.")
    action = kind == Outcome.Kind.ACTION
    if action and not whose:
        raise OutcomeError("An action needs somebody who does it.")
    if action and due and due < held_on:
        raise OutcomeError("The day until when lies before the meeting.")
    made = Outcome.objects.create(
        kind=kind,
        meeting=name,
        held_on=held_on,
        text=said,
        owner=whose if action else "",
        due=due if action else None,
        by=actor,
        at=now,
    )
    audit.record(actor, "kept", f"outcome {made.pk}", {"kind": kind, "meeting": name}, now=now)
    return made


@transaction.atomic
def settle(number: int, done: bool, *, actor: str, now: datetime) -> Outcome:
    """Say that an action is done, or that it is not after all. Raises OutcomeError."""
    row = Outcome.objects.filter(pk=number, kind=Outcome.Kind.ACTION).first()
    if row is None:
        raise OutcomeError("There is no such action.")
    if (row.done_at is not None) != done:
        row.done_at, row.done_by = (now, actor) if done else (None, "")
        row.save(update_fields=["done_at", "done_by"])
        said = "did" if done else "took up again"
        audit.record(actor, said, f"outcome {row.pk}", now=now)
    return row


def _printable(text: str) -> str:
    return text.strip().replace("\0", "")
