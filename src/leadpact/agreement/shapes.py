"""Following a path through the models: which key, which model, which part of a union."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag
from typing_extensions import TypeAliasType

from leadpact.agreement.conditions import Condition
from leadpact.agreement.problems import Path

_TITLES = {
    "test": "test",
    "all of": "condition",
    "any of": "condition",
    "none of": "condition",
    "period": "term",
    "rule": "scoring rule",
    "on stage": "start on a stage",
    "sources": "mapping",
}


@dataclass(frozen=True)
class Spot:
    """Where an error of a model stands in the document.

    `models` are those passed on the way, the outermost first; `about_key` says that the key itself
    is wrong, not its value.
    """

    path: Path
    models: tuple[type[BaseModel], ...]
    about_key: bool = False


def spot(model: type[BaseModel], location: tuple[str | int, ...]) -> Spot:
    """The place that a pydantic error's location means, its tags of union members left out."""
    annotation: Any = model
    path: list[str | int] = []
    models: list[type[BaseModel]] = []
    for step in location:
        if step == "[key]":
            return Spot(tuple(path), tuple(models), about_key=True)
        tags = tagged(annotation)
        if tags:
            annotation = tags.get(str(step))
            continue
        annotation = bare(annotation)
        if is_model(annotation):
            models.append(annotation)
        path.append(step)
        annotation = inner(annotation, step)
    return Spot(tuple(path), tuple(models))


def is_model(annotation: Any) -> bool:
    """Whether it is a model: a mapping with keys of its own."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_condition(annotation: Any) -> bool:
    """Whether it is a condition, perhaps one that may be absent or is part of a union."""
    members = [each for each in get_args(annotation) if each is not type(None)]
    annotated = get_origin(annotation) is Annotated
    return (
        annotation is Condition or members == [Condition] or (annotated and members[0] is Condition)
    )


def title(model: type[BaseModel]) -> str:
    """What people call such a part of the document: “scoring rule”."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__.removesuffix("Spec")).lower()
    return _TITLES.get(words, words)


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Every word that names a key of the model, with the key as the document writes it."""
    names = {field.alias or name: field.alias or name for name, field in model.model_fields.items()}
    return names | {name: field.alias or name for name, field in model.model_fields.items()}


def bare(annotation: Any) -> Any:
    """An annotation without its metadata, aliases and `None`."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif (members := _members(annotation)) and len(members) == 1:
            annotation = members[0]
        else:
            return annotation


def tagged(annotation: Any) -> dict[str, Any]:
    """The members of a union whose parts have tags, by tag; empty for anything else."""
    found = {}
    for member in _members(bare(annotation)):
        for mark in getattr(member, "__metadata__", ()):
            if isinstance(mark, Tag):
                found[mark.tag] = member
    return found


def inner(annotation: Any, step: str | int) -> Any:
    """The annotation one step further, None where there is none."""
    if is_model(annotation):
        fields = annotation.model_fields
        named = fields.get(str(step)) or next(
            (field for field in fields.values() if field.alias == step), None
        )
        return named.annotation if named else None
    if get_origin(annotation) in (list, dict):
        return get_args(annotation)[-1]
    return None


def _members(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    return tuple(member for member in get_args(annotation) if member is not type(None))
