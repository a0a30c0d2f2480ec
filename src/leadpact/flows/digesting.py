"""The digest: what waits, what was broken and what came back, at the start of somebody's day.

Everybody's day begins on their own calendar. A day that was seen to is written down with its digest
in one transaction, so that whoever is started again, or runs beside another, tells it once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import Side
from leadpact.calendars import Calendar
from leadpact.flows.closures import days_closed
from leadpact.flows.deciding import may_decide
from leadpact.flows.quiet import QuietHours
from leadpact.flows.telling import DIGEST, contact_of, payload_of
from leadpact.ledger.models import Channel, Clock, Episode, Notice, Person
from leadpact.ledger.selectors import agreements, days
from leadpact.ledger.selectors.days import Back, Day
from leadpact.ledger.services import installation, notices

#: So many lines of each kind are told, the rest as a number.
MOST = 10
#: Leave and holidays between two working days are never longer than this.
_LOOK_BACK = 30


@dataclass(frozen=True)
class Reader:
    """Who is told, of which clocks, and what a lead that comes back means to them.

    `alone` is somebody who reads of their own leads only.
    """

    name: str
    clocks: Q
    back: frozenset[Back]
    alone: bool = False


@dataclass(frozen=True)
class Morning:
    """A working day of a reader that has begun: its date, its opening, that of the day before."""

    reader: Reader
    day: date
    opening: datetime
    before: datetime


def plan_digests(now: datetime) -> int:
    """Put into the outbox the digests of days that have begun; how many have something to say."""
    installed = installation.current(now=now)
    version = agreements.in_force(now)
    live = installed.live_since
    if version is None or live is None or not may_decide(installed):
        return 0
    readers = readers_of(version.agreement)
    if not _mornings(readers, QuietHours.of(version.agreement), live, now):
        return 0
    quiet = QuietHours.of(version.agreement, days_closed(now))
    return sum(_see_to(each, live, now) for each in _mornings(readers, quiet, live, now))


def readers_of(agreement: Agreement) -> list[Reader]:
    """People with leads of their own, both sides' heads and contacts, teams with a channel."""
    found: dict[str, Reader] = {}
    for person in Person.objects.filter(active=True).order_by("position", "name"):
        _add(found, Reader(person.name, _held_by([person.name]), frozenset({Back.TO_ME}), True))
    for side, party in _parties(agreement):
        back = Back.FROM_SALES if side == Side.MARKETING else Back.TO_MARKETING
        _add(found, Reader(party, Q(side=side.value), frozenset({back})))
    with_channel = _named_by_channels()
    for team in agreement.routing.teams:
        if team.name in with_channel:
            of_team = _held_by([each.name for each in team.people])
            if team.side == Side.MARKETING:
                of_team = Q(side=Side.MARKETING.value)
            _add(found, Reader(team.name, of_team, frozenset()))
    return list(found.values())


def _add(found: dict[str, Reader], reader: Reader) -> None:
    """Who is several things is told once, of all of it."""
    known = found.get(reader.name)
    found[reader.name] = reader if known is None else replace(
        known, clocks=known.clocks | reader.clocks, back=known.back | reader.back, alone=False
    )  # fmt: skip


def _held_by(people: Sequence[str]) -> Q:
    return Q(side=Side.SALES.value, holder__in=people)


def _parties(agreement: Agreement) -> Iterable[tuple[Side, str]]:
    if agreement.parties is None:
        return
    for side in Side:
        party = agreement.parties.marketing if side == Side.MARKETING else agreement.parties.sales
        yield side, party.head.name
        if contact_of(agreement, side) != party.head.name:
            yield side, contact_of(agreement, side)


def _named_by_channels() -> set[str]:
    rows = Channel.objects.filter(active=True).values_list("receivers", "kinds")
    return {
        name
        for receivers, kinds in rows
        if not json.loads(kinds) or DIGEST in json.loads(kinds)
        for name in json.loads(receivers)
    }


def _mornings(
    readers: Iterable[Reader], quiet: QuietHours, live: datetime, now: datetime
) -> list[Morning]:
    """Days that have begun, are not over, and were not seen to; of nobody who is away."""
    seen = days.seen_to(now - timedelta(days=2))
    away = days.away(now)
    found = []
    for reader in readers:
        morning = _morning(reader, quiet.calendar_of(reader.name), now)
        if (
            morning
            and morning.opening >= live
            and reader.name not in away
            and (reader.name, morning.day.isoformat()) not in seen
        ):
            found.append(morning)
    return found


def _morning(reader: Reader, calendar: Calendar, now: datetime) -> Morning | None:
    today = calendar.local_date(now)
    opening = calendar.opening_of(today)
    if opening is None or not opening <= now < calendar.end_of_business_day(opening, 0):
        return None
    earlier = (calendar.opening_of(today - timedelta(days=n)) for n in range(1, _LOOK_BACK))
    before = next((at for at in earlier if at), opening - timedelta(days=1))
    return Morning(reader, today, opening, before)


@transaction.atomic
def _see_to(morning: Morning, live: datetime, now: datetime) -> int:
    reader = morning.reader
    if not notices.day_is_new(reader.name, morning.day):
        return 0
    about = _about(reader, Day(reader.clocks, morning.before, now, live), now)
    if not any(each["count"] for each in about["parts"]):
        return 0
    key = f"{DIGEST} {morning.day.isoformat()} {reader.name}"
    payload = payload_of(about)
    notices.put(
        [
            Notice(
                key=key, kind=DIGEST, receiver=reader.name, payload=payload, created_at=now,
                send_at=now,
            )
        ]
    )  # fmt: skip
    return 1


def _about(reader: Reader, day: Day, now: datetime) -> dict[str, Any]:
    parts = [
        _of_clocks("broken", day.broken()),
        _of_clocks("overdue", day.overdue()),
        {"name": "waiting", "count": day.leads_waiting(), "first": day.first_waiting(MOST)},
    ]
    for back in sorted(reader.back):
        leads = (
            days.returned_to(reader.name, day.since, now)
            if back == Back.TO_ME
            else days.given_back(day.since, now)
        )
        parts.append(_of_episodes(str(back), leads))
    return {"since": day.since, "alone": reader.alone, "parts": parts}


def _of_clocks(name: str, rows: QuerySet[Clock]) -> dict[str, Any]:
    return {"name": name, "count": rows.count(), "first": list(rows.values(*days.TOLD)[:MOST])}


def _of_episodes(name: str, rows: QuerySet[Episode]) -> dict[str, Any]:
    first = list(rows.values("lead_id", "reason")[:MOST])
    return {"name": name, "count": rows.count(), "first": first}
