"""Figures of deals. A deal counts once, however many leads have a role in it."""

from __future__ import annotations

from leadpact.engine.metrics.metric import Direction, Measure, Metric


def _deals(
    name: str,
    measure: Measure,
    *,
    where: str,
    texts: tuple[str, str, str],
    value: str = "1",
    by_currency: bool = False,
    direction: Direction = "up",
) -> Metric:
    numerator, denominator, example = texts
    part = "part" if by_currency else "cast(null as varchar)"
    return Metric(
        name=name,
        measure=measure,
        side="sales",
        direction=direction,
        numerator=numerator,
        denominator=denominator,
        exclusions="none; by source or segment a deal belongs to that of its leads that was "
        "created first",
        placed_by="the closing of the deal",
        query=f"""
select lead_id, placed_at, {value} as numerator, 1 as denominator, {part} as part, segment, source,
       origin, holder
from sold where {where}""",
        example=example,
        parts="only" if by_currency else "none",
    )


DEALS = (
    _deals(
        "won_deals",
        "count",
        where="outcome = 'won'",
        texts=("deals won", "none", "Two contacts on one won deal, and another won deal: 2."),
    ),
    _deals(
        "lost_deals",
        "count",
        where="outcome = 'lost'",
        texts=("deals lost", "none", "One deal is lost: 1."),
        direction="down",
    ),
    _deals(
        "revenue",
        "sum",
        where="outcome = 'won'",
        texts=(
            "amounts of deals won; several currencies are told apart, never added",
            "none",
            "Deals of 1,000 and 500 are won: 1,500.",
        ),
        value="coalesce(amount, 0)",
        by_currency=True,
    ),
    _deals(
        "win_rate",
        "share",
        where="outcome in ('won', 'lost')",
        texts=("deals won", "deals won or lost", "Two deals won, one lost: 2 of 3."),
        value="cast(outcome = 'won' as int)",
    ),
    _deals(
        "average_sale",
        "mean",
        where="outcome = 'won' and amount is not null",
        texts=(
            "amounts of deals won; several currencies are told apart",
            "deals won whose amount is known",
            "Deals of 1,000 and 500 are won: 750.",
        ),
        value="amount",
        by_currency=True,
    ),
)
