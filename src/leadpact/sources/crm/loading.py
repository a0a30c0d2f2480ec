"""Loading the mapping of a customer system, with every problem at its line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leadpact.agreement.loading import checked
from leadpact.agreement.problems import Path, Problem, as_text, did_you_mean, in_order
from leadpact.agreement.spec import Agreement
from leadpact.agreement.text_files import Unreadable, read_text
from leadpact.agreement.tree import Tree
from leadpact.agreement.tree_building import build
from leadpact.sources.crm.mapping import Crm


class MappingError(Exception):
    """A mapping that cannot be used, with all its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(as_text(self.problems))


@dataclass(frozen=True)
class LoadedCrm:
    """A mapping with the tree that knows the line of each of its parts."""

    file: str
    text: str
    crm: Crm
    tree: Tree

    def problem(self, path: Path, message: str, hint: str | None = None) -> Problem:
        """A problem at a place of the mapping."""
        return Problem(self.file, *self.tree.value_place(path), path, message, hint)


def load_crm(path: str | os.PathLike[str]) -> LoadedCrm:
    """Read a mapping file; raises MappingError with all its problems."""
    file = os.fspath(path)
    try:
        return parse_crm(read_text(file), file)
    except Unreadable as unreadable:
        raise MappingError([unreadable.problem]) from None


def parse_crm(text: str, file: str) -> LoadedCrm:
    """Read the text of a mapping; `file` is what problems call it. Raises MappingError."""
    tree = build(text)
    crm, problems = checked(tree, Crm, file)
    if crm is None:
        raise MappingError(problems)
    return LoadedCrm(file, text, crm, tree)


def problems_with_agreement(loaded: LoadedCrm, agreement: Agreement) -> list[Problem]:
    """Stages and people that the mapping names and the agreement does not have."""
    stages = [stage.name for stage in agreement.stages]
    people = [each.name for team in agreement.routing.teams for each in team.people]
    found = []
    for name, mapped in loaded.crm.people.items():
        for value, stage in mapped.stages.values.items() if mapped.stages else ():
            if stage not in stages:
                path: Path = ("people", name, "stages", "values", value)
                message = f"the agreement has no stage “{stage}”"
                found.append(loaded.problem(path, message, did_you_mean(stage, stages)))
        for stage in mapped.stages.dates if mapped.stages else ():
            if stage not in stages:
                path = ("people", name, "stages", "dates", stage)
                message = f"the agreement has no stage “{stage}”"
                found.append(loaded.problem(path, message, did_you_mean(stage, stages)))
    for owner, person in loaded.crm.who.items():
        if people and person not in people:
            message = f"the agreement has nobody called “{person}”"
            found.append(loaded.problem(("who", owner), message, did_you_mean(person, people)))
    return in_order(found)


def problems_with_account(
    loaded: LoadedCrm, known: dict[str, dict[str, dict[str, str]]]
) -> list[Problem]:
    """Properties, and values of properties with fixed choices, that the account does not have.

    `known` has the choices by property by object; a property without choices takes any value.
    """
    found = []
    for section, objects in (
        ("people", loaded.crm.people),
        ("companies", loaded.crm.companies),
        ("deals", loaded.crm.deals),
        ("activities", loaded.crm.activities),
    ):
        for name in objects:
            if name not in known:
                message = f"the account has no object “{name}”"
                hint = did_you_mean(name, known)
                found.append(loaded.problem((section, name), message, hint))
                continue
            for wanted in loaded.crm.read_of(name):
                if wanted not in known[name]:
                    message = f"{name} have no property “{wanted}”"
                    hint = did_you_mean(wanted, known[name])
                    path = _place_of(loaded, (section, name), wanted)
                    found.append(loaded.problem(path, message, hint))
    for path, name, wanted, value in _values_named(loaded.crm):
        choices = known.get(name, {}).get(wanted) or {}
        if choices and value.casefold() not in {each.casefold() for each in choices}:
            message = f"“{wanted}” has no value “{value}”"
            found.append(loaded.problem(path, message, did_you_mean(value, choices)))
    return in_order(found)


def _values_named(crm: Crm) -> Iterator[tuple[Path, str, str, str]]:
    """Where a value of a property is named: the place, the object, the property, the value."""
    for name, people in crm.people.items():
        for value in people.stages.values if people.stages else ():
            assert people.stages is not None
            yield ("people", name, "stages", "values", value), name, people.stages.property, value
    for name, deals in crm.deals.items():
        for word, values in (("won", deals.outcome.won), ("lost", deals.outcome.lost)):
            for place, value in enumerate(values):
                path: Path = ("deals", name, "outcome", word, place)
                yield path, name, deals.outcome.property, value
    for name, activities in crm.activities.items():
        for number, rule in enumerate(activities.rules):
            above: Path = ("activities", name, "rules", number, "when")
            for wanted, among in rule.when.items():
                if not isinstance(among, list):
                    yield (*above, wanted), name, wanted, str(among)
                    continue
                for place, each in enumerate(among):
                    yield (*above, wanted, place), name, wanted, str(each)


def _place_of(loaded: LoadedCrm, above: Path, name: str) -> Path:
    """Where below a section a property is named first."""
    node = loaded.tree.node(above)
    plain = node.plain() if node else None
    return (*above, *(_path_to(plain, name) or ()))


def _path_to(plain: object, name: str) -> Path | None:
    if plain == name:
        return ()
    if isinstance(plain, dict):
        items: Iterable[tuple[str | int, object]] = plain.items()
    elif isinstance(plain, list):
        items = enumerate(plain)
    else:
        return None
    for key, value in items:
        if (path := _path_to(value, name)) is not None:
            return (key, *path)
    return None
