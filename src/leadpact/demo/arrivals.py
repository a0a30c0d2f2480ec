"""How leads enter the database: who they are, what they want, what is known of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.leads import Interest, Lead, Nature, Properties, days, seconds
from leadpact.demo.market import (
    ASSETS,
    CHANNEL_ODDS,
    EMEA,
    PRODUCTS,
    Channel,
    Firm,
    Season,
    firm_odds,
    found_firms,
)
from leadpact.demo.noise import disguise, natures
from leadpact.demo.people import LEVEL_FIT, AddressBook, Rep, job
from leadpact.demo.tuning import Tuning

_CREDIT = {Interest.IN_MARKET: 1.0, Interest.CURIOUS: 0.3, Interest.IDLE: 0.05}


class Reception:
    """Everybody who comes in a season, in the order in which they come."""

    def __init__(self, seed: int, season: Season, tuning: Tuning, reps: tuple[Rep, ...]) -> None:
        self._seed = seed
        self._season = season
        self._tuning = tuning
        self._reps = reps
        self._book = AddressBook()
        self._natures = natures(tuning.shares)

    def receive(self, count: int) -> list[Lead]:
        """`count` leads by time of arrival, each noted as created and perhaps completed later."""
        firms = found_firms(max(8, round(count / self._tuning.leads_per_firm)), Dice(self._seed, 1))
        odds, dice = firm_odds(firms), Dice(self._seed, 2)
        arrivals = sorted(
            (self._arrive(odds, dice) for _ in range(count)), key=lambda arrival: arrival[0]
        )
        persons: list[Lead] = []
        leads = []
        for number, (at, channel, firm) in enumerate(arrivals, start=1):
            lead = self._lead(number, at, channel, firm, persons)
            leads.append(lead)
            if lead.nature is Nature.PERSON:
                persons.append(lead)
        return leads

    def strangers(self, count: int) -> list[Properties]:
        """People of a bought list."""
        dice = Dice(self._seed, 5)
        firms = found_firms(count, dice)
        return [
            self._book.person(firm, 90_000 + number, dice) | {"origin": "marketing"}
            for number, firm in enumerate(firms)
        ]

    def _arrive(self, odds: Odds[Firm], dice: Dice) -> tuple[datetime, Channel, Firm]:
        channel, firm = dice.draw(CHANNEL_ODDS), dice.draw(odds)
        return self._season.arrival(channel.name, firm.country, dice), channel, firm

    def _lead(
        self, number: int, at: datetime, channel: Channel, firm: Firm, persons: list[Lead]
    ) -> Lead:
        dice = Dice(self._seed, 4, number)
        shares = self._tuning.shares
        attributes = self._book.person(firm, number, dice) | self._touch(channel, dice)
        if dice.chance(shares.customers):
            attributes |= {"origin": "customer", "source": "direct"}
        fit = 0.65 * firm.fit + 0.35 * LEVEL_FIT[str(attributes["job_level"])]
        worth = channel.worth * channel.campaigns[str(attributes["campaign"])]
        interest = self._interest(worth, fit, dice)
        lead = Lead(
            lead_id=f"L{number:05d}",
            created_at=at,
            attributes=attributes,
            interest=interest,
            nature=dice.draw(self._natures),
            ready=round(_CREDIT[interest] * (0.35 + 0.65 * fit), 3),
            scanned=firm.scans_links,
            private_mail=dice.chance(shares.private_mail),
        )
        disguise(lead, persons, dice)
        if lead.nature is not Nature.PERSON:
            lead.ready = 0.0
        self._enter(lead, dice)
        return lead

    def _interest(self, worth: float, fit: float, dice: Dice) -> Interest:
        point = dice.unit()
        in_market = min(0.7, self._tuning.in_market * worth * (0.1 + 1.5 * fit))
        if point < in_market:
            return Interest.IN_MARKET
        if point < in_market + min(0.5, self._tuning.curious * (0.4 + 0.6 * min(worth, 1.2))):
            return Interest.CURIOUS
        return Interest.IDLE

    @staticmethod
    def _touch(channel: Channel, dice: Dice) -> Properties:
        """First touch: where the lead came from."""
        return {
            "origin": channel.origin,
            "source": channel.name,
            "campaign": dice.pick(tuple(channel.campaigns)),
            "landing_page": dice.pick(channel.pages),
            "asset": dice.pick(ASSETS),
            "product": dice.draw(PRODUCTS),
        }

    def _enter(self, lead: Lead, dice: Dice) -> None:
        """The row that creates the lead, with what is known at first; more may come later."""
        shares, actor = self._tuning.shares, None
        hidden = {
            name: lead.attributes[name]
            for name in ("employees", "industry", "job_level", "department")
            if dice.chance(shares.unknown_attribute)
        }
        if dice.chance(0.5):
            hidden["budget"] = lead.attributes["budget"]
        known = {name: value for name, value in lead.attributes.items() if name not in hidden}
        recorded, batch = lead.created_at, None
        if lead.text("source") == "outbound":
            team = "EMEA" if lead.text("country") in EMEA else "Americas"
            actor = dice.pick([rep.name for rep in self._reps if rep.team == team])
            lead.attributes["owner"] = known["owner"] = actor
        elif lead.text("source") == "event":
            recorded, batch = _list_import(lead.created_at)
        lead.note(
            "lead.created", lead.created_at, known, actor=actor, recorded_at=recorded, batch=batch
        )
        if hidden and dice.chance(shares.enriched_later):
            found = recorded + seconds(dice.around(900, 1.0))
            lead.note("lead.updated", found, hidden, actor="enrichment")
        if lead.nature is Nature.PERSON and dice.chance(shares.changes_job):
            moved = recorded + days(dice.between(20, 200))
            lead.note("lead.updated", moved, job(dice), actor="enrichment")


def _list_import(at: datetime) -> tuple[datetime, str]:
    """Badges scanned at a fair reach the database with the list imported on the next Monday."""
    monday = at.date() + timedelta(days=7 - at.weekday())
    return datetime.combine(monday, time(8, 30), at.tzinfo), f"fair-{at:%Y-%m}.csv"
