"""Why episodes ended and leads were excluded, in the words of the agreement or of the log."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import OPT_OUT
from leadpact.engine.delivered import text
from leadpact.engine.kernels import bundles as b
from leadpact.engine.questions import LOOKED_UP

if TYPE_CHECKING:
    from leadpact.engine.arranged import Log
    from leadpact.engine.evaluate import Evaluation

#: What is on record of the end of an episode, by how it ended; the first kind that tells counts.
_RECORDED = {
    b.DISQUALIFIED: ("lead.disqualified", "sales.rejected"),
    b.RECYCLED: ("sales.rejected", "lead.recycled"),
    b.LOST: ("deal.lost",),
}


def ending_reasons(evaluation: Evaluation) -> pa.Array:
    """[episode] the rule, or else the recorded fact, that ended it."""
    episodes = evaluation.finished.episodes
    names = _names_of_rules(evaluation)
    effective = evaluation.compiled.program.effective
    version = np.searchsorted(effective, episodes.ended_at, side="right") - 1
    by_rule = episodes.cause >= 0
    rows = 2 * np.maximum(version, 0) + (episodes.ending == b.RECYCLED)
    number = np.where(by_rule, names.begins[rows] + episodes.cause, -1)
    told = _picked(names.flat, number)
    recorded = cache(partial(_recorded, evaluation))
    for ending, kinds in _RECORDED.items():
        concerned = np.flatnonzero((episodes.ending == ending) & ~by_rule)
        if len(concerned):
            of_kinds = [recorded(kind) for kind in kinds]
            told = _told_by_record(told, episodes, concerned, of_kinds)
    return told


class _Names:
    """The names of all rules that end episodes: disqualifiers, then recycling, by version."""

    def __init__(self, lists: list[list[str]]) -> None:
        self.begins = np.cumsum([0, *map(len, lists)])
        self.flat = [name for one in lists for name in one]


def _names_of_rules(evaluation: Evaluation) -> _Names:
    lists = []
    for version in evaluation.versions:
        lists.append([rule.reason for rule in version.disqualification.rules])
        lists.append([rule.name for rule in version.handoff.recycling])
    return _Names(lists)


def _picked(names: list[str], numbers: NDArray[np.int64]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(numbers, mask=numbers < 0))


#: (owner, instant) → reason of the first row of a kind then.
Recorded = dict[tuple[int, int], str | None]


def _told_by_record(
    told: pa.Array, episodes: Any, concerned: NDArray[np.int64], of_kinds: Sequence[Recorded]
) -> pa.Array:
    lead, ended_at = episodes.lead[concerned], episodes.ended_at[concerned]
    keys = zip(lead.tolist(), ended_at.tolist(), strict=True)
    reasons = [next((of[key] for of in of_kinds if key in of), None) for key in keys]
    mask = np.zeros(len(told), np.bool_)
    mask[concerned] = True
    return pc.replace_with_mask(told, pa.array(mask), pa.array(reasons, pa.string()))


def _recorded(evaluation: Evaluation, kind: str) -> Recorded:
    log = evaluation.log
    places = log.places_of((kind,))
    owners = evaluation.owned.owner_of(places).tolist()
    told = zip(owners, log.rows.at[places].tolist(), _reasons(log, places, kind), strict=True)
    return {(owner, at): reason for owner, at, reason in reversed(list(told))}


def _reasons(log: Log, places: NDArray[np.int64], kind: str) -> list[str | None]:
    """The reasons that rows of a kind give; where the engine looks them up their prints tell."""
    if "reason" in LOOKED_UP.get(kind, ()):
        of_print = [each.raw("reason") for each in log.prints]
        return [of_print[number] for number in log.rows.prints[places].tolist()]
    found: list[str | None] = log.columns(places, [text("reason")], (kind,))[0].to_pylist()
    return found


def state_reasons(evaluation: Evaluation, endings: pa.Array) -> pa.Array:
    """[lead] why it is excluded, else why its last episode ended; `endings`: of every episode."""
    states, episodes = evaluation.finished.states, evaluation.finished.episodes
    last = np.full(len(states), -1, np.int64)
    latest = np.flatnonzero(states.episode[episodes.lead] == episodes.episode)
    last[episodes.lead[latest]] = latest
    told = endings.take(pa.array(last, mask=last < 0))
    excluded = np.flatnonzero(states.excluded)
    if not len(excluded):
        return told
    standing = _standing_exclusions(evaluation)
    reasons = pa.array([standing.get(lead) for lead in excluded.tolist()], pa.string())
    mask = np.zeros(len(told), np.bool_)
    mask[excluded] = True
    return pc.replace_with_mask(told, pa.array(mask), reasons)


def _standing_exclusions(evaluation: Evaluation) -> dict[int, str | None]:
    """Lead → reason of its last exclusion, but for findings after a person had restored it."""
    log, kinds = evaluation.log, ("lead.excluded", "lead.restored")
    places = log.in_order(log.places_of(kinds))
    owners = evaluation.owned.owner_of(places).tolist()
    vouched: set[int] = set()
    reasons: dict[int, str | None] = {}
    for owner, number in zip(owners, log.rows.prints[places].tolist(), strict=True):
        told = log.prints[number]
        if told.kind == "lead.restored":
            vouched |= set() if told.decided else {owner}
        elif owner not in vouched or not told.decided or told.raw("reason") == OPT_OUT:
            reasons[owner] = told.raw("reason")
    return reasons
