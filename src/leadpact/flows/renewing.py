"""The heads are told of the agreement itself: that it ends, and that a version waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from leadpact.agreement.organisation import Parties
from leadpact.agreement.renewal import reminder_due
from leadpact.flows.deciding import may_decide
from leadpact.flows.quiet import QuietHours
from leadpact.flows.telling import AGREEMENT, payload_of
from leadpact.ledger.models import Notice
from leadpact.ledger.selectors import acceptances, agreements
from leadpact.ledger.selectors.agreements import Published
from leadpact.ledger.services import installation, notices

ENDS, WAITS = "ends", "waits"


def plan_reminders(now: datetime) -> int:
    """Put into the outbox what the heads were not told yet, each once; how many reminders stand.

    An agreement that names no heads reminds nobody, nor does an installation that only watches.
    """
    installed, version = installation.current(now=now), agreements.in_force(now)
    parties = version.agreement.parties if version else None
    if version is None or parties is None or not (installed.live_since and may_decide(installed)):
        return 0
    quiet = QuietHours.of(version.agreement)
    ending = list(_ending(version, quiet.organisation.local_date(now)))
    told = [
        Notice(
            key=f"{AGREEMENT} {what} {head}", kind=AGREEMENT, receiver=head,
            payload=payload_of(about), created_at=now, send_at=quiet.next_moment(head, now),
        )
        for side, head in _heads(parties).items()
        for what, about in (*ending, *_waiting(side, now))
    ]  # fmt: skip
    notices.put(told)
    return len(told)


def _heads(parties: Parties) -> dict[str, str]:
    return {"marketing": parties.marketing.head.name, "sales": parties.sales.head.name}


def _ending(version: Published, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its end, unless another version is to follow; each reminder is an occasion of its own."""
    term = version.agreement.term
    due = reminder_due(term, today) if term else None
    if term and term.until and due and not agreements.is_followed(version):
        about = {"what": ENDS, "name": version.agreement.name, "until": term.until.isoformat(),
                 "over": due > term.until}  # fmt: skip
        yield f"{ENDS} {version.sha256[:12]} {due}", about


def _waiting(side: str, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Versions that the side has not accepted: when they are published, and once they count."""
    for each in acceptances.waiting_for(side, now):
        counts = each.effective_from <= now
        about = {"what": WAITS, "name": each.name, "from": each.effective_from.isoformat(),
                 "counts": counts, "version": each.pk}  # fmt: skip
        yield f"{WAITS} {each.sha256[:12]} {'counts' if counts else 'coming'}", about
