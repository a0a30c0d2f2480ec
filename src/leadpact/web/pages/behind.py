"""What a figure was counted from: its leads, in the words of the report, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from leadpact.documents.long_lists import cases_at, pieces_with, unpacked
from leadpact.documents.stored import MOST_CASES
from leadpact.ledger.models import Lead, PublishedList
from leadpact.ledger.selectors import figures
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.spreadsheet import streamed
from leadpact.web.registry import PageRequest, page

Cases = Sequence[Sequence[Any]]
#: Cases that are read at once for a spreadsheet.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Shown:
    """Cases of a group that a page shows, `first` the number of the first of them.

    `place` is that of the group among those of the list; pages are counted from 1.
    """

    name: str
    total: int
    place: int
    number: int
    cases: list[dict[str, Any]]

    @property
    def first(self) -> int:
        """The number of the first case that is shown."""
        return (self.number - 1) * MOST_CASES + 1

    @property
    def last(self) -> int:
        """The number of the last case that is shown."""
        return self.first + len(self.cases) - 1

    @property
    def previous(self) -> int | None:
        """The page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after."""
        return self.number + 1 if self.last < self.total else None


@page("figures/behind/<str:key>", name="behind", roles=READERS)
def behind(request: PageRequest, key: str) -> HttpResponseBase:
    """The leads behind a figure, those that the reader may see by name: six queries.

    Of each group the first page, or with `group` and `page` any page of one group; with `as=csv`
    all of them as a spreadsheet.
    """
    row = figures.behind(key)
    if row is None:
        raise Http404
    told = json.loads(row.value)
    if request.GET.get("as") == "csv":
        titles = ["Counts as", "Lead", "Key", "Company", "Why", told["when"]]
        return streamed("leads-behind-a-figure", titles, _all(request, row, told), request.zone)
    group = _number(request, "group")
    pages = (
        [(place, 1, each[2]) for place, each in enumerate(told["groups"])]
        if group is None
        else [_page(row, told, group, _number(request, "page") or 1)]
    )
    names = _names(request.caller, [cases for _, _, cases in pages])
    groups = [
        Shown(
            name=told["groups"][place][0],
            total=told["groups"][place][1],
            place=place,
            number=number,
            cases=list(_cases(cases, names)),
        )
        for place, number, cases in pages
    ]
    shown = {
        "told": told,
        "groups": groups,
        "alone": group is not None and len(told["groups"]) > 1,
        "measurement": _counted_at(row),
    }
    return render(request, "figures/behind.html", shown)


def _counted_at(row: PublishedList) -> Any:
    """When the figures of the list were counted: what is renewed apart has its own time."""
    own = figures.part(row.part) if row.part else None
    return {"as_of": own.made_at} if own else figures.measurement()


def _all(request: PageRequest, row: PublishedList, told: Any) -> Iterator[Sequence[Any]]:
    """Every case of every group, as a spreadsheet has it."""
    for place, (name, total, _) in enumerate(told["groups"]):
        for begin in range(0, total, _AT_ONCE):
            cases = _between(row, told, place, begin, begin + _AT_ONCE)
            names = _names(request.caller, [cases])
            for each in _cases(cases, names):
                lead = "with marketing still" if each["hidden"] else each["name"]
                yield name, lead, each["lead"], each["company"], each["why"], each["at"]


def _number(request: PageRequest, name: str) -> int | None:
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else None


def _page(row: PublishedList, told: Any, group: int, number: int) -> tuple[int, int, Cases]:
    """A page of a group, the last where there are not so many; 404 for a group that is not there.

    What is on the first page is told by the list itself, the rest lies in pieces.
    """
    groups = told["groups"]
    if group >= len(groups):
        raise Http404
    number = max(1, min(number, -(-groups[group][1] // MOST_CASES)))
    if str(group) not in told["sources"]:
        number = 1
    begin = (number - 1) * MOST_CASES
    return group, number, _between(row, told, group, begin, begin + MOST_CASES)


def _between(row: PublishedList, told: Any, group: int, begin: int, end: int) -> Cases:
    """Cases of a group by their places in it."""
    groups, source = told["groups"], told["sources"].get(str(group))
    if source is None or end <= len(groups[group][2]):
        return list(groups[group][2][begin:end])
    long = [int(place) for place in told["sources"]]
    places = unpacked(bytes(row.places or b""), [groups[place][1] for place in long])
    wanted = places[long.index(group)][begin:end]
    return cases_at(wanted, figures.pieces(source, pieces_with(wanted)))


def _names(caller: Caller, lists: Sequence[Cases]) -> dict[str, tuple[str, str]]:
    """Of the leads in some lists that somebody may see, how they are called, and their company."""
    keys = {lead for cases in lists for lead, _, _ in cases if lead}
    seen = leads_for(caller).filter(key__in=keys).select_related("state")
    return {lead.key: _named(lead) for lead in seen}


def _cases(cases: Cases, names: dict[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for lead, at, why in cases:
        name, company = names.get(lead, ("", ""))
        yield {
            "lead": lead if lead in names else None,
            "hidden": lead is not None and lead not in names,
            "name": name,
            "company": company,
            "at": datetime.fromisoformat(at) if at else None,
            "why": why,
        }


def _named(lead: Lead) -> tuple[str, str]:
    """How a lead is called, and its company."""
    state = getattr(lead, "state", None)
    known = json.loads(state.attributes) if state else {}
    name = known.get("name") or known.get("email") or lead.key
    return str(name), str(known.get("company") or "")
