"""The first screen: who kept how many promises, last quarter and since, and each promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadpact.documents import words
from leadpact.documents.parts.shared import SIDES
from leadpact.documents.sentences import Stretch, lines, repeats, stretch_to_report
from leadpact.documents.verdicts import JUDGED, Line
from leadpact.engine.metrics.measures import Measures
from leadpact.insight import sentences
from leadpact.insight.evidence import Evidence, start
from leadpact.insight.goals import ended_in
from leadpact.insight.hurdles import Hurdle, Verdict, foreseen, on_course, target
from leadpact.insight.standing import GoalStanding


@dataclass(frozen=True)
class Overview:
    """What is said first.

    `outlook` tells how the present periods go, `off_course` are their promises that will likelier
    be missed than kept, `newest` tells of a month that ended since the stretch,
    `before` of the term. `inside` are the goals in their periods that ended in the stretch; None
    where it is all time.
    """

    stretch: Stretch
    lines: Sequence[Line]
    headline: str
    outlook: str = ""
    off_course: Sequence[GoalStanding] = ()
    newest: str = ""
    before: str = ""
    inside: Sequence[GoalStanding] | None = None

    def of_side(self, side: str) -> list[Line]:
        """The promises of one side, the worst kept first."""
        return [line for line in self.lines if line.side == side]

    def as_json(self) -> dict[str, Any]:
        """The same for machines; `periods` are those that a goal was judged by."""
        return {
            "period": self.stretch.label,
            "sentences": [said for said in (self.headline, self.newest, self.before) if said],
            "promises": [
                {
                    "name": line.name,
                    "side": line.side,
                    "verdict": line.verdict.value,
                    "counts": line.counts and line.verdict in JUDGED,
                    "periods": {each.period: each.verdict.value for each in line.inside},
                    "sentence": line.sentence,
                }
                for line in self.lines
            ],
        }


def overview(evidence: Evidence, recent: Sequence[GoalStanding]) -> Overview:
    """Everything that the first screen says; `recent` are the present and the last periods."""
    measures = evidence.measures
    stretch = stretch_to_report(measures)
    inside = ended_in(evidence, stretch.period) if stretch.period else []
    found = lines(measures, stretch, recent, inside)
    return Overview(
        stretch,
        found,
        headline(found, stretch),
        outlook(measures, recent),
        off_course(measures, recent),
        _newest(measures, stretch, recent),
        _before_term(measures, stretch),
        inside if stretch.period else None,
    )


def headline(found: Sequence[Line], stretch: Stretch) -> str:
    """One sentence: how many promises each side kept."""
    own = [(line.side, line.verdict) for line in found if line.counts]
    when = f"In {stretch.title}" if stretch.period else f"Over {stretch.title}"
    return f"{when} {_tallies(own) or 'no promise can be judged'}."


def outlook(measures: Measures, recent: Sequence[GoalStanding]) -> str:
    """How many promises of each side are on course in the periods that are not over yet."""
    found = _under_way(measures, recent)
    tallies = []
    for side in SIDES:
        own = [aim for each, aim in found if each.side == side]
        if own:
            on = sum(map(on_course, own))
            tallies.append(f"{side} is on course with {_some(on)} of its {_promises(len(own))}")
    return f"{words.capital('; '.join(tallies))}." if tallies else ""


def off_course(measures: Measures, recent: Sequence[GoalStanding]) -> list[GoalStanding]:
    """The promises under way that are not on course, the least likely first."""
    found = [each for each in _under_way(measures, recent) if not on_course(each[1])]
    return [standing for standing, aim in sorted(found, key=lambda each: each[1].chance or 0.0)]


def _under_way(
    measures: Measures, recent: Sequence[GoalStanding]
) -> list[tuple[GoalStanding, Hurdle]]:
    """Promises in periods that are not over, each with its target, where something is foreseen."""
    again = repeats(measures.result.agreement)
    present = [
        (each, target(each.hurdles))
        for each in recent
        if not each.closed and not each.why_not
        if (each.name, each.side) not in again or each.promise == "obligation"
    ]
    return [(each, aim) for each, aim in present if aim and foreseen(aim)]


def _some(count: int) -> str:
    return str(count or "none")


def _promises(count: int) -> str:
    return words.plural(count, "promise")


def _newest(measures: Measures, stretch: Stretch, recent: Sequence[GoalStanding]) -> str:
    """How many promises of the last month were kept, where the month ended after the stretch."""
    if stretch.period is None:
        return ""
    again = repeats(measures.result.agreement)
    months = [
        each
        for each in recent
        if each.closed and each.per == "month" and each.starts >= stretch.period.ends
        if (each.name, each.side) not in again or each.promise == "obligation"
    ]
    told = _tallies([(each.side, each.verdict) for each in months], "monthly ")
    return f"In {sentences.when(months[0], measures.zone)} {told}." if told else ""


def _before_term(measures: Measures, stretch: Stretch) -> str:
    """That the agreement did not hold yet in the time that is told."""
    agreement, as_of = measures.result.agreement, measures.result.as_of
    begins = start(agreement)
    if begins is None or (stretch.period and begins < stretch.period.ends):
        return ""
    if stretch.period is None and begins <= as_of:
        return ""
    verb = "begins" if begins > as_of else "began"
    return (
        f"The term of this agreement {verb} on {words.date_of(begins, measures.zone)}: what is "
        f"told of {stretch.title} is measured by its promises, but was not promised yet."
    )


def _tallies(found: Sequence[tuple[str, Verdict]], kind: str = "") -> str:
    tallies = (_tally([v for s, v in found if s == side], side, kind) for side in SIDES)
    return "; ".join(filter(None, tallies))


def _tally(verdicts: Sequence[Verdict], side: str, kind: str) -> str:
    judged = [verdict for verdict in verdicts if verdict in JUDGED]
    kept = sum(verdict is Verdict.KEPT for verdict in judged)
    if not judged:
        few = Verdict.FEW in verdicts
        return f"{side} had too few cases to be judged" if few else ""
    if len(judged) == 1:
        return f"{side} {'kept' if kept else 'did not keep'} its one {kind}promise"
    if kept == len(judged):
        return f"{side} kept {'both' if kept == 2 else f'all {kept}'} of its {kind}promises"
    return f"{side} kept {kept or 'none'} of its {len(judged)} {kind}promises"
