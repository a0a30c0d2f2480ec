"""Sentences for every kind of change, none for mere wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from leadpact.agreement.diff import Change, diff, render
from leadpact.agreement.spec import Agreement
from leadpact.agreement.templates import names, text

YAML_READER = YAML(typ="safe", pure=True)
GOLDEN = YAML_READER.load(Path(__file__).with_name("cases.yaml"))
BASE, CASES = GOLDEN["base"], GOLDEN["cases"]


def sentences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    versions = [Agreement.model_validate(version) for version in (old, new)]
    return [f"{change.whom}: {change.sentence}" for change in diff(*versions)]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str):
    changed = CASES[case]
    assert (
        sentences(BASE | changed.get("old", {}), BASE | changed.get("new", {})) == changed["says"]
    )


@pytest.mark.parametrize("case", CASES)
def test_no_version_differs_from_itself(case: str):
    for version in ("old", "new"):
        document = BASE | CASES[case].get(version, {})
        assert sentences(document, document) == []


def test_rendering_groups_by_side():
    changes = [
        Change("both", "Both first."),
        Change("sales", "Sales one."),
        Change("marketing", "Marketing one."),
        Change("sales", "Sales two."),
    ]
    assert render(changes) == (
        "Marketing:\n  - Marketing one.\n\n"
        "Sales:\n  - Sales one.\n  - Sales two.\n\n"
        "Both sides:\n  - Both first."
    )


def test_rendering_of_nothing():
    assert render([]) == "No change in meaning."


@pytest.mark.parametrize("name", names())
def test_comments_and_order_of_keys_mean_nothing(name: str):
    document = YAML_READER.load(text(name))
    assert sentences(document, reversed_keys(document)) == []


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        # The order of weekdays and exceptions is as little said as that of other keys.
        return {key: reversed_keys(item) for key, item in reversed(value.items())}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


#: Keys whose values explain and promise nothing.
WORDING = {"purpose", "description", "demographics", "responsibilities", "issues", "agenda"}


def values(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all single values of a document."""
    if isinstance(document, dict | list):
        keys = document if isinstance(document, dict) else range(len(document))
        for key in keys:
            yield from values(document[key], (*path, key))
    else:
        yield path


def is_wording(path: tuple[Any, ...]) -> bool:
    if path[0] in ("responsibilities", "goals"):
        return False
    in_persona = path[0] == "personas" and "goals" in path
    return path == ("name",) or bool(WORDING & set(path)) or in_persona


def changed(document: Any, path: tuple[Any, ...]) -> Agreement | None:
    """The agreement with one value changed, where another value is allowed there."""
    copy = deepcopy(document)
    part = copy
    for key in path[:-1]:
        part = part[key]
    for other in others(part[path[-1]]):
        part[path[-1]] = other
        try:
            return Agreement.model_validate(copy)
        except ValidationError:
            continue
    return None


def others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, str):
        words = [
            "3 business hours",
            "3 days",
            "77 %",
            "sales",
            "marketing",
            "month",
            "year",
            "points",
        ]
        return [word for word in (value + " x", *words) if word != value]
    return []


@pytest.mark.parametrize("name", names())
def test_every_changed_value_is_told(name: str):
    document = YAML_READER.load(text(name))
    agreement = Agreement.model_validate(document)
    # Two of each sort of place will do: a hundred goals have hurdles alike.
    alike: dict[Any, list[Any]] = defaultdict(list)
    for path in values(document):
        alike[tuple("*" if isinstance(key, int) else key for key in path)].append(path)
    some = [path for paths in alike.values() for path in paths[:2]]
    tried = [(path, changed(document, path)) for path in some]
    told = {path: diff(agreement, other) for path, other in tried if other is not None}
    assert len(told) > 10
    assert [path for path, changes in told.items() if not changes and not is_wording(path)] == []
    assert [path for path, changes in told.items() if changes and is_wording(path)] == []
