"""Meetings as a calendar file, which every calendar takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from leadpact.insight.meetings import Held


def as_calendar(
    name: str, meetings: Sequence[Held], addresses: Mapping[str, str], page: str, at: datetime
) -> bytes:
    """The meetings of the agreement `name`; `addresses` has people's mailboxes by name.

    An event is the same one in every file for the same day, so that taking a file twice, or the
    next one, doubles nothing. `page` is where the agreement stands, empty where it has no address.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Leadpact//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for each in meetings:
        calendar.add_component(_event(name, each, addresses, page, at))
    made: bytes = calendar.to_ical()
    return made


def _event(name: str, each: Held, addresses: Mapping[str, str], page: str, at: datetime) -> Event:
    meeting = each.meeting
    event = Event()
    event.add("uid", _uid(name, each))
    event.add("dtstamp", at)
    event.add("dtstart", each.begins)
    event.add("dtend", each.ends)
    event.add("summary", meeting.name)
    told = [meeting.goal or "", *(f"- {point}" for point in meeting.agenda), page]
    event.add("description", "\n".join(filter(None, told)))
    for person in meeting.attendees:
        if address := addresses.get(person):
            invited = vCalAddress(f"mailto:{address}")
            invited.params["CN"] = vText(person)
            event.add("attendee", invited, encode=False)
    return event


def _uid(name: str, each: Held) -> str:
    told = f"{name}\n{each.meeting.name}\n{each.begins:%Y-%m-%d}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@leadpact"
