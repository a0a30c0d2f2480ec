"""Whose promises are kept, and when: by team, by segment, by hour and time of the week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import DECIDED, HOUR_OF_DAY, TIME_OF_WEEK, About, CaseBook
from leadpact.documents.parts.shared import when
from leadpact.documents.sentences import Stretch

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = ("mornings", "afternoons", "evenings")


def kept_when(book: CaseBook, stretch: Stretch) -> Section:
    """Promises of sales kept in the stretch, by who had the lead and by when the clock started."""
    agreement = book.measures.result.agreement
    sales = [each.name for each in agreement.obligations if each.side == "sales"]
    tables = [
        table
        for table in (
            _by(book, stretch, "team", sales, _teams(agreement)),
            _by(book, stretch, "segment", sales, _segments(agreement)),
            _by_hour(book, stretch, sales),
            *(_by_time(book, stretch, name) for name in sales),
        )
        if table.rows
    ]
    shown = [table for table in tables if "started" not in table.caption]
    return Section(
        "kept-when",
        "Where and when promises of sales are kept",
        text=[
            f"Of those due {when(stretch)}, kept of all that were decided; under 20 counts stand "
            "instead of shares. A clock belongs to the hour and the part of the week in which it "
            f"started, on the organisation’s wall clock ({book.measures.zone})."
        ]
        if tables
        else ["No promise of sales was due yet."],
        tables=shown,
        aside=[table for table in tables if table not in shown],
    )


def _teams(agreement: Agreement) -> Iterator[tuple[str, About]]:
    for team in agreement.routing.teams:
        if team.side == "sales":
            yield team.name, {"holder": [member.name for member in team.people]}


def _segments(agreement: Agreement) -> Iterator[tuple[str, About]]:
    for segment in agreement.segments:
        yield segment.name, {"segment": segment.name}


def _by(
    book: CaseBook,
    stretch: Stretch,
    what: str,
    names: Sequence[str],
    groups: Iterator[tuple[str, About]],
) -> Table:
    known = list(groups)
    rows = [
        [name, *(_kept(book, stretch, name, f"with {called}", about) for called, about in known)]
        for name in names
    ]
    header = ["Obligation", *(called for called, _ in known)]
    return Table(f"Kept, by {what}", header, _told(rows))


def _by_hour(book: CaseBook, stretch: Stretch, names: Sequence[str]) -> Table:
    """The hours of a day at which anything started, all promises beside each other."""
    hours = [f"{hour:02d}:00" for hour in range(24)]
    rows = [
        [
            hour,
            *(
                _kept(book, stretch, name, f"started from {hour} on", {HOUR_OF_DAY: hour})
                for name in names
            ),
        ]
        for hour in hours
    ]
    return Table("Kept, by the hour in which it started", ["Started from", *names], _told(rows))


def _by_time(book: CaseBook, stretch: Stretch, name: str) -> Table:
    rows = [
        [
            day,
            *(
                _kept(book, stretch, name, f"started on {each}", {TIME_OF_WEEK: each})
                for each in (f"{day} {part}" for part in _PARTS)
            ),
        ]
        for day in _DAYS
    ]
    header = ["Started on", *map(words.capital, _PARTS)]
    return Table(f"{name}, by when it started", header, _told(rows))


def _told(rows: list[list[Said]]) -> list[list[Said]]:
    """The rows in which anything was decided."""
    return [row for row in rows if any(str(cell) != words.NOTHING for cell in row[1:])]


def _kept(book: CaseBook, stretch: Stretch, name: str, called: str, about: About) -> Said:
    own: dict[str, Any] = {"obligation": name, "side": "sales", "protocol_step": None, **about}
    title = f"{name}, {called}: due {when(stretch)}"
    found = book.of_clocks(title, own, DECIDED, stretch.due)
    met = sum(group.total for group in found.groups if group.name == "kept")
    return opened(words.rate(met, found.total), found)
