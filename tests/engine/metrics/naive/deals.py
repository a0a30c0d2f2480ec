"""Deals, each once, and the weeks of a month, one case at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from .company import DAY, Case, Row
from .sales import Sales


class Naive(Sales):
    """Every figure there is."""

    # Deals.

    def deals_once(self) -> list[Row]:
        """Deals that were closed by then or have no date, the latest closing of each."""
        found: dict[str, Row] = {}
        for deal in self.deals:
            at = deal["closed_at"]
            if at is not None and at > self.as_of:
                continue
            known = found.get(deal["deal_id"])
            if known is None or (at and (not known["closed_at"] or at > known["closed_at"])):
                found[deal["deal_id"]] = deal
        return [deal for deal in found.values() if deal["outcome"] in ("won", "lost")]

    def leads_of(self, deal: Row) -> list[str]:
        """Its leads, those merged into others as these, the first created first."""
        named = {self.survivor(lead) for lead in deal["lead_ids"] or [] if lead in self.leads}
        return sorted(named, key=lambda lead: (self.leads[lead]["created_at"], lead))

    def sold(self) -> Iterator[tuple[Row, Case]]:
        won = {d["currency"] for d in self.deals_once() if d["outcome"] == "won" and d["currency"]}
        for deal in self.deals_once():
            first = next(iter(self.leads_of(deal)), None)
            state = self.states[first] if first else {"segment": None, "holder": None}
            about = self.about(first, state["segment"], deal["owner"] or state["holder"])
            about["product"] = deal["product"] or about["product"]
            currency = (deal["currency"] or "currency not stated") if len(won) > 1 else None
            yield deal, Case(first, deal["closed_at"], part=currency, about=about)

    def won(self, outcome: str = "won") -> Iterator[Case]:
        return (replace(c, part=None) for deal, c in self.sold() if deal["outcome"] == outcome)

    def win_rate(self) -> Iterator[Case]:
        for deal, case in self.sold():
            yield replace(case, counts=deal["outcome"] == "won", part=None)

    def revenue(self) -> Iterator[Case]:
        for deal, case in self.sold():
            if deal["outcome"] == "won":
                yield replace(case, counts=deal["amount"] or 0, of=0)

    def average_sale(self) -> Iterator[Case]:
        for deal, case in self.sold():
            if deal["outcome"] == "won" and deal["amount"] is not None:
                yield replace(case, counts=deal["amount"])

    def first_mql(self, deal: Row) -> datetime | None:
        known = self.first_entries("mql")
        closed = deal["closed_at"]
        at = [known[lead]["entered_at"] for lead in self.leads_of(deal) if lead in known]
        return min((each for each in at if closed is None or each <= closed), default=None)

    def from_mqls(self) -> Iterator[Case]:
        for deal, case in self.sold():
            amount = deal["amount"] or 0
            if deal["outcome"] == "won":
                yield replace(case, counts=amount if self.first_mql(deal) else 0, of=amount)

    def cycles(self, since_mql: bool) -> Iterator[Case]:
        for deal, case in self.sold():
            created = self.leads[case.lead]["created_at"] if case.lead else None
            begun = self.first_mql(deal) if since_mql else created
            closed = deal["closed_at"]
            if deal["outcome"] == "won" and begun and closed and begun <= closed:
                yield replace(case, counts=(closed - begun) / DAY, part=None)

    # Weeks.

    def evenness(self) -> Iterator[Case]:
        if not self.leads:
            return
        first = self.day(min(row["created_at"] for row in self.leads.values()))
        month = first.replace(day=1)
        while self.midnight(month) <= self.as_of:
            after = (month + 32 * DAY).replace(day=1)
            yield from self._weeks(max(first, month), after)
            month = after

    def _weeks(self, first: date, after: date) -> Iterator[Case]:
        pieces = self._pieces(first, after)
        weeks = [week for week in pieces if self.midnight(week[-1] + DAY) <= self.as_of]
        goal = self._promise()
        came = [self._mqls_on(week, goal) for week in weeks]
        days = [day for week in weeks for day in week]
        whole = float(sum(came))
        if goal:
            whole = float(goal.hurdles["target"])
            begin = first.replace(day=1)
            days = [begin + n * DAY for n in range((after - begin).days)]
        for week, number in zip(weeks, came, strict=True):
            due = whole * sum(map(self.works_on, week)) / sum(map(self.works_on, days))
            if due > 0:
                kept = number >= 0.7 * due - 1e-9
                yield Case(None, self.midnight(week[-1]), counts=kept, held=False)

    def _pieces(self, first: date, after: date) -> list[list[date]]:
        """Days week by week; an edge with less than three working days joins its neighbour."""
        weeks: list[list[date]] = []
        for number in range((after - first).days):
            day = first + number * DAY
            if not weeks or day.weekday() == 0:
                weeks.append([])
            weeks[-1].append(day)
        for edge, beside in ((0, 1), (-1, -2)):
            if len(weeks) > 1 and sum(map(self.works_on, weeks[edge])) < 3:
                weeks[beside] = sorted(weeks[beside] + weeks[edge])
                del weeks[edge]
        return [week for week in weeks if any(map(self.works_on, week))]

    def _mqls_on(self, days: list[date], goal: Any) -> int:
        limits = {name: getattr(goal, name, None) for name in ("origin", "segment", "person")}
        asked = {name: value for name, value in limits.items() if value}
        return sum(
            self.day(case.at) in days
            for case in self.entries_of("mql")
            if case.at and all(case.about[name] == value for name, value in asked.items())
        )

    def _promise(self) -> Any:
        monthly = [
            goal
            for goal in self.agreement.goals
            if (goal.metric, goal.per, goal.relative_to) == ("mqls", "month", None)
        ]
        return next(iter(monthly), None)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
