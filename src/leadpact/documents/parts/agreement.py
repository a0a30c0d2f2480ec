"""The agreement itself, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.blocks import Section, Table


def agreement_section(agreement: Agreement) -> Section:
    """Everything both sides accepted, in the order of the document."""
    return Section(
        "agreement",
        "The agreement",
        text=[agreement.name, *([agreement.purpose] if agreement.purpose else [])],
        tables=[_frame(agreement)],
        aside=[table for table in _tables(agreement) if table.rows],
    )


def _tables(agreement: Agreement) -> Iterator[Table]:
    definitions = [[term, meaning] for term, meaning in agreement.definitions.items()]
    yield Table("Definitions", ["Term", "Meaning"], definitions, words=2)
    yield _stages(agreement)
    yield _obligations(agreement)
    yield _protocol(agreement)
    yield _goals(agreement)
    yield _scoring(agreement)
    yield _rejections(agreement)
    yield _segments(agreement)
    duties = [
        [words.capital(side), duty]
        for side in ("marketing", "sales")
        for duty in getattr(agreement.responsibilities, side)
    ]
    yield Table("Responsibilities", ["Side", "Duty"], duties, words=2)
    meetings = [[m.name, f"every {m.every}", ", ".join(m.attendees)] for m in agreement.meetings]
    yield Table("Meetings", ["Meeting", "When", "Who"], meetings, words=3)


def _frame(agreement: Agreement) -> Table:
    rows = []
    if agreement.parties:
        for side in ("marketing", "sales"):
            head = getattr(agreement.parties, side).head
            rows.append([f"For {side}", f"{head.name}, {head.role}" if head.role else head.name])
    if agreement.term:
        until = agreement.term.until or "until further notice"
        rows.append(["Term", f"{agreement.term.starts} to {until}"])
    rows.append(["Working time", in_words(agreement.calendar)])
    if agreement.calendar.holidays:
        rows.append(["Holidays", in_words(agreement.calendar.holidays)])
    return Table("Who, when, where", ["What", "Agreed"], rows, words=2)


def _stages(agreement: Agreement) -> Table:
    rows = [
        [
            stage.name,
            stage.side or words.NOTHING,
            stage.definition or words.NOTHING,
            in_words(stage.when)
            if stage.when
            else "as recorded"
            if place
            else "with the first row",
        ]
        for place, stage in enumerate(agreement.stages)
    ]
    return Table("Stages", ["Stage", "Side", "Meaning", "Entered when"], rows, words=4)


def _obligations(agreement: Agreement) -> Table:
    rows = [
        [
            obligation.name,
            obligation.side,
            in_words(obligation.starts_on),
            in_words(obligation.stops_on) if obligation.stops_on else words.NOTHING,
            str(obligation.within),
            _promised(obligation.hurdles),
        ]
        for obligation in agreement.obligations
    ]
    header = ["Obligation", "Side", "From", "Until", "Within", "Promised"]
    return Table("Obligations", header, rows, words=6)


def _protocol(agreement: Agreement) -> Table:
    steps = agreement.contact_protocol.steps if agreement.contact_protocol else []
    rows = [[step.name, in_words(step.channel), str(step.within)] for step in steps]
    return Table("Contact protocol", ["Step", "Channel", "Within"], rows, words=3)


def _goals(agreement: Agreement) -> Table:
    rows = [
        [goal.name, goal.side, f"each {goal.per}", _promised(goal.hurdles)]
        for goal in agreement.goals
    ]
    return Table("Goals", ["Goal", "Side", "Period", "Promised"], rows, words=4)


def _promised(hurdles: Mapping[str, str | float]) -> str:
    said = ", ".join(f"{name} {in_words(value)}" for name, value in hurdles.items())
    return said.replace(" %", f"{words.GLUE}%") or words.NOTHING


def _scoring(agreement: Agreement) -> Table:
    rules = agreement.scoring.rules if agreement.scoring else []
    rows = [
        [
            rule.name,
            in_words(rule.when),
            in_words(rule.ageing) if rule.ageing else words.NOTHING,
            f"{rule.points:+g}",
        ]
        for rule in rules
    ]
    return Table("Scoring", ["Rule", "When", "Loses", "Points"], rows, words=3)


def _rejections(agreement: Agreement) -> Table:
    rows = [
        [each.reason, each.then, str(each.cool_down or words.NOTHING)]
        for each in agreement.handoff.rejections
    ]
    return Table("Reasons for rejection", ["Reason", "Then", "Rest"], rows, words=3)


def _segments(agreement: Agreement) -> Table:
    rows = []
    for segment in agreement.segments:
        terms = [f"{name} {own.within}" for name, own in segment.obligations.items()]
        stages = [f"{name} when {in_words(own.when)}" for name, own in segment.stages.items()]
        differs = "; ".join([*terms, *stages]) or words.NOTHING
        rows.append([segment.name, in_words(segment.when), differs])
    return Table("Segments", ["Segment", "Leads", "What differs"], rows, words=3)
