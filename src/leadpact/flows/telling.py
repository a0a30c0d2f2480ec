"""Who must be told what: notices are put into the outbox, each occasion once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.engine.warnings import Warned
from leadpact.ledger.models import Installation


def plan(
    result: Result,
    history: History,
    warned: Sequence[Warned],
    installation: Installation,
    now: datetime,
) -> None:
    """Put into the outbox what is due and was not told yet."""
