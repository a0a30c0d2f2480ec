"""What the parts about learning share: intervals, and what a trial would have done to the past."""

from __future__ import annotations

from typing import Any

from leadpact.documents import words
from leadpact.documents.blocks import Table, Text, opened
from leadpact.documents.learned_leads import TriedByLearning
from leadpact.documents.what_if import FATES, GROUP_HEADS, group_rows
from leadpact.insight.learning.taught import Trial
from leadpact.insight.statistics import Estimate

NOT_USABLE = "What was found cannot be written into this agreement without an error."


def with_interval(estimate: Estimate | None) -> str:
    """A share with its interval in short."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return words.NOTHING
    span = f"{estimate.low * 100:.1f} to {estimate.high * 100:.1f}"
    return f"{estimate.value * 100:.1f}{words.GLUE}% ({span})"


def mqls(trial: Trial[Any]) -> str:
    """How many leads would have become MQLs, beside those that did by the rules alone."""
    now, then = trial.found.now.mqls, trial.found.then.mqls
    return f"{then:,} MQLs instead of {now:,}"


def past(trial: Trial[Any], what: str, leads: TriedByLearning) -> Table:
    """What became of those who stay, would be new and would no longer be MQLs, over the past."""
    rows: list[list[Text]] = []
    groups = [each for each in trial.found.groups if each.leads]
    for group, row in zip(groups, group_rows(trial.found), strict=True):
        name, counted, *rest = row
        fates = [
            opened(told, leads.of(f"{name}: {fate}", what, group.name, fate))
            for told, fate in zip(rest, FATES, strict=False)
        ]
        everybody = opened(counted, leads.of(name, what, group.name))
        rows.append([name, everybody, *fates, *rest[len(FATES) :]])
    return Table("Over the whole past, by the rules alone", GROUP_HEADS, rows)
