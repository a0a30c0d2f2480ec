"""Figures of obligations: kept or not, answered or not, and how fast."""

from __future__ import annotations

from typing import Literal

from leadpact.engine.metrics.metric import Metric, Owner

_DECIDED = "clocks met, missed or overdue"
_UNDECIDED = (
    "running, cancelled, rejected, waived and not observed clocks; single steps of the contact "
    "protocol"
)


def _kept(name: str, side: Owner, example: str, heading: str | None = None) -> Metric:
    of_sales = {"sales": "sales = 1", "marketing": "sales = 0", "both": "true"}
    return Metric(
        name=name,
        measure="share",
        side=side,
        numerator="of these, clocks met",
        denominator=_DECIDED,
        exclusions=_UNDECIDED,
        placed_by="the due time",
        cases="promises",
        where=of_sales[side],
        adds="n * met",
        example=example,
        part="obligation" if side == "both" else None,
        parts="with total" if side == "both" else "none",
        heading=heading,
        counted_in="share",
    )


def _answered(name: str, measure: Literal["p50", "p90"], share: str, example: str) -> Metric:
    return Metric(
        name=name,
        measure=measure,
        side="both",
        direction="down",
        numerator=f"working time within which {share} of the clocks are answered (Kaplan-Meier)",
        denominator="clocks started; one not answered, or closed before, counts as not answered "
        "so far",
        exclusions="clocks of leads already in contact, waived and not observed clocks; single "
        "steps of the contact protocol",
        placed_by="the start of the clock",
        cases="answers",
        adds="value",
        among="observed",
        example=example,
        part="obligation",
        parts="only",
    )


PROMISES = (
    _kept("attainment", "both", "Two clocks met, one missed, one overdue, one running: 2 of 4."),
    _kept(
        "attainment_marketing",
        "marketing",
        "Marketing's only clock is met: 1 of 1.",
        "Obligations of marketing kept",
    ),
    _kept(
        "attainment_sales",
        "sales",
        "Of sales' clocks one is met, one missed, one overdue: 1 of 3.",
        "Obligations of sales kept",
    ),
    Metric(
        name="response_rate",
        measure="share",
        side="both",
        numerator="of these, clocks that were answered, in time or late, or before they started; "
        "not those completed by the contact protocol alone",
        denominator=_DECIDED,
        exclusions=_UNDECIDED,
        placed_by="the due time",
        cases="promises",
        adds="n * answered",
        example="Two clocks were met and one missed by an answer that came late, one is overdue: "
        "3 of 4.",
        part="obligation",
        parts="with total",
    ),
    _answered(
        "response_p50",
        "p50",
        "half",
        "Answered after 10, 20, 30 and 40 minutes: 20 minutes. One answered after 10 minutes and "
        "three not in an hour: unknown.",
    ),
    _answered(
        "response_p90",
        "p90",
        "90 %",
        "Ten answered after 1, 2 … 10 minutes: 9 minutes.",
    ),
)
