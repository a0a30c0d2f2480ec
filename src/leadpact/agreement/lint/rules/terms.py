"""The agreement as a whole: its term, its review, its calendars, its domains."""

from __future__ import annotations

from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.registry import Finding, Findings, rule
from leadpact.agreement.problems import Path


@rule("warning")
def term_over(doc: Document) -> Findings:
    """The agreement has run out."""
    term = doc.agreement.term
    if term and term.until and term.until < doc.today:
        yield Finding(
            ("term", "until"),
            f"The agreement ended on {term.until.isoformat()}.",
            "Agree on a new version with a new term.",
        )


@rule("error")
def term_backwards(doc: Document) -> Findings:
    """The agreement ends before it begins."""
    term = doc.agreement.term
    if term and term.until and term.until < term.starts:
        yield Finding(
            ("term", "until"),
            f"The agreement ends on {term.until.isoformat()}, before it begins on "
            f"{term.starts.isoformat()}.",
            "Swap the two days, or correct the year.",
        )


@rule("warning")
def review_missing(doc: Document) -> Findings:
    """Nobody looks at the agreement again."""
    term = doc.agreement.term
    if not doc.agreement.meetings and not (term and term.review_every):
        yield Finding(
            ("term",) if term else (),
            "The agreement does not say when it is looked at again.",
            "Add `review_every: quarter` to the term, or list the meetings.",
        )


@rule("error")
def calendar_without_hours(doc: Document) -> Findings:
    """A calendar is never open, so that no clock on it could ever run."""
    calendars: list[tuple[Path, str, dict[str, list[str]]]] = [
        (("calendar", "hours"), "the calendar", doc.agreement.calendar.hours)
    ]
    for name, spec in doc.agreement.calendars.items():
        calendars.append((("calendars", name, "hours"), f"the calendar “{name}”", spec.hours))
    for path, what, hours in calendars:
        if not any(hours.values()):
            yield Finding(
                path,
                f"{what[0].upper()}{what[1:]} has no working hours.",
                "Add hours, as in `mon-fri: ['09:00-17:00']`.",
            )


@rule("error")
def own_domain_is_competitor(doc: Document) -> Findings:
    """A domain is listed both as our own and as a competitor's."""
    own = {domain.casefold().lstrip("@") for domain in doc.agreement.hygiene.own_domains}
    for i, competitor in enumerate(doc.agreement.hygiene.competitors):
        if competitor.casefold().lstrip("@") in own:
            yield Finding(
                ("hygiene", "competitors", i),
                f"“{competitor}” is listed as a competitor and as our own domain.",
                "Delete it from one of the two lists.",
            )
