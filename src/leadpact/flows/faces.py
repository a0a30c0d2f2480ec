"""Clocks as a page shows them running: what is owed, until when, and in which hours it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from leadpact.agreement.conditions import EventCondition, leaves
from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.program import in_order
from leadpact.engine.questions import step_name
from leadpact.engine.warnings import Rung, Warned
from leadpact.flows.closures import Closures, days_closed_lately
from leadpact.flows.deciding import may_decide
from leadpact.ledger.models import Clock, Installation
from leadpact.ledger.selectors import agreements

#: More than this is told by the day on which it is due; nobody reads a countdown of weeks.
COUNTED_DOWN = timedelta(hours=24)
#: With so many days until it is due, holidays and all, there is more left than that.
_FAR = timedelta(days=14)
OPEN = ("running", "overdue")
ATTEMPTED, CONNECTED, ACCEPTED = "sales.attempted", "sales.connected", "sales.accepted"

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Face:
    """A clock that runs or is overdue.

    `spans` are the stretches of the time that counts until it is due, None where it is told by its
    day. `step` is its place in the contact protocol. `kept_by` are kinds of events that keep it.
    """

    obligation: str
    side: str
    holder: str | None
    due_at: datetime | None
    overdue: bool
    paused: bool
    spans: Sequence[Span] | None
    step: int | None
    channels: Sequence[str]
    kept_by: frozenset[str]

    @property
    def name(self) -> str:
        """What is owed, without the word that tells steps of the protocol apart."""
        return self.obligation.removeprefix(step_name(""))


@dataclass(frozen=True)
class Ladder:
    """How far a broken promise has escalated: who was told, and the next step, if any."""

    told: Sequence[str]
    ahead: Rung | None


def ladders_of(clocks: Iterable[Clock], now: datetime) -> dict[int, Ladder]:
    """By their numbers, the clocks among these that are overdue and escalate to somebody.

    Of clocks from before going live, and while it only watches, nobody is told.
    """
    installation = Installation.objects.filter(pk=1).first()
    if installation is None or not may_decide(installation):
        return {}
    since = installation.live_since
    overdue = [
        each for each in clocks if each.outcome == "overdue" and since and each.started_at >= since
    ]
    versions = _versions(now) if overdue else []
    found = {}
    for clock in overdue:
        about = {name: getattr(clock, name) for name in ("obligation", "due_at", "holder")}
        steps = [each for each in versions[clock.version].escalations(about) if each.names]
        told = [name for step in steps if step.at <= now for name in step.names]
        ahead = next((step for step in steps if step.at > now), None)
        if steps:
            found[clock.pk] = Ladder(list(dict.fromkeys(told)), ahead)
    return found


def faces_of(clocks: Iterable[Clock], now: datetime) -> dict[str, list[Face]]:
    """By lead, the clocks that are open among these, the most urgent first."""
    running = [clock for clock in clocks if clock.outcome in OPEN]
    if not running:
        return {}
    versions = _versions(now)
    found: dict[str, list[Face]] = {}
    far = datetime.max.replace(tzinfo=now.tzinfo)
    for clock in sorted(running, key=lambda each: each.due_at or far):
        found.setdefault(clock.lead_id, []).append(_face(clock, versions[clock.version], now))
    return found


def _versions(now: datetime) -> list[Warned]:
    published = tuple(each.sha256 for each in agreements.published())
    return _warned(published, days_closed_lately(now))


@lru_cache(maxsize=8)
def _warned(versions: tuple[str, ...], closed: Closures) -> list[Warned]:
    del versions
    return [Warned.of(each, closed) for each in in_order(agreements.documents())]


def _face(clock: Clock, warned: Warned, now: datetime) -> Face:
    due, protocol = clock.due_at, warned.agreement.contact_protocol
    spans = _left(clock, warned, now)
    left = sum((ends - begins for begins, ends in spans or ()), timedelta())
    channels: Sequence[str] = ()
    if clock.protocol_step is not None and protocol is not None:
        channel = protocol.steps[clock.protocol_step].channel
        channels = [channel] if isinstance(channel, str) else channel
    return Face(
        obligation=clock.obligation,
        side=clock.side,
        holder=clock.holder,
        due_at=due,
        overdue=due is not None and due < now,
        paused=clock.paused,
        spans=spans if left <= COUNTED_DOWN else None,
        step=clock.protocol_step,
        channels=channels,
        kept_by=_kept_by(clock, warned.agreement),
    )


def _kept_by(clock: Clock, agreement: Agreement) -> frozenset[str]:
    """The kinds of events that keep a promise; a step of the protocol is kept by an attempt."""
    if clock.protocol_step is not None:
        return frozenset({ATTEMPTED, CONNECTED})
    duty = next((each for each in agreement.obligations if each.name == clock.obligation), None)
    named = leaves(duty.stops_on) if duty and duty.stops_on else []
    return frozenset(
        kind for each in named if isinstance(each, EventCondition) for kind in each.kinds
    )


def _left(clock: Clock, warned: Warned, now: datetime) -> list[Span] | None:
    """The stretches of the time that counts until a clock is due; None where that is far."""
    due = clock.due_at
    if due is None or clock.paused or not now < due <= now + _FAR:
        return None
    hours = warned.hours_of(clock.obligation, clock.holder)
    return [(now, due)] if hours is None else hours.open_between(now, due)
