"""The figures that a first agreement is written from: the engine's, of the data under it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.loading import load_text
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.obligations import ObligationFigure, obligations
from leadpact.flows.starting import Progress, compile_engine

#: Fewer cases than this carry no promise, as they carry no rate.
FEW = 20
_RIPE = timedelta(days=21)
_LONGEST_TERM = 10


@dataclass(frozen=True)
class Promise:
    """What sales could promise of each lead: from when on, by which event, in how many days."""

    name: str
    starts: str
    event: str
    days: int

    @property
    def term(self) -> str:
        """The term as the agreement writes it."""
        return f"{self.days} business day{'s' if self.days > 1 else ''}"

    @property
    def verb(self) -> str:
        """What sales did, of so many leads."""
        return "spoke with" if self.event == "sales.connected" else "reached out to"


@dataclass(frozen=True)
class Figures:
    """How the promise was kept over all time, and how many came in each whole month."""

    answered: ObligationFigure | None
    months: dict[str, int]


def figures_of(text: str, history: History, metric: str, tell: Progress) -> Figures:
    """What `leadpact run` would say of an agreement, whose text is without problems."""
    loaded = load_text(text, "agreement.yaml")
    assert loaded.agreement is not None, loaded.problems
    compile_engine(tell)
    tell(0.6, "Measuring what the agreement promises")
    result = evaluate([loaded.agreement], history)
    counted = Measures(result, history).of(metric, "month")
    months = {each.period: int(each.value or 0) for each in counted}
    return Figures(next(iter(obligations(result)), None), _whole(months))


def _whole(months: dict[str, int]) -> dict[str, int]:
    """The months between the first and the last in which something came, which are whole."""
    first_and_last = [month for month, count in months.items() if count]
    low, high = min(first_and_last, default=""), max(first_and_last, default="")
    return {month: count for month, count in sorted(months.items()) if low < month < high}


def usual_days(log: pa.Table, begins: tuple[str, str | None], event: str, zone: ZoneInfo) -> int:
    """The working days in which about three of four who were answered were answered.

    `begins` is the kind of the rows, and the stage they name, from which an answer was awaited.
    Holidays are not looked at, and leads of the last weeks only where there are no others.
    """
    starts, answers = _first_times(log, *begins), _first_times(log, event, None)
    end = pc.max(log["happened_at"]).as_py() - _RIPE
    ripe = {lead: at for lead, at in starts.items() if at <= end} or starts
    taken = sorted(
        _working_days(at, answers[lead], zone) for lead, at in ripe.items() if lead in answers
    )
    if not taken:
        return 1
    return max(1, min(_LONGEST_TERM, taken[math.ceil(0.75 * len(taken)) - 1]))


def _first_times(log: pa.Table, kind: str, stage: str | None) -> dict[str, datetime]:
    rows = log.filter(pc.equal(log["kind"], kind))
    if stage is not None:
        rows = rows.filter(pc.match_substring(rows["properties"], f'"stage": "{stage}"'))
    first = rows.group_by("lead_id").aggregate([("happened_at", "min")])
    return dict(
        zip(first["lead_id"].to_pylist(), first["happened_at_min"].to_pylist(), strict=True)
    )


def _working_days(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    """The fewest weekdays within which an answer came, holidays not looked at."""
    if end <= start:
        return 0
    start, end = start.astimezone(zone), end.astimezone(zone)
    if not np.is_busday(start.date()):
        start = start.replace(hour=0, minute=0)
    days = int(np.busday_count(start.date(), end.date()))
    return days if end.time() <= start.time() else days + 1
