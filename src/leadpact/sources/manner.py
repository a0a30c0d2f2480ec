"""How the dates and numbers of one table are written: as declared, or as its values show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from leadpact.agreement.conditions import Model
from leadpact.sources.amounts import Decimal, decimal_evidence, needs_decimal
from leadpact.sources.columns import Manner, clean
from leadpact.sources.instants import DateOrder, needs_order, order_evidence
from leadpact.sources.mapping import Moment, Sources, Table, Value
from leadpact.sources.rows import OpenTable, TableError

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass
class _Question(Generic[Choice]):
    """Which of two ways of writing a table uses, and the texts that tell."""

    declared: Choice | None
    evidence: Callable[[str], Choice | None]
    unclear: Callable[[str], bool]
    examples: dict[Choice, str] = field(default_factory=dict)
    doubt: str | None = None

    def look_at(self, text: str) -> None:
        """Take note of what one text tells."""
        if found := self.evidence(text):
            self.examples.setdefault(found, text)
        elif self.doubt is None and self.unclear(text):
            self.doubt = text

    @property
    def settled(self) -> bool:
        """Whether reading on could not change the answer."""
        return self.declared is not None or len(self.examples) == 1 or self.doubt is None

    def answer(self, title: str, setting: str, choices: str) -> Choice | None:
        """What was declared or found; raises TableError when that is not one answer."""
        if self.declared is not None:
            return self.declared
        hint = f"declare `{setting}:` for this table ({choices})"
        if len(self.examples) > 1:
            one, other = self.examples.values()
            raise TableError(f"{title} has both “{one}” and “{other}”", hint, (setting,))
        if not self.examples and self.doubt is not None:
            raise TableError(f"“{self.doubt}” in {title} can be read in two ways", hint, (setting,))
        return next(iter(self.examples), None)


def manner_of(sources: Sources, table: Table, opened: OpenTable) -> tuple[Manner, list[str]]:
    """How this table is read, with a note for each thing that was recognised, not declared.

    Reads on only as long as dates such as 3/4/2025 or numbers such as 1.234 leave a doubt.
    """
    zone = table.timezone or sources.timezone
    missing = frozenset({*sources.missing, *table.missing})
    order = _Question(table.dates or sources.dates, order_evidence, needs_order)
    decimal = _Question(table.decimal or sources.decimal, decimal_evidence, needs_decimal)
    looked: list[tuple[str, _Question[DateOrder] | _Question[Decimal]]] = []
    if order.declared is None:
        looked += [(name, order) for name in _date_columns(table)]
    if decimal.declared is None:
        looked += [(name, decimal) for name in _number_columns(table)]
    wanted = list(dict.fromkeys(name for name, _ in looked))
    for batch in opened.batches(wanted) if wanted else ():
        for name, question in looked:
            for text in clean(batch.columns[name], missing).unique().drop_null().to_pylist():
                question.look_at(text)
        if order.settled and decimal.settled:
            break
    manner = Manner(ZoneInfo(zone) if zone else None, None, None, missing)
    manner = replace(
        manner,
        order=order.answer(table.title, "dates", "`month first` or `day first`"),
        decimal=decimal.answer(table.title, "decimal", "`point` or `comma`"),
    )
    return manner, _notes(table.title, order, decimal)


def _date_columns(table: Table) -> Iterator[str]:
    for part in _parts(table):
        if isinstance(part, Moment) and part.column:
            yield part.column
        if isinstance(part, Value) and part.type == "date":
            yield from part.columns


def _number_columns(table: Table) -> Iterator[str]:
    if table.deals and table.deals.amount:
        yield from table.deals.amount.columns
    for part in _parts(table):
        if isinstance(part, Value) and part.type == "number":
            yield from part.columns


def _parts(part: object) -> Iterator[object]:
    """A part of the mapping and every part within it."""
    yield part
    inner: Iterable[object] = ()
    if isinstance(part, Model):
        inner = (getattr(part, name) for name in type(part).model_fields)
    elif isinstance(part, dict):
        inner = part.values()
    elif isinstance(part, list):
        inner = part
    for each in inner:
        yield from _parts(each)


def _notes(title: str, *questions: _Question[Any]) -> list[str]:
    return [
        f"{title}: “{text}” shows how it is written: {found}."
        for question in questions
        if question.declared is None
        for found, text in question.examples.items()
        if question.doubt is not None
    ]
