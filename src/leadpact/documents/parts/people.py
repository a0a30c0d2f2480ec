"""What everybody in sales is shown by: how fast they answer, what they keep, what they accept."""

from __future__ import annotations

from collections.abc import Sequence

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.engine.metrics.registry import REGISTRY

KEY = "people"


def people(book: CaseBook, figures: Sequence[str]) -> Section:
    """A table of everybody who ever had a lead: of each of these figures over all time a column.

    The name of a column is that of its figure, each of which opens to its cases.
    """
    applies = {metric.name for metric in book.measures.metrics}
    names = [name for name in figures if name in applies]
    found = {
        (figure.group, name): figure
        for name in names
        for figure in book.measures.of(name, by="person")
        if figure.group and figure.n
    }
    rows: list[list[Said]] = []
    for person in sorted({person for person, _ in found if person}):
        row: list[Said] = [person]
        for name in names:
            figure = found.get((person, name))
            title = f"{person}: {REGISTRY[name].title}, over all time"
            row.append(
                opened(words.value(figure), book.of_metric(name, title, {"holder": person}))
                if figure
                else words.NOTHING
            )
        rows.append(row)
    return Section(KEY, "Everybody in sales", tables=[Table("Everybody", ["Person", *names], rows)])
