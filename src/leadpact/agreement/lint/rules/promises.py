"""Obligations: clocks that can start, can stop, warn in time, and tell somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadpact.agreement.calendars import weekdays
from leadpact.agreement.conditions import EventCondition
from leadpact.agreement.durations import SECOND, Term, TimeKind
from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path
from leadpact.agreement.spec import CalendarSpec, Obligation, OnStage
from leadpact.calendars import CalendarError

_DAY = 86_400 * SECOND
_YEAR = 365.25 * _DAY
_MOST_YEARS = 10.1


@rule("error")
def obligation_never_stops(doc: Document) -> Findings:
    """Nothing can stop the clock of an obligation, so it can only be missed."""
    protocol = doc.agreement.contact_protocol
    for i, promise in enumerate(doc.agreement.obligations):
        if promise.completed_by_protocol and not protocol:
            yield Finding(
                ("obligations", i, "completed_by_protocol"),
                f"“{promise.name}” is completed by the contact protocol, and there is none.",
                "Add `contact_protocol`, or delete this line.",
            )
        elif not promise.stops_on and not promise.completed_by_protocol:
            yield Finding(
                ("obligations", i),
                f"Nothing stops the clock of “{promise.name}”: it can only be missed.",
                "Say in `stops_on` what keeps the promise, as in `{event: sales.connected}`.",
            )


@rule("error")
def obligation_never_starts(doc: Document) -> Findings:
    """A clock would start with what ends the lead's way through the funnel, so it never runs."""
    endings = _ending_kinds(doc)
    won = {stage.name for stage in doc.agreement.stages if stage.outcome == "won"}
    for i, promise in enumerate(doc.agreement.obligations):
        match promise.starts_on:
            case OnStage(stage=stage) if stage in won:
                ending = f"the stage “{stage}”"
            case EventCondition() as event if set(event.kinds) <= endings:
                ending = f"`{'`, `'.join(event.kinds)}`"
            case _:
                continue
        yield Finding(
            ("obligations", i, "starts_on"),
            f"“{promise.name}” starts with {ending}, which ends the lead's way: no clock runs.",
            "Start it with something that happens before.",
        )


def _ending_kinds(doc: Document) -> set[str]:
    """Kinds of events that always close an episode and open none."""
    agreement = doc.agreement
    closing = [agreement.disqualification.closed_lost]
    closing += [stage.when for stage in agreement.stages if stage.outcome == "won"]
    kinds = {"lead.disqualified"}
    for condition in closing:
        if isinstance(condition, EventCondition) and condition.is_plain and not condition.where:
            kinds |= set(condition.kinds)
    rejections = agreement.handoff.rejections
    if rejections and all(rejection.then == "disqualify" for rejection in rejections):
        kinds.add("sales.rejected")
    return kinds - _reopening_kinds(agreement.disqualification.reopens_on)


def _reopening_kinds(condition: Any) -> set[str]:
    return set(condition.kinds) if isinstance(condition, EventCondition) else set()


@rule("error")
def warning_too_early(doc: Document) -> Findings:
    """A warning is due before its clock has even started."""
    for i, promise in enumerate(doc.agreement.obligations):
        for whose, within in _terms(doc, promise):
            for j, warning in enumerate(promise.warnings):
                if _surely_longer(warning, within, _working_day(doc)):
                    yield Finding(
                        ("obligations", i, "warnings", j),
                        f"“{promise.name}” has {within}{whose}; a warning {warning} before that "
                        "would come before the clock starts.",
                        "Warn later, so that there is still something to be late for.",
                    )


def _terms(doc: Document, promise: Obligation) -> Iterator[tuple[str, Term]]:
    yield "", promise.within
    for segment in doc.agreement.segments:
        override = segment.obligations.get(promise.name)
        if override and isinstance(override.within, Term) and override.within != promise.within:
            yield f" in the segment “{segment.name}”", override.within


def _surely_longer(warning: Term, within: Term, working_day: int) -> bool:
    """Whether a warning is at least as long as the whole term, on any day of the week."""
    if TimeKind.CLOCK in (warning.kind, within.kind):
        return _clock_time(warning) >= _clock_time(within)
    return _working_time(warning, working_day) >= _working_time(within, working_day)


def _clock_time(term: Term) -> int:
    """The least clock time that a term can take."""
    if term.kind in (TimeKind.BUSINESS_DAYS, TimeKind.END_OF_DAY):
        return max(term.amount * _DAY, 1)
    return term.amount


def _working_time(term: Term, working_day: int) -> int:
    if term.kind is TimeKind.BUSINESS_DAYS:
        return term.amount * working_day
    if term.kind is TimeKind.END_OF_DAY:
        return (term.amount + 1) * working_day
    return term.amount


def _working_day(doc: Document) -> int:
    """The longest working day of any calendar; a whole day when none can be read."""
    calendars = [doc.agreement.calendar, *doc.agreement.calendars.values()]
    days = [sum(map(_length, day)) for calendar in calendars for day in calendar.hours.values()]
    return max(days, default=0) or _DAY


def _length(interval: str) -> int:
    """How long an interval such as `09:00-17:00` is; 0 when it cannot be read."""
    try:
        start, end = (
            int(hours) * 60 + int(minutes)
            for hours, minutes in (time.strip().split(":") for time in interval.split("-"))
        )
    except ValueError:
        return 0
    return ((end - start) % (24 * 60) or 24 * 60) * 60 * SECOND


@rule("error")
def due_in_ten_years(doc: Document) -> Findings:
    """So much working time takes more than ten years to pass on its calendar."""
    for path, name, calendar, term in _all_terms(doc):
        years = _years(term, _calendars_for(doc, calendar))
        if years > _MOST_YEARS:
            yield Finding(
                path,
                f"“{name}” would be due after some {years:,.0f} years: so few hours are worked "
                f"that {term} take that long.",
                "A promise has at most ten years; shorten it.",
            )


def _all_terms(doc: Document) -> Iterator[tuple[Path, str, str, Term]]:
    agreement = doc.agreement
    for i, promise in enumerate(agreement.obligations):
        yield ("obligations", i, "within"), promise.name, promise.calendar, promise.within
    for i, segment in enumerate(agreement.segments):
        for name, override in segment.obligations.items():
            calendar = next((p.calendar for p in agreement.obligations if p.name == name), "")
            if isinstance(override.within, Term):
                yield (
                    ("segments", i, "obligations", name, "within"),
                    name,
                    calendar,
                    override.within,
                )
    protocol = agreement.contact_protocol
    for i, step in enumerate(protocol.steps if protocol else ()):
        calendar = protocol.calendar if protocol else ""
        yield ("contact_protocol", "steps", i, "within"), step.name, calendar, step.within


def _calendars_for(doc: Document, name: str) -> list[CalendarSpec]:
    """The calendars that a promise may run on; a person's and a team's may be any."""
    agreement = doc.agreement
    if name == "organisation":
        return [agreement.calendar]
    if name in agreement.calendars:
        return [agreement.calendars[name]]
    return [agreement.calendar, *agreement.calendars.values()]


def _years(term: Term, calendars: list[CalendarSpec]) -> float:
    """About how long the term takes at most, by the hours of a week; holidays left out."""
    if term.kind is TimeKind.CLOCK:
        return term.amount / _YEAR
    return max((_weeks(term, spec) for spec in calendars), default=0.0) * 7 * _DAY / _YEAR


def _weeks(term: Term, spec: CalendarSpec) -> float:
    """Weeks of this calendar that hold the term; none where its week cannot be read or is empty."""
    try:
        days = [lengths for text in spec.hours for _ in weekdays(text)
                if (lengths := [_length(each) for each in spec.hours[text]])]  # fmt: skip
    except CalendarError:
        return 0.0
    in_a_week = sum(map(sum, days)) if term.kind is TimeKind.BUSINESS else len(days)
    return term.amount / in_a_week if in_a_week else 0.0


@rule("error")
def pause_without_resume(doc: Document) -> Findings:
    """A clock can pause and never run again, or be resumed and never pause."""
    for i, promise in enumerate(doc.agreement.obligations):
        if (promise.pauses_on is None) == (promise.resumes_on is None):
            continue
        has, lacks = ("pauses_on", "resumes_on")
        if promise.pauses_on is None:
            has, lacks = lacks, has
        yield Finding(
            ("obligations", i, has),
            f"“{promise.name}” has `{has}` and no `{lacks}`.",
            f"Add `{lacks}`, as in `{{event: sales.resumed}}`."
            if lacks == "resumes_on"
            else f"Add `{lacks}`, or delete `{has}`.",
        )


@rule("warning")
def escalation_to_nobody(doc: Document) -> Findings:
    """An obligation warns, and nobody hears of it when it is missed."""
    for i, promise in enumerate(doc.agreement.obligations):
        if promise.warnings and not promise.escalate_to:
            yield Finding(
                ("obligations", i),
                f"“{promise.name}” gives warnings, and nobody is told when it is missed.",
                "Name in `escalate_to` who hears of a breach.",
            )


@rule("warning")
def escalation_out_of_order(doc: Document) -> Findings:
    """A step of an escalation is told before the one that stands above it."""
    for i, promise in enumerate(doc.agreement.obligations):
        longest: Term | None = None
        for j, step in enumerate(promise.escalate_to):
            after = None if isinstance(step, str) else step.after
            if longest and (after is None or _surely_sooner(after, longest, _working_day(doc))):
                when = f"after {after}" if after else "at the breach"
                yield Finding(
                    ("obligations", i, "escalate_to", j),
                    f"“{promise.name}” escalates {when}, and the step above it after {longest}.",
                    "Put the steps in the order in which they are told.",
                )
            longest = after or longest


def _surely_sooner(term: Term, other: Term, working_day: int) -> bool:
    """Whether a term is over before another on any day of the week."""
    longer = _surely_longer(other, term, working_day)
    return longer and not _surely_longer(term, other, working_day)


@rule("warning")
def promise_above_capacity(doc: Document) -> Findings:
    """Marketing promises more leads a month than the teams say they can answer."""
    teams = [team for team in doc.agreement.routing.teams if team.side == "sales"]
    if not teams or any(team.capacity is None for team in teams):
        return
    capacity = sum(team.capacity or 0 for team in teams)
    for path, name, monthly in _promised_leads(doc):
        if monthly > capacity:
            yield Finding(
                path,
                f"“{name}” aims for {monthly:g} leads a month; the teams can answer {capacity}.",
                "Lower the target, or add people and raise the teams' `capacity`.",
            )


_MONTHS = {"week": 12 / 52, "month": 1, "quarter": 3, "half-year": 6, "year": 12}


def _promised_leads(doc: Document) -> Iterator[tuple[Path, str, float]]:
    """Goals for the number of leads handed over, as targets per month."""
    agreement = doc.agreement
    roles = {stage.role for stage in agreement.stages if stage.name == agreement.handoff.stage}
    metrics = {f"{role}s" for role in roles if role} | {"mqls"}
    for i, goal in enumerate(agreement.goals):
        target = goal.hurdles.get("target")
        if goal.metric in metrics and isinstance(target, int | float) and not goal.relative_to:
            path: Path = ("goals", i, "hurdles", "target")
            yield path, goal.name, float(target) / _MONTHS[goal.per]
