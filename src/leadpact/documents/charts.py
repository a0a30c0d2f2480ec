"""Charts as Vega-Lite specifications, drawn in the page's own colours.

Colours are names of the page's style sheet (`var(--…)`), so that a chart follows light and dark
mode and print without being drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt

FONT = "system-ui, sans-serif"
INK, FAINT, EDGE = "var(--ink-soft)", "var(--line)", "var(--edge)"
RULE = "var(--ink)"
GOOD, BAD, MAIN = "var(--kept)", "var(--broken)", "var(--accent)"

Rows = Sequence[dict[str, Any]]


def bars(rows: Rows, value_title: str) -> dict[str, Any]:
    """Horizontal bars in the order given; rows have `name`, `value` and `label`."""
    order = [row["name"] for row in rows]
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y(
            "name:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelLimit=150, ticks=False, labelPadding=6),
        ),
        x=alt.X("value:Q", axis=None),
        tooltip=[alt.Tooltip("name:N", title="name"), alt.Tooltip("label:N", title=value_title)],
    )
    marks = base.mark_bar(color=MAIN, height={"band": 0.7})
    labels = base.mark_text(align="left", dx=5, color=INK).encode(text="label:N")
    return _finished(marks + labels, height=30 * len(rows), padding_right=92)


def trend(
    rows: Rows, promised: float | None, bounds: tuple[float, float] = (0, 1), shape: str = "%"
) -> dict[str, Any]:
    """A line over months with its interval; rows have `period`, `value`, `low`, `high`, `label`."""
    order = [row["period"] for row in rows]
    x = alt.X("period:O", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    scale, axis = alt.Scale(domain=list(bounds)), alt.Axis(format=shape, tickCount=4)
    base = alt.Chart(_data(rows)).encode(x=x)
    y = alt.Y("value:Q", title=None, scale=scale, axis=axis)
    tips = [alt.Tooltip("period:O", title="period"), alt.Tooltip("label:N", title="value")]
    band = base.mark_area(opacity=0.16, color=MAIN, line=False).encode(
        y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"
    )
    line = base.mark_line(color=MAIN, strokeWidth=2.5).encode(y=y)
    points = base.mark_point(color=MAIN, filled=True, size=50, opacity=1).encode(y=y, tooltip=tips)
    layers: list[alt.Chart] = [band, line, points]
    if promised is not None:
        mark = alt.Chart(_data([{"value": promised}]))
        layers.append(mark.mark_rule(color=RULE, strokeDash=[5, 4]).encode(y=y))
    return _finished(alt.layer(*layers), height=150)


def places(rows: Rows) -> dict[str, Any]:
    """A line over the places of a number; rows have `points`, `value`, `label` and `today`."""
    base = alt.Chart(_data(rows)).encode(
        x=alt.X("points:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False)),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4)),
    )
    tips = [alt.Tooltip("points:Q", title="threshold"), alt.Tooltip("label:N", title="gives")]
    line = base.mark_line(color=MAIN, strokeWidth=2.5)
    points = base.mark_point(color=MAIN, filled=True, opacity=1).encode(
        size=alt.condition("datum.today", alt.value(160), alt.value(40)), tooltip=tips
    )
    return _finished(line + points, height=170)


def pace(due: Rows, came: Rows, end: dict[str, Any] | None, hurdles: Rows) -> dict[str, Any]:
    """Progress in a period beside what was due; points have `at`, `value` and `label`.

    `end` is the likely end, from `low` to `high`; hurdles have `value` and `label`.
    """
    x = alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%-d %b", tickCount=4, labelOverlap=True, grid=False),
    )
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=",d", tickCount=4, grid=False))
    tips = [alt.Tooltip("label:N", title="sum")]
    bars = alt.Chart(_data(hurdles)).encode(y=y)
    names = bars.mark_text(align="left", x=3, dy=-7, color=INK)
    path = alt.Chart(_data(due)).encode(x=x, y=y)
    steps = alt.Chart(_data(came)).encode(x=x, y=y, tooltip=tips)
    layers: list[alt.Chart] = [
        bars.mark_rule(color=EDGE, strokeWidth=1),
        path.mark_line(color=RULE, strokeDash=[5, 4], strokeWidth=1.5),
        steps.mark_line(color=MAIN, strokeWidth=2.5, interpolate="step-after"),
        names.encode(text="label:N"),
    ]
    if end is not None:
        likely = alt.Chart(_data([end])).encode(x=x, tooltip=[alt.Tooltip("label:N", title="end")])
        span = likely.mark_rule(color=MAIN, strokeWidth=5, opacity=0.45)
        middle = likely.mark_point(color=MAIN, filled=True, size=60, opacity=1)
        layers += [span.encode(y=alt.Y("low:Q"), y2="high:Q"), middle.encode(y=y)]
    return _finished(alt.layer(*layers), height=190)


def course(score: Rows, entries: Rows) -> dict[str, Any]:
    """A lead's score in steps of `at` and `value`; entries into stages have `at` and `label`."""
    return {**_course(), "datasets": {"score": list(score), "entries": list(entries)}}


@cache
def _course() -> dict[str, Any]:
    """The drawing without what it draws: to make one takes longer than to explain a lead."""
    x = alt.X(
        "at:T",
        title=None,
        axis=alt.Axis(format="%-d %b", tickCount=5, labelOverlap=True, grid=False),
    )
    y = alt.Y("value:Q", title="points", axis=alt.Axis(tickCount=4))
    tips = [alt.Tooltip("at:T", title="at", format="%-d %b %H:%M"), alt.Tooltip("value:Q")]
    steps = alt.Chart(alt.NamedData(name="score")).encode(x=x, y=y)
    line = steps.mark_line(color=MAIN, strokeWidth=2.5, interpolate="step-after")
    points = steps.mark_point(color=MAIN, filled=True, size=40, opacity=1).encode(tooltip=tips)
    marks = alt.Chart(alt.NamedData(name="entries")).encode(x=x)
    rules = marks.mark_rule(color=RULE, strokeDash=[5, 4])
    names = marks.mark_text(align="left", dx=4, y=6, color=RULE).encode(text="label:N")
    return _finished(alt.layer(line, points, rules, names), height=190)


def spread(rows: Rows, due_hours: float | None, unit: str) -> dict[str, Any]:
    """How long answers took: bars from `start` to `stop` and `low` to `high`, by `kind`."""
    x = alt.X("start:Q", title=f"{unit} until the answer", axis=alt.Axis(tickCount=6, grid=False))
    kinds = alt.Scale(domain=["in time", "late"], range=[GOOD, BAD])
    fills = alt.Scale(domain=["in time", "late"], range=[1, 0.4])
    legend = alt.Legend(orient="top", symbolType="square", symbolSize=120)
    counted = (
        alt.Chart(_data(rows))
        .mark_bar(strokeWidth=1)
        .encode(
            x=x,
            x2="stop:Q",
            y=alt.Y("low:Q", title="answers", axis=alt.Axis(tickCount=4, tickMinStep=1)),
            y2="high:Q",
            fill=alt.Fill("kind:O", title=None, scale=kinds, legend=legend),
            # Late bars are paler with a solid edge: colour is not all that tells them apart.
            stroke=alt.Stroke("kind:O", title=None, scale=kinds, legend=legend),
            fillOpacity=alt.FillOpacity("kind:O", title=None, scale=fills, legend=legend),
            tooltip=[alt.Tooltip("label:N", title="after"), "kind:O", "count:Q"],
        )
    )
    if due_hours is None:
        return _finished(counted, height=190)
    mark = alt.Chart(_data([{"start": due_hours, "label": "due"}])).encode(x=x)
    rule = mark.mark_rule(color=RULE, strokeWidth=2)
    text = mark.mark_text(align="left", dx=5, y=6, color=RULE, fontWeight="bold")
    return _finished(counted + rule + text.encode(text="label:N"), height=190)


def _data(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def _finished(chart: Any, height: int, padding_right: int = 8) -> dict[str, Any]:
    sized = chart.properties(
        width="container",
        height=height,
        background="transparent",
        padding={"left": 4, "top": 6, "right": padding_right, "bottom": 4},
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    styled = (
        sized.configure(aria=False)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            gridColor=FAINT,
            domainColor=FAINT,
            tickColor=FAINT,
            labelFont=FONT,
            titleFont=FONT,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_view(stroke=None)
        .configure_legend(labelColor=INK, labelFont=FONT, labelFontSize=12)
        .configure_text(font=FONT, fontSize=12)
    )
    spec: dict[str, Any] = styled.to_dict()
    # The page says itself what the specification is, and so names no address.
    del spec["$schema"]
    return spec
