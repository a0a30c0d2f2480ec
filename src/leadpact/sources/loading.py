"""Loading a mapping file, with every problem at its line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from leadpact.agreement.loading import checked
from leadpact.agreement.problems import Path, Problem, as_text, in_order
from leadpact.agreement.text_files import Unreadable, read_text
from leadpact.agreement.tree import Tree
from leadpact.agreement.tree_building import build
from leadpact.sources.mapping import Sources


class SourcesError(Exception):
    """A mapping or its tables that cannot be read, with all problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(as_text(self.problems))


@dataclass(frozen=True)
class LoadedSources:
    """A mapping with the tree that knows the line of each of its parts."""

    file: str
    sources: Sources
    tree: Tree

    def problem(self, path: Path, message: str, hint: str | None) -> Problem:
        """A problem at a place of the mapping."""
        return Problem(self.file, *self.tree.value_place(path), path, message, hint)


def load_sources(path: str | os.PathLike[str]) -> LoadedSources:
    """Read a mapping file; raises SourcesError with all its problems."""
    file = os.fspath(path)
    try:
        return parse_sources(read_text(file), file)
    except Unreadable as unreadable:
        raise SourcesError([unreadable.problem]) from None


def parse_sources(text: str, file: str) -> LoadedSources:
    """Read the text of a mapping; `file` is what problems call it. Raises SourcesError."""
    tree = build(text)
    if tree.node(("leadpact",)) and not tree.node(("leadpact_sources",)):
        message = "this is an agreement, not a mapping"
        hint = "name the file that says what the columns of your exports mean"
        place = tree.key_place(("leadpact",))
        raise SourcesError([Problem(file, *place, ("leadpact",), message, hint)])
    sources, problems = checked(tree, Sources, file)
    if sources is None:
        raise SourcesError(problems)
    return LoadedSources(file, sources, tree)
