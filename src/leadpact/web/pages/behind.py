"""What a figure was counted from: its leads, in the words of the report, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render

from leadpact.documents.stored import MOST_CASES
from leadpact.ledger.models import Lead, PublishedList
from leadpact.ledger.selectors import figures
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller
from leadpact.web.figures.cases import MOST_FOUND, Cases, StoredList
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.spreadsheet import streamed
from leadpact.web.numbers import whole
from leadpact.web.registry import PageRequest, page

#: Of the leads that are called so, a search looks for so many.
MOST_CALLED = 1000
#: Cases that are read at once for a spreadsheet.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Shown:
    """Cases of a group that a page shows, `first` the number of the first of them.

    `place` is that of the group among those of the list; pages are counted from 1. With `found` the
    cases are those that a search found.
    """

    name: str
    total: int
    place: int
    number: int
    cases: list[dict[str, Any]]
    found: bool = False

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
        return self.number + 1 if self.last < self.total and not self.found else None

    @property
    def cut(self) -> bool:
        """Whether a search found as many cases as it looks for."""
        return self.found and len(self.cases) == MOST_FOUND


@page("figures/behind/<str:key>", name="behind", roles=READERS)
def behind(request: PageRequest, key: str) -> HttpResponseBase:
    """The leads behind a figure, those that the reader may see by name: six queries.

    Of each group the first page, or with `group` and `page` any page of one group; with `q` the
    cases of leads that are called so, for a few queries more; with `as=csv` a spreadsheet of them.
    """
    row = figures.behind(key)
    if row is None:
        raise Http404
    listed, text = StoredList(row), request.GET.get("q", "").replace("\0", "").strip()[:100]
    leads = _called(request.caller, text) if text else None
    if request.GET.get("as") == "csv":
        told = listed.told
        titles = ["Counts as", "Lead", "Key", "Company", "Why", told["when"]]
        return streamed("leads-behind-a-figure", titles, _all(request, listed, leads), request.zone)
    group = whole(request.GET.get("group", ""))
    if group is not None and group >= len(listed.groups):
        raise Http404
    pages = _pages(listed, group, whole(request.GET.get("page", "")) or 1, leads)
    names = _names(request.caller, [cases for _, _, cases in pages])
    groups = [
        Shown(
            name=listed.groups[place][0],
            total=listed.groups[place][1],
            place=place,
            number=number,
            cases=list(_cases(cases, names)),
            found=leads is not None,
        )
        for place, number, cases in pages
    ]
    shown = {
        "told": listed.told,
        "groups": groups,
        "alone": group is not None and len(listed.groups) > 1,
        "measurement": _counted_at(row),
        "text": text,
        "many": leads is not None and len(leads) > MOST_CALLED,
        "nothing": leads is not None and not any(each.cases for each in groups),
    }
    return render(request, "figures/behind.html", shown)


def _called(caller: Caller, text: str) -> set[str]:
    """The leads that the reader may see and that are called so: MOST_CALLED, and one more."""
    found = with_text(leads_for(caller), text).values_list("key", flat=True)
    return set(found[: MOST_CALLED + 1])


def _pages(
    listed: StoredList, group: int | None, number: int, leads: set[str] | None
) -> list[tuple[int, int, Cases]]:
    """What is shown: places of groups, numbers of their pages, and the cases of these."""
    places = range(len(listed.groups)) if group is None else [group]
    if leads is not None:
        return [(place, 1, listed.of(place, leads)) for place in places]
    if group is None:
        return [(place, 1, listed.groups[place][2]) for place in places]
    number = max(1, min(number, listed.pages(group)))
    begin = (number - 1) * MOST_CASES
    return [(group, number, listed.between(group, begin, begin + MOST_CASES))]


def _counted_at(row: PublishedList) -> Any:
    """When the figures of the list were counted: what is renewed apart has its own time."""
    own = figures.part(row.part) if row.part else None
    return {"as_of": own.made_at} if own else figures.measurement()


def _all(
    request: PageRequest, listed: StoredList, leads: set[str] | None
) -> Iterator[Sequence[Any]]:
    """Every case of every group, as a spreadsheet has it; with `leads` those of these."""
    for place, (name, total, _) in enumerate(listed.groups):
        for begin in range(0, total if leads is None else 1, _AT_ONCE):
            cases = (
                listed.between(place, begin, begin + _AT_ONCE)
                if leads is None
                else listed.of(place, leads)
            )
            names = _names(request.caller, [cases])
            for each in _cases(cases, names):
                lead = "not handed over to sales" if each["hidden"] else each["name"]
                yield name, lead, each["lead"], each["company"], each["why"], each["at"]


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
