"""The published figures, and how every promise stands, as of the last measurement."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import caller_of
from leadpact.api.endpoints import answers, router
from leadpact.api.lists import Asked
from leadpact.api.paging import Page, page
from leadpact.engine.metrics.metric import Split
from leadpact.ledger.models import Measurement, PublishedMetric, PublishedStanding
from leadpact.ledger.selectors import figures
from leadpact.ledger.services.permits import Act


class MetricOut(Schema):
    """A figure: a metric in a period, of everything or of one value (`group`) of a dimension.

    With `by`, no `group` is what is not stated; `group=` asks for it. `period` is `all`, a quarter
    (`2026-Q1`) or a month (`2026-03`). `low` and `high` are the 95 % interval of a share, `n` the
    cases; a share of fewer than 20 is told in `cases`. `agreement` is the checksum of the version
    in force.
    """

    id: int
    name: str
    period: str
    by: str | None
    group: str | None
    segment: str | None
    source: str | None
    value: float | None
    unit: str
    n: int
    low: float | None
    high: float | None
    as_of: datetime | None
    agreement: str | None


class StandingOut(Schema):
    """How a promise stands: an obligation with its clocks, or a goal with its hurdles."""

    id: int
    kind: str
    name: str
    value: dict[str, Any]
    as_of: datetime | None
    agreement: str | None


@router.get("/metrics", response=answers(Page[MetricOut]), tags=["metrics"])
def metrics(
    request: HttpRequest,
    at: Asked,
    name: str | None = None,
    period: str | None = None,
    by: Split | Literal["all"] | None = None,
    group: str | None = None,
) -> Any:
    """The published figures; `by` is a dimension, or `all` for those of everything.

    Measured at most once a minute, when something changed; `leadpact measure` does it now.
    """
    found = figures.figures_for(caller_of(request, Act.READ))
    wanted = {"name": name, "period": period, "group": group}
    found = found.filter(**{key: value for key, value in wanted.items() if value is not None})
    if by is not None:
        found = found.filter(by="" if by == "all" else by)
    last = figures.measurement()
    return page(found, lambda row: _metric(row, last), at.cursor, at.limit)


@router.get("/standings", response=answers(Page[StandingOut]), tags=["metrics"])
def standings(
    request: HttpRequest, at: Asked, kind: Literal["obligation", "goal"] | None = None
) -> Any:
    """How obligations and goals stand, as of the same measurement."""
    caller_of(request, Act.READ)
    found = figures.standings()
    if kind is not None:
        found = found.filter(kind=kind)
    last = figures.measurement()
    return page(found, lambda row: _standing(row, last), at.cursor, at.limit)


def _metric(row: PublishedMetric, last: Measurement | None) -> MetricOut:
    names = ("id", "name", "period", "value", "unit", "n", "low", "high")
    return MetricOut(
        by=row.by or None,
        group=row.group or None,
        segment=(row.group or None) if row.by == "segment" else None,
        source=(row.group or None) if row.by == "source" else None,
        **_of(last),
        **{name: getattr(row, name) for name in names},
    )


def _standing(row: PublishedStanding, last: Measurement | None) -> StandingOut:
    value = json.loads(row.value)
    return StandingOut(id=row.pk, kind=row.kind, name=row.name, value=value, **_of(last))


def _of(last: Measurement | None) -> dict[str, Any]:
    version = last.agreement if last else None
    return {"as_of": last.as_of if last else None, "agreement": version.sha256 if version else None}
