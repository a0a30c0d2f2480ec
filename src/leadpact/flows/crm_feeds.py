"""What a customer system tells of people beside its records enters the log, each of it once.

A feed names people by their address alone: what is about nobody who was read is left out, and taken
when it is told again and they are known by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Batch, CrmConnection, CrmCursor
from leadpact.ledger.services import crm_connections, crm_records
from leadpact.ledger.services.identities import keys_of, owners
from leadpact.sources.crm.facts import Reader
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Record

#: How often a feed is asked that nothing tells news of.
_EVERY = timedelta(minutes=5)
#: From so long before the last reading a feed is asked again: some of it comes late.
OVERLAP = timedelta(hours=1)
#: A record that tells of news tells so no longer than this.
_NEWS = timedelta(minutes=10)


def due(
    row: CrmConnection, crm: Crm, *, news: Iterable[str], only_news: bool, now: datetime
) -> list[CrmCursor]:
    """The feeds to ask now: those that have `news`, and but for `only_news` whose time has come.

    A feed is first read when all people were: with `only_news` some may not be known yet.
    """
    cursors = [crm_connections.cursor(row, name) for name in crm.feeds]
    told = set(news)
    return [
        cursor
        for cursor in cursors
        if (cursor.object in told and (cursor.since or not only_news))
        or not (only_news or (cursor.since and not cursor.after and now - cursor.since < _EVERY))
    ]


def news_in(crm: Crm, records: Iterable[Record], now: datetime) -> set[str]:
    """Feeds of which records of people tell that something was added to them lately."""
    watched = {name: feed.sooner for name, feed in crm.feeds.items() if feed.sooner}
    return {
        name
        for record in records
        for name, sooner in watched.items()
        if (at := record.moment(sooner)) and now - at <= _NEWS
    }


def take(
    row: CrmConnection,
    reader: Reader,
    records: Sequence[Record],
    *,
    now: datetime,
    batch: Batch | None = None,
) -> int:
    """Put what a page of a feed tells into the log; of how much somebody is known."""
    told = [each for record in records if (each := reader.happening(record)) and each.email]
    keys = {each.id: keys_of(Known(email=each.email)) for each in told}
    known = owners(key for some in keys.values() for key in some)
    facts = [
        Fact(
            source=row.system,
            event_id=each.id,
            kind=each.kind,
            happened_at=each.at,
            lead=Known(email=each.email),
            properties=dict(each.properties),
        )
        for each in told
        if any(key in known for key in keys[each.id])
    ]
    crm_records.tell(facts, now=now, batch=batch)
    return len(facts)
