"""Every figure by its name, and the page that explains them all."""

from __future__ import annotations

from leadpact.engine.metrics.deals import DEALS
from leadpact.engine.metrics.funnel import FUNNEL
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.promises import PROMISES

REGISTRY: dict[str, Metric] = {m.name: m for m in (*FUNNEL, *DEALS, *PROMISES)}

_INTRODUCTION = """\
# Figures

Every figure that Leadpact shows comes from one registry and one way of counting, and can be opened
to the leads behind it. This page is made from that registry (`make docs`).

- A share carries the number of cases and a 95 % interval (Wilson). Under 20 cases the number of
  cases that count is given instead of a share; its unit is then `cases`.
- A figure belongs to the calendar period, in the agreement's zone, of the date named below.
- By source or segment, a lead counts under the source of its first touch and the segment that was
  pinned when it entered the stage or its clock started.
- Percentiles of the time to answer treat a lead not answered yet as *not answered so far*
  (Kaplan-Meier), never as absent. One that cannot be known is left empty.
"""


def reference() -> str:
    """The reference page in Markdown."""
    return "\n".join([_INTRODUCTION, *(_entry(metric) for metric in REGISTRY.values())])


def _entry(metric: Metric) -> str:
    better = "higher" if metric.direction == "up" else "lower"
    owner = "both sides" if metric.side == "both" else metric.side
    lines = [
        f"## {metric.title}",
        "",
        f"`{metric.name}` · {metric.unit} · {owner} · {better} is better",
        "",
        f"- Counts: {metric.numerator}.",
        f"- Out of: {metric.denominator}." if metric.denominator != "none" else "",
        f"- Leaves out: {metric.exclusions}.",
        f"- Placed by: {metric.placed_by}.",
        f"- Needs: a stage with the role `{metric.needs}`." if metric.needs else "",
        f"- Example: {metric.example}",
        "",
    ]
    return "\n".join(line for i, line in enumerate(lines) if line or i in (1, 3, len(lines) - 1))
