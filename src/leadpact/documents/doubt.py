"""How an interval, a range or a chance was reached, and what it means, in a sentence or two."""

from __future__ import annotations

from leadpact.documents import words
from leadpact.engine.metrics.aggregate import ENOUGH, interval, ratio_interval
from leadpact.insight.ending import DRAWS
from leadpact.insight.standing import GoalStanding

_MEANS = (
    "Chance alone moves a figure of so many cases. A range worked out like this holds the "
    "figure of the long run 19 times in 20; with four times as many cases it is half as wide."
)


def of_share(counted: str, met: int, n: int) -> str:
    """The interval of `met` out of `n` cases, as `counted` calls those; empty for too few."""
    if n < ENOUGH:
        return ""
    low, high = map(words.percent, interval(met, n))
    return (
        f"95 % interval: {low} to {high}, from {met:,} “{counted}” of all {n:,} "
        f"({words.percent(met / n)}), by Wilson’s method for a share. {_MEANS}"
    )


def of_average(between: str, n: int) -> str:
    """The interval of an average of `n` cases, told as `between`."""
    return f"95 % interval: {between}, from {n:,} cases, by Student’s t for an average. {_MEANS}"


def of_time(between: str, n: int) -> str:
    """The interval of the time within which a part of `n` cases is done, told as `between`."""
    return (
        f"95 % interval: {between}, from {n:,} cases, by the log-log method for a curve of Kaplan "
        f"and Meier, in which what is not done yet takes longer than it has so far. {_MEANS}"
    )


def of_forecast(standing: GoalStanding) -> str:
    """How it is reckoned where a period will end, and how likely its hurdles are."""
    matures = (
        " Of leads that have not converted yet some still may, by the ages at which others did."
        if standing.maturing
        else ""
    )
    return (
        f"{standing.sentence} What is due, needed and to come is reckoned from the company’s own "
        "record: how busy its days are, how its level drifts, how far its figures scatter. The "
        f"rest of the period is played {DRAWS:,} times: a chance is the part of these plays in "
        "which the hurdle is reached, and four in five of them end within the range. It supposes "
        f"that the rest is like what has been.{matures}"
    )


def of_ratio(arrived: int, there: int) -> str:
    """The interval of the ratio of two counts; empty for too few."""
    if there < ENOUGH:
        return ""
    low, high = map(words.percent, ratio_interval(arrived, there))
    return (
        f"95 % interval: {low} to {high}, from {arrived:,} for {there:,} "
        f"({words.percent(arrived / there)}), by Wilson’s method for the part that the first are "
        f"of both. {_MEANS}"
    )
