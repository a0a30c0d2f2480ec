"""Every promise about a lead: which are open, which are disputed, and how they were kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase

from leadpact.agreement.spec import Agreement
from leadpact.flows.faces import Ladder, ladders_of
from leadpact.flows.messages import name_of
from leadpact.ledger.models import Clock, Lead
from leadpact.ledger.selectors import agreements, inbox, promises
from leadpact.ledger.selectors.disputes import unruled
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.promises import Open
from leadpact.ledger.services.actions import receivers
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import told
from leadpact.web.figures.roles import READERS
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.heads import MARKS
from leadpact.web.registry import PageRequest, page
from leadpact.web.who import Who, who

_SIDES = ("marketing", "sales")
#: The choice for leads that nobody in sales has; no person is called so.
_NOBODY = "-"
#: Disputes that the page itself tells; all have a list of their own.
_DISPUTES = 3


@dataclass(frozen=True)
class Promise:
    """A promise of the agreement: its open clocks, and how it was kept in the last full quarter."""

    open: Open
    mark: str
    line: Mapping[str, Any]


@dataclass(frozen=True)
class Owed:
    """A line of the list: a clock that is open, and of whose lead."""

    clock: Clock
    who: Who
    group: str
    pending: bool
    ladder: Ladder | None


def _listing(agreement: Agreement | None) -> Listing[Clock]:
    teams = agreement.routing.teams if agreement else []
    members = {team.name: [each.name for each in team.people] for team in teams}
    return Listing(
        name="obligations",
        title="Promises",
        rows=lambda asked: promises.open_promises(asked.caller),
        columns=(
            Column("due", "Due", lambda clock: clock.due_at, order="due_at"),
            Column("lead", "Lead", lambda clock: name_of(clock.lead)),
            Column("key", "Key", lambda clock: clock.lead_id, order="lead"),
            Column("promise", "Promise", lambda clock: clock.obligation, order="obligation"),
            Column("side", "Side", lambda clock: clock.side, order="side"),
            Column("with", "Owner", lambda clock: clock.holder, order="holder"),
            Column("segment", "Segment", lambda clock: clock.segment, order="segment"),
            Column("stands", "Stands", lambda clock: clock.outcome, order="outcome"),
            Column("began", "Began", lambda clock: clock.started_at, order="started_at"),
        ),
        order="due",
        filters=(
            _filter("stands", "Stands", ["overdue", "running"], "outcome"),
            _filter("side", "Side", _SIDES, "side"),
            _filter(
                "promise",
                "Promise",
                [each.name for each in agreement.obligations] if agreement else [],
                "obligation",
            ),
            Filter(
                "team",
                "Team",
                one_of(members),
                lambda rows, name: rows.filter(holder__in=members[name]),
            ),
            Filter("with", "Owner", _owners(members), _with),
            _filter(
                "segment",
                "Segment",
                [each.name for each in agreement.segments] if agreement else [],
                "segment",
            ),
        ),
        search=lambda rows, text: rows.filter(lead__in=with_text(Lead.objects.all(), text)),
        searched="Name, company or email",
        empty=Empty(
            "No promise is open",
            "As soon as a lead is owed an answer, its clock stands here with the time left.",
        ),
        page_size=20,
        body="obligations/open.html",
    )


def _filter(key: str, title: str, values: Sequence[str], field: str) -> Filter:
    return Filter(key, title, one_of(values), lambda rows, value: rows.filter(**{field: value}))


def _owners(members: Mapping[str, Sequence[str]]) -> Callable[[PageRequest], Sequence[Choice]]:
    names = [each for names in members.values() for each in names]
    return lambda _: [(_NOBODY, "nobody yet"), *((each, each) for each in names)]


def _with(rows: QuerySet[Clock], name: str) -> QuerySet[Clock]:
    """Clocks of leads that one person has, or nobody."""
    return rows.filter(lead__state__holder=None if name == _NOBODY else name)


@page("obligations", name="obligations", roles=READERS, nav="Promises", order=30)
def obligations(request: PageRequest) -> HttpResponseBase:
    """What is open now, what waits for a ruling, and how promises were kept, by whom and when."""
    version = agreements.in_force(request.now)
    agreement = version.agreement if version else None

    assigns = request.caller.may(Act.REASSIGN)

    def beside(shown: Shown) -> Mapping[str, Any]:
        kept = told("Promises", "", "overview", "attainment", "kept-when", "answers", "rulings")
        waiting = unruled(request.caller)
        opens, owing = promises.counted(request.caller), _owing(shown.rows, request.now)
        overview = kept["parts"].get("overview") or {}
        at_a_glance = _promises(opens, agreement, overview)
        return {
            **kept,
            "owing": owing,
            "people": list(receivers(agreement, request.caller)) if assigns and agreement else [],
            "pending": any(each.pending for each in owing),
            "grouped": shown.asked.order == "due",
            "promises": at_a_glance,
            "marked": any(each.mark for each in at_a_glance),
            "when": overview.get("when", ""),
            "overdue": sum(each.overdue for each in opens),
            "orphans": promises.without_owner(request.caller),
            "running": sum(each.running for each in opens),
            "overdue_by": [
                (side, sum(each.overdue for each in opens if each.side == side)) for side in _SIDES
            ],
            "disputes": [(each, who(each.lead).name) for each in waiting[:_DISPUTES]],
            "disputed": len(waiting),
        }

    return answer(request, _listing(agreement), "obligations/page.html", beside)


def _owing(clocks: QuerySet[Clock] | Sequence[Clock], now: datetime) -> list[Owed]:
    ladders = ladders_of(clocks, now)
    pending = inbox.to_be_looked_at(clock.lead_id for clock in clocks)
    return [
        Owed(
            clock,
            who(clock.lead),
            "Overdue" if clock.outcome == "overdue" else "Still in time",
            clock.lead_id in pending,
            ladders.get(clock.pk),
        )
        for clock in clocks
    ]


def _lines(overview: Any) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The lines of the first screen by side and name."""
    sides = overview.get("sides", ())
    return {(side["side"], line["name"]): line for side in sides for line in side["lines"]}


def _promises(opens: Sequence[Open], agreement: Agreement | None, overview: Any) -> list[Promise]:
    """Promises with open clocks, then the others of the agreement."""
    lines = _lines(overview)
    there = {(each.side, each.obligation) for each in opens}
    named = agreement.obligations if agreement else []
    others = [
        Open(each.name, str(each.side), 0, 0)
        for each in named
        if (str(each.side), each.name) not in there
    ]
    found = []
    for each in [*opens, *others]:
        line = lines.get((each.side, each.obligation), {})
        found.append(Promise(each, MARKS.get(str(line.get("verdict")), ""), line))
    return found
