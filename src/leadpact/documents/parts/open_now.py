"""Promises that are overdue or running at the moment of evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import About, CaseBook
from leadpact.documents.parts.shared import SIDES, by_side
from leadpact.engine.metrics.obligations import ObligationFigure, obligations

#: Overdue promises that are shown at once; the figures open to the others.
LONGEST = 10


def open_now(book: CaseBook) -> Section:
    """How many promises are open, by obligation, and those overdue the longest."""
    found = [o for o in obligations(book.measures.result) if o.protocol_step is None]
    overdue, running = sum(o.overdue for o in found), sum(o.running for o in found)
    said = [
        _clocks(book, words.plural(overdue, "promise"), "overdue"),
        f" {'is' if overdue == 1 else 'are'} overdue",
        *_by_side(book, found),
        "; ",
        _clocks(book, words.number(running), "running"),
        f" {'is' if running == 1 else 'are'} still in time.",
    ]
    own = [figure for figure in found if figure.overdue or figure.running]
    header = ["Promise", "Overdue", "In time"]
    tables = [*by_side("open now", header, own, lambda figure: _row(book, figure)), _longest(book)]
    return Section(
        "open", "Open now", answer=said, tables=[table for table in tables if table.rows]
    )


def _by_side(book: CaseBook, found: Sequence[ObligationFigure]) -> list[Said]:
    """` (35 of marketing, 102 of sales)` where both sides owe something."""
    late = {side: sum(o.overdue for o in found if o.side == side) for side in SIDES}
    if not all(late.values()):
        return []
    told = [
        _clocks(book, f"{words.number(n)} of {side}", "overdue", side) for side, n in late.items()
    ]
    return [" (", told[0], *(piece for each in told[1:] for piece in (", ", each)), ")"]


def _clocks(book: CaseBook, text: str, outcome: str, side: str = "") -> Said:
    """So many clocks, of both sides or of one."""
    title = f"{words.capital(outcome)} now{f', {side}' if side else ''}"
    about: About = {"protocol_step": None} | ({"side": side} if side else {})
    return opened(text, book.of_clocks(title, about, [outcome]))


def _row(book: CaseBook, figure: ObligationFigure) -> list[Said]:
    row: list[Said] = [figure.name]
    for outcome, count in (("overdue", figure.overdue), ("running", figure.running)):
        title = f"{figure.name}: {outcome} now"
        about = {"obligation": figure.name, "side": figure.side}
        row.append(opened(f"{count:,}", book.of_clocks(title, about, [outcome])))
    return row


def _longest(book: CaseBook) -> Table:
    result, zone = book.measures.result, book.measures.zone
    clocks = result.clocks.filter(
        (pc.field("outcome") == "overdue") & pc.field("protocol_step").is_null()
    )
    ordered = clocks.sort_by([("due_at", "ascending"), ("lead_id", "ascending")])
    companies = result.leads.select(["lead_id", "company"])
    listed = ordered.slice(0, LONGEST).join(companies, "lead_id").to_pylist()
    rows = [
        [
            clock["lead_id"],
            clock["company"] or words.NOTHING,
            clock["obligation"],
            words.group("person", clock["holder"]),
            words.moment(clock["due_at"], zone),
            words.age(result.as_of - clock["due_at"]),
        ]
        for clock in sorted(listed, key=lambda clock: (clock["due_at"], clock["lead_id"]))
    ]
    header = ["Lead", "Company", "Promise", "Owner", "Was due", "Overdue for"]
    return Table("Overdue the longest", header, rows, words=4)
