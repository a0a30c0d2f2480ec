"""What may be one lead is proposed, and people decide: merged, or never proposed again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leadpact.engine.likeness import Alike
from leadpact.ledger.models import Lead, Measurement, Proposal
from leadpact.ledger.selectors.proposals import proposals_for
from leadpact.ledger.services import actions, audit
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.permits import Act

_AT_ONCE = 500


@transaction.atomic
def note(found: Sequence[Alike], *, now: datetime) -> int:
    """Replace the open proposals by what was found; how many are new.

    A pair that somebody decided on stays decided, in whichever order it is found.
    """
    keys = {key for each in found for key in (each.first, each.second)}
    there = set(Lead.objects.filter(key__in=keys, merged_into=None).values_list("key", flat=True))
    wanted = {(e.first, e.second): e for e in found if {e.first, e.second} <= there}
    known = {(row.first_id, row.second_id): row for row in Proposal.objects.all()}
    fresh, changed = [], []
    for pair, each in wanted.items():
        row = known.pop(pair, None) or known.pop(pair[::-1], None)
        if row is None:
            fresh.append(
                Proposal(first_id=each.first, second_id=each.second, weight=each.weight,
                         because=each.because, found_at=now)
            )  # fmt: skip
        elif row.state == Proposal.State.OPEN and row.weight != each.weight:
            row.weight, row.because = each.weight, each.because
            changed.append(row)
    gone = [row.pk for row in known.values() if row.state == Proposal.State.OPEN]
    for begin in range(0, len(gone), _AT_ONCE):
        Proposal.objects.filter(pk__in=gone[begin : begin + _AT_ONCE]).delete()
    Proposal.objects.bulk_update(changed, ["weight", "because"], batch_size=_AT_ONCE)
    Proposal.objects.bulk_create(fresh, batch_size=_AT_ONCE)
    Measurement.objects.update_or_create(pk=1, defaults={"proposed_at": now})
    return len(fresh)


@transaction.atomic
def accept(doing: Doing, number: int) -> Proposal:
    """The two leads are one: the later is merged into the earlier. Raises Refused."""
    row = _open(doing, number)
    actions.merge(doing, row.first_id, row.second_id)
    return _decided(doing, row, Proposal.State.ACCEPTED)


@transaction.atomic
def refuse(doing: Doing, number: int) -> Proposal:
    """The two leads are two people, and are not proposed again. Raises Refused."""
    row = _open(doing, number)
    told = {"first": row.first_id, "second": row.second_id}
    audit.record(doing.caller.name, "refused", f"lead {row.first_id}", told, now=doing.now)
    return _decided(doing, row, Proposal.State.REFUSED)


def _open(doing: Doing, number: int) -> Proposal:
    if not doing.caller.may(Act.CLEAN):
        who = doing.caller.role or "this key"
        raise Refused(f"As {who} you may not {Act.CLEAN.value}.", "not allowed")
    row = proposals_for(doing.caller).select_for_update(of=("self",)).filter(pk=number).first()
    if row is None:
        raise Refused(f"There is no proposal {number}.", "not found")
    if row.state != Proposal.State.OPEN:
        raise Refused(f"Proposal {number} was {row.state} by {row.decided_by}.", "decided")
    return row


def _decided(doing: Doing, row: Proposal, state: Proposal.State) -> Proposal:
    row.state, row.decided_at, row.decided_by = state, doing.now, doing.caller.name
    row.save(update_fields=["state", "decided_at", "decided_by"])
    return row
