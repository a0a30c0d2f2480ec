"""Numbers, shares and lengths of time, as people write them."""

from __future__ import annotations

from collections.abc import Iterable

#: Joins a number to its unit, so that a line never breaks between them.
GLUE = "\u00a0"
NOTHING = "–"


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


def points(share: float) -> str:
    """The size of a difference of shares in points, with a decimal only where there is not one."""
    hundredths = abs(share) * 100
    if hundredths >= 1:
        return plural(round(hundredths), "point")
    return f"{max(hundredths, 0.1):.1f} points"


def chance(likely: float) -> str:
    """A chance as a whole percentage; never a certain one."""
    if likely < 0.01:
        return f"under 1{GLUE}%"
    if likely > 0.99:
        return f"over 99{GLUE}%"
    return f"{likely * 100:.0f}{GLUE}%"


def out_of(met: int, n: int) -> str:
    """So many of so many."""
    return f"{met:,}{GLUE}of{GLUE}{n:,}"


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


def amount(value: float, unit: str) -> str:
    """A value in its unit."""
    if unit == "share":
        return percent(value)
    if unit == "seconds":
        return duration(value)
    if unit in ("rating", "attempts"):
        return f"{value:.2f}"
    return number(round(value) if unit == "money" else round(value, 2))


def rough(value: float, unit: str) -> str:
    """A value that is worked out, without more digits than it has."""
    if unit in ("share", "seconds"):
        return amount(value, unit)
    if unit in ("rating", "attempts", "days"):
        return number(round(value, 1))
    if abs(value) >= 10_000:
        return number(float(f"{value:.3g}"))
    return number(round(value))


def listed(items: Iterable[str], last: str = "and") -> str:
    """Items as a sentence lists them."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def capital(text: str) -> str:
    """The text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]
