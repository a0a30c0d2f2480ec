"""Whether leads that were answered too late did worse than those answered in time."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from leadpact.agreement.changing import quoted
from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.tables import microseconds
from leadpact.insight import words
from leadpact.insight.advice import Late, Lever, Refused, converted, estimate_of
from leadpact.insight.chain import Link, Stand
from leadpact.insight.diagnosis import Diagnosis, State
from leadpact.insight.differences import Difference, Word, difference
from leadpact.insight.evidence import Evidence
from leadpact.insight.statistics import LEVEL
from leadpact.insight.what_if import Fates

_MONTH_DAYS = 365.25 / 12


def faster(evidence: Evidence, diagnosis: Diagnosis, fates: Fates) -> Late | Refused:
    """The broken promise of sales whose late answers went with the fewest conversions."""
    if diagnosis.follow_up is not State.BAD:
        why = (
            "Follow-up is not short of what was promised."
            if diagnosis.follow_up is not State.UNKNOWN
            else "Whether follow-up is short cannot be told."
        )
        return Refused(Lever.FASTER, why)
    broken = [
        each
        for each in diagnosis.of_follow_up
        if each.stand is Stand.SHORT and each.question.metric.name == "attainment"
    ]
    if not broken:
        return Refused(Lever.FASTER, "No obligation with a clock is short of its target.")
    level = 1 - (1 - LEVEL) / len(broken)
    made = [_compared(evidence, fates, each, level) for each in broken]
    clear = [each for each in made if each.difference.word is Word.HIGHER]
    if clear:
        return max(clear, key=lambda each: each.difference.value)
    return Refused(Lever.FASTER, _why_not(made[0], fates))


def _compared(evidence: Evidence, fates: Fates, link: Link, level: float) -> Late:
    """Leads by whether their answer came in time, of all that were answered at all."""
    columns = ("placed_at", "lead_id", "part", "outcome")
    cases = evidence.measures.population("attainment", columns)
    cases = cases.filter(pc.equal(cases["part"], link.question.part))
    outcome = np.array(cases["outcome"].to_pylist(), object)
    leads = np.array(cases["lead_id"].to_pylist(), object)
    in_time, missed = (set(leads[outcome == each]) for each in ("met", "missed"))
    early = fates.group("early", sorted(in_time - missed))
    late = fates.group("late", sorted(missed - in_time))
    rates = [estimate_of(each, level, to_sql=fates.has_sqls) for each in (early, late)]
    at = cases["placed_at"].cast("int64").to_numpy()
    inside = (at >= microseconds(link.bounds[0])) & (at < microseconds(link.bounds[1]))
    handed_on = int((inside & np.isin(outcome, ("missed", "overdue"))).sum())
    if rates[0] is None or rates[1] is None:
        none = Difference(0.0, None, None, Word.FEW)
        return Late(Lever.FASTER, (), link, early, late, none, (0.0, 0.0, 0.0), handed_on)
    found = difference(rates[0], rates[1])
    months = max(1.0, (evidence.as_of - evidence.measures.begins).days / _MONTH_DAYS)
    monthly = late.observed / months
    more = (monthly * (found.low or 0), monthly * found.value, monthly * (found.high or 0))
    settings = _settings(evidence.measures.result.agreement, link)
    return Late(Lever.FASTER, settings, link, early, late, found, more, handed_on)


def _settings(agreement: Agreement, link: Link) -> tuple[str, ...]:
    """What the agreement can do: hand late leads on, else warn before they are late."""
    sellers = [team for team in agreement.routing.teams if str(team.side) == "sales"]
    if not agreement.routing.reassign_on_breach and any(len(t.people) > 1 for t in sellers):
        return ("routing.reassign_on_breach=true",)
    named = next((o for o in agreement.obligations if o.name == link.question.part), None)
    if named and not named.warnings:
        return (f"obligations.{quoted(named.name)}.warnings=[30 business minutes]",)
    return ()


def _why_not(late: Late, fates: Fates) -> str:
    shown = [
        (f"{words.percent(met / n)} ({words.out_of(met, n)})" if n else "none")
        for met, n in (converted(g, to_sql=fates.has_sqls) for g in (late.early, late.late))
    ]
    became = "became SQLs" if fates.has_sqls else "were won"
    why = "too few to tell" if late.difference.word is Word.FEW else "the difference may be chance"
    return (
        f"The promise is broken, but what it costs is not clear: of leads for which “"
        f"{late.link.question.part}” came in time {shown[0]} {became}, late {shown[1]}; {why}."
    )
