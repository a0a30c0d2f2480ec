"""Deals of the demo company: one deal, several contacts, one outcome."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.leads import Lead, Nature, Properties, days
from leadpact.demo.people import Rep
from leadpact.demo.tuning import Selling

_LOST = Odds(
    {"price": 6.0, "no decision": 7.0, "competitor": 5.0, "timing": 3.0, "missing feature": 3.0}
)


@dataclass(eq=False)
class Deal:
    """A deal in US dollars; `roles` says which leads have a role in it and since when."""

    deal_id: str
    company_id: str
    amount: int
    opened_at: datetime
    closed_at: datetime
    won: bool
    reason: str | None
    owner: str
    product: str
    roles: dict[str, datetime] = field(default_factory=dict)


class DealDesk:
    """Opens deals, brings in the colleagues, and sees them to their end."""

    def __init__(self, leads: list[Lead], selling: Selling) -> None:
        self._selling = selling
        self.deals: list[Deal] = []
        self._by_firm: dict[str, list[Deal]] = defaultdict(list)
        self._colleagues: dict[str, list[Lead]] = defaultdict(list)
        for lead in leads:
            if lead.nature is Nature.PERSON:
                self._colleagues[lead.text("company_id")].append(lead)

    def owner_of(self, lead: Lead, at: datetime) -> str | None:
        """Who has a deal with the lead's company under way."""
        return next((deal.owner for deal in self._under_way(lead, at)), None)

    def is_in_deal(self, lead: Lead, at: datetime) -> bool:
        """Whether the lead itself has a role in a deal under way, or already bought."""
        deals = self._by_firm[lead.text("company_id")]
        return any(
            lead.lead_id in deal.roles and (deal.won or at < deal.closed_at) for deal in deals
        )

    def open(self, lead: Lead, rep: Rep, at: datetime, dice: Dice) -> None:
        """A deal begins with this lead, or the lead joins the one its company already has."""
        under_way = next(iter(self._under_way(lead, at)), None)
        if under_way:
            self._join(under_way, lead, at)
            return
        employees = int(lead.attributes["employees"])
        cycle = dice.around(16 + 5 * len(str(employees)), 0.55)
        chance = self._selling.wins + 0.2 * (lead.ready - 0.5)
        deal = self._record(lead, rep, at, cycle, chance, 1.0, dice)
        self._bring_in(deal, dice)
        if deal.won and dice.chance(self._selling.expands):
            self.expand(lead, rep, deal.closed_at + days(dice.between(45, 150)), dice)

    def expand(self, lead: Lead, rep: Rep, at: datetime, dice: Dice) -> None:
        """A customer buys more."""
        self._record(lead, rep, rep.desk.after(at, dice.between(10, 300)), 24, 0.72, 0.45, dice)

    def _record(
        self,
        lead: Lead,
        rep: Rep,
        at: datetime,
        cycle: float,
        chance: float,
        scale: float,
        dice: Dice,
    ) -> Deal:
        employees = int(lead.attributes["employees"])
        won = dice.chance(chance)
        deal = Deal(
            deal_id=f"D{len(self.deals) + 1:04d}",
            company_id=lead.text("company_id"),
            amount=round(scale * dice.around(2100 * employees**0.4, 0.4) / 100) * 100,
            opened_at=at,
            closed_at=rep.desk.after(at + days(cycle), dice.between(5, 480)),
            won=won,
            reason=None if won else dice.draw(_LOST),
            owner=rep.name,
            product=lead.text("product"),
        )
        self.deals.append(deal)
        self._by_firm[deal.company_id].append(deal)
        self._join(deal, lead, at)
        return deal

    def _bring_in(self, deal: Deal, dice: Dice) -> None:
        """Colleagues that the company already knows get a role within days."""
        known = [
            lead
            for lead in self._colleagues[deal.company_id]
            if lead.lead_id not in deal.roles
            and lead.created_at < deal.opened_at
            and not any(lead.lead_id in other.roles for other in self._by_firm[deal.company_id])
        ]
        for lead in known[:3]:
            if dice.chance(0.6):
                joined = deal.opened_at + days(dice.between(0, 6))
                self._join(deal, lead, min(joined, deal.closed_at - timedelta(hours=1)))

    def _join(self, deal: Deal, lead: Lead, at: datetime) -> None:
        if lead.lead_id in deal.roles:
            return
        deal.roles[lead.lead_id] = at
        about: Properties = {"deal_id": deal.deal_id, "amount": deal.amount, "currency": "USD"}
        lead.note("deal.opened", at, about, actor=deal.owner)
        if deal.won:
            lead.note("deal.won", deal.closed_at, about, actor=deal.owner)
        else:
            reason = deal.reason or ""
            lead.note("deal.lost", deal.closed_at, about, actor=deal.owner, reason=reason)

    def _under_way(self, lead: Lead, at: datetime) -> list[Deal]:
        deals = self._by_firm[lead.text("company_id")]
        return [deal for deal in deals if deal.opened_at <= at < deal.closed_at]
