"""What a form has otherwise than the agreement, as changes of single values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadpact.agreement.organisation import CalendarSpec
from leadpact.agreement.spec import Agreement

_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")
_SPAN = re.compile(r"([0-2]?\d:[0-5]\d)\s*[-–]\s*([0-2]?\d:[0-5]\d)")
_ZONE = re.compile(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*")
_LONGEST_ZONE = 60


class DraftError(Exception):
    """What was typed cannot be meant; the message is a sentence for the user."""


@dataclass(frozen=True)
class Days:
    """Some days of a week with their hours as one types them; `days` such as `mon-fri`."""

    days: str
    hours: str

    @property
    def name(self) -> str:
        """The days as people read them."""
        return self.days.title()


@dataclass(frozen=True)
class Hours:
    """A calendar of the agreement: its zone, its week, and whether that is stated."""

    path: str
    name: str
    timezone: str
    week: list[Days]
    stated: bool


def calendars_of(agreement: Agreement) -> list[Hours]:
    """The organisation's calendar, then the named ones, as the agreement has them."""
    own = _hours("calendar", "The company", agreement.calendar)
    return [
        own,
        *(_hours(f'calendars."{name}"', name, each) for name, each in agreement.calendars.items()),
    ]


def _hours(path: str, name: str, calendar: CalendarSpec) -> Hours:
    week = [Days(days, ", ".join(spans)) for days, spans in calendar.hours.items()]
    stated = "hours" in calendar.model_fields_set
    return Hours(path, name.replace("_", " "), calendar.timezone, week, stated)


def shares_wanted(said: Mapping[str, str], agreement: Agreement) -> Iterator[str]:
    """Changes of shares of leads and of caps."""
    for place, team in enumerate(agreement.routing.teams):
        for number, person in enumerate(team.people):
            at = f"routing.teams[{place}].people[{number}]"
            for name, present in (("weight", person.weight), ("cap", person.cap)):
                text = said.get(f"{name}:{place}:{number}", "").strip()
                if text and _NUMBER.fullmatch(text) and float(text) != present:
                    yield f"{at}.{name}={text}"


def members_wanted(said: Mapping[str, str], agreement: Agreement) -> Iterator[str]:
    """Somebody more on a team, perhaps a new one. Raises DraftError."""
    if name := said.get("member", "").strip():
        yield from _joins(name, said, agreement)


def leavers(said: Mapping[str, str], agreement: Agreement) -> Iterator[str]:
    """The path of who is to leave a team. Raises DraftError."""
    place = said.get("leaves", "").strip()
    known = {
        f"{team}:{number}": f"routing.teams[{team}].people[{number}]"
        for team, each in enumerate(agreement.routing.teams)
        for number in range(len(each.people))
    }
    if place and place not in known:
        raise DraftError("That person is on no team any more.")
    if place:
        yield known[place]


def _joins(name: str, said: Mapping[str, str], agreement: Agreement) -> Iterator[str]:
    told = {"name": name, **{key: said.get(key, "").strip() for key in ("email", "calendar")}}
    member = {key: value for key, value in told.items() if value}
    if team := said.get("team", "").strip():
        yield _onto(team, member, agreement)
    else:
        yield _new_team(said.get("new_team", "").strip(), member, agreement)


def _onto(wanted: str, member: Mapping[str, str], agreement: Agreement) -> str:
    """The change by which somebody is on a team."""
    teams = agreement.routing.teams
    place = next((n for n, each in enumerate(teams) if each.name == wanted), None)
    if place is None:
        raise DraftError(f"There is no team “{wanted[:60]}”.")
    team = teams[place]
    if member["name"].casefold() in {each.name.casefold() for each in team.people}:
        raise DraftError(f"{member['name']} is on {wanted} already.")
    at = f"routing.teams[{place}].people"
    if "people" in team.model_fields_set:
        return f"{at}[{len(team.people)}]={json.dumps(member)}"
    return f"{at}={json.dumps([member])}"


def _new_team(title: str, member: Mapping[str, str], agreement: Agreement) -> str:
    """The change that makes a team of one, who leads it."""
    routing = agreement.routing
    if not title:
        raise DraftError("Say on which team, or what a new one is called.")
    known = {each.name.casefold() for each in routing.teams}
    known |= {each.name.casefold() for team in routing.teams for each in team.people}
    if title.casefold() in known:
        raise DraftError(f"“{title}” is a team or a person already.")
    team = {"name": title, "lead": member["name"], "people": [member]}
    if "teams" in routing.model_fields_set:
        return f"routing.teams[{len(routing.teams)}]={json.dumps(team)}"
    if "routing" in agreement.model_fields_set:
        return f"routing.teams={json.dumps([team])}"
    return f"routing={json.dumps({'teams': [team]})}"


def hours_wanted(said: Mapping[str, str], agreement: Agreement) -> Iterator[str]:
    """Changes of working hours and of zones. Raises DraftError."""
    for place, calendar in enumerate(calendars_of(agreement)):
        zone = said.get(f"zone:{place}", calendar.timezone).strip()
        if zone != calendar.timezone:
            if len(zone) > _LONGEST_ZONE or not _ZONE.fullmatch(zone):
                raise DraftError(f"“{zone[:60]}” is no zone; write one such as Europe/Berlin.")
            yield f"{calendar.path}.timezone={json.dumps(zone)}"
        yield from _week_wanted(said, place, calendar)


def _week_wanted(said: Mapping[str, str], place: int, calendar: Hours) -> Iterator[str]:
    week = {
        each.days: _spans(said.get(f"hours:{place}:{number}", each.hours))
        for number, each in enumerate(calendar.week)
    }
    other = [each.days for each in calendar.week if ", ".join(week[each.days]) != each.hours]
    if other and not calendar.stated:
        yield f"{calendar.path}.hours={json.dumps(week)}"
        return
    for days in other:
        yield f"{calendar.path}.hours.{days}={json.dumps(week[days])}"


def _spans(text: str) -> list[str]:
    """`9:00-12:30, 13:30-17:00` as spans of the agreement; none of a closed day."""
    parts = [each.strip() for each in re.split(r",|\band\b|;", text) if each.strip()]
    found = [_SPAN.fullmatch(each) for each in parts]
    if not all(found):
        raise DraftError(
            f"“{text[:60]}” are no hours; write them such as 09:00-12:30, 13:30-17:00, or nothing "
            "for a closed day."
        )
    return [f"{each[1]:0>5}-{each[2]:0>5}" for each in found if each]
