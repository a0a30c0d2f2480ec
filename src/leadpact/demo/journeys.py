"""How leads come, browse, come back and ask: their activity, session by session."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.leads import Interest, Lead, days, seconds
from leadpact.demo.mailings import READERS
from leadpact.demo.market import ASSETS, time_of_day

_PAGES = Odds(
    {
        "/product": 20.0,
        "/features/planning": 14.0,
        "/features/reports": 12.0,
        "/integrations": 10.0,
        "/customers": 12.0,
        "/blog/five-tools": 9.0,
        "/docs": 7.0,
        "/about": 5.0,
        "/careers": 3.0,
    }
)
_FEATURES = ("boards", "reports", "import", "alerts", "sharing")
_FIRST_FORMS: dict[str, Odds[str]] = {
    "webinar": Odds({"webinar": 88.0, "content": 12.0}),
    "event": Odds({"none": 100.0}),
    "outbound": Odds({"none": 100.0}),
    "partner": Odds({"none": 60.0, "demo": 22.0, "contact": 18.0}),
    "referral": Odds({"content": 34.0, "contact": 14.0, "trial": 8.0, "newsletter": 44.0}),
}
_FORMS = Odds({"content": 56.0, "newsletter": 33.0, "contact": 6.0, "trial": 5.0})

#: Where interest begins and how it moves from session to session; how many sessions; days between.
_HEAT = {
    Interest.IN_MARKET: (0.4, 0.72, 0.07, 2, 8, 5.0),
    Interest.CURIOUS: (0.12, 0.42, 0.01, 1, 6, 13.0),
    Interest.IDLE: (0.0, 0.14, -0.02, 0, 2, 20.0),
}


def first_contact(lead: Lead, dice: Dice, webinars: tuple[datetime, ...]) -> None:
    """What the lead did to become one: a form, a webinar, a trial; nothing if others brought it."""
    form = dice.draw(_FIRST_FORMS.get(lead.text("source"), _FORMS))
    if lead.interest is Interest.IN_MARKET and form != "none" and dice.chance(0.13):
        form = "demo"
    at = lead.created_at + timedelta(seconds=1)
    if form == "webinar":
        register(lead, at, dice, webinars)
    elif form == "trial":
        start_trial(lead, at, dice)
    elif form != "none":
        submit(lead, form, at, dice)
        if form in ("content", "newsletter"):
            entered = at + seconds(dice.between(30, 300))
            lead.note("nurture.entered", entered, actor="automation", program="Stay in touch")
        if form == "content":
            downloaded = at + seconds(dice.between(3, 60))
            lead.note("content_downloaded", downloaded, asset=lead.text("asset"))


def browse(
    lead: Lead, start: datetime, until: datetime, dice: Dice, webinars: tuple[datetime, ...]
) -> None:
    """Sessions from `start` on, as interest rises or fades, until it ends or the season does."""
    low, high, drift, fewest, most, gap = _HEAT[lead.interest]
    heat, at = dice.between(low, high), start
    for _ in range(dice.whole(fewest, most)):
        day = (at + days(dice.wait(gap) * (1.3 - heat))).date()
        at = max(time_of_day(day, lead.text("country"), dice), at + timedelta(minutes=20))
        if at >= until:
            return
        _session(lead, at, heat, dice, webinars)
        heat = min(0.95, max(0.0, heat + drift + dice.between(-0.05, 0.05)))


def come_back(
    lead: Lead, start: datetime, until: datetime, dice: Dice, webinars: tuple[datetime, ...]
) -> None:
    """A second look after sales gave the lead back: more sessions, often with a plain request."""
    first = time_of_day(start.date(), lead.text("country"), dice)
    lead.note("page_viewed", first, path="/product")
    lead.note("pricing_viewed", first + seconds(dice.between(20, 300)))
    asks = dice.chance(0.5 if lead.interest is Interest.IN_MARKET else 0.2)
    if asks:
        submit(lead, dice.pick(("demo", "contact")), first + seconds(dice.between(400, 900)), dice)
    browse(lead, first + timedelta(hours=1), until, dice, webinars)


def submit(lead: Lead, form: str, at: datetime, dice: Dice) -> None:
    """A form filled by a human hand, in human time."""
    lead.note(
        "form_submitted",
        at,
        form=form,
        seconds_to_fill=round(6 + dice.around(24, 0.6)),
        user_agent=dice.pick(READERS),
    )


def register(lead: Lead, at: datetime, dice: Dice, webinars: tuple[datetime, ...]) -> None:
    """Sign up for the next webinar; somewhat more than half of those who do attend."""
    lead.note("webinar_registered", at)
    live = next((webinar for webinar in webinars if webinar > at), None)
    if live is None or not dice.chance({Interest.IDLE: 0.35}.get(lead.interest, 0.64)):
        return
    minutes = dice.whole(4, 25) if dice.chance(0.25) else dice.whole(25, 58)
    joined = live + seconds(dice.between(-120, 400))
    # The webinar service hands its list of attendees over on the next morning.
    exported = (live + timedelta(days=1)).replace(hour=7, minute=30)
    batch = f"webinar-{live:%Y-%m-%d}"
    lead.note("webinar_attended", joined, recorded_at=exported, batch=batch, minutes=minutes)


def start_trial(lead: Lead, at: datetime, dice: Dice) -> None:
    """A trial, and the days on which the product is truly used in it."""
    lead.note("trial_started", at)
    entered = at + seconds(dice.between(30, 300))
    lead.note("nurture.entered", entered, actor="automation", program="Trial onboarding")
    keenness = {Interest.IN_MARKET: 8, Interest.CURIOUS: 4, Interest.IDLE: 1}[lead.interest]
    used = at + seconds(dice.between(60, 900))
    for _ in range(dice.whole(keenness // 2, 2 * keenness)):
        lead.note("product_used", used, feature=dice.pick(_FEATURES))
        used += seconds(dice.between(200, 4000)) if dice.chance(0.5) else days(dice.wait(1.6))
        if used > at + timedelta(days=14):
            return


def _session(
    lead: Lead, at: datetime, heat: float, dice: Dice, webinars: tuple[datetime, ...]
) -> None:
    for _ in range(dice.whole(1, 2 + round(3 * heat))):
        lead.note("page_viewed", at, path=dice.draw(_PAGES))
        at += seconds(dice.around(45, 0.9))
    if dice.chance(0.04 + 0.45 * heat):
        lead.note("pricing_viewed", at)
        at += seconds(dice.around(60, 0.8))
    if dice.chance(0.1 + 0.25 * heat):
        lead.note("content_downloaded", at, asset=dice.pick(ASSETS))
        at += seconds(dice.around(90, 0.8))
    if dice.chance(0.03 + 0.12 * heat):
        register(lead, at, dice, webinars)
        at += seconds(40)
    _ask(lead, at, heat, dice)


def _ask(lead: Lead, at: datetime, heat: float, dice: Dice) -> None:
    """Who is interested enough asks for a demo, a call or a trial, once."""
    asked = any(row.properties.get("form") in ("demo", "contact") for row in lead.rows)
    tried = any(row.kind == "trial_started" for row in lead.rows)
    if not asked and dice.chance(max(0.004, 0.36 * (heat - 0.42))):
        submit(lead, "demo" if dice.chance(0.68) else "contact", at, dice)
    elif not tried and dice.chance(max(0.003, 0.12 * (heat - 0.35))):
        start_trial(lead, at, dice)
