"""Published parts as templates show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from leadpact.ledger.models import Measurement
from leadpact.ledger.selectors import figures

#: With more columns a table becomes one block a row on a phone.
_NARROW = 3
#: Parts that a process keeps drawn: a few for each page, and those that a reader chooses among.
_KEPT = 64


@dataclass(frozen=True)
class Parts:
    """Parts of one measurement by key, with when it was."""

    measurement: Measurement | None
    found: dict[str, Any]

    @property
    def sections(self) -> list[Any]:
        """The parts that are sections, in the order in which they were asked for."""
        return [each for each in self.found.values() if "title" in each]


def parts(*keys: str) -> Parts:
    """Parts that were published: two queries, however many they are."""
    rows = figures.parts(keys)
    return Parts(figures.measurement(), {row.key: _shaped(row.value, row.made_at) for row in rows})


def drawn(section: Any, *, alone: bool, answers: bool) -> SafeString:
    """A section of a page: `alone` on it, and whether its answer is that of the page.

    What is published is the same for everybody who reads figures, and is drawn once.
    """
    if "source" in section:
        return _kept(section["source"], section["made_at"], alone, answers)
    return _drawn(section, alone, answers)


@lru_cache(maxsize=_KEPT)
def _kept(value: str, made_at: datetime, alone: bool, answers: bool) -> SafeString:
    return _drawn(_shaped(value, made_at), alone, answers)


def _drawn(section: Any, alone: bool, answers: bool) -> SafeString:
    told = {"section": section, "alone": alone, "answers": answers}
    return render_to_string("figures/section.html", told)


# By what was published itself: what is published anew is never taken for what was before.
@lru_cache(maxsize=_KEPT)
def _shaped(value: str, made_at: datetime) -> Any:
    """A part as templates read it; nobody changes it."""
    told = json.loads(value)
    if "title" not in told:
        return told
    told["source"], told["made_at"] = value, made_at
    for place, each in enumerate(tables_of(told)):
        each["file"] = reverse("figures_table", args=[place, told["key"]])
    return shaped(told)


def tables_of(section: Any) -> list[Any]:
    """Every table of a stored section, those that charts are drawn from first."""
    drawn_from = [each["table"] for each in section["charts"]]
    return [*drawn_from, *section["tables"], *section["aside"]]


def shaped(told: Any) -> Any:
    """A stored section as templates show it."""
    if told["slider"]:
        _at_its_place(told["slider"])
    for each in told["charts"]:
        each["table"] = table(each["table"])
    for name in ("tables", "aside"):
        told[name] = [table(each) for each in told[name]]
    return told


def _at_its_place(slider: Any) -> None:
    """The slider with where it stands first."""
    place = slider["places"][slider["now"]]
    slider["last"] = len(slider["places"]) - 1
    slider["place"] = place
    slider["shown"] = list(zip(slider["figures"], place[2:], strict=True))


def moved_to(section: Any, value: str) -> Any:
    """The section with its slider at another place; as it is where there is none of this value."""
    slider = section["slider"]
    values = [place[0] for place in slider["places"]] if slider else []
    if value not in values:
        return section
    moved = {**slider, "now": values.index(value)}
    _at_its_place(moved)
    return {**{k: v for k, v in section.items() if k != "source"}, "slider": moved}


def table(told: Any) -> Any:
    """A table whose cells know what their column is called and how it reads."""
    header, words = told["header"], told["words"]
    told["columns"] = [(title, place >= words) for place, title in enumerate(header)]
    told["lines"] = [
        [(title, pieces, place >= words) for place, (title, pieces) in enumerate(cells)]
        for row in told["rows"]
        for cells in [list(zip(header, row, strict=True))]
    ]
    told["wide"] = len(header) > _NARROW
    return told


def has_charts(sections: Iterable[Any]) -> bool:
    """Whether the script that draws is needed."""
    return any(each["charts"] for each in sections)


def told(title: str, intro: str, *keys: str, **more: Any) -> dict[str, Any]:
    """What the template of a page of figures needs."""
    found = parts(*keys)
    sections = found.sections
    return {
        "title": title,
        "intro": intro,
        "measurement": found.measurement,
        "sections": sections,
        "parts": found.found,
        "answer": next((each["answer"] for each in sections if each["answer"]), None),
        "has_charts": has_charts(sections),
        **more,
    }
