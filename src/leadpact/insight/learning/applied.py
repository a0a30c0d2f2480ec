"""What was learned, written into an agreement: a file that can be checked, tried and published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from leadpact.agreement.changing import changed
from leadpact.agreement.conditions import FieldCondition, leaves
from leadpact.agreement.loading import Loaded
from leadpact.agreement.qualifying import Rule as RuleOfAgreement
from leadpact.agreement.spec import Agreement, Stage
from leadpact.agreement.thresholds import main_threshold, with_points
from leadpact.agreement.vocabulary import BUILT_IN_FIELDS
from leadpact.insight.learning.definition import Definition
from leadpact.insight.learning.scorecard import Rule, Scorecard
from leadpact.insight.learning.traits import Condition

Types = Mapping[str, str]


def with_definition(loaded: Loaded, definition: Definition, types: Types) -> Loaded:
    """The agreement with the suggested condition for its MQL; segments have no other.

    `types` are those of attributes, which are declared where they are not yet.
    """
    agreement = _sound(loaded)
    asked = [condition for each in definition.alternatives for condition in (t.when for t in each)]
    settings = [
        *_declared(agreement, asked, types),
        f"{_stage_path(agreement)}.when={flow(definition.when)}",
    ]
    return changed(loaded, settings, _overrides(agreement))[0]


def with_scorecard(loaded: Loaded, scorecard: Scorecard, types: Types) -> Loaded:
    """The agreement with the learned rules, and its MQL by the score that makes as many as today.

    Limits of sums go, since they were made for other points, and bounds of grades become those that
    a tenth and a third of the leads reach; segments have no other threshold.
    """
    agreement = _sound(loaded)
    settings = [
        *_declared(agreement, [rule.when for rule in scorecard.rules], types),
        _rules_setting(agreement, scorecard.rules),
        f"{_stage_path(agreement)}.when={flow(asks(scorecard.threshold))}",
        *_grades(agreement, scorecard),
    ]
    return changed(loaded, settings, [*_overrides(agreement), *_limits(loaded)])[0]


def asks(threshold: int) -> dict[str, Any]:
    """The condition of the MQL under a scorecard."""
    return {"score": "total", "at_least": threshold}


def with_threshold(agreement: Agreement, points: int) -> Agreement:
    """An agreement with a scorecard, with another score for its MQL."""
    found = main_threshold(agreement)
    assert found is not None, "a scorecard makes MQLs by a score"
    return with_points(agreement, found, points)


def rules_yaml(rules: Sequence[Rule]) -> str:
    """Rules as the section `scoring` lists them, each with what it rests on."""
    return "".join(_rule_lines(rule) for rule in rules)


def stage_of(agreement: Agreement) -> Stage:
    """The stage that marketing hands over by a condition: the one that asks for a score, the MQL,
    or that of the handoff."""
    named = {stage.name: stage for stage in agreement.stages}
    threshold = main_threshold(agreement)
    if threshold:
        return named[threshold.stage]
    mql = next((stage for stage in agreement.stages if stage.role == "mql"), None)
    return mql or named[agreement.handoff.stage]


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    yaml = YAML()
    yaml.default_flow_style = True
    yaml.width = 100_000
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().removesuffix("...\n").strip()


def _sound(loaded: Loaded) -> Agreement:
    assert loaded.agreement is not None, "only an agreement without errors is evaluated"
    return loaded.agreement


def _rule_lines(rule: Rule) -> str:
    rests = f"{rule.customers:,} of {rule.n:,} such leads became customers"
    lines = [
        f"- name: {flow({'n': rule.name})[4:-1]}",
        *(
            f"  {key}: {flow(value) if isinstance(value, dict) else value}"
            for key, value in rule.as_rule().items()
            if key != "name"
        ),
    ]
    lines = [f"{line}  # {rests}" if line.startswith("  points:") else line for line in lines]
    return "\n".join(lines) + "\n"


def _rules_setting(agreement: Agreement, rules: Sequence[Rule]) -> str:
    text = rules_yaml(rules)
    if agreement.scoring is None:
        indented = "".join(f"  {line}\n" for line in text.splitlines())
        return f"scoring=rules:\n{indented}"
    return f"scoring.rules={text}"


def _stage_path(agreement: Agreement) -> str:
    return f"stages[{agreement.stages.index(stage_of(agreement))}]"


def _declared(agreement: Agreement, asked: Iterable[Condition], types: Types) -> Iterator[str]:
    """Settings that declare the attributes that conditions ask for."""
    rule = {"name": "asked", "when": {"all": [dict(each) for each in asked]}, "points": 0}
    asks_for = leaves(RuleOfAgreement.model_validate(rule).when)
    names = [each.field for each in asks_for if isinstance(each, FieldCondition)]
    known = {*agreement.fields, *BUILT_IN_FIELDS}
    new = {name: types[name] for name in dict.fromkeys(names) if name not in known}
    if new and not agreement.fields:
        yield f"fields={flow(new)}"
    elif new:
        yield from (f'fields."{name}"={kind}' for name, kind in new.items())


def _overrides(agreement: Agreement) -> list[str]:
    """What segments ask for the stage instead."""
    stage = stage_of(agreement).name
    return [
        f"segments[{place}].stages" + (f'."{stage}"' if len(segment.stages) > 1 else "")
        for place, segment in enumerate(agreement.segments)
        if stage in segment.stages
    ]


def _limits(loaded: Loaded) -> list[str]:
    scoring = YAML(typ="safe").load(loaded.text).get("scoring") or {}
    return [f"scoring.{name}" for name in ("groups", "total") if name in scoring]


def _grades(agreement: Agreement, scorecard: Scorecard) -> Iterator[str]:
    if agreement.scoring is not None and agreement.scoring.tiers is not None:
        (a, b), (one, two) = scorecard.grades(acts=False), scorecard.grades(acts=True)
        yield f"scoring.tiers.fit={{A: {a}, B: {b}}}"
        yield f'scoring.tiers.engagement={{"1": {one}, "2": {two}}}'
