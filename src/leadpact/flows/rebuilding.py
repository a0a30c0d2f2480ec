"""The tables of state, a cache of what the log says, are made anew and compared with what was.

State is where leads stand: stages, episodes, clocks, exclusions, deals, companies, merges. What was
done (handoffs, notices) and who is who (identities) is on record beside the log and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from leadpact.engine.nurture import evaluate_with_programs
from leadpact.flows import deciding, live
from leadpact.flows.starting import Progress
from leadpact.ledger.models import Change, ClockShare, Lead, LeadState
from leadpact.ledger.selectors import agreements, logs
from leadpact.ledger.selectors.standing import Row, standing_of
from leadpact.ledger.services import companies, deals, states


@dataclass(frozen=True)
class Difference:
    """A lead of which the tables said something else than the log: rows only there, only here."""

    lead: str
    was: list[Row]
    is_now: list[Row]


@dataclass
class Rebuilt:
    """How many leads were made anew; those that differed; those that waited for a look anyway."""

    leads: int = 0
    behind: int = 0
    differences: list[Difference] = field(default_factory=list)


def rebuild(now: Callable[[], datetime], tell: Progress, *, keep: bool = True) -> Rebuilt:
    """Make every table of state anew from the log; without `keep` only compare.

    A lead that waits to be looked at has changed since it was written, so that it is made anew and
    not compared.
    """
    done = Rebuilt()
    total = max(1, Lead.objects.count())
    for leads in _families():
        tell(done.leads / total, f"Lead {done.leads:,} of {total:,}")
        with transaction.atomic():
            _rebuild(leads, now(), done)
            transaction.set_rollback(not keep)
        done.leads += len(leads)
    return done


def _families() -> Iterator[set[str]]:
    """All leads, in pieces, each with those that were merged into it."""
    seen: set[str] = set()
    last = ""
    while True:
        some = Lead.objects.filter(key__gt=last).order_by("key").values_list("key", flat=True)
        keys = list(some[: live.AT_ONCE])
        if not keys:
            return
        last = keys[-1]
        family = logs.with_relatives(set(keys) - seen)
        seen |= {key for key in family if key > last or key in keys}
        if family:
            yield family


def _rebuild(leads: set[str], now: datetime, done: Rebuilt) -> None:
    # Until the end of the transaction nobody else looks at them.
    list(Lead.objects.select_for_update(no_key=True).filter(key__in=leads).order_by("key"))
    behind = set(Change.objects.filter(lead_id__in=leads).values_list("lead_id", flat=True))
    due = LeadState.objects.filter(lead_id__in=leads, next_at__lte=now)
    behind |= set(due.values_list("lead_id", flat=True))
    before = standing_of(leads)
    states = LeadState.objects.filter(lead_id__in=leads)
    looked_at = dict(states.values_list("lead_id", "evaluated_at"))
    write(leads, now)
    after = standing_of(leads)
    done.behind += len(behind)
    for lead in sorted(leads - behind):
        was, is_now = before[lead] - after[lead], after[lead] - before[lead]
        is_now = {row for row in is_now if not _began_since(row, looked_at.get(lead))}
        if was or is_now:
            done.differences.append(Difference(lead, sorted(was, key=str), sorted(is_now, key=str)))


def _began_since(row: Row, looked_at: datetime | None) -> bool:
    """Whether it is a stretch of a clock that had no length yet when the lead was looked at."""
    table, columns = row
    if table != ClockShare.__name__ or looked_at is None:
        return False
    began: datetime = dict(columns)["from_at"]
    return began >= looked_at


def write(leads: set[str], now: datetime) -> None:
    """What the log says of these leads, written as if nothing had been there."""
    states.forget(leads)
    versions = agreements.documents()
    if not versions:
        return
    history = logs.history_of(leads)
    found = evaluate_with_programs(versions, history, as_of=now)
    companies.note(found.result.leads.to_pylist())
    looks = live.next_looks(found, history, live.warned_of(versions, found.evaluation), now)
    states.write(found.result, found.entries, leads, looks, now=now)
    deals.retell(leads, deciding.voided(found.result))
