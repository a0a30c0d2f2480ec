"""Public holidays of a country or one of its regions, by the `holidays` library."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import date

from leadpact.calendars.hours import CalendarError

YEARS = range(1970, 2101)
"""The years resolved unless others are asked for."""


def public_holidays(
    country: str, region: str | None = None, years: Iterable[int] = YEARS
) -> list[date]:
    """Dates on which work rests by law, substitute days included, in order.

    `country` is an ISO 3166 code such as ``US``, `region` its subdivision as in ISO 3166-2 without
    the country (``BY`` for Bavaria). Holidays that are announced year by year are known for the
    years that the library lists. Raises CalendarError for codes the library does not know.
    """
    import holidays

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Requested Holidays are available only")
            return sorted(holidays.country_holidays(country, subdiv=region, years=years))
    except NotImplementedError as problem:
        where = country if region is None else f"{country}, region {region}"
        raise CalendarError(
            f"No public holidays are known for {where}: write the country as two letters (US) and "
            "the region by its code (CA), or list the holidays by date."
        ) from problem
