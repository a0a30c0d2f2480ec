"""A change, and a list of them as people read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Whom = Literal["marketing", "sales", "both"]

NO_CHANGE = "No change in meaning."
_HEADINGS: dict[Whom, str] = {"marketing": "Marketing", "sales": "Sales", "both": "Both sides"}


@dataclass(frozen=True)
class Change:
    """One thing that the new version says otherwise, and whom it concerns."""

    whom: Whom
    sentence: str


def render(changes: Iterable[Change]) -> str:
    """The changes as text, grouped by whom they concern; “No change in meaning.” when none."""
    groups: dict[Whom, list[str]] = {whom: [] for whom in _HEADINGS}
    for change in changes:
        groups[change.whom].append(change.sentence)
    blocks = [
        "\n".join([f"{_HEADINGS[whom]}:", *(f"  - {sentence}" for sentence in sentences)])
        for whom, sentences in groups.items()
        if sentences
    ]
    return "\n\n".join(blocks) if blocks else NO_CHANGE
