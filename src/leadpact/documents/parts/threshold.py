"""What another threshold would have done: a number to move, and every place of it in a table."""

from __future__ import annotations

from leadpact.documents import charts, words
from leadpact.documents.blocks import (
    Chart,
    Place,
    Said,
    Section,
    Slider,
    Table,
    Text,
    opened,
    pieces_of,
)
from leadpact.documents.tried import ADDED, MQLS, REMOVED, STAYING, TriedLeads
from leadpact.documents.what_if import (
    CHANGED,
    DEALS,
    PROMISE,
    TODAY,
    Opens,
    opened_conclusions,
    won_of_decided,
)
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import DROPPED, GAINED, KEPT, WhatIf

#: Of the places of the slider every so many stands in a table with a column for each.
_EVERY = 5
_MISSED = "Won deals missed"
#: Each figure, and which leads it opens to.
_OPENS = {
    "MQLs": MQLS,
    "MQLs a month": MQLS,
    "Won, of MQLs that ended": MQLS,
    "Won, of those won or lost": MQLS,
    "MQLs added": ADDED,
    "MQLs dropped": REMOVED,
}
#: Which leads a figure of a sentence is of.
_WHICH = {CHANGED: MQLS, KEPT: STAYING, GAINED: ADDED, DROPPED: REMOVED}
_FIGURES = (*_OPENS, _MISSED)
_TODAY = (
    "This is today’s threshold. Move the slider to another one: you see how many MQLs it would "
    "have made, whom it would have added and dropped, and which won deals would have been missed."
)


def threshold_section(sweep: Sweep, leads: TriedLeads | None = None) -> Section:
    """The slider over the score that makes a lead an MQL; without any entry by rule, a sentence.

    With `leads` every figure opens to its own.
    """
    title = "What if: another threshold"
    threshold = sweep.threshold
    now = sweep.tried[threshold.points]
    if not now.now.by_rule:
        said = (
            f"No lead of this history entered {threshold.stage} by a rule: the CRM or a person "
            "declared it, so that another threshold would have changed nothing."
        )
        return Section("threshold", title, [said])
    places = [
        _place(points, sweep.tried[points], threshold.points, leads)
        for points in sorted(sweep.tried)
    ]
    stage = words.with_article(threshold.stage)
    label = f"{words.capital(threshold.score)} score that makes {stage}"
    today = sorted(sweep.tried).index(threshold.points)
    slider = Slider("threshold", label, _FIGURES, places, today)
    rows = [[place.value, *place.figures] for place in places]
    answer: Text = [
        f"At {words.number(threshold.points)} points the rules made ",
        _figure("MQLs", f"{now.now.mqls:,} MQLs", threshold.points, now, leads),
        f", {now.now.per_month:,.1f} a month. Move the slider and see who else would have been "
        "one.",
    ]
    said = (
        "What another threshold would have done to this history. The MQLs are those that the rules "
        "alone would make, today as well: whoever was declared one by the CRM or a person is not "
        "among them. What became of a lead is what really happened: it ended when it was won, lost "
        "or given back; of a lead that sales never dealt with, nobody knows."
    )
    table = Table("Every threshold that was tried", ("Threshold", *_FIGURES), rows)
    aside = [table, _load(sweep, leads)]
    return Section(
        "threshold", title, [said], slider, [_drawn(sweep, leads)], aside=aside, answer=answer
    )


def _load(sweep: Sweep, leads: TriedLeads | None) -> Table:
    """MQLs a month of each person at some of the thresholds, the outermost and today's among them.

    Who would have had a lead that nobody was given, nobody knows.
    """
    shown = sorted(sweep.tried)[::_EVERY]
    tried = {points: sweep.tried[points] for points in shown}
    people = sorted({name for found in tried.values() for name in found.then.load if name})
    rows = []
    for name in [*people, ""]:
        row: list[Said] = [words.group("person", name or None)]
        for points, found in tried.items():
            told = f"{found.then.load.get(name, 0) / found.months:,.1f}"
            row.append(opened(told, leads.held_by(name or None, points)) if leads else told)
        rows.append(row)
    header = ["Person", *(f"At {words.number(points)}" for points in shown)]
    return Table("MQLs a month of each person, by threshold", header, rows)


def _drawn(sweep: Sweep, leads: TriedLeads | None) -> Chart:
    """MQLs a month at every threshold, today's marked."""
    today = sweep.threshold.points
    tried = sorted(sweep.tried.items())
    rows = [
        {
            "points": points,
            "value": found.then.per_month,
            "label": f"{found.then.per_month:,.1f} MQLs a month",
            "today": points == today,
            "opens": [place, 1],
        }
        for place, (points, found) in enumerate(tried)
    ]
    first, last = tried[0], tried[-1]

    def monthly(points: float, found: WhatIf) -> Said:
        told = f"{found.then.per_month:,.1f}"
        return _figure("MQLs a month", told, points, found, leads)

    return Chart(
        "threshold-drawn",
        "MQLs a month at every threshold",
        [
            "From ",
            monthly(*first),
            f" at {words.number(first[0])} points to ",
            monthly(*last),
            f" at {words.number(last[0])}; the large point is today’s.",
        ],
        charts.places(rows),
        Table(
            "MQLs a month by threshold",
            ["Threshold", "MQLs a month"],
            [[words.number(points), monthly(points, each)] for points, each in tried],
        ),
    )


def _place(points: float, found: WhatIf, today: float, leads: TriedLeads | None) -> Place:
    """What a threshold would have meant; where it changes nothing, that of today is told."""
    same = not found.gained.leads and not found.dropped.leads
    change = [found.gained.leads, found.dropped.leads, len(found.missed_deals)]
    told = [
        words.number(found.then.mqls),
        f"{found.then.per_month:,.1f}",
        won_of_decided(found.qualified.conversion),
        won_of_decided(found.qualified.win_rate),
        *(words.NOTHING if same else words.number(count) for count in change),
    ]
    return Place(
        words.number(points),
        [
            _figure(name, each, points, found, leads)
            for name, each in zip(_FIGURES, told, strict=True)
        ],
        _TODAY if same else _sentence(points, found, today, leads),
    )


def _sentence(points: float, found: WhatIf, today: float, leads: TriedLeads | None) -> Text:
    """What a threshold would have meant, in sentences whose figures open."""
    told = opened_conclusions(found, opener(points, found, today, leads))
    return [piece for each in told for piece in (*pieces_of(each), " ")][:-1]


def opener(points: float, found: WhatIf, today: float, leads: TriedLeads | None) -> Opens:
    """How figures of a sentence about a threshold open to their leads."""
    return lambda text, of: _said(text, of, points, found, today, leads)


def _said(
    text: str, of: str, points: float, found: WhatIf, today: float, leads: TriedLeads | None
) -> Said:
    if leads is None:
        return text
    if of == DEALS:
        return opened(text, leads.deals(found, points))
    if of.startswith(PROMISE):
        return opened(text, leads.broken(of.removeprefix(PROMISE), found, points))
    which, at = (MQLS, today) if of == TODAY else (_WHICH[of], points)
    return opened(text, leads.of(which, at))


def _figure(name: str, told: str, points: float, found: WhatIf, leads: TriedLeads | None) -> Said:
    """A figure of a threshold, which opens to its leads or deals."""
    if leads is None:
        return told
    behind = leads.deals(found, points) if name == _MISSED else leads.of(_OPENS[name], points)
    return opened(told, behind)
