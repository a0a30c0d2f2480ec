"""Why a case is behind a figure, in the fewest words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadpact.documents import words
from leadpact.documents.pools import Row
from leadpact.engine.metrics.metric import Measure, Metric

Why = Callable[[Row], str]


@dataclass(frozen=True)
class Wording:
    """Names for the cases that count and for the rest, and the word for one of them."""

    why: Why
    counted: str = "counted"
    rest: str = "not counted"


def of_metric(metric: Metric) -> Wording:
    """How the cases of a metric are told."""
    return _OWN.get(metric.name) or _USUAL[metric.measure]


def of_clock(clock: Row) -> str:
    """What became of a clock, and with whom the lead was."""
    holder = f", with {clock['holder']}" if clock["holder"] else ""
    return _ended(clock) + holder


def _ended(clock: Row) -> str:
    outcome, late = clock["outcome"], words.duration(clock["late_seconds"])
    if outcome == "missed":
        return f"missed by {late}"
    if outcome == "overdue":
        return f"overdue by {late}"
    if outcome != "met":
        return "paused" if clock["paused"] else str(outcome)
    if clock["already_in_contact"]:
        return "met: already in contact"
    if clock["by_protocol"]:
        return "met by completing the contact protocol"
    return f"met after {words.duration(clock['working_seconds'])}"


def _either(yes: str, no: str) -> Why:
    return lambda case: yes if case["numerator"] else no


def _with_reason(yes: str, no: str) -> Why:
    def why(case: Row) -> str:
        reason = f": {case['part']}" if case["part"] else ""
        return (yes if case["numerator"] else no) + reason

    return why


def _moved_on(case: Row) -> str:
    _, _, goal = (case["part"] or "").rpartition(" → ")
    return f"{'reached' if case['numerator'] else 'has not reached'} {goal or 'the last stage'}"


def of_arrival(case: Row) -> str:
    """An entry into the later stage of a step."""
    _, _, stage = (case["part"] or "").rpartition(" → ")
    return f"entered {stage or 'the last stage'}"


def _amount(case: Row) -> str:
    return f"won: {words.number(case['numerator'])} {case['part'] or ''}".rstrip()


def _after(done: str, open_: str) -> Why:
    """What is done after a working time, or not yet after so much of it."""

    def why(case: Row) -> str:
        told = f"{done} after" if case["denominator"] else f"{open_} in"
        return f"{told} {words.duration(case['numerator'])}"

    return why


def _in_nurture(case: Row) -> str:
    days = words.number(round(case["numerator"], 1))
    return f"qualified after {days} days" if case["denominator"] else f"{days} days without"


def _days(case: Row) -> str:
    days = words.number(round(case["numerator"], 1))
    return f"won after {days} days" if case["denominator"] else f"open for {days} days"


_ANSWERED = _after("answered", "not answered")

_OWN: dict[str, Wording] = {
    "leads": Wording(lambda _: "entered the database"),
    "contacts_added": Wording(lambda _: "entered the database"),
    "mqls": Wording(lambda _: "became an MQL"),
    "repeat_mqls": Wording(lambda _: "became an MQL again"),
    "sals": Wording(lambda _: "accepted by sales"),
    "sqls": Wording(lambda _: "became an SQL"),
    "opportunities": Wording(lambda _: "became an opportunity"),
    "customers": Wording(lambda _: "became a customer"),
    "stage_entries": Wording(lambda case: f"entered {case['part']}"),
    "nurture_entries": Wording(lambda case: f"entered {case['part']}"),
    "nurture_qualified": Wording(
        _either("qualified while in it", "not qualified"), "qualified", "not qualified"
    ),
    "nurture_days": Wording(_in_nurture),
    "nurture_exits": Wording(lambda case: (case["part"] or "").replace(" → ", ": ")),
    "won_deals": Wording(lambda _: "deal won"),
    "lost_deals": Wording(lambda _: "deal lost"),
    "revenue": Wording(_amount),
    "average_sale": Wording(_amount),
    "win_rate": Wording(_either("deal won", "deal lost"), "won", "lost"),
    "conversion": Wording(_moved_on, "moved on", "not moved on"),
    "mql_to_sql": Wording(_either("became an SQL", "no SQL"), "SQL", "no SQL"),
    "mql_to_close": Wording(_either("became a customer", "no customer"), "closed", "not closed"),
    "high_quality_share": Wording(
        _either("high quality", "not of high quality"), "high quality", "the rest"
    ),
    "acceptance_rate": Wording(
        _with_reason("accepted", "not accepted"), "accepted", "not accepted"
    ),
    "rejection_rate": Wording(_with_reason("rejected", "not rejected"), "rejected", "not rejected"),
    "recycle_rate": Wording(_with_reason("recycled", "not recycled"), "recycled", "not recycled"),
    "exclusion_rate": Wording(_either("excluded", "counts"), "excluded", "not excluded"),
    "duplicate_rate": Wording(_either("duplicate", "no duplicate"), "duplicates", "the rest"),
    "attainment": Wording(_either("kept", "not kept"), "kept", "not kept"),
    "response_p50": Wording(_ANSWERED),
    "response_p90": Wording(_ANSWERED),
    **dict.fromkeys(("speed_to_lead", "speed_to_lead_person"), Wording(_ANSWERED)),
    "speed_to_lead_system": Wording(_after("handed over", "not handed over")),
    "speed_to_lead_assignment": Wording(_after("given a holder", "not given a holder")),
    **dict.fromkeys(("cycle_days", "mql_cycle_days"), Wording(_days)),
    "over_threshold": Wording(_either("reached it", "not reached it"), "over it", "under it"),
    "protocol_completion": Wording(
        _either("completed", "not completed"), "completed", "not completed"
    ),
    "response_rate": Wording(_either("answered", "not answered"), "answered", "not answered"),
    "attempts_per_lead": Wording(
        lambda case: words.plural(int(case["numerator"]), "attempt"),
    ),
    "quality_rating": Wording(lambda case: f"rated {words.number(case['numerator'])}"),
}

_USUAL: dict[Measure, Wording] = {
    "count": Wording(lambda _: "counted"),
    "sum": Wording(lambda case: words.number(case["numerator"] or 0)),
    "share": Wording(_either("counted", "not counted")),
    "part": Wording(lambda case: words.number(case["numerator"] or 0)),
    "flow": Wording(_either("entered the later stage", "entered the earlier stage")),
    "mean": Wording(lambda case: words.number(case["numerator"] or 0)),
    "p50": Wording(lambda case: words.number(case["numerator"] or 0)),
    "p90": Wording(lambda case: words.number(case["numerator"] or 0)),
}
