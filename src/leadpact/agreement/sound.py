"""What is sound in a document that has errors, so that the rest of it can be examined all the same.

A key that is only misspelt is taken as meant; what else is faulty is left out. Sections without
which there is no agreement get a stand-in, of which nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from leadpact.agreement.problems import Path
from leadpact.agreement.shapes import spot
from leadpact.agreement.spec import Agreement
from leadpact.agreement.wording import meant_key

_MOST_ROUNDS = 8
_NO_NAME = "…"


@dataclass
class _Removal:
    """What was changed in a document: paths left out, keys taken as others, values put instead."""

    gone: set[Path] = field(default_factory=set)
    renamed: dict[Path, str] = field(default_factory=dict)
    instead: dict[Path, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """An agreement without the faulty parts of its document.

    `gone` has the paths that were left out or replaced, `words` every name and text in them.
    """

    agreement: Agreement
    gone: frozenset[Path]
    words: frozenset[str]
    _origins: Mapping[Path, Path]

    def origin(self, path: Path) -> Path:
        """Where in the document the value at a path of the agreement stands."""
        for length in range(len(path), -1, -1):
            if (known := self._origins.get(path[:length])) is not None:
                return known + path[length:]
        return path

    def bears(self, path: Path, sentence: str) -> bool:
        """Whether what is said of a place may come from what was left out there, or names it."""
        origin = self.origin(path)
        if any(_in_one_part(origin, gone) for gone in self.gone):
            return True
        said = sentence.casefold()
        return any(f"“{word}”" in said for word in self.words)

    @property
    def sections(self) -> frozenset[str]:
        """The sections of the document from which something was left out."""
        return frozenset(str(path[0]) for path in self.gone)


def _in_one_part(path: Path, gone: Path) -> bool:
    """Whether one lies within the other, or both within one item of a section."""
    of_item = len(gone) > 2 and isinstance(gone[1], int)
    within = gone[:2] if of_item else gone
    shared = min(len(path), len(within))
    return path[:shared] == within[:shared]


def sound_part(document: Any, faulty: Iterable[Path]) -> Sound | None:
    """The sound part of a document; `faulty` are paths at which something is wrong in any case.

    None where too little is left to be an agreement.
    """
    if not isinstance(document, dict):
        return None
    changes = _Removal()
    for path in faulty:
        _remove(document, path, changes)
    for _ in range(_MOST_ROUNDS):
        origins: dict[Path, Path] = {}
        reduced = _reduced(document, (), (), changes, origins)
        try:
            agreement = Agreement.model_validate(reduced)
        except ValidationError as error:
            _take_away(document, error.errors(include_url=False), changes, origins)
            continue
        touched = {*changes.gone, *changes.instead}
        words = {word for path in touched for word in _words(document, path)}
        return Sound(agreement, frozenset(touched), frozenset(words), origins)
    return None


def _fault(detail: ErrorDetails, origins: Mapping[Path, Path]) -> Path:
    """The part of the document that one error spoils: of a missing key, what it is missing in."""
    where = spot(Agreement, detail["loc"]).path
    spoilt = where[:-1] if detail["type"] == "missing" else where
    return origins.get(spoilt, spoilt) or where


def _take_away(
    document: dict[str, Any],
    errors: Iterable[ErrorDetails],
    changes: _Removal,
    origins: Mapping[Path, Path],
) -> None:
    """Read misspelt keys as those that were meant; where there are none, leave out what is faulty.

    What a misspelt key leaves missing is thus not taken for faulty.
    """
    faults = {_fault(each, origins): each for each in errors}
    meant = {
        path: key
        for path, each in faults.items()
        if each["type"] == "extra_forbidden" and (key := _meant(document, each, path))
    }
    changes.renamed |= meant
    for path in faults if not meant else ():
        _remove(document, path, changes)


def _meant(document: dict[str, Any], detail: ErrorDetails, path: Path) -> str | None:
    """The key that a misspelt one stands for, unless that is there too."""
    meant = meant_key(spot(Agreement, detail["loc"]))
    beside = _at(document, path[:-1])
    return meant if meant and isinstance(beside, dict) and meant not in beside else None


def _remove(document: dict[str, Any], path: Path, changes: _Removal) -> None:
    """Leave out a part; of a stage and of what every agreement has, something stays."""
    stand_in = _stand_in(document, path)
    whole = path in changes.instead and changes.instead[path] == stand_in
    if stand_in is None or whole:
        changes.gone.add(path)
        changes.instead.pop(path, None)
    else:
        changes.instead[path] = stand_in


def _stand_in(document: dict[str, Any], path: Path) -> Any:
    match path:
        case ("leadpact",):
            return 1
        case ("name",):
            return _NO_NAME
        case ("calendar",):
            return {"timezone": "UTC", "hours": {"mon-fri": ["09:00-17:00"]}}
        case ("handoff",):
            return {"stage": _handed_over(document)}
        case ("stages", _):
            name = _name(_at(document, path))
            return {"name": name} if name else None
    return None


def _handed_over(document: dict[str, Any]) -> str:
    """The stage that is most likely handed over: the MQL, else the second, else the first."""
    stages = [each for each in _listed(document.get("stages")) if _name(each)]
    likely = [each for each in stages if each.get("role") == "mql"] + stages[1:2] + stages[:1]
    return next(filter(None, map(_name, likely)), _NO_NAME)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(part: Any) -> str | None:
    name = part.get("name") if isinstance(part, dict) else None
    return name if isinstance(name, str) and name.strip() else None


def _reduced(value: Any, path: Path, to: Path, changes: _Removal, origins: dict[Path, Path]) -> Any:
    """The value at a path without what is gone; `to` is where it stands then."""
    origins[to] = path
    if path in changes.instead:
        return changes.instead[path]
    if isinstance(value, dict):
        kept: dict[Any, Any] = {}
        for key, part in value.items():
            own = (*path, key)
            if own not in changes.gone:
                named = str(changes.renamed.get(own, key))
                kept[named] = _reduced(part, own, (*to, named), changes, origins)
        put = changes.instead.items()
        return {own[-1]: each for own, each in put if own[:-1] == path} | kept
    if isinstance(value, list):
        parts: list[Any] = []
        for at, part in enumerate(value):
            if (*path, at) not in changes.gone:
                parts.append(_reduced(part, (*path, at), (*to, len(parts)), changes, origins))
        return parts
    return value


def _at(document: Any, path: Path) -> Any:
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def _words(document: Any, path: Path) -> Iterator[str]:
    """Every key and text in a part that was left out, and its own key."""
    yield from (step.casefold() for step in path[-1:] if isinstance(step, str))
    yield from _texts(_at(document, path))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield str(key).casefold()
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value.casefold()
