"""Emails that marketing sends, and what people and machines do with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from leadpact.demo.dice import Dice
from leadpact.demo.hours import nth_weekday
from leadpact.demo.leads import Interest, Lead, seconds

READERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
)
SCANNERS = (
    "Mozilla/5.0 (compatible; BarracudaCentral Link Check)",
    "Mimecast URL Scanner/2.1",
    "python-requests/2.32",
)
MAIL_PRIVACY = "Mozilla/5.0"

_SERIES = ("guide-for-your-industry", "customer-story", "next-webinar")
_SERIES_DAYS = (2, 14, 30)
_TRIAL_SERIES = ("trial-first-useful-thing", "trial-how-others-set-it-up", "trial-offer-of-a-call")
_TRIAL_DAYS = (1, 3, 7)
#: Mails that are steps of a nurture program, for those who are in it by then.
_STEPS = {
    "trial-welcome": ("Trial onboarding", "Welcome"),
    "trial-first-useful-thing": ("Trial onboarding", "The first useful thing to do"),
    "trial-how-others-set-it-up": ("Trial onboarding", "How others set it up"),
    "trial-offer-of-a-call": ("Trial onboarding", "Offer of a call"),
    "guide-for-your-industry": ("Stay in touch", "Guide for their industry"),
    "customer-story": ("Stay in touch", "Customer story"),
    "next-webinar": ("Stay in touch", "Invitation to the next webinar"),
}
_OPENS = {Interest.IN_MARKET: 0.46, Interest.CURIOUS: 0.3, Interest.IDLE: 0.13}


@dataclass(frozen=True)
class MailRoom:
    """The marketing automation of a year: its newsletters, and the days on which it was down."""

    newsletters: tuple[datetime, ...]
    outages: tuple[tuple[datetime, datetime], ...]

    @classmethod
    def of(cls, year: int) -> MailRoom:
        """One newsletter a month, on its third Tuesday at 14:00 UTC; two outages in the year."""
        tuesdays = (nth_weekday(year, month, 1, 3) for month in range(1, 13))
        return cls(
            tuple(_at(day, 14) for day in tuesdays),
            (
                (datetime(year, 5, 27, 6, tzinfo=UTC), datetime(year, 5, 29, 15, tzinfo=UTC)),
                (datetime(year, 10, 13, 12, tzinfo=UTC), datetime(year, 10, 15, 9, tzinfo=UTC)),
            ),
        )

    def working(self, at: datetime) -> datetime:
        """The instant itself, or the end of the outage in which it falls."""
        return next((end for start, end in self.outages if start <= at < end), at)

    def write_to(self, lead: Lead, until: datetime, dice: Dice) -> None:
        """Send everything that this lead is due until then; it reads, ignores, or leaves."""
        bounces, leaves = dice.chance(0.03), dice.chance(0.05)
        sends = sorted(self._due(lead, until, dice))
        quits_at = dice.whole(1, max(1, len(sends)))
        for number, (at, campaign) in enumerate(sends, start=1):
            lead.note("email_sent", at, campaign=campaign)
            _touch(lead, campaign, at)
            if bounces:
                lead.note("email_bounced", at + seconds(dice.between(2, 90)), campaign=campaign)
                if number == 2:
                    return
                continue
            _receive(lead, campaign, at, dice)
            if leaves and number == quits_at:
                self._leave(lead, campaign, at + seconds(dice.around(9000, 1)), dice)
                return

    def _due(self, lead: Lead, until: datetime, dice: Dice) -> Iterator[tuple[datetime, str]]:
        for row in tuple(lead.rows):
            if row.kind == "form_submitted" and row.properties["form"] != "demo":
                yield self.working(row.happened_at + seconds(dice.between(60, 600))), "thank-you"
            if row.kind == "trial_started":
                at = row.happened_at + seconds(dice.between(60, 900))
                yield self.working(at), "trial-welcome"
                for name, after in zip(_TRIAL_SERIES, _TRIAL_DAYS, strict=True):
                    yield self.working(row.happened_at + timedelta(days=after)), name
        known_at = lead.rows[0].recorded_at
        for name, after in zip(_SERIES, _SERIES_DAYS, strict=True):
            at = known_at + timedelta(days=after, seconds=dice.whole(0, 3600))
            if at < until:
                yield self.working(at), name
        for at in self.newsletters:
            if known_at < at < until:
                yield at + seconds(dice.between(0, 900)), f"newsletter-{at:%Y-%m}"

    def _leave(self, lead: Lead, campaign: str, at: datetime, dice: Dice) -> None:
        lead.note("email_unsubscribed", at, campaign=campaign)
        if dice.chance(0.2):
            lead.note("lead.updated", at + seconds(dice.between(60, 4000)), do_not_contact=True)


def _touch(lead: Lead, campaign: str, at: datetime) -> None:
    """Tell the program of which a mail is a step that it went out."""
    program, step = _STEPS.get(campaign, ("", ""))
    entries = (row for row in lead.rows if row.kind == "nurture.entered")
    if any(row.properties["program"] == program and row.happened_at <= at for row in entries):
        lead.note("nurture.touched", at, actor="automation", program=program, step=step)


def _receive(lead: Lead, campaign: str, sent: datetime, dice: Dice) -> None:
    if lead.scanned:
        _scan(lead, campaign, sent, dice)
    elif lead.private_mail and dice.chance(0.85):
        at = sent + seconds(dice.between(1, 8))
        lead.note("email_opened", at, campaign=campaign, user_agent=MAIL_PRIVACY)
    if not dice.chance(_OPENS[lead.interest]):
        return
    agent = dice.pick(READERS)
    opened = sent + seconds(40 + dice.around(9000, 1.5))
    lead.note("email_opened", opened, campaign=campaign, user_agent=agent)
    if dice.chance(0.17):
        clicked = opened + seconds(dice.between(4, 120))
        lead.note("email_clicked", clicked, campaign=campaign, user_agent=agent)
        lead.note("page_viewed", clicked + seconds(2), path=f"/mail/{campaign}")


def _scan(lead: Lead, campaign: str, sent: datetime, dice: Dice) -> None:
    """A link scanner opens the mail and follows its links before anybody reads it."""
    agent = dice.pick(SCANNERS)
    opened = sent + seconds(dice.whole(1, 3))
    lead.note("email_opened", opened, campaign=campaign, user_agent=agent)
    if dice.chance(0.8):
        clicked = opened + seconds(dice.whole(0, 2))
        lead.note("email_clicked", clicked, campaign=campaign, user_agent=agent)


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
