"""The market of the demo company: companies, channels, campaigns, and when leads come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.hours import DAY, holidays, nth_weekday


@dataclass(frozen=True, eq=False)
class Channel:
    """A marketing channel: its share of the leads, and its true worth.

    `worth` multiplies the chance that a lead is in the market; 1 is the average channel.
    """

    name: str
    share: float
    worth: float
    origin: str
    campaigns: dict[str, float]
    pages: tuple[str, ...]


CHANNELS = (
    Channel(
        "organic",
        24,
        1.15,
        "marketing",
        {"always-on": 1.0},
        ("/", "/blog/spreadsheet-is-not-a-plan", "/guides/operations", "/product"),
    ),
    Channel(
        "paid_search",
        21,
        1.0,
        "marketing",
        {"brand-search": 1.9, "ops-software": 1.1, "competitor-terms": 0.7, "broad-match": 0.25},
        ("/lp/ops-software", "/lp/compare", "/demo"),
    ),
    Channel(
        "social",
        16,
        0.35,
        "marketing",
        {"feed-carousel": 0.6, "retargeting": 1.8, "giveaway": 0.1},
        ("/lp/checklist", "/lp/giveaway", "/blog/five-tools"),
    ),
    Channel(
        "webinar",
        10,
        1.35,
        "marketing",
        {"webinar-series": 1.0},
        ("/webinars", "/webinars/live-tour"),
    ),
    Channel(
        "referral",
        6,
        2.3,
        "marketing",
        {"customer-referral": 1.2, "review-sites": 0.9},
        ("/demo", "/customers"),
    ),
    Channel("event", 6, 0.75, "marketing", {"trade-fair": 1.0}, ("/events/fair",)),
    Channel("outbound", 6, 0.6, "sales", {"cold-outreach": 1.0}, ("/product",)),
    Channel("partner", 4, 2.0, "partner", {"reseller-program": 1.0}, ("/partners/refer",)),
    Channel("direct", 7, 1.3, "marketing", {"always-on": 1.0}, ("/", "/pricing", "/demo")),
)

CHANNEL_ODDS = Odds({channel: channel.share for channel in CHANNELS})

ASSETS = (
    "operations-checklist",
    "buyers-guide",
    "roi-calculator",
    "industry-benchmark",
    "rollout-playbook",
)
PRODUCTS = Odds({"Operations suite": 6.0, "Analytics": 3.0, "Connect": 1.0})

INDUSTRIES = Odds(
    {
        "software": 20.0,
        "manufacturing": 15.0,
        "finance": 12.0,
        "retail": 19.0,
        "health": 10.0,
        "education": 13.0,
        "public": 11.0,
    }
)
GOOD_INDUSTRIES = ("software", "finance", "health", "manufacturing")
COUNTRIES = Odds(
    {"US": 42.0, "GB": 16.0, "DE": 12.0, "CA": 8.0, "FR": 7.0, "NL": 6.0, "IN": 5.0, "BR": 4.0}
)
GOOD_COUNTRIES = ("US", "CA", "GB", "DE", "FR", "NL")
EMEA = ("GB", "DE", "FR", "NL", "IN")

#: Hours that local clocks are ahead of UTC, near enough for when people read their mail.
CLOCK_OFFSET = {"US": -6, "CA": -5, "BR": -3, "GB": 0, "DE": 1, "FR": 1, "NL": 1, "IN": 5}

_FRONT_WORDS = (
    "Alder Birch Cobalt Dover Ember Fallow Garnet Harbour Indigo Juniper Kestrel Larch Marlow "
    "Nettle Orchard Pebble Quarry Rowan Sable Thistle Umber Velvet Willow Yarrow Zephyr Amber "
    "Bramble Cedar Drift Elm Fern Granite Hazel Iris Jade Keel Linden"
)
_BACK_WORDS = (
    "bridge brook crest dale field ford gate grove ham haven hill lake march mere mill moor point "
    "ridge shore stone vale view water well wick wood yard bury combe cote fell garth hurst"
)
_FRONTS, _BACKS = tuple(_FRONT_WORDS.split()), tuple(_BACK_WORDS.split())
_TRADES = {
    "software": ("Software", "Cloud", "Systems"),
    "manufacturing": ("Works", "Components", "Precision"),
    "finance": ("Capital", "Insurance", "Finance"),
    "retail": ("Stores", "Outfitters", "Market"),
    "health": ("Clinics", "Health", "Diagnostics"),
    "education": ("College", "Academy", "Institute"),
    "public": ("Council", "Transit", "Utilities"),
}


@dataclass(frozen=True, eq=False)
class Firm:
    """A company whose people may become leads; `budget` in US dollars a year."""

    firm_id: str
    name: str
    domain: str
    industry: str
    employees: int
    country: str
    budget: int
    switchboard: bool
    scans_links: bool

    @property
    def fit(self) -> float:
        """How well the company truly suits the product, from 0 to 1."""
        size = 0.45 if 200 <= self.employees <= 5000 else 0.25 if self.employees >= 20 else 0.05
        trade = 0.35 if self.industry in GOOD_INDUSTRIES else 0.1
        return size + trade + (0.2 if self.country in GOOD_COUNTRIES else 0.0)


def found_firms(count: int, dice: Dice) -> list[Firm]:
    """Companies in falling order of how many leads they bring."""
    return [_found(number, dice) for number in range(count)]


def _found(number: int, dice: Dice) -> Firm:
    industry = dice.draw(INDUSTRIES)
    # A step prime to the number of combinations visits each of them once before repeating.
    place = (number * 487) % (len(_FRONTS) * len(_BACKS))
    stem = _FRONTS[place // len(_BACKS)] + _BACKS[place % len(_BACKS)]
    series = number // (len(_FRONTS) * len(_BACKS))
    name = f"{stem} {dice.pick(_TRADES[industry])}" + (f" {series + 1}" if series else "")
    employees = max(2, min(60_000, round(dice.around(100, 1.35))))
    return Firm(
        firm_id=f"C{number + 1:05d}",
        name=name,
        domain=name.lower().replace(" ", "-") + ".example",
        industry=industry,
        employees=employees,
        country=dice.draw(COUNTRIES),
        budget=max(1, round(dice.around(0.2 * employees**0.78, 0.7))) * 1000,
        switchboard=dice.chance(0.25),
        scans_links=dice.chance(0.05 + 0.13 * (employees > 500)),
    )


def firm_odds(firms: list[Firm]) -> Odds[Firm]:
    """A few companies bring many leads, most bring one or two."""
    return Odds({firm: 1 / (place + 25) ** 0.55 for place, firm in enumerate(firms)})


_MONTHS = (0.92, 1.0, 1.08, 1.0, 1.02, 0.98, 0.82, 0.68, 1.14, 1.16, 1.1, 0.7)
_WEEKDAYS = (1.15, 1.25, 1.2, 1.12, 0.9, 0.28, 0.33)


def day_weight(day: date) -> float:
    """How many leads a day brings: growth, season, weekday, holidays, push at a quarter's end."""
    growth = 1 + 0.12 * (day.timetuple().tm_yday / 365)
    weight = growth * _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()]
    if day in holidays("America/New_York", day.year):
        weight *= 0.35
    elif day in holidays("Europe/London", day.year):
        weight *= 0.7
    if day.month % 3 == 0 and day.day > 17:
        weight *= 1.12
    return weight


def webinars(year: int) -> tuple[datetime, ...]:
    """One a month, on its second Thursday at 15:00 UTC; none in August and December."""
    thursdays = (nth_weekday(year, month, 3, 2) for month in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11))
    return tuple(datetime(day.year, day.month, day.day, 15, tzinfo=UTC) for day in thursdays)


def fairs(year: int) -> tuple[date, ...]:
    """First days of the two trade fairs, Tuesdays in May and September."""
    return nth_weekday(year, 5, 1, 3), nth_weekday(year, 9, 1, 4)


class Season:
    """Days of a year up to a moment, drawn as leads come."""

    def __init__(self, year: int, until: datetime) -> None:
        self._until = until
        first = date(year, 1, 1)
        span = [first + n * DAY for n in range((until.date() - first).days + 1)]
        webinar_days = {at.date() for at in webinars(year)}
        self._every = Odds({day: day_weight(day) for day in span})
        self._webinar = Odds({day: _before(day, webinar_days) * day_weight(day) for day in span})
        fair_days = [day + n * DAY for day in fairs(year) for n in range(3)]
        held = [day for day in fair_days if day in set(span)]
        self._fair = Odds(dict.fromkeys(held, 1.0)) if held else self._every

    def arrival(self, channel: str, country: str, dice: Dice) -> datetime:
        """When a lead of this channel comes, in UTC and never after the season's end."""
        odds = {"webinar": self._webinar, "event": self._fair}.get(channel, self._every)
        at = time_of_day(dice.draw(odds), country, dice)
        return min(at, self._until - timedelta(minutes=dice.whole(5, 600)))


def _before(day: date, webinar_days: set[date]) -> float:
    """Invitations go out in the ten days before a webinar."""
    return 8.0 if any(day + n * DAY in webinar_days for n in range(11)) else 0.4


_BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 9, 18, 26, 28, 26, 19, 23, 27, 26, 22, 16, 10, 8, 8, 7, 5, 3)
_HOURS = Odds(dict(enumerate(_BY_HOUR)))


def time_of_day(day: date, country: str, dice: Dice) -> datetime:
    """An instant of a day as people of a country keep it: mostly office hours, a tail at night."""
    hour = dice.draw(_HOURS) - CLOCK_OFFSET[country]
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(hours=hour % 24, seconds=dice.whole(0, 3599))
