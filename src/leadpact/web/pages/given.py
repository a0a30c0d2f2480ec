"""What the routing gave somebody, beside what was due to them, and how each lead came to them."""

from __future__ import annotations

import json

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase

from leadpact.documents import words
from leadpact.ledger.models import Handoff, Lead
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.lists import handoffs_for, people
from leadpact.ledger.selectors.teams import share_of
from leadpact.web.figures.roles import READERS
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Column, Empty, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import known, name_of
from leadpact.web.registry import PageRequest, page


@page("team/given/<int:number>", name="given", roles=READERS)
def given(request: PageRequest, number: int) -> HttpResponseBase:
    """The leads that the routing gave one person, the latest first."""
    person = people().filter(pk=number).first()
    if person is None:
        raise Http404
    told = {"person": person.name, "answer": _answer(person.name)}
    return answer(request, _listing(person.name), "team/given.html", lambda _: told)


def _answer(person: str) -> str:
    share = share_of(person)
    return f"Pools gave {person} {words.plural(share.had, 'lead')}; {share.due:,.1f} would be fair."


def _listing(person: str) -> Listing[Handoff]:
    return Listing(
        name="given",
        title=f"Leads given to {person}",
        rows=lambda request: _rows(request, person),
        columns=(
            Column("lead", "Lead", lambda row: name_of(row.lead), cell=cells.of_lead),
            Column("company", "Company", lambda row: known(row.lead).get("company")),
            Column("at", "Given", lambda row: row.assigned_at),
            Column("handed", "Handed over", lambda row: row.handed_off_at, order="handed_off_at"),
            Column("team", "Team", lambda row: row.team),
            Column("why", "Why", lambda row: _why(row, person), cell=cells.in_pieces),
        ),
        order="-handed",
        search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
        searched="Name, company or email",
        empty=Empty(
            f"The routing gave {person} nothing that is still theirs",
            "Leads that somebody gave away by hand, or that the CRM assigned, are not among them.",
        ),
    )


def _rows(request: PageRequest, person: str) -> QuerySet[Handoff]:
    found = handoffs_for(request.caller).filter(person=person).exclude(steps="[]")
    return found.select_related("lead__state")


def _why(row: Handoff, person: str) -> str:
    """Why this person: the step that chose them."""
    steps: list[str] = json.loads(row.steps)
    return next((each for each in steps if each.startswith(f"{person}: ")), " ".join(steps[-1:]))
