"""Both teams: who has how much, who is away, how fast they answer; and what marketing sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase

from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.access import absences
from leadpact.ledger.selectors.teams import overdue_with_nobody
from leadpact.ledger.services.permits import Act
from leadpact.web.absent_days import with_days, zone_of_days
from leadpact.web.figures.crew import Lines, crew, lines_of
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.registry import PageRequest, page

#: Absences that the page itself tells; the others have a list of their own.
_AWAY = 6
#: Of more people their number is told and not their names.
_MOST_NAMES = 3


@page("team", name="team", roles=READERS, nav="Team", order=45)
def team(request: PageRequest) -> HttpResponseBase:
    """Load and pace of everybody in sales, and their mirror: what marketing brings."""
    version = agreements.in_force(request.now)
    lines = lines_of(version.agreement if version else None, request.now)

    def beside(page: Shown) -> Mapping[str, Any]:
        for row in page.rows:
            row.line = lines[row.pk]
        return {
            **told("Team", "", "sources", "quality", "hygiene"),
            **_at_a_glance(lines),
            "unheld": overdue_with_nobody(),
            "persons": [line.member.person for line in lines.values()],
            "may_edit": request.caller.may(Act.MANAGE_PEOPLE),
            "absences": with_days(absences(request.now)[:_AWAY], zone_of_days(version)),
        }

    return answer(request, crew(lines), "figures/team.html", beside)


def _at_a_glance(lines: Lines) -> dict[str, Any]:
    """Who is behind, away or full: their names, or how many they are."""
    everybody = [each.member for each in lines.values()]
    most = max((each.overdue for each in everybody), default=0)
    return {
        "answer": None,
        "overdue": sum(each.overdue for each in everybody),
        "most": most,
        "behind": _named(each.person.name for each in everybody if most and each.overdue == most),
        "gone": _named(each.person.name for each in everybody if each.away_until),
        "full": _named(each.person.name for each in everybody if each.full),
    }


def _named(names: Any) -> dict[str, Any]:
    found = list(names)
    return {"names": found if len(found) <= _MOST_NAMES else [], "n": len(found)}
