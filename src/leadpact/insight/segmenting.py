"""Whether the MQLs of a segment bring more each than the others, and what more of them would."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leadpact.agreement.changing import ChangeError, changed, quoted
from leadpact.agreement.loading import Loaded
from leadpact.agreement.problems import dotted
from leadpact.agreement.spec import Agreement, Segment
from leadpact.agreement.thresholds import Threshold, main_threshold, scores_of, with_points
from leadpact.insight.advice import Lever, OfSegment, Refused, value_of
from leadpact.insight.differences import Word, difference
from leadpact.insight.entering import Entered, entered_by
from leadpact.insight.splitting import Simulate
from leadpact.insight.statistics import LEVEL
from leadpact.insight.sweep import places
from leadpact.insight.what_if import Group, Past

#: Of the places below a threshold every so many is tried, so many in all.
_EVERY, _TRIED = 2, 4
#: The least part by which a segment's MQLs must grow.
_MORE = 0.1


@dataclass(frozen=True)
class Segments:
    """What is needed to look for a segment: the agreement as it is, and the past."""

    loaded: Loaded
    agreement: Agreement
    past: Past
    simulate: Simulate

    def advice(self) -> OfSegment | Refused:
        """The segment that brings clearly most, at the nearest threshold that gives more of it."""
        entered = entered_by(self.past.simulated)
        groups: dict[str, list[Entered]] = defaultdict(list)
        for each in entered:
            groups[each.segment].append(each)
        level = 1 - (1 - LEVEL) / max(1, len(groups))
        worth = []
        for segment in self.agreement.segments:
            own = self._group(groups[segment.name])
            others = self._group([e for e in entered if e.segment != segment.name])
            by_amount = bool(own.sales and others.sales)
            one, other = (value_of(g, level, by_amount=by_amount) for g in (own, others))
            found = difference(one, other) if one and other else None
            if found and found.word is Word.HIGHER:
                worth.append((found.value, segment, own, others, by_amount))
        if not worth:
            why = "The MQLs of no segment bring clearly more each than the others."
            return Refused(Lever.SEGMENT, why)
        _, segment, own, others, by_amount = max(worth, key=lambda each: each[0])
        return self._more_of(segment, own, others, by_amount=by_amount)

    def _more_of(
        self, segment: Segment, own: Group, others: Group, *, by_amount: bool
    ) -> OfSegment | Refused:
        for points, today, settings in self._lower(segment):
            try:
                then = changed(self.loaded, settings)[0].agreement
            except ChangeError:
                continue
            if then is None:
                continue
            result = self.simulate(then)
            more = sum(each.segment == segment.name for each in entered_by(result))
            if more >= own.leads * (1 + _MORE):
                found = self.past.against(result)
                return OfSegment(
                    Lever.SEGMENT,
                    settings,
                    segment.name,
                    points,
                    today,
                    own,
                    others,
                    by_amount,
                    found,
                )
        why = f"MQLs of {segment.name} bring clearly more each, but no lower threshold that was "
        return Refused(Lever.SEGMENT, f"{why}tried gives a tenth more of them.")

    def _lower(self, segment: Segment) -> Iterator[tuple[float, float, list[str]]]:
        """Lower thresholds of a segment: points, today's, and the setting, the nearest first."""
        main = main_threshold(self.agreement)
        if main is None:
            return
        number = self.agreement.segments.index(segment)
        own = segment.stages.get(main.stage)
        if own is None:
            for points in _below(main.points):
                yield points, main.points, [self._like_the_others(segment, main, points)]
            return
        start = ("segments", number, "stages", main.stage, "when")
        asked = [
            (path, float(leaf.at_least), leaf.score)
            for path, leaf in scores_of(own.when, start)
            if leaf.at_least is not None
        ]
        if not asked:
            return
        path, today, _ = next((each for each in asked if each[2] == "total"), asked[0])
        tail = dotted((*path[len(start) :], "at_least"))
        place = f"segments[{number}].stages.{quoted(main.stage)}.when"
        joined = f"{place}{tail}" if tail.startswith("[") else f"{place}.{tail}"
        for points in _below(today):
            yield points, today, [f"{joined}={points:g}"]

    def _like_the_others(self, segment: Segment, main: Threshold, points: float) -> str:
        """The setting by which a segment has the condition of all, at other points."""
        moved = with_points(self.agreement, main, points)
        stage = next(each for each in moved.stages if each.name == main.stage)
        assert stage.when is not None
        when = _as_written(stage.when.model_dump(mode="json", exclude_unset=True))
        path = f"segments.{quoted(segment.name)}.stages"
        if not segment.stages:
            return f"{path}={json.dumps({main.stage: {'when': when}})}"
        return f"{path}.{quoted(main.stage)}={json.dumps({'when': when})}"

    def _group(self, entered: list[Entered]) -> Group:
        return self.past.fates.group("", [each.lead for each in entered])


def _as_written(value: Any) -> Any:
    """A condition as people write it: whole numbers without a point."""
    if isinstance(value, dict):
        return {key: _as_written(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_written(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _below(points: float) -> list[float]:
    lower = sorted((each for each in places(points) if each < points), reverse=True)
    return lower[_EVERY - 1 :: _EVERY][:_TRIED]
