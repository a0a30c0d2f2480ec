"""What sales does without marketing: cold outreach, and more business with customers."""

from __future__ import annotations

from datetime import timedelta

from leadpact.demo.dice import Dice
from leadpact.demo.leads import Interest, Lead, days
from leadpact.demo.people import Rep
from leadpact.demo.sales import SalesFloor, log

_BITES = {Interest.IN_MARKET: 0.3, Interest.CURIOUS: 0.03, Interest.IDLE: 0.004}


def prospect(lead: Lead, floor: SalesFloor, dice: Dice) -> None:
    """Cold calls by the rep who found the lead; a few lead straight to a deal."""
    rep = floor.rep(lead.text("owner"))
    at = rep.desk.after(lead.created_at, dice.around(200, 1))
    for _ in range(dice.whole(1, 3)):
        channel = dice.pick(("phone", "email", "linkedin"))
        outcome = "no answer" if channel == "phone" else "sent"
        log(lead, rep, dice, "sales.attempted", at, channel=channel, outcome=outcome)
        at = rep.desk.after(at, dice.around(900, 0.6))
    if dice.chance(_BITES[lead.interest]):
        log(lead, rep, dice, "sales.attempted", at, channel="phone", outcome="connected")
        log(lead, rep, dice, "sales.connected", at + timedelta(seconds=5), channel="phone")
        floor.deals.open(lead, rep, rep.desk.after(at + days(2), dice.around(1500, 0.7)), dice)


def expand_customers(lead: Lead, floor: SalesFloor, reps: tuple[Rep, ...], dice: Dice) -> None:
    """People at companies that bought before: now and then they buy more."""
    if dice.chance(0.12):
        at = lead.created_at + days(dice.between(2, 60))
        floor.deals.expand(lead, dice.pick(reps), at, dice)
