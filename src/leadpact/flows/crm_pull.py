"""Reading a customer system: everything once, then what changed, for as long as it is connected.

A reading that is interrupted goes on at the page where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from leadpact.flows import crm_feeds
from leadpact.flows.assigning import people_changed
from leadpact.flows.crm_forgetting import forget
from leadpact.flows.crm_people import person_of
from leadpact.flows.crm_reading import NAMES, Taking
from leadpact.ledger.models import Batch, CrmConnection, CrmCursor, CrmNudge
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import batches, crm_connections, crm_records
from leadpact.ledger.services.agreements import take_roster
from leadpact.sources.crm.connector import Connector
from leadpact.sources.crm.facts import Reader
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Page

#: Changes are asked for from so long before the last one that is known: a system tells of some
#: only after a while. Whatever comes twice changes nothing.
OVERLAP = timedelta(minutes=5)
#: How far the clocks of a system's own machines may be from one another, and how long after a
#: change it may tell of it though nothing else changed.
_SKEW = timedelta(hours=1)
#: How often deletions are looked for, which no system tells by the time of the change.
_SWEEP_EVERY = timedelta(minutes=30)
#: For each page of them, so that these calls of a day stay few however much was deleted.
_SWEEP_PAGE = timedelta(seconds=20)
_READ_AT_ONCE = 50

Clock = Callable[[], datetime]
Progress = Callable[[str, int], None]


@dataclass
class Pulled:
    """What a reading found: records by object, and whether it was the first.

    `news` are feeds that records tell something was added to.
    """

    records: dict[str, int] = field(default_factory=dict)
    deletions: int = 0
    first: bool = False
    news: set[str] = field(default_factory=set)

    def count(self, of: str, page: Page) -> None:
        """Note a page."""
        self.records[of] = self.records.get(of, 0) + len(page.records)
        self.deletions += len(page.deletions)


@dataclass(frozen=True)
class Pull:
    """One reading of one connection. `tell` hears of every page: object and records so far.

    `renew` is called before every page, so that nobody else takes the connection meanwhile.
    """

    row: CrmConnection
    crm: Crm
    connector: Connector
    now: Clock
    tell: Progress = lambda _of, _count: None
    renew: Callable[[], None] = lambda: None

    def run(self) -> Pulled:
        """Read what is new. Raises CrmError; what was read until then is kept."""
        names = self.owners()
        done = Pulled()
        for of in self.crm.objects:
            self._object(of, names, done)
        self._feeds(names, done, only_news=False)
        self._sweep(names, done)
        batches.finish_reading(self._first_key, anew=done.first, now=self.now())
        crm_connections.worked(self.row, now=self.now(), pulled=True)
        return done

    def nudged(self) -> int:
        """Read records of which the system said that they changed; how many."""
        rows = list(CrmNudge.objects.filter(connection=self.row, done_at=None).order_by("id")[:500])
        if not rows:
            return 0
        names, done = self.owners(), Pulled()
        for of in self.crm.objects:
            numbers = sorted({row.number for row in rows if row.object == of})
            for begin in range(0, len(numbers), _READ_AT_ONCE):
                self.renew()
                page = self.connector.read(of, numbers[begin : begin + _READ_AT_ONCE])
                self._take(of, page, names, None, done, _to_forget(rows, of))
        self._feeds(names, done, only_news=True)
        CrmNudge.objects.filter(pk__in=[row.pk for row in rows]).update(done_at=self.now())
        return len(rows)

    def owners(self) -> dict[str, str]:
        """Our person for each owner, by the owner's number.

        Who was deactivated there is given no more leads here, until they are back.
        """
        people = crm_connections.persons()
        told = [
            {
                "number": owner.id,
                "name": owner.name,
                "email": owner.email,
                "active": owner.active,
                "person": person_of(owner, self.crm.who, people),
            }
            for owner in self.connector.owners()
        ]
        left, is_back = crm_connections.who_left(self.row, told)
        if is_back and (version := agreements.in_force(self.now())):
            take_roster(version.agreement, now=self.now())
        if crm_connections.let_go(self.row, left, now=self.now()) or is_back:
            people_changed()
        return crm_connections.note_owners(self.row, told)

    def _object(self, of: str, names: dict[str, str], done: Pulled) -> None:
        cursor = crm_connections.cursor(self.row, of)
        batch = self._first_batch() if cursor.since is None else None
        done.first = done.first or batch is not None
        if cursor.began_at is None:
            cursor.began_at = self._time_there
        latest = cursor.since
        while True:
            self.renew()
            page = self._page(of, cursor)
            self._take(of, page, names, batch, done)
            changes = [record.modified_at for record in page.records]
            if cursor.since is not None:
                latest = max([latest or cursor.since, page.latest or cursor.since, *changes])
            cursor.after = page.after
            if not page.after:
                break
            crm_connections.keep(cursor)
            self.tell(of, done.records.get(of, 0))
        # What changed since the pages were begun may not be on them, though one record tells of it.
        # Where nothing changes any more, the last change is not read again for ever.
        quiet = cursor.began_at - _SKEW - max(timedelta(0), self._time_there - self.now())
        cursor.since = min(max(latest or quiet, quiet), cursor.began_at)
        cursor.began_at = None
        crm_connections.keep(cursor)

    def _page(self, of: str, cursor: CrmCursor) -> Page:
        if cursor.since is None:
            return self.connector.all_of(of, cursor.after)
        since, known = cursor.since - OVERLAP, partial(crm_records.changed_at, self.row, of)
        return self.connector.changed(of, since, cursor.after, known)

    def _feeds(self, names: dict[str, str], done: Pulled, *, only_news: bool) -> None:
        """Ask what is told of people beside their records, after they themselves were read."""
        reader, now = Reader(self.crm, names), self._time_there
        for cursor in crm_feeds.due(
            self.row, self.crm, news=done.news, only_news=only_news, now=now
        ):
            batch = self._first_batch() if cursor.since is None else None
            since = cursor.since - crm_feeds.OVERLAP if cursor.since else None
            cursor.began_at = cursor.began_at or now
            while True:
                self.renew()
                page = self.connector.told(cursor.object, since, cursor.after)
                crm_feeds.take(self.row, reader, page.records, now=self.now(), batch=batch)
                done.count(cursor.object, page)
                cursor.after = page.after
                if not page.after:
                    break
                crm_connections.keep(cursor)
                self.tell(cursor.object, done.records[cursor.object])
            cursor.since, cursor.began_at = cursor.began_at, None
            crm_connections.keep(cursor)

    def _take(
        self,
        of: str,
        page: Page,
        names: dict[str, str],
        batch: Batch | None,
        done: Pulled,
        told: AbstractSet[str] = frozenset(),
    ) -> None:
        """Take a page; who is not there and was `told` to be forgotten is erased."""
        page, forgotten = self._without_forgotten(of, page, told)
        taking = self._taking(names, batch)
        if of not in self.crm.people:
            for people, numbers in taking.unknown_people(page.records).items():
                for begin in range(0, len(numbers), _READ_AT_ONCE):
                    found = self.connector.read(people, numbers[begin : begin + _READ_AT_ONCE])
                    self._take(people, found, names, batch, Pulled())
        unread = taking.unread(of, page.records)
        taking.take(of, page.records, page.deletions)
        # Calls and deals of people who were not there when those were read.
        for other, numbers in crm_records.lacking(self.row, unread).items():
            for begin in range(0, len(numbers), _READ_AT_ONCE):
                found = self.connector.read(other, numbers[begin : begin + _READ_AT_ONCE])
                self._take(other, found, names, batch, Pulled())
        if of in self.crm.people:
            done.news |= crm_feeds.news_in(self.crm, page.records, self._time_there)
        forget(self.row, of, forgotten, now=self.now())
        done.count(of, page)

    def _without_forgotten(
        self, of: str, page: Page, told: AbstractSet[str]
    ) -> tuple[Page, set[str]]:
        """A page without the people who are to be forgotten, and their numbers."""
        people = self.crm.people.get(of)
        if people is None:
            return page, set()
        wish = people.forget or ""
        numbers = {r.id for r in page.records if r.values.get(wish, "").casefold() == "true"}
        numbers |= {gone.id for gone in page.deletions if gone.id in told}
        records = [record for record in page.records if record.id not in numbers]
        deletions = [gone for gone in page.deletions if gone.id not in numbers]
        return replace(page, records=records, deletions=deletions), numbers

    def _sweep(self, names: dict[str, str], done: Pulled) -> None:
        """Look for records that were deleted."""
        now, there = self.now(), self._time_there
        if self.row.sweep_at and now < self.row.sweep_at:
            return
        pages = 0
        for of in self.crm.objects:
            cursor, after = crm_connections.cursor(self.row, of), ""
            since = cursor.deleted_since
            while True:
                self.renew()
                page = self._without_merged(of, self.connector.deleted(of, since, after))
                self._taking(names, None).take(of, page.records, page.deletions)
                done.deletions += len(page.deletions)
                pages += 1
                if not (after := page.after):
                    break
            cursor.deleted_since = there - _SKEW
            crm_connections.keep(cursor)
        crm_connections.sweep_again(self.row, now + max(_SWEEP_EVERY, pages * _SWEEP_PAGE))

    def _without_merged(self, of: str, page: Page) -> Page:
        """Deletions of people, but for those who live in another record by now, which comes."""
        known = crm_records.known(self.row, of, [gone.id for gone in page.deletions])
        alive = [n for n, row in known.items() if row.deleted_at is None and not row.absorbed_by]
        if of not in self.crm.people or not alive:
            return page
        found = [
            self.connector.read(of, alive[begin : begin + _READ_AT_ONCE])
            for begin in range(0, len(alive), _READ_AT_ONCE)
        ]
        there = set(alive) - {gone.id for each in found for gone in each.deletions}
        return replace(
            page,
            records=[record for each in found for record in each.records],
            deletions=[gone for gone in page.deletions if gone.id not in there],
        )

    def _taking(self, names: dict[str, str], batch: Batch | None) -> Taking:
        now = self.now()
        return Taking(self.row, self.crm, names, now, batch, self._time_there - now)

    @property
    def _time_there(self) -> datetime:
        """The present moment by the system's clock, by which it tells what changed since."""
        return self.connector.time_there or self.now()

    @property
    def _first_key(self) -> str:
        return f"{self.row.system}-{self.row.account}-{self.row.connected_at:%Y%m%dT%H%M%S}"

    def _first_batch(self) -> Batch:
        name = f"{NAMES[self.row.system]}, first reading"
        batch, _ = batches.begin(
            self._first_key, name, rejected=0, actor=self.row.system, now=self.now()
        )
        return batch


def _to_forget(nudges: Iterable[CrmNudge], of: str) -> set[str]:
    return {nudge.number for nudge in nudges if nudge.object == of and nudge.forget}
