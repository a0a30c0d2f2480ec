"""The sample company moves into a ledger of its own, and goes on living there.

Its year is history; what comes in the last hours and while it is looked at is followed live.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from leadpact.demo.visitors import Visit, Visitors
from leadpact.flows import live, measuring, proposing
from leadpact.flows.demonstration import AGREEMENT
from leadpact.flows.importing import import_history
from leadpact.flows.publishing import publish
from leadpact.flows.recorded import LOG, read_log
from leadpact.flows.starting import Progress
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Lead, Role, User
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import acceptances, access, ingest, installation

#: Who signs in with one click, each as one of the roles; the rep is a person of the agreement.
PEOPLE: tuple[tuple[Role, str, str], ...] = (
    (Role.SALES_HEAD, "robert@brightfield.example", "Robert Adeyemi"),
    (Role.MARKETING_HEAD, "maya@brightfield.example", "Maya Lindqvist"),
    (Role.REP, "chloe@brightfield.example", "Chloe Martin"),
    (Role.MARKETER, "jonas@brightfield.example", "Jonas Weber"),
    (Role.VIEWER, "viewer@brightfield.example", "A colleague from finance"),
    (Role.ADMINISTRATOR, "olivia@brightfield.example", "Olivia Grant"),
)
_NAME = "The year before"
_ACTOR = "demo"
#: Who came in the hours before: with the first of them the company went live.
_LIVE_FOR = timedelta(hours=3)
_CAME = 18
#: Leads of one look: all at once is fastest where nobody else waits.
_AT_ONCE = 2_000


def inhabit(folder: Path, *, seed: int, now: datetime, tell: Progress) -> None:
    """Fill an empty ledger with what `demonstrate` wrote to the folder, as of now.

    Raises InstallationError where the ledger is not empty.
    """
    installation.open_to_all(now=now)
    tell(0.1, "Filling the ledger")
    since = now - _LIVE_FOR
    publish(str(folder / AGREEMENT), actor=PEOPLE[1][2], now=since)
    (version,) = agreements.published()
    for role, email, name in PEOPLE:
        access.create_user(email, role, None, actor=_ACTOR, now=now, name=name)
    # The head of sales is left to accept it, as a visitor sees by doing so.
    acceptances.accept(version.id, version.sha256, User.objects.get(email=PEOPLE[1][1]), now=since)
    found = read_log(folder / LOG)
    import_history(found, name=_NAME, actor=_ACTOR, now=now, tell=lambda *_: None)
    installation.go_live(since, actor=PEOPLE[0][2], now=now)
    _look(now, tell)
    visitors = Visitors(seed)
    for number in range(1, _CAME + 1):
        arrive(visitors.visit(number, since + number * _LIVE_FOR / (_CAME + 1)), now=now)
    _look(now, tell)
    tell(0.8, "Measuring")
    measuring.measure(now, _ACTOR, lambda *_: None)
    proposing.propose(now)


def _look(now: datetime, tell: Progress) -> None:
    """Let every lead be looked at, as a worker does."""
    total, looked = max(1, Lead.objects.count()), 0
    while done := live.turn(lambda: now, _AT_ONCE).looked:
        looked += done
        tell(0.2 + 0.6 * min(1.0, looked / total), "Looking at every lead")


def arrive(visit: Visit, *, now: datetime) -> None:
    """What a visitor did comes in, as from the website."""
    known = Known(email=visit.email)
    ingest.ingest(
        [
            Fact(
                source=row.source,
                event_id=row.event_id,
                kind=row.kind,
                happened_at=row.happened_at,
                lead=known,
                properties=row.properties,
            )
            for row in visit.rows
        ],
        now=now,
    )


class Life:
    """Somebody comes now and then; who came when the ledger was filled does not come again."""

    def __init__(self, seed: int) -> None:
        self._visitors = Visitors(seed)
        self._number = _CAME

    def step(self, now: datetime) -> None:
        """The next visitor comes."""
        self._number += 1
        arrive(self._visitors.visit(self._number, now), now=now)
