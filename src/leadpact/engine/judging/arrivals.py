"""Judges every lead by how it came: the email and company it first stated, its first form.

Later statements change nothing of this verdict: a customer who moves to a competitor was a
customer, and what was true when the lead came stays true whenever one looks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadpact.engine import identity
from leadpact.engine.arranged import Log
from leadpact.engine.judging.addresses import Addresses, Finding
from leadpact.engine.judging.asking import InForce
from leadpact.engine.judging.coming import Arrivals, arrivals
from leadpact.engine.judging.decisions import (
    BOT,
    DUPLICATE,
    EXCLUDED,
    RESTORED,
    Decision,
    Record,
)
from leadpact.engine.merges import Merge


class Comers(NamedTuple):
    """How leads came, and which of them must be looked at, by the judge of each version."""

    arrivals: Arrivals
    suspects: NDArray[np.bool_]
    judges: list[Addresses]


def comers(periods: Sequence[InForce], log: Log) -> Comers:
    """The leads of a log before any is judged."""
    judges = [Addresses(period.agreement.hygiene) for period in periods]
    came = arrivals(log)
    return Comers(came, came.suspects(judges), judges)


def judge_arrivals(
    periods: Sequence[InForce],
    log: Log,
    came: Comers,
    bots: Mapping[int, str],
    record: Record,
    merges: Sequence[Merge],
) -> list[Decision]:
    """At most one exclusion a lead, at its first instant, by the version in force then.

    The first reason that applies counts: bot, test, own employee, competitor, invalid email,
    disposable email, duplicate. A duplicate has the email of a lead that came earlier (of two that
    came together the one with the smaller id) and is not excluded itself, be it for one of these
    reasons or on record: a bot cannot push out the person whose address it used. A restored lead
    counts as not excluded.
    """
    gone = {merge.absorbed: merge.at for merge in merges}
    begins = [period.begins for period in periods]
    first_with: dict[str, int] = {}
    found: list[Decision] = []
    for lead, at, email, company, domain in came.arrivals.in_question(came.suspects, bots):
        if gone.get(lead, at + 1) <= at:
            continue  # whatever it does is the survivor's
        version = bisect_right(begins, at) - 1
        rules = periods[version].agreement.hygiene
        key = identity.email_key(email) if email else None
        judged = record.is_judged(lead)
        finding = None
        if not judged:
            finding = (
                Finding(BOT, bots[lead])
                if lead in bots
                else came.judges[version].finding(email, key, company, domain)
            )
        if finding:
            found.append(_excluded(log, lead, at, finding))
        elif key in first_with and rules.duplicates and not judged:
            found.append(_duplicate(log, lead, at, first_with[key]))
        if key and _counts(lead, finding, record):
            first_with.setdefault(key, lead)
    return found


def _counts(lead: int, finding: Finding | None, record: Record) -> bool:
    """Whether a lead is somebody whom a later one can repeat."""
    return not record.stands_excluded(lead) and (finding is None or record.is_restored(lead))


def _excluded(log: Log, lead: int, at: int, finding: Finding) -> Decision:
    return Decision(
        lead, at, EXCLUDED, log.leads[lead], reason=finding.reason, detail=finding.detail
    )


def _duplicate(log: Log, lead: int, at: int, first: int) -> Decision:
    return Decision(
        lead,
        at,
        EXCLUDED,
        log.leads[lead],
        reason=DUPLICATE,
        detail=f"the email of {log.leads[first]}, which came earlier",
        duplicate_of=log.leads[first],
    )


def settle_merges(
    verdicts: Sequence[Decision], record: Record, merges: Sequence[Merge], log: Log
) -> list[Decision]:
    """A duplicate that absorbs the lead it repeats is restored then: it is the one that stays."""
    repeats = {d.lead: d.duplicate_of for d in [*record.all(), *verdicts] if _says_duplicate(d)}
    absorbed: dict[int, set[str]] = {}
    found: dict[int, Decision] = {}
    for merge in merges:
        theirs = absorbed.setdefault(merge.survivor, set())
        theirs |= {log.leads[merge.absorbed], *absorbed.get(merge.absorbed, ())}
        survivor = merge.survivor
        if repeats.get(survivor) in theirs and not record.is_restored(survivor):
            event_id = f"{log.leads[survivor]} merged"
            found.setdefault(survivor, Decision(survivor, merge.at, RESTORED, event_id))
    return list(found.values())


def _says_duplicate(decision: Decision) -> bool:
    about: tuple[Any, ...] = (decision.kind, decision.reason, decision.decided)
    return about == (EXCLUDED, DUPLICATE, True)
