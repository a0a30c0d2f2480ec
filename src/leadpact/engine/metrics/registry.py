"""Every figure by its name, and the page that explains them all."""

from __future__ import annotations

from leadpact.engine.metrics.deals import DEALS
from leadpact.engine.metrics.funnel import FUNNEL
from leadpact.engine.metrics.metric import OF_HOLDERS, Metric
from leadpact.engine.metrics.nurtured import NURTURE
from leadpact.engine.metrics.promises import PROMISES
from leadpact.engine.metrics.sales import SALES

REGISTRY: dict[str, Metric] = {m.name: m for m in (*FUNNEL, *NURTURE, *DEALS, *SALES, *PROMISES)}

_INTRODUCTION = """\
# Figures

Every figure that Leadpact shows comes from one registry and one way of counting, and can be opened
to the leads behind it. This page is made from that registry (`make docs`). What the figures share,
and by what they can be split, is told in [Semantics](../semantics.md#15-metrics).

- A share carries the number of cases and a 95 % interval (Wilson). Under 20 cases the number of
  cases that count is given instead of a share; its unit is then `cases`. So with a flow, whose
  interval is that of the ratio of two counts. A part of a sum is known whole and has no interval.
- A figure belongs to the calendar period, in the agreement's zone, of the date named below.
- Percentiles treat what has not ended yet as *not ended so far* (Kaplan-Meier), never as absent.
  One that cannot be known is left empty.
- The examples tell of the same ten leads, which a test counts as well.
"""

_NEEDS = {
    "threshold": "a score in the condition of that stage, of points that the results tell "
    "(`total`, `fit`, `engagement`)",
    "protocol": "a contact protocol",
    "nurture": "a nurture program",
}


def reference() -> str:
    """The reference page in Markdown."""
    return "\n".join([_INTRODUCTION, *(_entry(metric) for metric in REGISTRY.values())])


def _entry(metric: Metric) -> str:
    better = "higher" if metric.direction == "up" else "lower"
    owner = "both sides" if metric.side == "both" else metric.side
    needs = [_NEEDS.get(need, f"a stage with the role `{need}`") for need in metric.needs]
    lines = [
        f"## {metric.title}",
        "",
        f"`{metric.name}` · {metric.unit} · {owner} · {better} is better",
        "",
        f"- Counts: {metric.numerator}.",
        f"- Out of: {metric.denominator}." if metric.denominator != "none" else "",
        f"- Leaves out: {metric.exclusions}.",
        f"- Placed by: {metric.placed_by}.",
        f"- Needs: {' and '.join(needs)}." if needs else "",
        f"- Split by: {_splits(metric)}." if _splits(metric) else "",
        f"- Example: {metric.example}",
        "",
    ]
    return "\n".join(line for i, line in enumerate(lines) if line or i in (1, 3, len(lines) - 1))


def _splits(metric: Metric) -> str:
    """What is not usual about its splits."""
    if metric.whole:
        return "period only"
    if not any(map(metric.can_be_split, OF_HOLDERS)):
        return "anything but team and person"
    if metric.held != "true":
        return "team and person from the handoff stage on"
    return ""
