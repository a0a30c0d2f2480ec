"""A table of the published figures as a spreadsheet."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from django.http import Http404, HttpResponseBase

from leadpact.ledger.selectors import figures
from leadpact.web.figures.parts import tables_of
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.spreadsheet import streamed
from leadpact.web.registry import PageRequest, part

_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
_NOTHING = "–"


@part("figures/tables/<int:place>/<path:key>", name="figures_table", roles=READERS)
def table(request: PageRequest, place: int, key: str) -> HttpResponseBase:
    """The table at this place of a published section, numbers as such."""
    stored = figures.part(key)
    section = json.loads(stored.value) if stored else {}
    found = tables_of(section) if "title" in section else []
    if place >= len(found):
        raise Http404
    rows = ([_value(cell) for cell in row] for row in found[place]["rows"])
    name = re.sub(r"\W+", "-", f"{section['title']} {found[place]['caption']}").strip("-")
    return streamed(name.lower()[:100], found[place]["header"], rows, request.zone)


def _value(cell: Sequence[str | Sequence[str]]) -> str | float:
    """What a cell says, without where it leads."""
    text = "".join(each if isinstance(each, str) else each[0] for each in cell)
    text = text.replace("\u00a0", " ").strip()
    if _NUMBER.fullmatch(text):
        number = float(text.replace(",", ""))
        return int(number) if number.is_integer() else number
    return "" if text == _NOTHING else text
