"""Numbers, shares, lengths of time and names, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.engine.metrics.aggregate import ENOUGH, Figure

#: Joins a number to its unit, so that a line never breaks between them.
GLUE = "\u00a0"
NOTHING = "–"
_SHORT_NAME = re.compile(r"[A-Z]{2,6}")


def number(value: float) -> str:
    """A number with thousands apart and at most two decimals."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def percent(share: float) -> str:
    """A share as a whole percentage, with a decimal only where rounding would say 0 or 100."""
    whole = round(share * 100)
    if whole in (0, 100) and share not in (0, 1):
        return f"{min(max(share * 100, 0.1), 99.9):.1f}{GLUE}%"
    return f"{whole}{GLUE}%"


def out_of(met: int, n: int) -> str:
    """So many of so many."""
    return f"{met:,}{GLUE}of{GLUE}{n:,}"


def rate(met: int, n: int) -> str:
    """A share with its cases; under 20 cases the cases alone; a dash for none."""
    if not n:
        return NOTHING
    return out_of(met, n) if n < ENOUGH else f"{percent(met / n)} ({out_of(met, n)})"


def value(figure: Figure | None) -> str:
    """A figure as text, its unit included."""
    if figure is None or figure.value is None:
        return NOTHING
    if figure.unit == "cases":
        return out_of(figure.numerator, figure.n)
    if figure.unit == "share":
        return percent(figure.value)
    if figure.unit == "seconds":
        return duration(figure.value)
    if figure.unit == "money":
        return number(round(figure.value))
    if figure.unit in ("rating", "attempts"):
        return f"{figure.value:.2f}"
    return number(round(figure.value, 2))


def interval(figure: Figure) -> str:
    """The 95 % interval of a share, or a dash."""
    if figure.low is None or figure.high is None:
        return NOTHING
    return f"{percent(figure.low)} to {percent(figure.high)}"


def month(label: str) -> str:
    """A month's label as a chart shows it: `2025-07` as `Jul ’25`."""
    first = datetime.strptime(label, "%Y-%m")
    return f"{first:%b} ’{first:%y}"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.0f}{GLUE}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{GLUE}min"
    hours, rest = divmod(minutes, 60)
    small = f" {rest}{GLUE}min" if rest and hours < 24 else ""
    return f"{hours:,}{GLUE}h{small}"


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


def listed(items: Iterable[str], last: str = "and") -> str:
    """Items as a sentence lists them."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def leads_at(stage: str) -> str:
    """Leads at a stage: `new MQLs`, or `leads that became Ready for sales`."""
    return f"new {stage}s" if _SHORT_NAME.fullmatch(stage) else f"leads that became {stage}"


def capital(text: str) -> str:
    """The text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]
