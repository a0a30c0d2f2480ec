"""The one list of endpoints: an address that is read and written is one address."""

from __future__ import annotations

from typing import Any

from ninja import Router

from leadpact.api.problems import Problem

router = Router()
_ERRORS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


def answers(kind: Any, *others: int) -> dict[int, Any]:
    """The answers of an endpoint: the good one, and every problem it may tell."""
    return {200: kind, **_ERRORS, **dict.fromkeys(others, Problem)}
