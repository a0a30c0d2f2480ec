"""Loading an agreement: from a file to a checked document, with every problem at once."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from leadpact.agreement.calendars import calendar_problems
from leadpact.agreement.problems import Path, Problem, in_order
from leadpact.agreement.sound import Sound, sound_part
from leadpact.agreement.spec import Agreement
from leadpact.agreement.text_files import Unreadable, read_text, refuse_huge
from leadpact.agreement.tree import Tree
from leadpact.agreement.tree_building import build
from leadpact.agreement.wording import MOST_PROBLEMS, more_than, problems_of

AnyModel = TypeVar("AnyModel", bound=BaseModel)


@dataclass(frozen=True)
class Loaded:
    """What a file says, and all that is wrong with it.

    `agreement` is None when there is an error among the problems; `sound` is then what is left of
    it without the faulty parts, if that is enough to be looked at. `sha256` is of the text in
    UTF-8, empty when there is none.
    """

    file: str
    text: str
    sha256: str
    agreement: Agreement | None
    problems: list[Problem]
    tree: Tree
    sound: Sound | None = None

    def locate(self, path: Path) -> tuple[int, int]:
        """Line and column of the value at a path, or of the last step of the path that exists.

        A value of several lines is at its key. Lines and columns count from 1.
        """
        return self.tree.value_place(path)

    def locate_key(self, path: Path) -> tuple[int, int]:
        """Line and column of the key at the end of a path."""
        return self.tree.key_place(path)


def load(path: str | os.PathLike[str]) -> Loaded:
    """Load an agreement from a file. Never raises: what is wrong is among the problems."""
    file = os.fspath(path)
    try:
        return _loaded(read_text(file), file)
    except Unreadable as unreadable:
        return _nothing(unreadable)


def load_text(text: str, file_name: str) -> Loaded:
    """Load an agreement from its text. Never raises: what is wrong is among the problems."""
    try:
        refuse_huge(text, file_name)
    except Unreadable as unreadable:
        return _nothing(unreadable)
    return _loaded(text, file_name)


def _nothing(unreadable: Unreadable) -> Loaded:
    return Loaded(unreadable.problem.file, "", "", None, [unreadable.problem], Tree())


def _loaded(text: str, file_name: str) -> Loaded:
    text = text.removeprefix("\ufeff")
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    tree = build(text)
    agreement, problems = checked(tree, Agreement, file_name)
    if agreement is not None:
        problems = calendar_problems(agreement, tree, file_name)
    usable = agreement if not problems else None
    sound = None
    if problems and tree.root:
        faulty = [fault.path for fault in tree.faults if fault.spoils]
        faulty += [problem.path for problem in problems if agreement is not None]
        sound = sound_part(tree.root.plain(), faulty)
        if sound and agreement is None:
            problems, sound = _with_calendars(problems, sound, tree, file_name)
    return Loaded(file_name, text, sha256, usable, in_order(problems), tree, sound)


def _with_calendars(
    problems: list[Problem], sound: Sound, tree: Tree, file: str
) -> tuple[list[Problem], Sound | None]:
    """The problems of a faulty document with those of its calendars, and what is sound without."""
    found = [
        replace(each, path=path, line=place[0], column=place[1])
        for each in calendar_problems(sound.agreement, tree, file)
        if not sound.bears(each.path, each.message)
        for path in [sound.origin(each.path)]
        for place in [tree.value_place(path)]
    ]
    if not found:
        return problems, sound
    plain = tree.root.plain() if tree.root else None
    return [*problems, *found], sound_part(plain, [each.path for each in found])


def checked(tree: Tree, model: type[AnyModel], file: str) -> tuple[AnyModel | None, list[Problem]]:
    """A tree as a model; None and every problem when it is not one."""
    faults = tree.faults[:MOST_PROBLEMS]
    problems = [Problem(file, *f.place, f.path, f.message, f.hint) for f in faults]
    problems += more_than(MOST_PROBLEMS, len(tree.faults), file)
    if tree.root is None or tree.root.entries is None or not tree.root.entries:
        return None, problems or [_no_mapping(tree, model, file)]
    try:
        valid = model.model_validate(tree.root.plain())
    except ValidationError as error:
        spoilt = {fault.path for fault in tree.faults if fault.spoils}
        problems += [p for p in problems_of(error, model, tree, file) if p.path not in spoilt]
        return None, problems
    return (None if problems else valid), problems


def _no_mapping(tree: Tree, model: type[BaseModel], file: str) -> Problem:
    required = [key for key, field in model.model_fields.items() if field.is_required()]
    hint = f"begin with {', '.join(f'“{key}:”' for key in required)}"
    root = tree.root
    if root is None or (root.scalar is None and root.items is None):
        return Problem(file, 1, 1, (), "the file is empty", hint)
    what = "a list" if root.items is not None else "a single value"
    return Problem(file, *root.place, (), f"this is {what}, not a document with sections", hint)
