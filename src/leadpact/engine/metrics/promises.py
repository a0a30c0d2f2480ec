"""Figures of obligations: kept or not, how fast, with how many attempts, and how rated."""

from __future__ import annotations

from typing import Literal

from leadpact.engine.metrics.metric import NOT_COUNTED, Metric


def _kept(
    name: str, side: Literal["marketing", "sales", "both"], example: str, heading: str | None = None
) -> Metric:
    of_side = "true" if side == "both" else f"side = '{side}'"
    return Metric(
        name=name,
        measure="share",
        side=side,
        numerator="of these, clocks met",
        denominator="clocks met, missed or overdue",
        exclusions="running, cancelled, rejected, waived and not observed clocks; single steps of "
        "the contact protocol",
        placed_by="the due time",
        query=f"""
select lead_id, due_at as placed_at, cast(outcome = 'met' as int) as numerator, 1 as denominator,
       obligation as part, segment, source, origin, holder
from promises
where outcome in ('met', 'missed', 'overdue') and protocol_step is null and {of_side}""",
        example=example,
        parts="with total" if side == "both" else "none",
        heading=heading,
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
        query="""
select lead_id, started_at as placed_at, working_seconds as numerator,
       cast(answered as int) as denominator, obligation as part, segment, source, origin, holder,
       outcome, episode
from promises where timed and protocol_step is null""",
        example=example,
        parts="only",
    )


PROMISES = (
    _kept(
        "attainment",
        "both",
        "Two clocks met, one missed, one overdue, one running: 2 of 4.",
    ),
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
    Metric(
        name="attempts_per_lead",
        measure="mean",
        side="sales",
        numerator="attempts by sales to reach the lead, from the start of the episode to its end",
        denominator="episodes handed over to sales",
        exclusions=NOT_COUNTED,
        placed_by="the handoff",
        query="""
select h.lead_id, h.placed_at, count(f.lead_id) as numerator, 1 as denominator, h.segment, h.source,
       h.origin, h.holder
from handovers as h left join facts as f
  on f.lead_id = h.lead_id and f.kind = 'sales.attempted'
 and f.happened_at >= h.started_at and (h.ended_at is null or f.happened_at <= h.ended_at)
group by h.lead_id, h.episode, h.placed_at, h.segment, h.source, h.origin, h.holder""",
        example="Five episodes handed over, ten attempts: 2.",
    ),
    Metric(
        name="quality_rating",
        measure="mean",
        side="marketing",
        numerator="ratings from 1 to 5 that sales gave, alone or with a decision",
        denominator="ratings given",
        exclusions=NOT_COUNTED,
        placed_by="the rating",
        query="""
select f.lead_id, f.happened_at as placed_at, f.rating as numerator, 1 as denominator, c.segment,
       c.source, c.origin, c.holder
from facts as f join counted as c using (lead_id) where f.rating is not null""",
        example="Ratings of 5, 4 and 3: 4.",
    ),
)
