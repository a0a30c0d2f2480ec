"""The example agreement that the reference and editors show, section by section."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from leadpact.agreement.tree import Tree
from leadpact.agreement.tree_building import build


@cache
def example_text() -> str:
    """The example as it is written."""
    return files("leadpact.agreement").joinpath("example.yaml").read_text(encoding="utf-8")


def example_sections() -> dict[str, str]:
    """The lines of each section of the example, by its key."""
    starts = [(key, entry.key_place.line - 1) for key, entry in _root_pairs()]
    ends = [line for _, line in starts[1:]] + [None]
    lines = example_text().splitlines()
    return {
        key: "\n".join(lines[start:end]).rstrip()
        for (key, start), end in zip(starts, ends, strict=True)
    }


def example_values() -> dict[str, Any]:
    """The value of each section of the example."""
    return {key: entry.value.plain() for key, entry in _root_pairs()}


@cache
def _example() -> Tree:
    return build(example_text())


def _root_pairs() -> list[tuple[str, Any]]:
    root = _example().root
    return list(root.pairs()) if root else []
