"""A scorecard learned from outcomes: its rules, and how it judges beside the present score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leadpact.documents import words
from leadpact.documents.blocks import Section, Table, opened
from leadpact.documents.learned_leads import SCORECARD as TRIED
from leadpact.documents.learned_leads import LearnedLeads, TriedByLearning, rule_column
from leadpact.documents.parts.learned_shared import NOT_USABLE, mqls, past, with_interval
from leadpact.documents.what_if import conclusions
from leadpact.insight.differences import Word
from leadpact.insight.learning.applied import asks, flow, rules_yaml, stage_of
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.ranking import TOP, Beside, Ranked
from leadpact.insight.learning.scorecard import DOUBLES, Bin, Rule, Scorecard
from leadpact.insight.learning.taught import Taught
from leadpact.insight.statistics import Estimate

SCORECARD = "scorecard"
#: Above this, attributes that are known only as of an export probably tell what came later.
_BELIEVABLE = 0.9
TITLE = "A scorecard learned from outcomes"


def scorecard_section(taught: Taught, learned: Learned, leads: LearnedLeads) -> Section:
    """The learned rules, and how they judge beside the present score."""
    trial, agreement = taught.scorecard, learned.agreement
    if trial is None:
        why = learned.why_no_scorecard or NOT_USABLE
        return Section(SCORECARD, TITLE, answer=why)
    card = trial.what
    return Section(
        SCORECARD,
        TITLE,
        answer=scorecard_answer(card, learned),
        text=[
            f"Learned from {card.learned_from:,} earlier leads with "
            f"{card.customers_learned_from:,} customers, judged on {card.judged_on:,} later ones "
            f"with {card.customers_judged_on:,}, on which nothing was learned. {DOUBLES} points "
            "more double the odds to become a customer. A lasso chose the rules, one for each ten "
            "customers at most. Leads that sales never dealt with can hardly become customers, "
            "which speaks for what made MQLs: so both are told of the others alone as well.",
            f"With {card.threshold} points or more as MQL it would have made {mqls(trial)}. Over "
            "the whole past, tried as any other change of the agreement:",
            *conclusions(trial.found),
        ],
        tables=[
            _rules(card.rules, learned, leads),
            _order(card),
            _bins(card, learned, leads),
            past(trial, TRIED, TriedByLearning(taught)),
        ],
        code=f"scoring:\n  rules:\n{_indented(rules_yaml(card.rules))}"
        f"# and of the stage “{stage_of(agreement).name}”:\nwhen: {flow(asks(card.threshold))}\n",
    )


def scorecard_answer(card: Scorecard, learned: Learned) -> str:
    """Which score orders leads better, whether that may be chance, and whether to believe it."""
    if learned.as_exported and card.own.area.value > _BELIEVABLE:
        return (
            f"Do not trust this one before you have looked: “{card.rules[0].name}” and the like "
            "were probably filled in afterwards. Seldom is so much known beforehand that "
            f"customers have more points than others in {words.percent(card.own.area.value)} of "
            "cases."
        )
    own = f"{words.percent(card.own.area.value)}{_span(card.own.area)}"
    if card.beside is None:
        return (
            f"Take a customer and another lead among the latest: the learned scorecard gives the "
            f"customer more points in {own} of cases; chance alone would in half of them."
        )
    other = words.percent(card.beside.other.area.value)
    said = (
        f"Take a customer and another lead among the latest: the learned scorecard gives the "
        f"customer more points in {own} of cases, the present score in {other}. "
    )
    return said + _VERDICTS[card.beside.word]


_VERDICTS = {
    Word.HIGHER: "The learned one is clearly better.",
    Word.LOWER: "The present one is clearly better: keep it.",
    Word.NOISE: "The difference may be chance: that is no reason to change the score.",
}


def _span(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({words.percent(estimate.low)} to {words.percent(estimate.high)})"


def _rules(rules: Sequence[Rule], learned: Learned, leads: LearnedLeads) -> Table:
    assert learned.split is not None, "a scorecard is learned from the earlier leads"
    rows = []
    for rule in rules:
        which: NDArray[np.bool_] = (rule.part.value > 0) & learned.split.learned
        query = f"{rule_column(rule)} and not held_back"
        behind = leads.of(rule.name, which, query)
        won = leads.customers(f"{rule.name}: customers", which, query)
        each = f"{rule.points:+d}".replace("-", "−")
        most = f", up to {rule.part.most} times" if rule.part.most > 1 else ""
        shown = [opened(f"{rule.n:,}", behind), opened(f"{rule.customers:,}", won)]
        rows.append([rule.name, f"{each}{most}", *shown, with_interval(rule.share)])
    header = ["Rule", "Points", "Earlier leads", "Customers", "Share"]
    return Table("The scorecard", header, rows)


def _order(card: Scorecard) -> Table:
    header = ["Score", "Customer before another", *(f"In the best {p:.0%}" for p in TOP)]
    rows = [["Learned", *_ranked(card.own)]]
    if card.beside:
        rows.append(["Present", *_ranked(card.beside.other)])
        rows.append(["Difference", _gap(card.beside), *[words.NOTHING] * len(TOP)])
    if card.dealt:
        rows.append(["Learned, of leads sales dealt with", *_ranked(card.dealt.one)])
        rows.append(["Present, of leads sales dealt with", *_ranked(card.dealt.other)])
    caption = (
        f"How both put the {card.judged_on:,} latest leads in order, and how many of their "
        f"{card.customers_judged_on:,} customers are among the best"
    )
    return Table(caption, header, rows)


def _ranked(found: Ranked) -> list[str]:
    area = f"{words.percent(found.area.value)}{_span(found.area)}"
    return [area, *(f"{count:,.1f}" for count in found.top)]


def _gap(beside: Beside) -> str:
    gap = beside.better_by
    assert gap.low is not None, "DeLong's interval has both ends"
    assert gap.high is not None, "DeLong's interval has both ends"
    span = f"{gap.low * 100:+.0f} to {gap.high * 100:+.0f}"
    told = f"{gap.value * 100:+.0f} points ({span})"
    return told.replace("-", "−") + (", may be chance" if beside.word is Word.NOISE else "")


def _bins(card: Scorecard, learned: Learned, leads: LearnedLeads) -> Table:
    assert learned.split is not None, "a scorecard is judged on leads that were held back"
    rows = []
    for each in card.bins:
        ends = [
            f"{number:,.0f} or more" if sign == ">=" else f"less than {number:,.0f}"
            for sign, number in _ends(each)
        ]
        points = (", ".join(ends) or "any").replace("-", "−")
        which = learned.split.held & (card.points >= each.low) & (card.points < each.high)
        query = " and ".join(["held_back", *(f"points {s} {n:.0f}" for s, n in _ends(each))])
        behind = leads.of(f"{points} points", which, query)
        rows.append(
            [
                points,
                opened(f"{each.came.n:,}", behind),
                words.percent(each.expected),
                with_interval(each.came),
            ]
        )
    header = ["Points", "Latest leads", "Expected to become customers", "Did"]
    return Table("Do points promise what they say? Expected from earlier leads", header, rows)


def _ends(found: Bin) -> list[tuple[str, float]]:
    both = ((">=", found.low), ("<", found.high))
    return [(sign, number) for sign, number in both if np.isfinite(number)]


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
