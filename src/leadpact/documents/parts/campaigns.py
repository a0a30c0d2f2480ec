"""What became of the leads of each campaign, as a marketer asks: taken, rejected and why, won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, Text, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import cut
from leadpact.documents.pools import Bounds
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.periods import Period
from leadpact.engine.metrics.registry import REGISTRY

KEY = "campaigns"
#: Campaigns that are told, those with the most leads: anybody can type the name of another.
_MOST = 60
_MOST_REASONS = 2
_COUNTED = ("leads", "mqls")
_EARNED = ("won_deals", "revenue")
Group = str | None


def campaigns(book: CaseBook) -> Section:
    """A table of this quarter, and aside one of all time, a row a campaign."""
    present = book.measures.periods("quarter")[-1]
    ranked = sorted(
        (figure for figure in book.measures.of("leads", by="campaign") if figure.value),
        key=lambda figure: (-(figure.value or 0), figure.group or ""),
    )
    names = [figure.group for figure in ranked[:_MOST]]
    rest = cut(len(ranked), _MOST)
    return Section(
        KEY,
        "What became of their leads",
        text=[
            "Leads and MQLs are counted in the time in which they came and qualified, acceptance "
            "and rejection by the handover, deals and revenue by the closing."
        ]
        if names
        else ["No lead has a campaign yet."],
        tables=[_Campaigns(book, present).table(names, rest)],
        aside=[_Campaigns(book, None).table(names, rest)],
    )


class _Campaigns:
    """Figures by campaign in a quarter, or over all time (None)."""

    def __init__(self, book: CaseBook, period: Period | None) -> None:
        self._book, self._period = book, period
        self._applies = {metric.name for metric in book.measures.metrics}

    def table(self, names: Sequence[Group], rest: str) -> Table:
        """A row a campaign, in the order of the names."""
        before, after = (
            [each for each in some if each in self._applies] for some in (_COUNTED, _EARNED)
        )
        taken = self._by_campaign("acceptance_rate")
        rejected = self._by_campaign("rejection_rate")
        counts = {name: self._by_campaign(name) for name in (*before, *after)}
        after = [name for name in after if not any(part for _, part in counts[name])]
        rows = [
            [
                words.group("campaign", name),
                *(self._count(each, counts[each], name) for each in before),
                self._share("acceptance_rate", "accepted", taken, name),
                self._share("rejection_rate", "rejected", rejected, name),
                *(self._count(each, counts[each], name) for each in after),
                self._reasons(rejected, name),
            ]
            for name in names
        ]
        header = [
            "Campaign",
            *(REGISTRY[each].title for each in before),
            *("Accepted", "Rejected"),
            *(REGISTRY[each].title for each in after),
            "Why rejected",
        ]
        return Table(words.capital(self._when) + rest, header, rows)

    @property
    def _when(self) -> str:
        return f"in {self._period.title}" if self._period else "over all time"

    @property
    def _bounds(self) -> Bounds | None:
        return (self._period.starts, self._period.ends) if self._period else None

    def _by_campaign(self, name: str) -> dict[tuple[Group, str], Figure]:
        """Figures of a metric by campaign and part, the total under an empty part."""
        if name not in self._applies:
            return {}
        found = self._book.measures.of(name, "quarter" if self._period else "all", "campaign")
        label = self._period.label if self._period else "all"
        return {(f.group, f.name.partition(": ")[2]): f for f in found if f.period == label}

    def _count(self, metric: str, found: dict[tuple[Group, str], Figure], name: Group) -> Said:
        figure = found.get((name, ""))
        if figure is None or not figure.value:
            return words.NOTHING
        return opened(words.number(round(figure.value)), self._behind(metric, name))

    def _share(
        self, metric: str, what: str, found: dict[tuple[Group, str], Figure], name: Group
    ) -> Said:
        figure = found.get((name, ""))
        if figure is None:
            return words.NOTHING
        return opened(words.out_of(figure.numerator, figure.n), self._behind(metric, name, what))

    def _reasons(self, found: dict[tuple[Group, str], Figure], name: Group) -> Text:
        """The most frequent reasons with how often each was given."""
        given = [(f.numerator, part) for (of, part), f in found.items() if of == name and part]
        given.sort(key=lambda each: (-each[0], each[1]))
        said: list[Said] = []
        for n, reason in [each for each in given if each[0]][:_MOST_REASONS]:
            behind = self._behind(
                "rejection_rate", name, reason, {"numerator": 1.0, "part": reason}
            )
            said += [", "] if said else []
            said.append(opened(f"{reason}{words.GLUE}{n:,}", behind))
        return said or words.NOTHING

    def _behind(
        self, metric: str, name: Group, what: str = "", about: dict[str, Any] | None = None
    ) -> Any:
        called = words.group("campaign", name)
        title = f"Campaign {called}: {what or REGISTRY[metric].title}, {self._when}"
        kept = {"campaign": name, **(about or {})}
        return self._book.of_metric(metric, title, kept, self._bounds)
