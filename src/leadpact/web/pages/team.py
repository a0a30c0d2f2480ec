"""Both teams: who has how much, who is away, how fast they answer; and what marketing sends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.parts.people import KEY
from leadpact.ledger.models import PublishedMetric
from leadpact.ledger.selectors import agreements, figures
from leadpact.ledger.selectors.access import absences
from leadpact.ledger.selectors.teams import (
    ACCEPTED,
    KEPT,
    RESPONSE,
    Member,
    members,
    overdue_with_nobody,
)
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.hours import hours_of
from leadpact.web.registry import PageRequest, page

#: Person and figure → the key of the list behind it.
Opens = Mapping[tuple[str, str], str]
#: From here on a cap is told: the next leads may go to somebody else.
_NEARLY_FULL = 0.8
_MINUTE = 60
#: Absences that the page itself tells; the others have a list of their own.
_AWAY = 6


@dataclass(frozen=True)
class Figured:
    """A figure in words, of how many cases, and the key of the list of these."""

    shown: str
    n: int
    opens: str


@dataclass(frozen=True)
class Line:
    """Somebody on a team as the page tells them."""

    member: Member
    hours: str
    response: Figured | None
    kept: Figured | None
    accepted: Figured | None
    worst: bool

    @property
    def place(self) -> str:
        """By whose clock somebody works."""
        return self.hours.rpartition(", ")[2]

    @property
    def tight(self) -> bool:
        """Whether the cap on open leads is near."""
        cap = self.member.person.cap
        return cap is not None and self.member.open_leads >= _NEARLY_FULL * cap


@page("team", name="team", roles=READERS, nav="Team", order=45)
def team(request: PageRequest) -> HttpResponse:
    """Load and pace of everybody in sales, and their mirror: what marketing brings."""
    shown = told("Team", "", "sources", "quality", "hygiene")
    opens = _opens()
    version = agreements.in_force(request.now)
    teams = members(request.now)
    everybody = [each for own in teams.values() for each in own]
    most = max((each.overdue for each in everybody), default=0)
    shown |= {
        "teams": _lines(teams, version.agreement if version else None, most, opens),
        "overdue": sum(each.overdue for each in everybody),
        "unheld": overdue_with_nobody(),
        "most": most,
        "behind": [each.person.name for each in everybody if most and each.overdue == most],
        "away": [each.person.name for each in everybody if each.away_until],
        "full": [each.person.name for each in everybody if each.full],
        "persons": [each.person for each in everybody],
        "may_edit": request.caller.may(Act.MANAGE_PEOPLE),
        "absences": absences(request.now)[:_AWAY],
    }
    return render(request, "figures/team.html", shown)


def _lines(
    teams: Mapping[str, Sequence[Member]], agreement: Agreement | None, most: int, opens: Opens
) -> list[tuple[str, list[Line]]]:
    return [
        (name, [_line(each, agreement, most, opens) for each in own]) for name, own in teams.items()
    ]


def _opens() -> Opens:
    """Person and figure → the key of the list behind it."""
    part = figures.part(KEY)
    told = json.loads(part.value)["tables"] if part else []
    return {
        (row[0][0], name): cell[0][1]
        for table in told
        for row in table["rows"]
        for name, cell in zip(table["header"][1:], row[1:], strict=True)
        if cell and isinstance(cell[0], list)
    }


def _line(member: Member, agreement: Agreement | None, most: int, opens: Opens) -> Line:
    shown = {
        name: _figured(row, opens.get((member.person.name, name), ""))
        for name, row in member.figures.items()
    }
    return Line(
        member=member,
        hours=hours_of(member.person, agreement),
        response=shown.get(RESPONSE),
        kept=shown.get(KEPT),
        accepted=shown.get(ACCEPTED),
        worst=0 < member.overdue == most,
    )


def _figured(row: PublishedMetric, opens: str) -> Figured | None:
    """A figure in words; None where nothing was counted."""
    if row.value is None:
        return None
    if row.unit == "cases":
        return Figured(words.out_of(round(row.value), row.n), 0, opens)
    if row.unit == "seconds" and row.value < _MINUTE:
        return Figured("under 1 min", row.n, opens)
    return Figured(words.amount(row.value, row.unit), row.n, opens)
