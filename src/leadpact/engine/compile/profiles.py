"""Ideal customers as tables."""

from __future__ import annotations

from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.book import Book, whole_thousandths
from leadpact.engine.compile.lists import begins_of, chained, column
from leadpact.engine.compile.scoring import group_places
from leadpact.engine.kernels import bundles as b


def profile_criteria(book: Book, version: Agreement, v: int) -> list[list[tuple[int, int]]]:
    """(formula, weight in thousandths) of every criterion of every ideal customer of a version."""
    groups = group_places(version)
    return [
        [(book.of_state(c.when, v, groups), whole_thousandths(c.weight)) for c in ideal.criteria]
        for ideal in version.ideal_customers
    ]


def profile_tables(of_versions: list[list[list[tuple[int, int]]]]) -> b.Profiles:
    """The kernels' form of all ideal customers."""
    flat = chained(of_versions)
    criteria = chained(flat)
    return b.Profiles(
        begins=begins_of(of_versions),
        criteria_begins=begins_of(flat),
        criteria=column(formula for formula, _ in criteria),
        weight=column((weight for _, weight in criteria), "int64"),
    )
