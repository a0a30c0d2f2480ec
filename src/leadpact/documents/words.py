"""Numbers, shares, lengths of time and names, as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.engine.metrics.aggregate import ENOUGH, Figure
from leadpact.engine.metrics.metric import Split
from leadpact.engine.values import normal
from leadpact.insight.words import (
    GLUE,
    NOTHING,
    amount,
    capital,
    chance,
    duration,
    listed,
    number,
    out_of,
    percent,
    plural,
    rough,
)

__all__ = [
    "GLUE",
    "NOTHING",
    "NOT_STATED",
    "age",
    "amount",
    "capital",
    "chance",
    "date_of",
    "duration",
    "group",
    "interval",
    "leads_at",
    "listed",
    "moment",
    "month",
    "number",
    "out_of",
    "percent",
    "plural",
    "rate",
    "rough",
    "value",
]

#: How cases without a value of a dimension are called.
NOT_STATED: dict[Split, str] = {
    "segment": "no segment",
    "source": "not stated",
    "campaign": "no campaign",
    "landing_page": "not stated",
    "asset": "no asset",
    "origin": "not stated",
    "product": "no product",
    "team": "no team",
    "person": "nobody yet",
}
_SHORT_NAME = re.compile(r"[A-Z]{2,6}")


def rate(met: int, n: int) -> str:
    """A share with its cases; under 20 cases the cases alone; a dash for none."""
    if not n:
        return NOTHING
    return out_of(met, n) if n < ENOUGH else f"{percent(met / n)} ({out_of(met, n)})"


def group(by: Split, stated: str | None) -> str:
    """A value of a dimension; one that is spelt like what is not stated stands in quotes."""
    if stated is None:
        return NOT_STATED[by]
    return f"“{stated}”" if normal(stated) == NOT_STATED[by] else stated


def value(figure: Figure | None) -> str:
    """A figure as text, its unit included."""
    if figure is None or figure.value is None:
        return NOTHING
    if figure.unit == "cases":
        return out_of(figure.numerator, figure.n)
    return amount(figure.value, figure.unit)


def interval(figure: Figure) -> str:
    """The 95 % interval of a share, or a dash."""
    if figure.low is None or figure.high is None:
        return NOTHING
    return f"{percent(figure.low)} to {percent(figure.high)}"


def month(label: str) -> str:
    """A month's label as a chart shows it: `2025-07` as `Jul ’25`."""
    first = datetime.strptime(label, "%Y-%m")
    return f"{first:%b} ’{first:%y}"


def age(length: timedelta) -> str:
    """A length of calendar time: days from two days on."""
    days = length // timedelta(days=1)
    return f"{days:,}{GLUE}days" if days >= 2 else duration(length.total_seconds())


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """An instant on the wall clock of the zone."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def date_of(instant: datetime, zone: ZoneInfo) -> str:
    """The day of an instant in the zone."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def leads_at(stage: str) -> str:
    """Leads at a stage: `new MQLs`, or `leads that became Ready for sales`."""
    return f"new {stage}s" if _SHORT_NAME.fullmatch(stage) else f"leads that became {stage}"


def with_article(name: str) -> str:
    """A name with its article: `an MQL`, `a customer`. Letters that are spelt sound as they are."""
    spelt = name[:2].isupper() or len(name) == 1
    vowel = name[:1] in "AEFHILMNORSX" if spelt else name[:1].lower() in "aeiou"
    return f"{'an' if vowel else 'a'} {name}"
