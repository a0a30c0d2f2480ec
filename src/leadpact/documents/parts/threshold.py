"""What another threshold would have done: a number to move, and every place of it in a table."""

from __future__ import annotations

from leadpact.documents import words
from leadpact.documents.blocks import Place, Section, Slider, Table
from leadpact.documents.what_if import conclusions, won_of_decided
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import WhatIf

_FIGURES = (
    *("MQLs", "a month", "new", "no longer", "won deals missed"),
    *("won, of those decided", "win rate"),
)


def threshold_section(sweep: Sweep) -> Section:
    """The slider over the score that makes a lead an MQL; without any entry by rule, a sentence."""
    title = "What if: another threshold"
    threshold = sweep.threshold
    now = sweep.tried[threshold.points]
    if not now.now.by_rule:
        said = (
            f"No lead of this history entered {threshold.stage} by a rule: the CRM or a person "
            "declared it, so that another threshold would have changed nothing."
        )
        return Section("threshold", title, [said])
    places = [_place(points, sweep.tried[points]) for points in sorted(sweep.tried)]
    stage = words.with_article(threshold.stage)
    label = f"{words.capital(threshold.score)} score that makes {stage}"
    today = sorted(sweep.tried).index(threshold.points)
    slider = Slider("threshold", label, _FIGURES, places, today)
    rows = [[place.value, *place.figures] for place in places]
    said = (
        "Move the number and see what it would have done to this history. Rules alone decide on "
        "both sides; what became of a lead is what really happened. Of a lead that sales never "
        "dealt with, nobody knows. The MQLs are those that rules alone would make, today as well: "
        "whoever was declared one by the CRM or a person is not among them."
    )
    table = Table("Every threshold that was tried", ("Threshold", *_FIGURES), rows)
    return Section("threshold", title, [said], slider, aside=[table])


def _place(points: float, found: WhatIf) -> Place:
    same = not found.gained.leads and not found.dropped.leads
    sentence = "This is the threshold of today." if same else " ".join(conclusions(found))
    return Place(
        words.number(points),
        [
            words.number(found.then.mqls),
            f"{found.then.per_month:,.1f}",
            words.number(found.gained.leads),
            words.number(found.dropped.leads),
            words.number(len(found.missed_deals)),
            won_of_decided(found.qualified.conversion),
            won_of_decided(found.qualified.win_rate),
        ],
        sentence,
    )
