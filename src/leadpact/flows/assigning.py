"""Leads that were handed over get a holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.ledger.facts import Decided
from leadpact.ledger.models import Installation


def assign(
    result: Result,
    history: History,
    versions: Sequence[Agreement],
    installation: Installation,
    now: datetime,
) -> list[Decided]:
    """Assignments that are due; a lead that nobody can take now waits in the queue."""
    return []
