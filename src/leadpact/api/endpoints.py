"""The one list of endpoints: an address that is read and written is one address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Router
from pydantic import AfterValidator, AwareDatetime

from leadpact.api.problems import Problem
from leadpact.ledger.instants import in_range

router = Router()
_ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


def _in_utc(given: datetime) -> datetime:
    return in_range(in_range(given).astimezone(UTC))


#: An instant with its zone, at which something can happen; databases do not know every offset.
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def answers(kind: Any, *others: int) -> dict[int, Any]:
    """The answers of an endpoint: the good one, and every problem it may tell."""
    return {200: kind, **_ERRORS, **dict.fromkeys(others, Problem)}
