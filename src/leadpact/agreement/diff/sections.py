"""The sections of an agreement, compared in the order in which a person reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from leadpact.agreement.diff.change import Change, Whom
from leadpact.agreement.diff.compare import (
    Kind,
    compare,
    compare_parts,
    compare_texts,
    now_was,
)
from leadpact.agreement.diff.meaning import differences, same
from leadpact.agreement.diff.promises import GOAL, OBLIGATION, compare_segments
from leadpact.agreement.diff.qualifying import compare_qualifying
from leadpact.agreement.plain_names import plainly
from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement, BulkRelease, CalendarSpec, FieldSpec, Party

_QUOTED = re.compile("(“[^”]*”)")


def diff(old: Agreement, new: Agreement) -> list[Change]:
    """Everything that the new version says otherwise; empty when only wording changed.

    Purpose, descriptions and agendas are wording, and so are the order of keys and the way in which
    a condition or a length of time is written. Definitions and responsibilities are not. Names of
    the log are told as words, but for those in quotes.
    """
    told = [plainly(each) for each in (old, new)]
    return [replace(each, sentence=_plain(each.sentence, told)) for each in _changes(old, new)]


def _plain(sentence: str, told: Sequence[Callable[[str], str]]) -> str:
    parts = _QUOTED.split(sentence)
    for in_words_of in told:
        # Every other part is a name in quotes.
        parts[::2] = [in_words_of(part) for part in parts[::2]]
    return "".join(parts)


def _changes(old: Agreement, new: Agreement) -> list[Change]:
    return [
        *_parties(old, new),
        *_term(old, new),
        *_calendars(old, new),
        *_data(old, new),
        *compare_qualifying(old, new),
        *_handoff(old, new),
        *_routing(old, new),
        *compare(OBLIGATION, old.obligations, new.obligations),
        *_protocol(old, new),
        *compare(_PROGRAM, old.nurture, new.nurture),
        *compare(GOAL, old.goals, new.goals),
        *compare_texts("marketing", "a responsibility", *_duties(old, new, "marketing")),
        *compare_texts("sales", "a responsibility", *_duties(old, new, "sales")),
        *compare(_MEETING, old.meetings, new.meetings),
        *compare_segments(old, new),
    ]


def _both(_: Any) -> Whom:
    return "both"


def _sales(_: Any) -> Whom:
    return "sales"


def _marketing(_: Any) -> Whom:
    return "marketing"


def _parties(old: Agreement, new: Agreement) -> Iterator[Change]:
    sides: tuple[Whom, Whom] = ("marketing", "sales")
    for side in sides:
        before: Party | None = getattr(old.parties, side, None)
        after: Party | None = getattr(new.parties, side, None)
        heads = [party.head.name if party else None for party in (before, after)]
        if not same(*heads):
            yield Change(side, now_was(f"The head of {side}", *heads))
        elif before and after and not same(before.head, after.head):
            yield from compare_parts(_person(side), before.head, after.head)
        people = [party.contacts if party else [] for party in (before, after)]
        yield from compare(_person(side), *people)


def _person(side: Whom) -> Kind:
    return Kind(f"point of contact of {side}", lambda _: side, lambda person: person.role or "")


def _term(old: Agreement, new: Agreement) -> Iterator[Change]:
    labels = {
        "starts": "The first day in force",
        "until": "The last day in force",
        "review_every": "The time between reviews",
        "renewal_notice": "The notice before the end",
    }
    for attribute, label in labels.items():
        values = [getattr(version.term, attribute, None) for version in (old, new)]
        if not same(*values):
            yield Change("both", now_was(label, *values))


def _calendars(old: Agreement, new: Agreement) -> Iterator[Change]:
    yield from _calendar("the organisation's calendar", old.calendar, new.calendar)
    for name in _all_keys(old.calendars, new.calendars):
        before, after = old.calendars.get(name), new.calendars.get(name)
        if before and after:
            yield from _calendar(f"the calendar “{name}”", before, after)
        elif after:
            yield Change("both", f"The calendar “{name}” is new: {in_words(after)}.")
        else:
            yield Change("both", f"The calendar “{name}” no longer exists.")


def _calendar(what: str, old: CalendarSpec, new: CalendarSpec) -> Iterator[Change]:
    labels = {"timezone": "time zone", "hours": "working hours", "holidays": "public holidays"}
    for attribute, before, after in differences(old, new):
        if attribute != "exceptions":
            subject = f"The {labels[attribute]} of {what}"
            many = attribute != "timezone"
            yield Change("both", now_was(subject, before, after, many=many))
    for day in sorted(_all_keys(old.exceptions, new.exceptions)):
        hours = [calendar.exceptions.get(day) for calendar in (old, new)]
        if not same(*hours):
            before, after = map(_hours_of_day, hours)
            sentence = f"On {day.isoformat()}, {what} is now {after} (was {before})."
            yield Change("both", sentence)


def _hours_of_day(hours: list[str] | None) -> str:
    if hours is None:
        return "as usual"
    return f"open {in_words(hours)}" if hours else "closed"


def _data(old: Agreement, new: Agreement) -> Iterator[Change]:
    for what in ("fields", "properties"):
        before, after = getattr(old, what), getattr(new, what)
        noun = "field" if what == "fields" else "property"
        for name in _all_keys(before, after):
            kinds = [_declared(version.get(name)) for version in (before, after)]
            if kinds[0] is None:
                yield Change("both", f"The {noun} “{name}” is new: {kinds[1]}.")
            elif kinds[1] is None:
                yield Change("both", f"The {noun} “{name}” no longer exists.")
            elif kinds[0] != kinds[1]:
                yield Change("both", now_was(f"The {noun} “{name}”", *kinds))
    for term in _all_keys(old.definitions, new.definitions):
        meanings = [version.definitions.get(term) for version in (old, new)]
        if not same(*meanings):
            yield Change("both", _definition(term, *meanings))


def _declared(spec: FieldSpec | str | None) -> str | None:
    if spec is None or isinstance(spec, str):
        return spec
    return f"{spec.type}, one of {', '.join(spec.values)}" if spec.values else spec.type


def _definition(term: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"“{term}” is now defined: {' '.join((new or '').split())}"
    if new is None:
        return f"“{term}” is no longer defined."
    return f"“{term}” now means: {' '.join(new.split())}"


def _all_keys(old: dict[Any, Any], new: dict[Any, Any]) -> list[Any]:
    return [*old, *(key for key in new if key not in old)]


def _handoff(old: Agreement, new: Agreement) -> Iterator[Change]:
    yield from compare_parts(_HANDOFF, old.handoff, new.handoff)
    yield from compare(_REJECTION, old.handoff.rejections, new.handoff.rejections)
    yield from compare(_RECYCLING, old.handoff.recycling, new.handoff.recycling)
    yield from compare_parts(_REENTRY, old.handoff.reentry, new.handoff.reentry)
    if not same(old.handoff.late_logging, new.handoff.late_logging):
        limits = [version.handoff.late_logging for version in (old, new)]
        yield Change("sales", now_was("The time in which an answer may be entered", *limits))


def _handoff_stage(_: Any, old: str, new: str) -> str:
    return f"Leads are now handed over at “{new}” (was “{old}”)."


def _receiver(_: Any, old: str | None, new: str | None) -> str:
    return now_was("The receiver of leads that match no route", old, new)


def _existing_customers(_: Any, __: str, new: str) -> str:
    makes = "makes new MQLs too" if new == "qualify" else "makes no new MQLs"
    return f"What existing customers do now {makes}."


def _reassign(_: Any, __: bool, new: bool) -> str:
    return (
        f"A lead that is answered late is {'now' if new else 'no longer'} given to somebody else."
    )


def _owner_first(_: Any, __: bool, new: bool) -> str:
    return f"Who owns the company's open lead or deal {'now' if new else 'no longer'} comes first."


def _bulk(_: Any, old: BulkRelease | None, new: BulkRelease | None) -> str:
    return now_was("The pace of bulk arrivals", _pace(old), _pace(new))


def _pace(release: BulkRelease | None) -> str:
    if release is None:
        return "all at once"
    return f"at most {release.at_most:,} for each person per {release.per}"


def _routing(old: Agreement, new: Agreement) -> Iterator[Change]:
    yield from compare_parts(_ROUTING, old.routing, new.routing)
    yield from compare(_TEAM, old.routing.teams, new.routing.teams)
    teams = {team.name: team for team in old.routing.teams}
    for team in new.routing.teams:
        if team.name in teams:
            member = Kind(f"member of {team.name}", lambda _: "sales")
            yield from compare(member, teams[team.name].people, team.people)
    yield from compare(_ROUTE, old.routing.routes, new.routing.routes)


def _protocol(old: Agreement, new: Agreement) -> Iterator[Change]:
    before, after = old.contact_protocol, new.contact_protocol
    if before and after:
        yield from compare_parts(_PROTOCOL, before, after)
        yield from compare(_STEP, before.steps, after.steps)
    elif after:
        steps = in_words([step.name for step in after.steps])
        yield Change("sales", f"There is now a contact protocol: {steps}.")
    elif before:
        yield Change("sales", "There is no longer a contact protocol.")


def _duties(old: Agreement, new: Agreement, side: str) -> tuple[list[str], list[str]]:
    return getattr(old.responsibilities, side), getattr(new.responsibilities, side)


_HANDOFF = Kind(
    "handoff",
    _both,
    sentences={
        "stage": _handoff_stage,
        "to": _receiver,
        "existing_customers": _existing_customers,
        "recorded_by": lambda _, old, new: now_was("What records a handoff", old, new),
    },
    apart=frozenset({"rejections", "recycling", "reentry", "late_logging"}),
    key="",
)
_REJECTION = Kind(
    "rejection reason",
    _sales,
    lambda reason: f"{reason.then}, cool-down {in_words(reason.cool_down)}",
    labels={"then": "consequence", "cool_down": "cool-down"},
    key="reason",
)
_RECYCLING = Kind(
    "recycling rule",
    _marketing,
    lambda rule: f"from “{rule.after_stage}” on, when {in_words(rule.when)}",
    labels={"when": "condition", "after_stage": "stage from which it holds"},
)
_REENTRY = Kind(
    "re-entry",
    _marketing,
    sentences={
        "activity": lambda _, old, new: now_was("What lets a recycled lead back in", old, new),
        "triggers": lambda _, old, new: now_was(
            "What lets a recycled lead back in at any time", old, new
        ),
    },
    key="",
)
_ROUTING = Kind(
    "routing",
    _sales,
    sentences={
        "company_owner_first": _owner_first,
        "reassign_on_breach": _reassign,
        "bulk": _bulk,
    },
    apart=frozenset({"teams", "routes"}),
    key="",
)
_TEAM = Kind(
    "team",
    lambda team: team.side.value,
    lambda team: in_words([person.name for person in team.people]),
    labels={"lead": "team lead", "capacity": "number of leads it can answer in a month"},
    apart=frozenset({"people"}),
)
_ROUTE = Kind(
    "route",
    _sales,
    lambda route: f"{in_words(route.when) if route.when else 'every lead'} goes to {route.to}",
    labels={"when": "condition", "to": "receiver"},
    ordered=True,
)
_PROTOCOL = Kind(
    "contact protocol",
    _sales,
    sentences={
        "calendar": lambda _, old, new: now_was("The contact protocol's calendar", old, new),
        "done_when": lambda _, old, new: now_was("What ends the contact protocol", old, new),
    },
    apart=frozenset({"steps"}),
    key="",
)
_STEP = Kind(
    "contact step",
    _sales,
    lambda step: f"{in_words(step.channel)}, within {step.within}",
    labels={"within": "time for it"},
    ordered=True,
)
_PROGRAM = Kind(
    "nurture program",
    _marketing,
    lambda program: f"owned by {program.owner}",
    labels={"enters": "entry", "exits": "exit"},
    sentences={
        "steps": lambda program, old, new: now_was(
            f"“{program.name}”: the row of touches", _touches(old), _touches(new)
        )
    },
)
_MEETING = Kind(
    "meeting",
    _both,
    lambda meeting: f"every {meeting.every}, with {in_words(meeting.attendees)}",
    labels={
        "every": "time between meetings",
        "attendees": "list of attendees",
        "on": "weekday",
        "at": "time of day",
        "lasts": "length",
    },
)


def _touches(steps: list[Any]) -> list[str]:
    return [f"{step.name} ({step.channel} after {step.after})" for step in steps]
