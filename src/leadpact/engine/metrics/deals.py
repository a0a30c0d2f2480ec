"""Figures of deals. A deal counts once, however many leads have a role in it."""

from __future__ import annotations

from leadpact.engine.metrics.metric import Direction, Measure, Metric
from leadpact.engine.metrics.sold import FROM_CREATION, FROM_MQL

_BELONGS = (
    "none; a deal belongs to its owner, to its product, and otherwise to that of its leads that "
    "was created first"
)


def _deals(
    name: str,
    measure: Measure,
    *,
    where: str,
    texts: tuple[str, str, str],
    adds: str = "n",
    among: str = "n",
    by_currency: bool = False,
    direction: Direction = "up",
    needs: tuple[str, ...] = (),
) -> Metric:
    numerator, denominator, example = texts
    return Metric(
        name=name,
        measure=measure,
        side="sales",
        direction=direction,
        numerator=numerator,
        denominator=denominator,
        exclusions=_BELONGS,
        placed_by="the closing of the deal",
        cases="sold",
        where=where,
        adds=adds,
        among=among,
        example=example,
        part="currency" if by_currency else None,
        parts="only" if by_currency else "none",
        needs=needs,
    )


def _cycle(name: str, since: int, begun: str, example: str, needs: tuple[str, ...] = ()) -> Metric:
    return Metric(
        name=name,
        measure="p50",
        side="both",
        direction="down",
        numerator=f"days, all of them, within which half of the deals were won, from {begun}",
        denominator="deals won",
        exclusions="deals not won, for nobody knows which of the open ones will be: a figure tells "
        f"of what was won in a period, not how long a new lead will take; deals won before {begun}",
        placed_by="the closing of the deal",
        cases="cycles",
        where=f"since = {since}",
        adds="value",
        among="observed",
        example=example,
        needs=needs,
    )


DEALS = (
    _deals(
        "won_deals",
        "count",
        where="won = 1",
        texts=("deals won", "none", "Two contacts on one won deal, and another won deal: 2."),
    ),
    _deals(
        "lost_deals",
        "count",
        where="won = 0",
        texts=("deals lost", "none", "One deal is lost: 1."),
        direction="down",
    ),
    _deals(
        "revenue",
        "sum",
        where="won = 1",
        texts=(
            "amounts of deals won; several currencies are told apart, never added",
            "none",
            "Deals of 1,000 and 500 are won: 1,500.",
        ),
        adds="amount",
        by_currency=True,
    ),
    _deals(
        "revenue_from_mqls",
        "part",
        where="won = 1",
        texts=(
            "of this, amounts of deals of which a lead had become MQL, in its own right, by the "
            "closing",
            "amounts of deals won; several currencies are told apart",
            "Deals of 1,000 and 500 are won; a lead of the first was an MQL: 67 %.",
        ),
        adds="amount * from_mql",
        among="amount",
        by_currency=True,
        needs=("mql",),
    ),
    _deals(
        "win_rate",
        "share",
        where="true",
        texts=("deals won", "deals won or lost", "Two deals won, one lost: 2 of 3."),
        adds="n * won",
    ),
    _deals(
        "average_sale",
        "mean",
        where="won = 1 and priced = 1",
        texts=(
            "amounts of deals won; several currencies are told apart",
            "deals won whose amount is known",
            "Deals of 1,000 and 500 are won: 750.",
        ),
        adds="amount",
        by_currency=True,
    ),
    _cycle(
        "cycle_days",
        FROM_CREATION,
        "the creation of the first of its leads",
        "One deal won 5 days after the first of its two leads was created: 5 days.",
    ),
    _cycle(
        "mql_cycle_days",
        FROM_MQL,
        "the first entry of one of its leads into the MQL stage",
        "One deal won 5 days after its lead was created, 4 days after it became MQL: 4 days.",
        ("mql",),
    ),
)
