"""Who of a pool gets a lead: whoever is furthest behind what was due to them.

Each lead of a pool is divided, by weight, among those who could have taken it; these parts are what
they are due. So absence, a full desk and the night change what somebody is due, and leave nothing
to be made up for.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from leadpact.engine.routing import words
from leadpact.engine.routing.availability import Verdict
from leadpact.engine.routing.decision import Step
from leadpact.engine.routing.people import Pool, Roster

#: Differences smaller than this part of a lead are the arithmetic's, not people's.
_DIGITS = 9


def candidates(able: Sequence[Verdict]) -> list[Verdict]:
    """Of those who can take a lead, those at work; if nobody is, those who open first."""
    first = min((verdict.opens for verdict in able if verdict.opens), default=None)
    return [verdict for verdict in able if verdict.opens == first]


def shares(among: Sequence[Verdict]) -> dict[str, float]:
    """The part of a lead that each is due, by weight."""
    whole = fsum(verdict.person.weight for verdict in among)
    return {verdict.person.name: verdict.person.weight / whole for verdict in among}


def choose(among: Sequence[Verdict], pool: Pool, roster: Roster) -> tuple[str, dict[str, Step]]:
    """The one who is furthest behind, the first in the roster among equals; a step for each."""
    behind, told = {}, {}
    for name, part in shares(among).items():
        standing = roster.standing(pool, name)
        due = standing.due + part
        behind[name] = round(due - standing.had, _DIGITS)
        told[name] = f"due {words.amount(due)}, had {standing.had:,}"
    chosen = max(behind, key=lambda name: behind[name])
    equal = [name for name in behind if behind[name] == behind[chosen] and name != chosen]
    steps = {name: Step(name, "passed over", told[name]) for name in behind}
    why = _why(equal, len(among))
    return chosen, steps | {chosen: Step(chosen, "chosen", f"{why}: {told[chosen]}")}


def _why(equal: Sequence[str], among: int) -> str:
    if among == 1:
        return "nobody else can take it now"
    if equal:
        return f"as far behind the due share as {words.listed(equal)}, and listed before"
    return "furthest behind the due share"
