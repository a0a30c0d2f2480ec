"""A what-if in words and small tables, for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from leadpact.documents import words
from leadpact.documents.blocks import Said, Text, plain
from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight.differences import Word, difference
from leadpact.insight.what_if import DROPPED, GAINED, KEPT, Deal, Group, Promise, Share, WhatIf

#: What the groups are called where people read of them.
GROUP_NAMES = {KEPT: "Still MQLs", GAINED: "New MQLs", DROPPED: "No longer MQLs"}
#: What became of leads, as a group counts them.
FATES = ("won", "lost", "given back", "open", "not observed")


#: What a figure of a sentence is of, beside the three groups: the MQLs of today and of the change,
#: the deals that would have been missed, and, before its name, a promise.
TODAY, CHANGED, DEALS, PROMISE = "today", "changed", "deals", "promise: "
#: A figure as text, and what it is of, as it is to be shown.
Opens = Callable[[str, str], Said]


def _shut(text: str, _of: str) -> Said:
    return text


def conclusions(found: WhatIf) -> list[str]:
    """What the change would have meant, one sentence each, the most important first."""
    return [plain(each) for each in opened_conclusions(found, _shut)]


def opened_conclusions(found: WhatIf, opens: Opens) -> list[Text]:
    """The same with figures as `opens` gives them."""
    if not found.now.mqls and not found.then.mqls:
        return ["No lead became an MQL by its own right, with or without the change."]
    said = [_volume(found, opens)]
    if found.dropped.leads:
        said += [
            _worth(found.dropped, found.kept, opens),
            *_missed(found.missed_deals, opens),
        ]
    if found.gained.leads:
        said.append(_worth(found.gained, found.kept, opens))
    said += [_broken(each, opens) for each in found.promises if each.broken != each.broken_then]
    if not found.gained.leads and not found.dropped.leads:
        said.append("The same leads become MQLs.")
    return said


def group_rows(found: WhatIf) -> list[list[str]]:
    """A line for each group: its name, its leads by what became of them, and both rates."""
    return [
        [
            GROUP_NAMES[group.name],
            words.number(group.leads),
            *(words.number(group.by_outcome[fate]) for fate in FATES),
            won_of_decided(group.conversion),
            won_of_decided(group.win_rate),
        ]
        for group in found.groups
        if group.leads
    ]


GROUP_HEADS = (
    "",
    "leads",
    "won",
    "lost",
    "given back",
    "open",
    "unseen",
    "won of ended",
    "win rate",
)


def won_of_decided(share: Share) -> str:
    """A share as a short text; of too few the cases alone."""
    if share.enough and share.value is not None:
        return words.percent(share.value)
    return words.rate(share.met, share.n)


def promise_rows(found: WhatIf) -> list[list[str]]:
    """A line for each promise about one lead that breaks more or less often under the change."""
    return [
        [each.obligation, words.number(each.clocks), words.rate(each.broken, each.clocks),
         words.rate(each.broken_then, each.clocks)]
        for each in found.promises
        if each.broken != each.broken_then
    ]  # fmt: skip


PROMISE_HEADS = ("Promises broken", "clocks", "now", "changed")


def load_rows(found: WhatIf) -> list[list[str]]:
    """A line for each person: MQLs in a month, today and under the change."""
    people = sorted({*found.now.load, *found.then.load} - {""})
    return [
        [
            words.group("person", name or None),
            *(_monthly(side.load.get(name, 0), found) for side in sides),
        ]
        for sides in [(found.now, found.then)]
        for name in [*people, ""]
        if any(side.load.get(name) for side in sides)
    ]


def _volume(found: WhatIf, opens: Opens) -> Text:
    now, then = found.now, found.then
    change = then.mqls - now.mqls
    mqls = opens(f"{then.mqls:,}", CHANGED)
    if not change and then.per_month == now.per_month:
        return [
            "As many leads would have become MQLs: ",
            mqls,
            f", {then.per_month:,.1f} a month.",
        ]
    share = f", {words.percent(abs(change) / now.mqls)}" if now.mqls and change else ""
    more = "more" if change > 0 else "fewer"
    by = f" ({abs(change):,} {more}{share})" if change else ""
    return [
        mqls,
        " leads would have become MQLs instead of ",
        opens(f"{now.mqls:,}", TODAY),
        f"{by}: {then.per_month:,.1f} a month instead of {now.per_month:,.1f}.",
    ]


def _worth(group: Group, kept: Group, opens: Opens) -> Text:
    """What the leads of a group turned out to be worth, or why nobody can say."""
    leads = opens(words.plural(group.leads, "lead"), group.name)
    whose = ["Of the ", leads, f" that would {_VERB[group.name]}"]
    if not group.conversion.enough:
        return [
            *whose,
            f", the end of {group.observed:,} is known: too few to conclude what they are "
            f"worth ({ENOUGH} are needed). {words.capital(_unseen(group))}",
        ]
    theirs, others = group.conversion.estimate, kept.conversion.estimate
    rate = opens(_rate_with_doubt(group.conversion), group.name)
    said = [*whose, ", ", rate, " of those that ended were won"]
    if theirs is None or others is None:
        return [*said, "."]
    beside = opens(_rate_with_doubt(kept.conversion), kept.name)
    return [
        *said,
        "; of those that stay MQLs, ",
        beside,
        _THEN.get(difference(theirs, others).word, "."),
    ]


_THEN = {
    Word.NOISE: ". The difference may be chance.",
    Word.HIGHER: ". They are worth more.",
    Word.LOWER: ". They are worth less.",
}


_VERB = {GAINED: "be new MQLs", DROPPED: "no longer be MQLs"}


def _unseen(group: Group) -> str:
    unseen = group.by_outcome["not observed"]
    if not unseen:
        return "the others are still open."
    return f"sales never dealt with {unseen:,} of them, so nobody knows."


def _missed(deals: Sequence[Deal], opens: Opens) -> list[Text]:
    if not deals:
        return ["No deal that was won would have been missed."]
    amounts: dict[str, float] = {}
    for deal in deals:
        name = deal.currency or ""
        amounts[name] = amounts.get(name, 0.0) + (deal.amount or 0.0)
    worth = words.listed(f"{words.number(round(a))} {c}".strip() for c, a in amounts.items() if a)
    much = f", worth {worth}" if worth else ""
    verb = "was" if len(deals) == 1 else "were"
    many = opens(words.plural(len(deals), "deal"), DEALS)
    return [
        [many, f" that {verb} won{much}, began with leads that would not have been handed over."]
    ]


def _broken(promise: Promise, opens: Opens) -> Text:
    more = promise.broken_then - promise.broken
    times = f"{promise.broken_then:,} times instead of {promise.broken:,}"
    return [
        f"“{promise.obligation}” would have been broken ",
        opens(times, PROMISE + promise.obligation),
        f" ({abs(more):,} {'more' if more > 0 else 'fewer'}), of {promise.clocks:,} clocks that "
        "start at the same moment either way.",
    ]


def _rate(share: Share) -> str:
    return words.rate(share.met, share.n)


def _rate_with_doubt(share: Share) -> str:
    """A share with how sure it is; without enough cases the cases alone."""
    estimate = share.estimate
    if not share.enough or estimate is None or estimate.low is None or estimate.high is None:
        return words.rate(share.met, share.n)
    span = f"between {words.percent(estimate.low)} and {words.percent(estimate.high)}"
    return f"{_rate(share)[:-1]}; likely {span})"


def _monthly(count: int, found: WhatIf) -> str:
    return f"{count / found.months:,.1f}"


def as_json(found: WhatIf) -> dict[str, Any]:
    """The comparison as JSON values; leads one by one."""
    return {
        "as_of": found.as_of.isoformat().replace("+00:00", "Z"),
        "months": found.months,
        **{
            name: {
                "mqls": side.mqls,
                "mqls_per_month": side.per_month,
                "load": [{"holder": h or None, "mqls": n} for h, n in side.load.items()],
            }
            for name, side in (("now", found.now), ("changed", found.then))
        },
        "obligations": [
            {"name": p.obligation, "side": p.side, "clocks": p.clocks, "broken": p.broken,
             "broken_changed": p.broken_then}
            for p in found.promises
        ],
        "groups": [
            {"name": g.name, "leads": g.leads, "outcomes": dict(g.by_outcome),
             "observed": g.observed, "enough": g.conversion.enough,
             "conversion": _share_json(g.conversion), "win_rate": _share_json(g.win_rate)}
            for g in found.groups
        ],
        "missed_deals": [
            {"deal_id": d.deal_id, "amount": d.amount, "currency": d.currency,
             "leads": list(d.leads)}
            for d in found.missed_deals
        ],
        "leads": [
            {**row, "qualified_at": row["qualified_at"].isoformat().replace("+00:00", "Z")}
            for row in found.leads.to_pylist()
        ],
    }  # fmt: skip


def _share_json(share: Share) -> dict[str, Any]:
    found = share.estimate
    low, high = (found.low, found.high) if found else (None, None)
    return {"value": share.value, "n": share.n, "low": low, "high": high}
