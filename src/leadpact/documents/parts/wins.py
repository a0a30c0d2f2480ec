"""Wins and losses: the largest deals, and what those that were won had and the others had not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Case, Group, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import cut
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.engine.metrics.ends import BROKEN, KEPT
from leadpact.engine.metrics.tables import microseconds
from leadpact.insight.differences import Word, difference
from leadpact.insight.statistics import share

KEY = "wins"
#: The part of the published figures that names the large deals.
LARGE = "large_deals"
#: The time in which deals were closed that are looked at.
YEAR = timedelta(days=365)
MOST_DEALS = 10
_MOST_TRAITS = 12
#: What a deal may have had, by the column that tells it.
_TRAITS = {
    "persona": "Persona",
    "profile": "Ideal customer",
    "tier": "Tier at handover",
    "segment": "Segment",
    "source": "Source",
    "origin": "Origin",
    "product": "Product",
    "promises": "Promises of sales",
}
_PROMISES = {KEPT: "all promises kept", BROKEN: "a promise broken"}
_COUNTED = (
    "Counts: deals won or lost in the last twelve months. A deal belongs to the lead that was "
    "created first, and has what that lead has now; the tier is that of the handover. Placed by: "
    "the closing of the deal."
)
Deal = dict[str, Any]


@dataclass(frozen=True)
class _Trait:
    """Something that some deals had: those, and all the others of which it is known."""

    title: str
    value: str
    having: Sequence[Deal]
    others: Sequence[Deal]

    @property
    def found(self) -> Any:
        """How much more often they were won than the others."""
        return difference(_rate(self.having), _rate(self.others))


def wins(book: CaseBook) -> Section:
    """The largest deals won and lost in twelve months, and the traits that went with winning."""
    recent = _recent(book)
    if not recent:
        return Section(KEY, "Wins and losses", text=["No deal was won or lost in twelve months."])
    traits = sorted(_traits(recent), key=lambda each: -abs(each.found.value))
    clear = [each for each in traits if each.found.word in (Word.HIGHER, Word.LOWER)]
    others = [each for each in traits if each not in clear]
    return Section(
        KEY,
        "Wins and losses",
        answer=_answer(recent, clear),
        text=[
            "Deals of the last twelve months. A trait is compared with all other deals of which "
            "it is known; with fewer than "
            f"{ENOUGH} deals on either side nothing is compared. What goes with winning need not "
            f"be its cause, and of {words.plural(len(traits), 'trait')} one in twenty looks clear "
            "by chance alone."
        ],
        tables=[
            _compared("What went with winning, and with losing", clear),
            _largest(recent, book.measures.zone, won=True),
            _largest(recent, book.measures.zone, won=False),
        ],
        aside=[_compared("Differences that may be chance, or of too few deals", others)],
    )


def large_deals(book: CaseBook) -> list[dict[str, Any]]:
    """The deals of both tables of large ones, with what a page calls them."""
    zone = book.measures.zone
    recent = _recent(book)
    return [
        {
            "deal": each["deal_id"],
            "name": each["company"] or each["deal_id"],
            "lead": each["lead_id"],
            "told": ", ".join(_told_of(each, zone)),
        }
        for won in (True, False)
        for each in _ranked(recent, won=won)[:MOST_DEALS]
    ]


def _told_of(deal: Deal, zone: ZoneInfo) -> Iterator[str]:
    why = f" ({deal['reason']})" if deal["reason"] and not deal["won"] else ""
    yield ("won" if deal["won"] else "lost") + why
    if deal["amount"] is not None:
        yield _amount(deal)
    yield words.date_of(deal["closed_at"], zone)


def _recent(book: CaseBook) -> list[Deal]:
    """Deals closed in the last twelve months, the latest first."""
    since = book.measures.result.as_of - YEAR
    closed = book.measures.closed_deals()
    found: list[Deal] = closed.filter(pc.greater_equal(closed["closed_at"], since)).to_pylist()
    return found


def _ranked(deals: Sequence[Deal], won: bool) -> list[Deal]:
    own = [each for each in deals if each["won"] is won]
    return sorted(own, key=lambda each: -(each["amount"] or 0))


def _amount(deal: Deal) -> str:
    number = words.number(round(deal["amount"]))
    return f"{number}{words.GLUE}{deal['currency'] or ''}".rstrip()


def _answer(deals: Sequence[Deal], clear: Sequence[_Trait]) -> list[Said]:
    won = [each for each in deals if each["won"]]
    said: list[Said] = [
        opened(words.out_of(len(won), len(deals)), _behind("Deals won or lost", deals)),
        " deals that were closed in twelve months were won",
        *_worth(won),
        ". ",
    ]
    if not clear:
        return [*said, "No trait clearly tells those that were won from those that were lost."]
    best = max(clear, key=lambda each: each.found.value)
    worst = min(clear, key=lambda each: each.found.value)
    if best.found.value > 0:
        said += ["Won clearly more often: ", *_named(best), ". "]
    if worst.found.value < 0:
        said += ["Clearly less often: ", *_named(worst), "."]
    return said


def _named(trait: _Trait) -> list[Said]:
    won = sum(each["won"] for each in trait.having)
    rate = words.rate(won, len(trait.having))
    behind = _behind(f"{trait.title}: {trait.value}", trait.having)
    return [f"{_small(trait.title)} “{trait.value}” (", opened(rate, behind), ")"]


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]


def _worth(won: Sequence[Deal]) -> list[Said]:
    """What they brought, where there is one currency."""
    currencies = {each["currency"] for each in won if each["amount"] is not None}
    if len(currencies) != 1:
        return []
    amount = sum(each["amount"] or 0 for each in won)
    told = f"{words.rough(amount, 'money')} {currencies.pop() or ''}".rstrip()
    return [", for ", opened(told, _behind("Deals won in twelve months", won))]


def _largest(deals: Sequence[Deal], zone: ZoneInfo, *, won: bool) -> Table:
    """The deals with the largest amounts; of those without one the latest."""
    ranked = _ranked(deals, won)
    reason = [] if won else ["Why lost"]
    rows = [_row(each, zone) for each in ranked[:MOST_DEALS]]
    caption = f"The largest deals {'won' if won else 'lost'}{cut(len(ranked), MOST_DEALS)}"
    header = ["Deal", "What it had", *reason, "Amount", "Closed"]
    return Table(caption, header, rows, words=len(header) - 2)


def _row(deal: Deal, zone: ZoneInfo) -> list[Said]:
    return [
        opened(deal["company"] or deal["deal_id"], _behind(f"Deal {deal['deal_id']}", [deal])),
        ", ".join(_had(deal)) or words.NOTHING,
        *([] if deal["won"] else [deal["reason"] or words.NOTHING]),
        words.NOTHING if deal["amount"] is None else _amount(deal),
        words.date_of(deal["closed_at"], zone).replace(" ", words.GLUE),
    ]


def _had(deal: Deal) -> Iterator[str]:
    for column, title in _TRAITS.items():
        if deal[column]:
            yield _in_words(column, title, deal[column])


def _in_words(column: str, title: str, value: str) -> str:
    """A trait as it reads among others: a persona or an ideal customer says itself what it is."""
    if column == "promises":
        return _PROMISES[value]
    if column in ("persona", "profile"):
        return value
    return f"{_small(title.removesuffix(' at handover'))} {value}"


def _compared(caption: str, traits: Sequence[_Trait]) -> Table:
    header = ["Trait", "Won", "Other deals won", "Difference"]
    rows = [_beside(each) for each in traits[:_MOST_TRAITS]]
    return Table(caption + cut(len(traits), _MOST_TRAITS), header, rows)


def _beside(trait: _Trait) -> list[Said]:
    named = f"{trait.title}: {trait.value}"
    shown = [
        opened(_told(deals), _behind(title, deals))
        for title, deals in ((named, trait.having), (f"All but {named}", trait.others))
    ]
    found = trait.found
    if found.word is Word.FEW:
        return [named, *shown, found.word.value]
    points = f"{found.value * 100:+.0f} points".replace("-", "−")
    return [named, *shown, f"{points}: {found.word.value}"]


def _traits(deals: Sequence[Deal]) -> Iterator[_Trait]:
    for column, title in _TRAITS.items():
        known = [each for each in deals if each[column]]
        values = sorted({each[column] for each in known})
        # Of two values the one is the other's opposite.
        for value in values[:1] if set(values) == {KEPT, BROKEN} else values:
            having = [each for each in known if each[column] == value]
            others = [each for each in known if each[column] != value]
            if having and others:
                yield _Trait(title, value, having, others)


def _rate(deals: Sequence[Deal]) -> Any:
    return share(sum(each["won"] for each in deals), len(deals))


def _told(deals: Sequence[Deal]) -> str:
    return words.rate(sum(each["won"] for each in deals), len(deals))


def _behind(title: str, deals: Sequence[Deal]) -> Behind:
    groups = [
        Group(name, len(own), [_case(each) for each in own])
        for name, own in (
            ("won", [each for each in deals if each["won"]]),
            ("lost", [each for each in deals if not each["won"]]),
        )
        if own
    ]
    return Behind(title, groups, _COUNTED, title, "Closed")


def _case(deal: Deal) -> Case:
    worth = f", {words.number(round(deal['amount']))}" if deal["amount"] is not None else ""
    why = f": {deal['reason']}" if deal["reason"] and not deal["won"] else ""
    told = f"deal {deal['deal_id']} {'won' if deal['won'] else 'lost'}{worth}{why}"
    return Case(deal["lead_id"], microseconds(deal["closed_at"]), told)
