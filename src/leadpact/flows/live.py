"""The live flow: leads that changed are evaluated, decided on, and written, in one transaction.

A turn claims some leads and asks the engine, the very function that `leadpact run` asks, what their
log means now. What follows for the first time from that (an exclusion, a stage by rule, a handoff,
an assignment) becomes a decided fact of the log, and the leads are evaluated with it. A turn that
is killed at any point leaves nothing behind, and the next one does the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.program import in_order
from leadpact.engine.evaluate import Evaluation
from leadpact.engine.log import History
from leadpact.engine.nurture import Found, evaluate_with_programs
from leadpact.engine.result import Result
from leadpact.engine.warnings import Warned
from leadpact.flows import assigning, deciding, telling
from leadpact.flows.deciding import voided
from leadpact.flows.withdrawing import withdraw
from leadpact.ledger.facts import Decided
from leadpact.ledger.models import Installation
from leadpact.ledger.selectors import agreements, logs
from leadpact.ledger.services import (
    claims,
    companies,
    crm_records,
    deals,
    decisions,
    quarantine,
    states,
)

#: Leads of one turn: enough to share the cost of a statement, few enough to answer at once.
AT_ONCE = 200
#: A decision may allow another (qualified, so handed over, so assigned); more never follow. Before
#: all of them those are withdrawn that lost their cause.
_ROUNDS = 6
#: What changes at an instant is seen once it is past: a clock runs up to and with its due time.
#: Points age without deciding anything; what is shown of an open lead is never older than this.
REFRESH = timedelta(days=1)
_JUST_AFTER = timedelta(microseconds=1)
_TICKING = pa.array(["running", "overdue"])


@dataclass(frozen=True)
class Turn:
    """What one turn did: leads looked at, leads of which something changed, facts decided."""

    looked: int = 0
    changed: int = 0
    decided: Sequence[Decided] = field(default_factory=list)


class LookFailed(Exception):  # noqa: N818 it is a finding: the mistake itself is its cause
    """Leads could not be looked at; nothing of the turn was kept."""

    def __init__(self, claim: claims.Claim) -> None:
        super().__init__(f"{len(claim.leads)} leads could not be looked at")
        self.claim = claim


def turn(now: Callable[[], datetime], limit: int = AT_ONCE) -> Turn:
    """Claim, evaluate, decide and write once; a Turn without leads when there is nothing to do.

    Raises LookFailed.
    """
    with transaction.atomic():
        versions = agreements.documents()
        claim = claims.take(now(), limit) if versions else claims.Claim()
        if not claim.leads:
            return Turn()
        try:
            done = look_at(versions, claim, now())
        except Exception as error:
            raise LookFailed(claim) from error
        claims.done(claim)
        quarantine.released(claim.leads)
        return done


def serve_queue(now: Callable[[], datetime]) -> int:
    """Give leads that wait to whoever can take them by now; how many were given."""
    with transaction.atomic():
        return assigning.drain(now())


def look_at(versions: list[Agreement], claim: claims.Claim, now: datetime) -> Turn:
    """Evaluate the claimed leads as of now until nothing new follows, and write what was found."""
    installation = Installation.objects.filter(pk=1).first() or Installation(created_at=now)
    decided: list[Decided] = []
    history = logs.history_of(claim.leads)
    noted = False
    for number in range(_ROUNDS):
        found = evaluate_with_programs(versions, history, as_of=now)
        evaluation, result = found.evaluation, found.result
        fresh = [] if number else withdraw(versions, history, voided(result), installation, now)
        fresh = fresh or deciding.decide(found, history, versions, installation, now)
        if not fresh:
            if not noted:
                companies.note(result.leads.to_pylist())
            noted = True
            fresh = assigning.assign(result, installation, claim.bulk, _closed(evaluation), now)
        if not fresh:
            break
        history = logs.with_rows(history, decisions.record(fresh, now=now))
        decided += fresh
    warned = warned_of(versions, evaluation)
    looks = next_looks(found, history, warned, now)
    changed = states.write(result, found.entries, claim.leads, looks, now=now)
    deals.retell(claim.leads, voided(result))
    crm_records.mark_due(changed, now=now)
    telling.plan(found, history, warned, installation, _days_closed(evaluation), now)
    return Turn(len(claim.leads), len(changed), decided)


def next_looks(
    found: Found, history: History, warned: Sequence[Warned], now: datetime
) -> dict[str, datetime | None]:
    """When each lead must be looked at though nothing happens.

    That is at a deadline, a warning, a step of an escalation, the next touch of a nurture program,
    a step of ageing or a timer that may decide something, and when a row that is dated ahead comes
    to pass.
    """
    result = found.result
    looks: dict[str, list[datetime]] = {}
    for row in result.lead_states.select(["lead_id", "next_change_at", "status"]).to_pylist():
        at = row["next_change_at"]
        looks[row["lead_id"]] = [] if at is None else [max(at, now) + _JUST_AFTER]
        if row["status"] == "open":
            looks[row["lead_id"]].append(now + REFRESH)
    for clock in ticking(result):
        version = warned[clock["version"]]
        tells = (
            version.warnings(clock)
            if clock["outcome"] == "running"
            else [rung.at for rung in version.escalations(clock)]
        )
        looks[clock["lead_id"]] += [at for at in tells if at > now]
    for entry in found.entries:
        if entry.next_touch_at and entry.next_touch_at > now:
            looks[entry.lead_id].append(entry.next_touch_at)
    ahead = history.log.filter(pc.greater(history.log["happened_at"], now))
    for row in ahead.select(["lead_id", "happened_at"]).to_pylist():
        if row["lead_id"] in looks:
            looks[row["lead_id"]].append(row["happened_at"])
    return {lead: min(times, default=None) for lead, times in looks.items()}


def ticking(result: Result) -> list[dict[str, Any]]:
    """Clocks that run and are not paused, or are overdue: time alone makes them tell somebody."""
    clocks = result.clocks.filter(pc.is_in(result.clocks["outcome"], _TICKING))
    return [clock for clock in clocks.to_pylist() if not clock["paused"]]


def warned_of(versions: Sequence[Agreement], evaluation: Evaluation) -> list[Warned]:
    """When the clocks of each version warn, in the order in which the versions take effect."""
    closed = _days_closed(evaluation)
    return [Warned.of(version, closed) for version in in_order(list(versions))]


def _days_closed(evaluation: Evaluation) -> list[tuple[date, str]]:
    return [(day, name) for name, day in _closed(evaluation)]


def _closed(evaluation: Evaluation) -> list[tuple[str, date]]:
    return [(each.calendar, each.day) for each in evaluation.closures]
