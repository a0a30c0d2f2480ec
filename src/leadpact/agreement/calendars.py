"""From the calendars that an agreement writes down to calendars that can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from leadpact.agreement.organisation import CalendarSpec, Holidays, Period
from leadpact.agreement.problems import Path, Problem, nearest
from leadpact.agreement.spec import Agreement
from leadpact.agreement.tree import Tree
from leadpact.calendars import Calendar, CalendarError

ORGANISATION = "organisation"
"""The name of the calendar that stands under `calendar`."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]?\d|2[0-4]):([0-5]\d)"
_INTERVAL = re.compile(rf"\s*{_TIME}\s*[-–]\s*{_TIME}\s*")
_YEARS_BEFORE, _YEARS_AFTER = 30, 20
_WITHOUT_TERM = range(1980, 2081)
_SAMPLE_YEAR = 2024
_RESERVED = (ORGANISATION, "team", "person")

Interval = tuple[str, str]
Complaint = tuple[Path, str, str | None]


def calendars_of(agreement: Agreement) -> dict[str, Calendar]:
    """Every calendar of an agreement by name, the organisation's first.

    Holidays are resolved for thirty years before the term to twenty years after it. Raises
    CalendarError for what `calendar_problems` would have told.
    """
    years = holiday_years(agreement.term)
    return {name: calendar_from(spec, years) for name, _, spec in _specs(agreement)}


def with_holidays_resolved(agreement: Agreement) -> Agreement:
    """The agreement with every public holiday written out as a date on which all is closed.

    A newer list of holidays then changes nothing of what it says.
    """
    years = holiday_years(agreement.term)
    return agreement.model_copy(
        update={
            "calendar": _resolved(agreement.calendar, years),
            "calendars": {name: _resolved(s, years) for name, s in agreement.calendars.items()},
        }
    )


def _resolved(spec: CalendarSpec, years: Sequence[int]) -> CalendarSpec:
    if spec.holidays is None:
        return spec
    closed: dict[date, list[str]] = {day: [] for day in _closed_days(spec.holidays, years)}
    return spec.model_copy(update={"holidays": None, "exceptions": closed | spec.exceptions})


def calendar_from(spec: CalendarSpec, years: range = _WITHOUT_TERM) -> Calendar:
    """One calendar, its public holidays resolved to dates in the given years."""
    return _written(spec.model_dump_json(), years)


@lru_cache(maxsize=256)
def _written(document: str, years: range) -> Calendar:
    """The same for a written specification: looking up holidays takes longer than a lead does."""
    spec = CalendarSpec.model_validate_json(document)
    return Calendar(
        spec.timezone,
        weekly_hours(spec.hours),
        _closed_days(spec.holidays, years) if spec.holidays else (),
        {day: [_interval(text) for text in texts] for day, texts in spec.exceptions.items()},
    )


def weekly_hours(hours: Mapping[str, list[str]]) -> dict[str, list[Interval]]:
    """Hours by weekday, from hours by weekday, range (`mon-fri`) or several (`mon,wed`)."""
    week: dict[str, list[Interval]] = {}
    for days, texts in hours.items():
        for day in weekdays(days):
            week.setdefault(day, []).extend(_interval(text) for text in texts)
    return week


def weekdays(text: str) -> list[str]:
    """The weekdays that `mon`, `mon-fri`, `sat-mon` or `mon,wed` means; raises CalendarError."""
    found: list[str] = []
    for part in text.lower().replace("–", "-").split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        last = last if dash else first
        unknown = next((day for day in (first, last) if day not in WEEKDAYS), None)
        if unknown is not None:
            raise CalendarError(f"“{unknown or text}” is not a weekday")
        start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last)
        found += [WEEKDAYS[(start + step) % 7] for step in range((stop - start) % 7 + 1)]
    return found


def holiday_years(term: Period | None) -> range:
    """The years whose holidays are resolved: generous, for the log is older than the term."""
    if term is None:
        return _WITHOUT_TERM
    first, last = term.starts.year - _YEARS_BEFORE, (term.until or term.starts).year + _YEARS_AFTER
    return range(min(first, _WITHOUT_TERM.start), max(last + 1, _WITHOUT_TERM.stop))


def calendar_problems(agreement: Agreement, tree: Tree, file: str) -> list[Problem]:
    """What is wrong in an agreement's calendars: zones, days, hours, countries, regions."""
    found = list(_about_names(agreement))
    for _, start, spec in _specs(agreement):
        found += _complaints(spec, start)
    return [Problem(file, *_place(tree, path), path, said, hint) for path, said, hint in found]


def _specs(agreement: Agreement) -> Iterator[tuple[str, Path, CalendarSpec]]:
    yield ORGANISATION, ("calendar",), agreement.calendar
    for name, spec in agreement.calendars.items():
        if name not in _RESERVED:
            yield name, ("calendars", name), spec


def _place(tree: Tree, path: Path) -> tuple[int, int]:
    about_key = path[-2] in ("hours", "calendars")
    return tree.key_place(path) if about_key else tree.value_place(path)


def _about_names(agreement: Agreement) -> Iterator[Complaint]:
    for name in agreement.calendars:
        if name in _RESERVED:
            said = f"“{name}” cannot be the name of a further calendar; it has a meaning already"
            yield ("calendars", name), said, "choose another name"


def _complaints(spec: CalendarSpec, start: Path) -> Iterator[Complaint]:
    yield from _about_zone(spec.timezone, (*start, "timezone"))
    yield from _about_hours(spec, start)
    if spec.holidays:
        yield from _about_holidays(spec.holidays, (*start, "holidays"))


def _about_zone(name: str, path: Path) -> Iterator[Complaint]:
    if zone_named(name) is None:
        yield path, f"“{name[:60]}” is not a time zone", zone_hint(name)


def _about_hours(spec: CalendarSpec, start: Path) -> Iterator[Complaint]:
    for days, texts in spec.hours.items():
        path = (*start, "hours", days)
        try:
            weekdays(days)
        except CalendarError as error:
            yield path, str(error), "write days as mon, mon-fri or mon,wed"
        yield from _about_intervals(texts, path)
    for day, texts in spec.exceptions.items():
        yield from _about_intervals(texts, (*start, "exceptions", str(day)))
    if not any(spec.hours.values()) and not any(spec.exceptions.values()):
        hint = 'write such as mon-fri: ["09:00-17:00"]'
        yield (*start, "hours"), "the calendar has no working time", hint


def _about_intervals(texts: list[str], path: Path) -> Iterator[Complaint]:
    for number, text in enumerate(texts):
        try:
            _interval(text)
        except CalendarError as error:
            yield (*path, number), str(error), "write such as 09:00-17:00, between 00:00 and 24:00"


def _about_holidays(spec: Holidays, path: Path) -> Iterator[Complaint]:
    if not _has_holidays(spec.country, None):
        said = f"no public holidays are known for the country “{spec.country}”"
        yield (*path, "country"), said, _country_hint(spec.country)
    elif spec.region is not None and not _has_holidays(spec.country, spec.region):
        said = f"“{spec.region}” is not a region of {spec.country} with holidays of its own"
        yield (*path, "region"), said, _region_hint(spec.country, spec.region)


def _interval(text: str) -> Interval:
    found = _INTERVAL.fullmatch(text)
    if not found:
        raise CalendarError(f"“{text[:60]}” are no hours")
    start, end = (f"{int(found[i]):02d}:{found[i + 1]}" for i in (1, 3))
    if start >= "24:00" or end > "24:00":
        raise CalendarError(f"“{text[:60]}” are no hours")
    return start, end


def _closed_days(spec: Holidays, years: Sequence[int]) -> list[date]:
    from leadpact.calendars.public_holidays import public_holidays

    public = public_holidays(spec.country.upper(), spec.region, years)
    return sorted({*public, *spec.also} - set(spec.not_on))


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this IANA name; None when there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def zone_hint(name: str) -> str:
    """What to write instead of a name that is no zone."""
    zones = available_timezones()
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    near = nearest(name.replace(" ", "_"), zones) or cities.get(nearest(name, cities) or "")
    return f"did you mean “{near}”?" if near else "write it as in Europe/Berlin"


def _has_holidays(country: str, region: str | None) -> bool:
    from leadpact.calendars.public_holidays import public_holidays

    try:
        public_holidays(country.upper(), region, years=[_SAMPLE_YEAR])
    except CalendarError:
        return False
    return True


def _country_hint(country: str) -> str:
    from holidays.registry import COUNTRIES

    codes = {names[0]: names[1] for names in COUNTRIES.values()}
    near = nearest(country.replace(" ", ""), codes) if len(country) > 3 else None
    return f"did you mean “{codes[near]}”?" if near else "write two letters, such as US or DE"


def _region_hint(country: str, region: str) -> str:
    import holidays

    regions = holidays.list_supported_countries().get(country.upper(), [])
    if near := nearest(region, regions):
        return f"did you mean “{near}”?"
    return f"write one of {', '.join(regions)}" if regions else "leave the region out"
