"""Everybody on a team as a list, sorted and narrowed by what they hold, owe and did."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, FloatField, QuerySet, Value, When

from leadpact.agreement.spec import Agreement
from leadpact.documents import words
from leadpact.documents.parts.people import KEY
from leadpact.ledger.models import Person, PublishedMetric
from leadpact.ledger.selectors import figures
from leadpact.ledger.selectors.access import people_on_teams
from leadpact.ledger.selectors.teams import ACCEPTED, KEPT, RESPONSE, Member, members
from leadpact.web.hours import hours_of
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.registry import PageRequest

#: Person and figure → the key of the list behind it.
Opens = Mapping[tuple[str, str], str]
#: From here on a cap is told: the next leads may go to somebody else.
_NEARLY_FULL = 0.8
_MINUTE = 60
#: What the column that a list is sorted by is called in its query.
_RANK = "rank"


@dataclass(frozen=True)
class Figured:
    """A figure in words, of how many cases, the key of the list of these, and what it sorts by."""

    shown: str
    n: int
    opens: str
    rank: float

    def __str__(self) -> str:
        return f"{self.shown} of {self.n:,}" if self.n else self.shown


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


#: Everybody by the key of their person.
Lines = Mapping[int, Line]

_STANDS: dict[str, Callable[[Line], bool]] = {
    "away": lambda line: line.member.away_until is not None,
    "full": lambda line: line.member.full,
    "something overdue": lambda line: line.member.overdue > 0,
    "no open lead": lambda line: not line.member.open_leads,
}
_RANKS: dict[str, Callable[[Line], float | None]] = {
    "open": lambda line: line.member.open_leads,
    "overdue": lambda line: line.member.overdue,
    "response": lambda line: line.response.rank if line.response else None,
    "kept": lambda line: line.kept.rank if line.kept else None,
    "accepted": lambda line: line.accepted.rank if line.accepted else None,
    "given": lambda line: line.member.had,
}


def lines_of(agreement: Agreement | None, now: datetime) -> dict[int, Line]:
    """Everybody who works leads: seven queries, however many leads."""
    everybody = [each for own in members(now).values() for each in own]
    most, opens = max((each.overdue for each in everybody), default=0), _opens()
    return {each.person.pk: _line(each, agreement, most, opens) for each in everybody}


def crew(lines: Lines) -> Listing[Person]:
    """The list of these people."""

    def told(value: Callable[[Line], Any]) -> Callable[[Person], Any]:
        return lambda row: value(lines[row.pk])

    def rows(request: PageRequest) -> QuerySet[Person]:
        by = request.GET.get("sort", "").removeprefix("-")
        return _ranked(people_on_teams().select_related("team"), lines, _RANKS.get(by))

    of_each = [line.member.person.team for line in lines.values()]
    teams = list(dict.fromkeys(team.name for team in of_each if team))

    def standing(found: QuerySet[Person], which: str) -> QuerySet[Person]:
        return found.filter(pk__in=[pk for pk, line in lines.items() if _STANDS[which](line)])

    return Listing(
        name="team",
        title="Team",
        rows=rows,
        columns=(
            Column("person", "Person", lambda row: row.name, "name", "team/cells/person.html"),
            Column("team", "Team", lambda row: row.team.name if row.team else None,
                   order="team__position"),
            Column("away", "Away until", told(lambda line: line.member.away_until), on_page=False),
            Column("hours", "Hours", told(lambda line: line.hours), on_page=False),
            Column("open", "Open leads", told(lambda line: line.member.open_leads), _RANK,
                   "team/cells/open.html", numeric=True),
            Column("cap", "Most open leads", lambda row: row.cap, on_page=False),
            Column("overdue", "Overdue promises", told(lambda line: line.member.overdue), _RANK,
                   "team/cells/overdue.html", numeric=True),
            Column("late", "Leads with something overdue",
                   told(lambda line: line.member.late_leads), on_page=False),
            Column("response", "First answer, median", told(lambda line: line.response), _RANK,
                   "team/cells/response.html", numeric=True),
            Column("kept", "Promises kept", told(lambda line: line.kept), _RANK,
                   "team/cells/share.html", numeric=True),
            Column("accepted", "MQLs accepted", told(lambda line: line.accepted), _RANK,
                   "team/cells/share.html", numeric=True),
            Column("given", "Given by routing", told(lambda line: line.member.had), _RANK,
                   "team/cells/given.html", numeric=True),
            Column("fair", "Fair share", told(lambda line: round(line.member.due, 1)),
                   on_page=False),
        ),
        order="team",
        filters=(
            Filter("team", "Team", one_of(teams),
                   lambda rows, name: rows.filter(team__name=name)),
            Filter("stands", "Now", one_of(_STANDS), standing),
        ),
        search=lambda rows, text: rows.filter(name__icontains=text),
        searched="Name",
        empty=Empty(
            "Nobody is on a team yet",
            "The agreement names teams and people under routing; publish it, and they stand here.",
        ),
    )  # fmt: skip


def _ranked(
    rows: QuerySet[Person], lines: Lines, rank: Callable[[Line], float | None] | None
) -> QuerySet[Person]:
    """The rows with what they are sorted by, which is worked out for the few people there are."""
    ranks = {pk: rank(line) if rank else None for pk, line in lines.items()}
    known = [When(pk=pk, then=Value(float(n))) for pk, n in ranks.items() if n is not None]
    nobody = When(pk=0, then=Value(0.0))
    return rows.annotate(**{_RANK: Case(*known, nobody, output_field=FloatField(null=True))})


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
        rank = row.value / row.n if row.n else 0.0
        return Figured(words.out_of(round(row.value), row.n), 0, opens, rank)
    if row.unit == "seconds" and row.value < _MINUTE:
        return Figured("under 1 min", row.n, opens, row.value)
    return Figured(words.amount(row.value, row.unit), row.n, opens, row.value)
