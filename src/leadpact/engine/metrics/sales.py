"""Figures of what sales does with the leads it is given, and what it thinks of them."""

from __future__ import annotations

from leadpact.engine.metrics.metric import Direction, Metric, Owner
from leadpact.engine.metrics.waits import ASSIGNMENT, PERSON, SYSTEM, TOTAL

_HANDED_OVER = "episodes handed over to sales"
_NOT_COUNTED = "excluded and merged leads, handoffs with an upheld dispute"


def _handed_over(
    name: str,
    column: str,
    direction: Direction,
    numerator: str,
    example: str,
    needs: tuple[str, ...] = (),
    side: Owner = "sales",
    part: str | None = None,
) -> Metric:
    return Metric(
        name=name,
        measure="share",
        side=side,
        direction=direction,
        numerator=numerator,
        denominator=_HANDED_OVER,
        exclusions=_NOT_COUNTED,
        placed_by="the handoff",
        cases="handovers",
        adds=f"n * {column}",
        reached="accepted_at" if column == "accepted" else "ended_at",
        example=example,
        needs=needs,
        part=part,
        parts="with total" if part else "none",
        of_all=part is not None,
    )


def _speed(name: str, wait: int, numerator: str, denominator: str, example: str) -> Metric:
    owners: dict[int, Owner] = {SYSTEM: "marketing", ASSIGNMENT: "both", PERSON: "sales"}
    return Metric(
        name=name,
        measure="p50",
        side=owners.get(wait, "both"),
        direction="down",
        numerator=f"working time of the organisation within which half of the leads {numerator} "
        "(Kaplan-Meier)",
        denominator=denominator,
        exclusions=f"{_NOT_COUNTED}; leads with whom sales was already in contact"
        if wait in (PERSON, TOTAL)
        else _NOT_COUNTED,
        placed_by="the entry into the handoff stage; without one, the handoff",
        cases="waits",
        where=f"wait = {wait}",
        adds="value",
        among="observed",
        example=example,
        held="true" if wait == PERSON else None,
    )


SALES = (
    _handed_over(
        "acceptance_rate",
        "accepted",
        "up",
        "of these, episodes that reached the stage with the role `sal`",
        "Sales accepts three of five episodes handed over: 3 of 5.",
        ("sal",),
    ),
    _handed_over(
        "rejection_rate",
        "rejected",
        "down",
        "of these, episodes that ended with a rejection by sales; by reason, with this one",
        "Sales rejects one of five episodes handed over, for no budget: 1 of 5.",
        part="reason",
    ),
    _handed_over(
        "recycle_rate",
        "recycled",
        "down",
        "of these, episodes that went back to marketing; by cause, for this one",
        "One of five episodes handed over is recycled: 1 of 5.",
        side="both",
        part="cause",
    ),
    Metric(
        name="protocol_completion",
        measure="share",
        side="sales",
        numerator="of these, protocols of which the last step was made, in time or late, or which "
        "ended because the two spoke (`done_when`)",
        denominator="contact protocols of episodes handed over that ended or are overdue",
        exclusions=f"{_NOT_COUNTED}; protocols whose present step is not due yet, or was waived",
        placed_by="the handoff",
        cases="handovers",
        where="protocol >= 0",
        adds="n * protocol",
        example="Of five protocols one was followed to its last step, one ended when the two "
        "spoke, one was cut off by a rejection, one is overdue and one is running: 2 of 4.",
        needs=("protocol",),
    ),
    Metric(
        name="attempts_per_lead",
        measure="mean",
        side="sales",
        numerator="attempts by sales to reach the lead, from the start of the episode to its end",
        denominator=_HANDED_OVER,
        exclusions=_NOT_COUNTED,
        placed_by="the handoff",
        cases="handovers",
        adds="attempts",
        example="Five episodes handed over, ten attempts: 2.",
    ),
    Metric(
        name="quality_rating",
        measure="mean",
        side="marketing",
        numerator="ratings from 1 to 5 that sales gave, alone or with a decision",
        denominator="ratings given",
        exclusions="excluded and merged leads",
        placed_by="the rating",
        cases="ratings",
        adds="rating",
        example="Ratings of 5, 4 and 3: 4.",
    ),
    _speed(
        "speed_to_lead",
        TOTAL,
        "have an answer",
        "episodes handed over in which a clock of sales began at the handoff, or with the holder "
        "for whom it waited",
        "Five qualify. Three are answered after 1 h, 2 h 30 min and 4 h, two not yet: 4 h, for by "
        "then three of five are answered.",
    ),
    _speed(
        "speed_to_lead_system",
        SYSTEM,
        "are handed over",
        "episodes that entered the handoff stage in their own right",
        "Five qualify at 09:00 and are handed over at once: 0 s.",
    ),
    _speed(
        "speed_to_lead_assignment",
        ASSIGNMENT,
        "have a holder, at once where they had one before",
        "episodes handed over",
        "Of five handed over one has a holder from before, three get one after 30 min, 1 h and "
        "3 h, one gets none: 1 h, for by then three of five have one.",
    ),
    _speed(
        "speed_to_lead_person",
        PERSON,
        "have an answer, counted from when somebody holds them",
        "episodes handed over that somebody held, in which a clock of sales began so",
        "Four are held. Three are answered after 30 min, 1 h 30 min and 1 h, one not yet: 1 h, for "
        "by then two of four are answered.",
    ),
)
