"""The funnel and the closed loop of every value of a dimension, over all time or in a quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.differences import BESIDE_OTHERS, HOW_BESIDE_OTHERS, beside_others
from leadpact.documents.parts.credit import credit_table
from leadpact.documents.parts.shared import cut, without_empty
from leadpact.documents.pools import Bounds
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.metric import Split
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.registry import REGISTRY

#: What the loop can be told by.
BY: tuple[Split, ...] = ("source", "campaign", "landing_page", "asset", "segment")
ALL = "all"
#: The key of what there is to choose from.
LOOPS = "loops"
_COUNTED = ("leads", "mqls", "sals", "sqls", "opportunities", "customers", "won_deals", "revenue")
_MOST_QUARTERS = 5
#: Values of a dimension that are told, those with the most leads; of each figure there is a list.
_MOST = 15
_FIRST_TO_LAST = "First to last"
Group = str | None


def loops(book: CaseBook) -> Iterator[Section]:
    """A part for each dimension and time, in the order in which they are chosen."""
    for by in _dimensions(book):
        for period in (None, *quarters(book)):
            yield _Loop(book, by, period).section()


def quarters(book: CaseBook) -> list[Period]:
    """The last quarters, the newest first."""
    return book.measures.periods("quarter")[-_MOST_QUARTERS:][::-1]


def choices(book: CaseBook) -> dict[str, list[tuple[str, str]]]:
    """What there is to choose from, dimensions and times: each as in a key, and in words."""
    named = [(str(by), by.replace("_", " ")) for by in _dimensions(book)]
    times = [(each.label, each.title) for each in quarters(book)]
    return {"by": named, "times": [(ALL, "all time"), *times]}


def _dimensions(book: CaseBook) -> list[Split]:
    segments = book.measures.result.agreement.segments
    return [by for by in BY if by != "segment" or segments]


def key_of(by: str, period: str) -> str:
    """The key of a part."""
    return f"loop-{by}-{period}"


@dataclass(frozen=True)
class _Loop:
    """One part: figures by a dimension, of a quarter or over all time (None)."""

    book: CaseBook
    by: Split
    period: Period | None

    def section(self) -> Section:
        """What came of each value; each step as cohort and as flow; who gets the credit."""
        ranked = self._ranked()
        title = f"By {self._what}, {self._when}"
        key = key_of(self.by, self.period.label if self.period else ALL)
        if not ranked:
            return Section(key, title, text=["Nothing came in this time."])
        shown = ranked[:_MOST]
        return Section(
            key,
            title,
            text=[
                "Each count is of what happened in the time. As a cohort: of those who entered a "
                "stage in the time, how many have moved on, whenever that was. As a flow: entries "
                "into the next stage in the time for each one into this one, whoever they were. "
                "Beside each share stands its 95 % interval; each opens to how it was reached.",
                HOW_BESIDE_OTHERS,
            ],
            tables=[
                self._counts(shown, cut(len(ranked), _MOST)),
                self._steps("conversion", "as a cohort", shown),
                self._steps("conversion_flow", "as a flow", shown),
                *self._credit(),
            ],
        )

    def _credit(self) -> list[Table]:
        """Who gets the credit for won deals, under three ways to share it out."""
        table = credit_table(self.book, self.by, self._bounds, _MOST)
        return [table] if table.rows else []

    @property
    def _what(self) -> str:
        return self.by.replace("_", " ")

    @property
    def _when(self) -> str:
        return self.period.title if self.period else "over all time"

    @property
    def _bounds(self) -> Bounds | None:
        return (self.period.starts, self.period.ends) if self.period else None

    def _figures(self, name: str) -> list[Figure]:
        measures = self.book.measures
        if self.period is None:
            return measures.of(name, by=self.by)
        found = measures.of(name, "quarter", self.by)
        return [figure for figure in found if figure.period == self.period.label]

    def _ranked(self) -> list[Group]:
        """Values of the dimension, those with the most leads first, then by what came of them."""
        found: dict[Group, tuple[float, ...]] = {}
        for place, name in enumerate(("leads", "mqls", "won_deals")):
            for figure in self._figures(name):
                so_far = found.get(figure.group, (0.0, 0.0, 0.0))
                counts = (*so_far[:place], figure.value or 0.0, *so_far[place + 1 :])
                found[figure.group] = counts
        some = {group: counts for group, counts in found.items() if any(counts)}
        return sorted(some, key=lambda group: (*(-n for n in some[group]), group or ""))

    def _counts(self, shown: Sequence[Group], rest: str) -> Table:
        applies = {metric.name for metric in self.book.measures.metrics}
        names = [name for name in _COUNTED if name in applies and self._told(name)]
        figures = {name: {figure.group: figure for figure in self._figures(name)} for name in names}
        rows = [
            [
                words.group(self.by, group),
                *(self._count(name, figures[name].get(group), group) for name in names),
            ]
            for group in shown
        ]
        header = [words.capital(self._what), *(REGISTRY[name].title for name in names)]
        return Table(f"What came of each {self._what}{rest}", header, rows)

    def _told(self, name: str) -> bool:
        """Whether it is one figure: revenue in several currencies is told where it is alone."""
        return all(":" not in figure.name for figure in self._figures(name))

    def _count(self, name: str, figure: Figure | None, group: Group) -> Said:
        if figure is None or not figure.value:
            return words.NOTHING
        title = f"{self._called(group)}: {REGISTRY[name].title}, {self._when}"
        behind = self.book.of_metric(name, title, {self.by: group}, self._bounds)
        return opened(words.number(round(figure.value)), behind)

    def _called(self, group: Group) -> str:
        return f"{words.capital(self._what)} {words.group(self.by, group)}"

    def _steps(self, name: str, how: str, shown: Sequence[Group]) -> Table:
        figures = {(figure.group, _step(figure)): figure for figure in self._figures(name)}
        steps = list(dict.fromkeys(step for _, step in figures if step != _FIRST_TO_LAST))
        columns = [*steps, _FIRST_TO_LAST]
        whole = {group: each for (group, step), each in figures.items() if step == _FIRST_TO_LAST}
        beside = beside_others(whole) if name == "conversion" else {}
        rows = [
            [
                words.group(self.by, group),
                *(self._share(name, figures.get((group, step)), group, step) for step in columns),
                self._beside(group, beside),
            ]
            for group in shown
        ]
        header = [words.capital(self._what), *columns, BESIDE_OTHERS]
        table = Table(f"Each step {how}, by {self._what}", header, rows)
        return without_empty(table, [BESIDE_OTHERS])

    def _beside(self, group: Group, beside: Mapping[Group, str]) -> Said:
        title = f"{self._called(group)}: {_FIRST_TO_LAST}, entered {self._when}"
        behind = self.book.of_metric(
            "conversion", title, {"part": None, self.by: group}, self._bounds
        )
        return opened(beside.get(group, words.NOTHING), behind)

    def _share(self, name: str, figure: Figure | None, group: Group, step: str) -> Said:
        if figure is None:
            return words.NOTHING
        interval = words.interval(figure)
        told = words.value(figure) + (f" ({interval})" if interval != words.NOTHING else "")
        about = {"part": None if step == _FIRST_TO_LAST else step, self.by: group}
        if name != "conversion":
            title = f"{self._called(group)}: {step} as a flow, {self._when}"
            return opened(told, self.book.of_flow(title, about, self._bounds))
        title = f"{self._called(group)}: {step}, entered {self._when}"
        return opened(told, self.book.of_metric(name, title, about, self._bounds))


def _step(figure: Figure) -> str:
    return figure.name.partition(": ")[2] or _FIRST_TO_LAST
