"""Leads that opted out: left out from the instant they said so until they take it back.

Unlike the other reasons this is a wish, not a finding about what the lead was from the start: what
was promised and done before it stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import OPT_OUT, rank_of
from leadpact.engine.arranged import Log
from leadpact.engine.judging.asking import (
    AFTER_ALL,
    BEFORE_ALL,
    InForce,
    fields_asked,
    truth,
)
from leadpact.engine.judging.decisions import EXCLUDED, RESTORED, Decision, Record
from leadpact.engine.merges import Ownership, ownership
from leadpact.engine.shape import Entries
from leadpact.engine.values import TRUE

_AFTER_STATEMENTS = rank_of("lead.updated")


class _Stretch(NamedTuple):
    """While a list of statements says what is known of a lead; half-open."""

    list: int
    lead: int
    begins: int
    ends: int


class _Wish(NamedTuple):
    """From an instant on a lead wants to be left alone, or no more."""

    at: int
    opted_out: bool


def wishes_of(periods: Sequence[InForce], log: Log) -> dict[int, list[_Wish]]:
    """What each lead that ever opted out wanted, change by change.

    It is asked of the attributes as known at each instant, of a survivor's with those of the leads
    it absorbed, by the version in force then; a version that takes effect asks anew.
    """
    conditions = [p.agreement.hygiene.opt_out for p in periods]
    names = list(dict.fromkeys(n for c in conditions if c is not None for n in fields_asked(c)))
    if not names:
        return {}
    owned = ownership(log)
    return _wishes(periods, _known(log, owned, names), _stretches(owned))


def judge_wishes(
    wished: Mapping[int, Sequence[_Wish]], log: Log, verdicts: Sequence[Decision], record: Record
) -> list[Decision]:
    """An exclusion at each instant from which `opt_out` holds, a restoration when it holds no more.

    A lead that is excluded already is not excluded once more, and an opt-out from before a
    restoration on record stays undone.
    """
    by_lead: dict[int, list[Decision]] = defaultdict(list)
    for verdict in verdicts:
        by_lead[verdict.lead].append(verdict)
    found: list[Decision] = []
    for lead, wishes in wished.items():
        found += _decide(lead, log.leads[lead], wishes, [*record.of(lead), *by_lead[lead]])
    return found


def _known(log: Log, owned: Ownership, names: Sequence[str]) -> pa.Table:
    """Attributes as known after each statement, by list and in order."""
    entries = Entries.of(log, owned)
    columns: dict[str, Any] = {"list": entries.list, "moment": entries.at}
    for name in names:
        known, _ = entries.known(log.stated.columns[name])
        columns[f"f:{name}"] = log.stated.columns[name].take(known.astype(np.int64)).as_texts()
    return pa.table(columns)


def _stretches(owned: Ownership) -> list[_Stretch]:
    """The stretches of the lists that merges bound."""
    present: dict[int, tuple[int, int]] = {}
    stretches = []
    for number, merge in enumerate(owned.merges):
        for lead in (merge.survivor, merge.absorbed):
            of_lead, begins = present.get(lead, (lead, BEFORE_ALL))
            stretches.append(_Stretch(of_lead, lead, begins, merge.at))
        present.pop(merge.absorbed, None)
        present[merge.survivor] = (len(owned.log.leads) + number, merge.at)
    last = [_Stretch(n, lead, begins, AFTER_ALL) for lead, (n, begins) in present.items()]
    return [*stretches, *last]


def _wishes(
    periods: Sequence[InForce], known: pa.Table, by_merges: Sequence[_Stretch]
) -> dict[int, list[_Wish]]:
    held = [_holds(period, known) for period in periods]
    ever = np.logical_or.reduce(held)
    of_row = known["list"].to_numpy()
    concerned = np.isin(of_row, of_row[ever])
    told: dict[int, list[tuple[int, tuple[bool, ...]]]] = defaultdict(list)
    columns = (of_row, known["moment"].to_numpy(), *held)
    for number, at, *answers in zip(*(c[concerned].tolist() for c in columns), strict=True):
        told[number].append((at, tuple(answers)))
    stretches = {stretch.list: stretch for stretch in by_merges}
    wishes: dict[int, list[_Wish]] = defaultdict(list)
    for number, states in told.items():
        stretch = stretches.get(number) or _Stretch(number, number, BEFORE_ALL, AFTER_ALL)
        wishes[stretch.lead] += _during(stretch, periods, states)
    return {lead: _changes(said) for lead, said in wishes.items()}


def _holds(period: InForce, known: pa.Table) -> NDArray[np.bool_]:
    condition = period.agreement.hygiene.opt_out
    if condition is None:
        return np.zeros(known.num_rows, np.bool_)
    holds: NDArray[np.bool_] = truth(condition, known, period) == TRUE
    return holds


def _during(
    stretch: _Stretch, periods: Sequence[InForce], states: list[tuple[int, tuple[bool, ...]]]
) -> Iterator[_Wish]:
    """What a list says while it counts, under each version while that is in force."""
    for version, period in enumerate(periods):
        begins, ends = max(stretch.begins, period.begins), min(stretch.ends, period.ends)
        before = [answers[version] for at, answers in states if at <= begins]
        if before and begins < ends:
            yield _Wish(begins, before[-1])
        for at, answers in states:
            if begins < at < ends:
                yield _Wish(at, answers[version])


def _changes(said: list[_Wish]) -> list[_Wish]:
    """The last word of each instant, where it differs from what was wanted until then."""
    last = {wish.at: wish.opted_out for wish in sorted(said, key=lambda wish: wish.at)}
    changes: list[_Wish] = []
    for at, opted_out in last.items():
        if opted_out != (changes[-1].opted_out if changes else False):
            changes.append(_Wish(at, opted_out))
    return changes


def _decide(
    lead: int, lead_id: str, wishes: Sequence[_Wish], decisions: Sequence[Decision]
) -> Iterator[Decision]:
    """Follows wishes and decisions in order; statements come before decisions of their instant."""
    events: list[tuple[tuple[int, int, str, str], _Wish | Decision]] = []
    events += [((wish.at, _AFTER_STATEMENTS, "", ""), wish) for wish in wishes]
    events += [(decision.order, decision) for decision in decisions]
    recorded = {(d.at, d.kind) for d in decisions if d.decided}
    standing: str | None = None
    for _, event in sorted(events, key=lambda e: e[0]):
        if isinstance(event, Decision):
            standing = standing if event.overruled else _standing(event)
            continue
        kind = EXCLUDED if event.opted_out else RESTORED
        if standing != (None if event.opted_out else OPT_OUT) or (event.at, kind) in recorded:
            continue
        standing = OPT_OUT if event.opted_out else None
        yield _decision(lead, lead_id, event.at, kind)


def _standing(decision: Decision) -> str | None:
    """Why a lead is left out after a decision; what a person excluded, only a person takes back."""
    if decision.kind == RESTORED:
        return None
    return OPT_OUT if decision.decided and decision.reason == OPT_OUT else "another reason"


def _decision(lead: int, lead_id: str, at: int, kind: str) -> Decision:
    event_id = f"{lead_id} {OPT_OUT} {at}"
    if kind == RESTORED:
        return Decision(lead, at, kind, event_id, detail="the lead takes its opt-out back")
    detail = "the lead asked not to be contacted"
    return Decision(lead, at, kind, event_id, reason=OPT_OUT, detail=detail)
