"""What had been stated of a lead, in the raw texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from leadpact.engine.explaining import words
from leadpact.engine.explaining.story import Story
from leadpact.engine.values import read


class Attributes:
    """The attributes of one lead at any instant."""

    def __init__(self, story: Story) -> None:
        self.story = story

    @cached_property
    def _known(self) -> dict[int, list[dict[str, Any]]]:
        """Lines of what was known from an instant on, by list, in order."""
        con = self.story.evaluation.log.connection
        found: dict[int, list[dict[str, Any]]] = {}
        for line in (
            con.sql("select * from known order by list, moment").to_arrow_table().to_pylist()
        ):
            found.setdefault(int(line["list"]), []).append(line)
        return found

    def value(self, field: str, at: int) -> str | None:
        """The raw text of an attribute; None where nothing had been stated."""
        lines = self._known.get(self.story.statements_at(at), [])
        place = bisect_right([line["moment"] for line in lines], at) - 1
        return lines[place].get(f"f_{field}") if place >= 0 else None

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
