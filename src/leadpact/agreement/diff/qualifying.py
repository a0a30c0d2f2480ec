"""Changes of what counts as a good lead: customers, hygiene, scoring, stages, disqualification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadpact.agreement.conditions import ScoreCondition, leaves
from leadpact.agreement.diff.change import Change, Whom
from leadpact.agreement.diff.compare import Kind, compare, compare_parts, now_was
from leadpact.agreement.diff.meaning import same
from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement, Limits, Scoring

_LISTS = {
    "competitors": "competitor",
    "own_domains": "domain of our own",
    "test_patterns": "pattern of test addresses",
    "form_kinds": "kind of form",
    "machine_kinds": "kind of opening or click that a machine can send",
}
_SWITCHES = {
    "duplicates": "Duplicates",
    "disposable": "Addresses of throw-away mail services",
    "invalid_email": "Leads with an impossible email address",
}


def compare_qualifying(old: Agreement, new: Agreement) -> Iterator[Change]:
    """Changes from the ideal customers to the disqualification."""
    yield from compare(_CUSTOMER, old.ideal_customers, new.ideal_customers)
    yield from compare(_PERSONA, old.personas, new.personas)
    yield from compare_parts(_HYGIENE, old.hygiene, new.hygiene)
    yield from _lists_of_hygiene(old, new)
    yield from _scoring(old.scoring, new.scoring)
    yield from compare(STAGE, old.stages, new.stages)
    before, after = old.disqualification, new.disqualification
    yield from compare(_DISQUALIFIER, before.rules, after.rules)
    yield from compare_parts(_DISQUALIFICATION, before, after)


def thresholds(stage: str, old: Any, new: Any) -> list[str] | None:
    """A sentence for each moved threshold, when two conditions differ in nothing else."""
    moved = _moved_thresholds(old, new)
    if not moved:
        return None
    return [_threshold(stage, before, after) for before, after in moved]


def _moved_thresholds(old: Any, new: Any) -> list[tuple[ScoreCondition, ScoreCondition]]:
    before, after = (leaves(condition) if condition else [] for condition in (old, new))
    if len(before) != len(after) or not same(_unscored(old), _unscored(new)):
        return []
    return [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if isinstance(one, ScoreCondition) and not same(one, other)
    ]


def _unscored(condition: Any) -> Any:
    """The condition with every “at least” of a score taken to nought."""
    if condition is None:
        return None
    plain = condition.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    return type(condition).model_validate(_zeroed(plain))


def _zeroed(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_zeroed(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if "score" in plain and "at_least" in plain:
        return plain | {"at_least": 0}
    return {key: _zeroed(item) for key, item in plain.items()}


def _threshold(stage: str, old: ScoreCondition, new: ScoreCondition) -> str:
    before, after = old.at_least or 0, new.at_least or 0
    verb = "rises" if after > before else "falls"
    of = "" if new.score == "total" else f" for {new.score}"
    return f"The {stage} threshold{of} {verb} from {before:g} to {after:g} points."


def _lists_of_hygiene(old: Agreement, new: Agreement) -> Iterator[Change]:
    for attribute, what in _LISTS.items():
        before, after = getattr(old.hygiene, attribute), getattr(new.hygiene, attribute)
        for item in before:
            if item not in after:
                yield Change("marketing", f"“{item}” is no longer a {what}.")
        for item in after:
            if item not in before:
                yield Change("marketing", f"“{item}” is now a {what}.")


def _scoring(old: Scoring | None, new: Scoring | None) -> Iterator[Change]:
    if new is None or old is None:
        if old or new:
            sentence = f"Leads are {'now' if new else 'no longer'} scored."
            yield Change("marketing", sentence)
        if old:
            return
    before, after = old or Scoring(), new or Scoring()
    yield from compare(_RULE, before.rules, after.rules)
    for group in [*before.groups, *(g for g in after.groups if g not in before.groups)]:
        limits = [scoring.groups.get(group, Limits()) for scoring in (before, after)]
        if not same(*limits):
            yield Change("marketing", now_was(f"The limit of {group}", *limits))
    if not same(before.total, after.total):
        yield Change("marketing", now_was("The limit of the score", before.total, after.total))
    for attribute, label in _GRADES.items():
        grades = [getattr(scoring.tiers, attribute, None) for scoring in (before, after)]
        if not same(*grades):
            yield Change("marketing", now_was(label, *grades))


_GRADES = {
    "fit": "The fit asked for each letter",
    "engagement": "The engagement asked for each number",
    "high_quality": "The list of tiers of high quality",
}


def _marketing(_: Any) -> Whom:
    return "marketing"


def _of_stage(stage: Any) -> Whom:
    return stage.side.value if stage.side else "both"


def _stage_condition(stage: Any, old: Any, new: Any) -> str | None:
    told = thresholds(stage.name, old, new)
    if told:
        return " ".join(told)
    if new is None:
        return f"“{stage.name}” is now entered only when it is recorded (was when {in_words(old)})."
    was = f"when {in_words(old)}" if old else "only when it was recorded"
    return f"“{stage.name}” is now entered when {in_words(new)} (was {was})."


def _accountable(stage: Any, old: Any, new: Any) -> str:
    return f"{_side(new)} now answers for the stage “{stage.name}” (was {_side(old).lower()})."


def _side(side: Any) -> str:
    return "Nobody" if side is None else str(side.value).capitalize()


def _definition(stage: Any, _: str | None, new: str | None) -> str:
    if new is None:
        return f"The stage “{stage.name}” is no longer defined."
    return f"The stage “{stage.name}” now means: {' '.join(new.split())}"


def _points(rule: Any, old: float, new: float) -> str:
    return f"“{rule.name}” now gives {_so_many(new)} (was {in_words(old)})."


def _so_many(points: float) -> str:
    return f"{in_words(points)} point{'s' * (points != 1)}"


def _weighed(profile: Any, old: list[Any], new: list[Any]) -> str:
    traits = [[f"{c.name} {c.weight:g} ({in_words(c.when)})" for c in one] for one in (old, new)]
    return now_was(f"“{profile.name}”: the list of criteria", *traits)


def _switch(attribute: str) -> Any:
    subject = _SWITCHES[attribute]
    return lambda _, __, new: f"{subject} are {'now' if new else 'no longer'} left out."


_CUSTOMER = Kind(
    "ideal customer",
    lambda _: "both",
    lambda profile: in_words([criterion.name for criterion in profile.criteria]),
    sentences={"criteria": _weighed},
)
_PERSONA = Kind("persona", lambda _: "both", labels={"when": "condition"})
_HYGIENE = Kind(
    "hygiene",
    _marketing,
    sentences={attribute: _switch(attribute) for attribute in _SWITCHES}
    | {
        "opt_out": lambda _, old, new: now_was("What counts as an opt-out", old, new),
        "bot": lambda _, old, new: now_was("What counts as a bot", old, new),
        "machine_within": lambda _, old, new: now_was(
            "The time in which an opening is a machine's", old, new
        ),
        "sent_kind": lambda _, old, new: now_was("The event of a sent email", old, new),
    },
    apart=frozenset(_LISTS),
    key="",
)
_RULE = Kind(
    "scoring rule",
    _marketing,
    lambda rule: f"{_so_many(rule.points)} for {in_words(rule.when)}",
    labels={"when": "condition", "at_most": "cap"},
    sentences={"points": _points},
)
STAGE = Kind(
    "stage",
    _of_stage,
    lambda stage: f"entered when {in_words(stage.when)}" if stage.when else "entered when recorded",
    sentences={"when": _stage_condition, "side": _accountable, "definition": _definition},
    ordered=True,
)
_DISQUALIFIER = Kind(
    "disqualification",
    lambda _: "both",
    lambda rule: in_words(rule.when),
    labels={"when": "condition"},
    key="reason",
)
_DISQUALIFICATION = Kind(
    "disqualification",
    lambda _: "both",
    sentences={
        "closed_lost": lambda _, old, new: now_was("What closes a lead as lost", old, new),
        "reopens_on": lambda _, old, new: now_was("What brings a closed lead back", old, new),
    },
    apart=frozenset({"rules"}),
    key="",
)
