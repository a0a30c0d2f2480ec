"""People who come while the demo runs: what they do on the website, one person after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.journeys import submit
from leadpact.demo.leads import Interest, Lead, Properties, Row, seconds
from leadpact.demo.market import ASSETS, CHANNELS, PRODUCTS, found_firms
from leadpact.demo.people import AddressBook

#: Whoever asks for a demonstration is an MQL at once; most only look around.
_WISHES = Odds({"demo": 4.0, "trial": 1.0, "contact": 1.5, "content": 2.5, "newsletter": 1.0})
_FIRMS = 400
#: Numbers of people that nobody of the year has.
_FIRST = 70_000


@dataclass(frozen=True)
class Visit:
    """What one person did, in order; `email` names whose the rows are."""

    email: str
    rows: list[Row]


class Visitors:
    """Gives visits by their number: the same number of the same seed is the same person."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._firms = found_firms(_FIRMS, Dice(seed, 1))

    def visit(self, number: int, ends: datetime) -> Visit:
        """The visit of this number, the last row of which lies at `ends`."""
        dice = Dice(self._seed, 11, number)
        firm, channel = dice.pick(self._firms), dice.pick(CHANNELS)
        touch: Properties = {
            "origin": "marketing",
            "source": channel.name,
            "campaign": dice.pick(tuple(channel.campaigns)),
            "landing_page": dice.pick(channel.pages),
            "asset": dice.pick(ASSETS),
            "product": dice.draw(PRODUCTS),
        }
        known = AddressBook().person(firm, _FIRST + number, dice) | touch
        lead = Lead(
            f"V{number:05d}", ends - seconds(dice.between(240, 900)), known, Interest.CURIOUS
        )
        self._act(lead, ends, dice)
        return Visit(str(known["email"]), lead.rows)

    @staticmethod
    def _act(lead: Lead, ends: datetime, dice: Dice) -> None:
        start, wish = lead.created_at, dice.draw(_WISHES)
        lead.note("lead.created", start, lead.attributes)
        lead.note("page_viewed", start + seconds(1), path="/product")
        if wish != "newsletter":
            lead.note("page_viewed", start + seconds(60), path="/customers")
        if wish in ("demo", "trial", "contact"):
            lead.note("pricing_viewed", start + seconds(120))
        if wish == "trial":
            lead.note("trial_started", ends)
            return
        submit(lead, wish, ends, dice)
        if wish == "content":
            lead.note("content_downloaded", ends, asset=lead.text("asset"))
