"""Both teams: who holds how much, who is away, how fast they answer; and what marketing sends."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.documents import words
from leadpact.ledger.models import PublishedMetric
from leadpact.ledger.selectors.teams import ACCEPTED, KEPT, RESPONSE, Member, members
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, page


@page("team", name="team", roles=READERS, nav="Team", order=50)
def team(request: PageRequest) -> HttpResponse:
    """Load and pace of everybody in sales, and their mirror: what marketing brings."""
    shown = told("Team", "", "sources", "quality", "hygiene")
    shown["teams"] = [
        (name, [_line(each) for each in own]) for name, own in members(request.now).items()
    ]
    return render(request, "figures/team.html", shown)


def _line(member: Member) -> dict[str, object]:
    figures = member.figures
    return {
        "member": member,
        "response": _figure(figures.get(RESPONSE)),
        "kept": _figure(figures.get(KEPT)),
        "accepted": _figure(figures.get(ACCEPTED)),
    }


def _figure(row: PublishedMetric | None) -> str:
    """A figure in words, with its cases."""
    if row is None or row.value is None:
        return words.NOTHING
    if row.unit == "cases":
        return words.out_of(round(row.value), row.n)
    return f"{words.amount(row.value, row.unit)} (n = {row.n:,})"
