"""What had been stated of a lead, in the raw texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from leadpact.engine.explaining import words
from leadpact.engine.explaining.story import Story
from leadpact.engine.shape import Entries
from leadpact.engine.values import read


class Attributes:
    """The attributes of one lead at any instant."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._known = cache(self._known_after_each)

    def _known_after_each(self, field: str) -> tuple[Entries, list[str | None]]:
        """What was known of an attribute after each statement."""
        log = self.story.evaluation.log
        entries = Entries.of(log, self.story.owned)
        known, _ = entries.known(log.stated.columns[field])
        told = log.stated.columns[field].take(known.astype(np.int64))
        return entries, told.as_texts().to_pylist()

    def value(self, field: str, at: int) -> str | None:
        """The raw text of an attribute; None where nothing had been stated."""
        if field not in self.story.evaluation.log.stated.columns:
            return None
        entries, known = self._known(field)
        number = self.story.statements_at(at)
        stated = slice(entries.begins[number], entries.begins[number + 1])
        place = int(np.searchsorted(entries.at[stated], at, side="right")) - 1
        return known[stated][place] if place >= 0 else None

    def told(self, fields: Iterable[str], at: int) -> str:
        """Some attributes with their values, in words."""
        return words.listed(self._told(field, at) for field in fields)

    def _told(self, field: str, at: int) -> str:
        value = self.value(field, at)
        return (
            f"{field} is not known" if value is None else f"{field} {self.in_words(field, value)}"
        )

    def in_words(self, field: str, text: str) -> str:
        """A raw text as a value of its field's type; what cannot be read stays as it is."""
        kind = self.story.versions[-1].field_types().get(field, "text")
        found = read(text, kind) if kind in ("number", "boolean") else None
        return words.value(text if found is None else found)
