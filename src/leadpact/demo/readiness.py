"""When the demo's CRM believes that a lead is ready for sales.

This is the company's own rule of thumb, kept apart from any agreement, so that what sales does in
the log does not depend on the agreement that judges it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from leadpact.demo.leads import Lead, Properties, Row
from leadpact.demo.market import GOOD_COUNTRIES, GOOD_INDUSTRIES
from leadpact.demo.tuning import Readiness

_LEVEL_POINTS = {"c_level": 12, "vp": 12, "director": 8, "manager": 8, "student": -40}
_FADES_IN_DAYS = {"pricing_viewed": 14, "product_used": 14, "email_opened": 14, "other form": 60}
_MACHINES = timedelta(seconds=10)
_MOST_FIT = 50.0
#: What a company of unknown size is taken for.
_MIDDLING = 100


def ready_at(
    lead: Lead, rule: Readiness, *, since: datetime, rested: datetime | None = None
) -> tuple[datetime, bool] | None:
    """The first moment after `since` when the lead looks ready, and whether it asked for us itself.

    Nobody knows before the deciding row is recorded. Until `rested` only a request counts. Openings
    that a machine made are passed over.
    """
    known: Properties = {}
    earned: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    looks: list[datetime] = []
    for row in human_rows(lead):
        if row.kind in ("lead.created", "lead.updated"):
            known |= row.properties
        if row.happened_at <= since:
            continue
        name = _name(row, rule)
        if name in rule.points:
            earned[name].append((row.happened_at, rule.points[name]))
        elif row.kind not in ("lead.created", "lead.updated"):
            continue
        if known.get("job_level") == "student" or known.get("origin") == "customer":
            continue
        if row.properties.get("form") == "demo" or _large_asks(name, known, rule):
            return row.recorded_at, True
        if rested and row.happened_at < rested:
            continue
        if name == "pricing_viewed":
            looks = [at for at in looks if row.happened_at - at < timedelta(days=7)]
            looks.append(row.happened_at)
        if _is_over_bar(known, earned, row.happened_at, rule, len(looks)):
            return row.recorded_at, False
    return None


def human_rows(lead: Lead) -> Iterable[Row]:
    """The lead's rows in time order, without what mail scanners opened and clicked."""
    sent: dict[object, datetime] = {}
    for row in sorted(lead.rows, key=lambda row: row.happened_at):
        campaign = row.properties.get("campaign")
        if row.kind == "email_sent":
            sent[campaign] = row.happened_at
        is_mail = row.kind in ("email_opened", "email_clicked")
        if not is_mail or row.happened_at - sent.get(campaign, lead.created_at) > _MACHINES:
            yield row


def fit_points(known: Properties) -> float:
    """How well what is known of a lead suits us, in points."""
    employees, budget = known.get("employees"), known.get("budget")
    points = 0.0
    if isinstance(employees, int):
        points += 15 if employees >= 200 else 8 if employees >= 20 else 0
    if known.get("industry") in GOOD_INDUSTRIES:
        points += 10
    if known.get("country") in GOOD_COUNTRIES:
        points += 5
    if isinstance(budget, int) and budget >= 20_000:
        points += 10
    points += _LEVEL_POINTS.get(str(known.get("job_level")), 0)
    if "Intern" in str(known.get("title", "")):
        points -= 15
    if known.get("department") in ("operations", "it", "sales"):
        points += 5
    return min(points, _MOST_FIT)


def _name(row: Row, rule: Readiness) -> str:
    if row.kind == "form_submitted":
        return "contact form" if row.properties["form"] == "contact" else "other form"
    if row.kind == "webinar_attended" and int(row.properties["minutes"]) < rule.attended_minutes:
        return "left early"
    return row.kind


def _large_asks(name: str, known: Properties, rule: Readiness) -> bool:
    return name == "contact form" and _size(known) >= rule.large


def _size(known: Properties) -> int:
    return int(known.get("employees", _MIDDLING))


def _is_over_bar(
    known: Properties,
    earned: dict[str, list[tuple[datetime, float]]],
    at: datetime,
    rule: Readiness,
    looks: int,
) -> bool:
    fit, size = fit_points(known), _size(known)
    total = fit + sum(
        min(sum(_worth(name, when, points, at) for when, points in rows), rule.most.get(name, 99))
        for name, rows in earned.items()
    )
    if size >= rule.large:
        return total >= rule.large_bar
    if size < rule.small:
        return total >= rule.bar and len(earned["product_used"]) >= 5
    return fit >= rule.least_fit and (total >= rule.bar or looks >= 3)


def _worth(name: str, when: datetime, points: float, at: datetime) -> float:
    periods = (at - when).days // _FADES_IN_DAYS.get(name, 30)
    return points * max(0.0, 1 - 0.5 * periods)
