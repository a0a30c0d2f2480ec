"""Nurture: the entries into programs, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import Evaluation, examine
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.engine.tables import result_of


@dataclass(frozen=True)
class Entry:
    """A lead's time in a program: since when, how many touches are done, which comes when.

    `next_step` and `next_touch_at` are None after the last touch and for a lead that left; a touch
    that was not reported by its time stays the next one.
    """

    lead_id: str
    episode: int
    program: str
    owner: str
    entered_at: datetime
    step: int
    next_step: str | None
    next_channel: str | None
    next_touch_at: datetime | None
    left_at: datetime | None
    exit: str | None


@dataclass(frozen=True)
class Found:
    """An evaluation, its result, and the entries into programs one by one."""

    evaluation: Evaluation
    result: Result
    entries: Sequence[Entry]


def evaluate_with_programs(
    versions: Sequence[Agreement], history: History, *, as_of: datetime
) -> Found:
    """As `examine`, with the entries into nurture programs."""
    evaluation = examine(versions, history, as_of=as_of)
    result = result_of(evaluation)
    told = result.nurture.select([field.name for field in fields(Entry)])
    return Found(evaluation, result, [Entry(**row) for row in told.to_pylist()])
