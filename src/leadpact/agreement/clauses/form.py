"""What a form of a section shows: its values as the document has them, and places for more.

Everything comes from the models that read the file: which values there are, what each says, and
what is needed. A document that has mistakes is shown as far as it can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from leadpact.agreement.clauses.leaves import leaves_of
from leadpact.agreement.clauses.pieces import NEW, Field, Items, Kind, Part, Piece, Single
from leadpact.agreement.clauses.texts import plain_data, scalar, text_of
from leadpact.agreement.conditions import Condition
from leadpact.agreement.problems import Path
from leadpact.agreement.prose import in_words
from leadpact.agreement.shapes import bare, is_condition, is_model, title
from leadpact.agreement.spec import Agreement

#: Sections that say nothing but how to read the file.
_UNSAID = ("leadpact",)
#: How conditions are written, for whoever begins one.
_EXAMPLES = (
    "For example “event: form_submitted”, “{field: employees, at_least: 200}” or "
    "“{score: total, at_least: 60}”; several of them as “all: [{…}, {…}]” or “any: [{…}, {…}]”."
)
_NAMES = ("name", "reason")
#: Texts that are likely to be sentences.
_LONG = {
    "purpose", "description", "definition", "demographics", "responsibilities", "goal",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A section of the agreement, for a list of them."""

    name: str
    title: str
    about: str
    stated: bool
    count: int | None


def sections(document: Mapping[str, Any]) -> list[Section]:
    """All sections in the order in which people read them; how many items a list has."""
    found = []
    for name, field in Agreement.model_fields.items():
        if name not in _UNSAID:
            value = document.get(name)
            count = len(value) if isinstance(value, list) else None
            about = field.description or ""
            found.append(Section(name, _label(name), about, name in document, count))
    return found


def section(document: Mapping[str, Any], name: str) -> Piece:
    """A section as a form. Raises KeyError where there is none of that name."""
    if name in _UNSAID:
        raise KeyError(name)
    return _piece((name,), name, Agreement.model_fields[name], document.get(name))


# ------------------------------------------------------------------------------------------ making


def _piece(steps: Path, name: str, field: FieldInfo, value: Any) -> Piece:
    annotation, about = bare(field.annotation), _plain(field.description)
    if is_model(annotation):
        return _part(steps, _label(name), about, annotation, value)
    origin, inside = get_origin(annotation), [bare(each) for each in get_args(annotation)]
    if origin is list and is_model(inside[0]):
        return _list(steps, _label(name), about, inside[0], value)
    if origin is dict and is_model(inside[1]):
        return _named(steps, _label(name), about, inside[1], value)
    return _field(steps, name, field, value)


def _part(steps: Path, called: str, about: str, model: type[BaseModel], value: Any) -> Part:
    said = value if isinstance(value, Mapping) else {}
    pieces = [
        _piece((*steps, key), key, field, said.get(key))
        for name, field in model.model_fields.items()
        for key in [field.alias or name]
    ]
    fields = tuple(each for each in pieces if isinstance(each, Field))
    parts = tuple(each for each in pieces if not isinstance(each, Field))
    return Part(steps, called, about, fields, parts)


def _blank(steps: Path, model: type[BaseModel]) -> Part:
    """A new item. What it has in parts is written as text if needed, else once it is there."""
    fields = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        piece = _piece((*steps, NEW, key), key, field, None)
        if isinstance(piece, Field):
            fields.append(piece)
        elif field.is_required():
            fields.append(_field((*steps, NEW, key), key, field, None))
    return Part((*steps, NEW), title(model), "", tuple(fields))


def _list(steps: Path, called: str, about: str, model: type[BaseModel], value: Any) -> Items:
    items = value if isinstance(value, list) else []
    thing = title(model)
    return Items(
        steps,
        called,
        about,
        tuple(
            _part((*steps, number), _called(item, thing, number), "", model, item)
            for number, item in enumerate(items)
        ),
        _blank(steps, model),
    )


def _named(steps: Path, called: str, about: str, model: type[BaseModel], value: Any) -> Items:
    items = value if isinstance(value, Mapping) else {}
    blank = _blank(steps, model)
    name = Field((*steps, NEW, ""), "Name", "What it is called.", Kind.TEXT, needed=True)
    return Items(
        steps,
        called,
        about,
        tuple(_part((*steps, key), str(key), "", model, item) for key, item in items.items()),
        replace(blank, fields=(name, *blank.fields)),
        named=True,
    )


def _field(steps: Path, name: str, field: FieldInfo, value: Any) -> Field:
    kind = _kind(name, field.annotation)
    if kind not in (Kind.YAML, Kind.LINES, Kind.PAIRS) and isinstance(value, dict | list):
        kind = Kind.YAML
    about = _plain(field.description)
    if value is None and is_condition(field.annotation):
        about = f"{about} {_EXAMPLES}".strip()
    return Field(
        steps,
        _label(name),
        about,
        kind,
        text_of(value, kind),
        _choices(field.annotation),
        _default(field),
        field.is_required(),
        _words(field, value) if kind is Kind.YAML else "",
        _single(field.annotation),
        _leaves(steps, value) if kind is Kind.YAML else (),
    )


def _kind(name: str, annotation: Any) -> Kind:
    if is_condition(annotation):
        return Kind.YAML
    plain = bare(annotation)
    origin, inside = get_origin(plain), [bare(each) for each in get_args(plain)]
    if plain is bool:
        return Kind.YES_NO
    if plain is date:
        return Kind.DAY
    if origin is Literal or (isinstance(plain, type) and issubclass(plain, Enum)):
        return Kind.CHOICE
    if origin is list:
        return Kind.LINES if _is_scalar(inside[0]) else Kind.YAML
    if origin is dict:
        return Kind.PAIRS if _is_scalar(inside[1]) else Kind.YAML
    if not _is_scalar(plain):
        return Kind.YAML
    return Kind.LONG if name in _LONG else Kind.TEXT


def _is_scalar(annotation: Any) -> bool:
    """Whether it is written as one word or sentence: also lengths of time, and unions of such."""
    members, origin = get_args(annotation), get_origin(annotation)
    if origin is Literal:
        return True
    if origin in (list, dict):
        return False
    if members:
        return all(_is_scalar(bare(each)) for each in members)
    return isinstance(annotation, type) and not issubclass(annotation, BaseModel | dict | list)


def _leaves(steps: Path, value: Any) -> tuple[Field, ...]:
    return tuple(
        Field(
            (*steps, *leaf.steps),
            leaf.label,
            "",
            Kind.TEXT,
            scalar(leaf.value),
            single=Single.TEXT if isinstance(leaf.value, str) else Single.NUMBER,
        )
        for leaf in leaves_of(value)
    )


def _single(annotation: Any) -> Single:
    """What a value is, or each in the list or mapping that stands there."""
    plain = bare(annotation)
    if get_origin(plain) in (list, dict):
        return _single(get_args(plain)[-1])
    members = [bare(each) for each in get_args(plain)] or [plain]
    if date in members:
        return Single.DAY
    return Single.NUMBER if {int, float} & set(members) else Single.TEXT


def _choices(annotation: Any) -> tuple[str, ...]:
    plain = bare(annotation)
    if plain is bool:
        return ("yes", "no")
    if get_origin(plain) is Literal:
        return tuple(map(str, get_args(plain)))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple(str(each.value) for each in plain)
    return ()


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value in (None, [], {}) or isinstance(value, BaseModel):
        return ""
    return in_words(str(value) if isinstance(value, Enum) else value)


def _words(field: FieldInfo, value: Any) -> str:
    """What a value means, in a sentence, if it can be read."""
    if value is None:
        return ""
    kind: Any = Condition if is_condition(field.annotation) else field.annotation
    try:
        return in_words(TypeAdapter(kind).validate_python(plain_data(value)))
    except ValidationError:
        return ""


def _called(item: Any, thing: str, number: int) -> str:
    """What an item of a list is called: by its name, or by its place."""
    said = item if isinstance(item, Mapping) else {}
    named: Sequence[str] = [str(said[key]) for key in _NAMES if said.get(key)]
    return named[0] if named else f"{thing} {number + 1}".capitalize()


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plain(text: str | None) -> str:
    return (text or "").replace("`", "")
