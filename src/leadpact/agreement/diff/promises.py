"""Changes of what is promised: obligations, goals, and both within segments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadpact.agreement.diff.change import Change, Whom
from leadpact.agreement.diff.compare import Kind, compare, paired
from leadpact.agreement.diff.meaning import same
from leadpact.agreement.diff.qualifying import thresholds
from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement, Segment, Term, share


def _owed_by(promise: Any) -> Whom:
    whom: Whom = promise.side.value
    return whom


def _within(promise: Any, old: Term, new: Term) -> str:
    return f"{promise.name} must now come {_by(new)} (was {_by(old, spelt=False)})."


def _by(term: Term, *, spelt: bool = True) -> str:
    at_the_end = term.text.startswith("end of")
    if at_the_end:
        return f"by the {term}"
    return f"within {term}" if spelt else str(term)


def _start(starts_on: Any) -> str:
    return "the handoff" if starts_on == "handoff" else in_words(starts_on)


def _starts_on(promise: Any, old: Any, new: Any) -> str:
    return f"The clock of “{promise.name}” now starts with {_start(new)} (was {_start(old)})."


def _owed(promise: Any, old: Any, new: Any) -> str:
    return f"“{promise.name}” is now owed by {new.value} (was {old.value})."


def _protocol(promise: Any, _: bool, new: bool) -> str:
    return f"A completed contact protocol {'now' if new else 'no longer'} keeps “{promise.name}”."


def _hurdles(promise: Any, old: dict[str, Any], new: dict[str, Any]) -> str:
    told = [
        _hurdle(name, old.get(name), new.get(name))
        for name in [*old, *(name for name in new if name not in old)]
        if not same(old.get(name), new.get(name))
    ]
    return f"“{promise.name}”: {'; '.join(told)}."


def _quotas(promise: Any, old: dict[str, Any], new: dict[str, Any]) -> str:
    told = [
        _hurdle(f"quota of {name}", old.get(name), new.get(name))
        for name in [*old, *(name for name in new if name not in old)]
        if not same(old.get(name), new.get(name))
    ]
    return f"“{promise.name}”: {'; '.join(told)}."


def _hurdle(name: str, old: Any, new: Any) -> str:
    if old is None:
        return f"the {name} is now {in_words(new)} (was none)"
    if new is None:
        return f"there is no {name} any more (was {in_words(old)})"
    verb = "rises" if _amount(new) > _amount(old) else "falls"
    return f"the {name} {verb} from {in_words(old)} to {in_words(new)}"


def _amount(hurdle: str | float) -> float:
    return share(hurdle) if isinstance(hurdle, str) else float(hurdle)


OBLIGATION = Kind(
    "obligation",
    _owed_by,
    lambda promise: f"{_by(promise.within)}, from {_start(promise.starts_on)}",
    labels={
        "stops_on": "answer that stops the clock",
        "when": "condition",
        "warnings": "time of warning before it is due",
        "pauses_on": "event that pauses the clock",
        "resumes_on": "event that resumes the clock",
        "cancels_on": "event that cancels the clock",
        "escalate_to": "list of people told of a breach",
    },
    sentences={
        "within": _within,
        "starts_on": _starts_on,
        "side": _owed,
        "completed_by_protocol": _protocol,
        "hurdles": _hurdles,
    },
)
GOAL = Kind(
    "goal",
    _owed_by,
    lambda goal: f"{goal.metric.replace('_', ' ')} per {goal.per}, {in_words(goal.hurdles)}",
    labels={"per": "period", "relative_to": "baseline", "by": "way of counting"},
    sentences={"hurdles": _hurdles, "quotas": _quotas, "side": _owed},
)
_SEGMENT = Kind(
    "segment",
    lambda _: "both",
    lambda segment: in_words(segment.when),
    labels={"when": "condition"},
    apart=frozenset({"stages", "obligations"}),
    ordered=True,
)


def compare_segments(old: Agreement, new: Agreement) -> Iterator[Change]:
    """Changes of the segments, and of what holds in those that stayed or are new."""
    yield from compare(_SEGMENT, old.segments, new.segments)
    kept, renamed, _, added = paired(_SEGMENT, old.segments, new.segments)
    pairs = [
        *kept,
        *renamed,
        *((segment.model_copy(update=_NOTHING), segment) for segment in added),
    ]
    for before, after in pairs:
        yield from _stages_within(new, before, after)
        yield from _obligations_within(old, new, before, after)


_NOTHING: dict[str, dict[str, Any]] = {"stages": {}, "obligations": {}}


def _stages_within(agreement: Agreement, old: Segment, new: Segment) -> Iterator[Change]:
    sides = {stage.name: stage.side for stage in agreement.stages}
    for name in [*old.stages, *(stage for stage in new.stages if stage not in old.stages)]:
        before, after = (getattr(s.stages.get(name), "when", None) for s in (old, new))
        if same(before, after):
            continue
        side = sides.get(name)
        whom: Whom = side.value if side else "both"
        yield Change(whom, f"In the segment “{new.name}”: {_stage(name, before, after)}")


def _stage(name: str, old: Any, new: Any) -> str:
    if old and new and (told := thresholds(name, old, new)):
        return " ".join(told)
    if new is None:
        return f"“{name}” is now entered as everywhere else (was when {in_words(old)})."
    was = f"when {in_words(old)}" if old else "as everywhere else"
    return f"“{name}” is now entered when {in_words(new)} (was {was})."


def _obligations_within(
    old_agreement: Agreement, agreement: Agreement, old: Segment, new: Segment
) -> Iterator[Change]:
    promises = {promise.name: promise for promise in agreement.obligations}
    earlier = {promise.name: promise for promise in old_agreement.obligations}
    for name in [*old.obligations, *(n for n in new.obligations if n not in old.obligations)]:
        before, after = (getattr(s.obligations.get(name), "within", None) for s in (old, new))
        if same(before, after) or name not in promises:
            continue
        usual = [earlier[name].within if name in earlier else None, promises[name].within]
        terms = [one or other for one, other in zip((before, after), usual, strict=True)]
        sentence = _term_within(name, *terms)
        yield Change(_owed_by(promises[name]), f"In the segment “{new.name}”: {sentence}")


def _term_within(name: str, old: Any, new: Any) -> str:
    if new == "not asked":
        return f"{name} is no longer asked."
    if old is None:
        return f"{name} must come {_by(new)}."
    if old == "not asked":
        return f"{name} must now come {_by(new)} (was not asked)."
    return f"{name} must now come {_by(new)} (was {_by(old, spelt=False)})."
