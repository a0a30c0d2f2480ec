"""What spoils real data: bots, doubles, rivals, colleagues, wrong imports, late and double rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.journeys import submit
from leadpact.demo.leads import Interest, Lead, Nature, Properties, Row, seconds
from leadpact.demo.people import snow_date
from leadpact.demo.tuning import Shares

OWN_DOMAIN = "brightfield.example"
RIVALS = (("Rivaldesk", "rivaldesk.example"), ("Opsmatic", "opsmatic.example"))
DISPOSABLE = ("mailinator.com", "guerrillamail.com", "yopmail.com", "trashmail.com")
CRAWLERS = (
    "python-requests/2.31.0",
    "Scrapy/2.11.0 (+https://scrapy.org)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/124.0.0.0 Safari/537.36",
    "curl/8.5.0",
)
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou"


def natures(shares: Shares) -> Odds[Nature]:
    """What leads are, by how common each nature is."""
    odd = {
        Nature.BOT: shares.bots,
        Nature.DUPLICATE: shares.duplicates,
        Nature.COMPETITOR: shares.competitors,
        Nature.EMPLOYEE: shares.employees,
        Nature.DISPOSABLE: shares.disposable,
        Nature.TEST: shares.tests,
        Nature.SECOND_ADDRESS: shares.merged,
    }
    return Odds({Nature.PERSON: 1 - sum(odd.values())} | odd)


def disguise(lead: Lead, earlier: list[Lead], dice: Dice) -> None:
    """Give a lead the attributes of its nature; `earlier` are the persons it may be once more."""
    if lead.nature in (Nature.DUPLICATE, Nature.SECOND_ADDRESS) and not earlier:
        lead.nature = Nature.PERSON
    match lead.nature:
        case Nature.BOT:
            lead.attributes |= _gibberish(lead, dice)
        case Nature.DUPLICATE:
            _repeat(lead, dice.pick(earlier), dice)
        case Nature.SECOND_ADDRESS:
            _write_from_home(lead, dice.pick(earlier))
        case Nature.COMPETITOR:
            company, domain = dice.pick(RIVALS)
            lead.attributes |= {"company": company, "domain": domain} | _mailbox(lead, domain)
        case Nature.EMPLOYEE:
            own = {"company": "Brightfield", "domain": OWN_DOMAIN}
            lead.attributes |= own | _mailbox(lead, OWN_DOMAIN)
        case Nature.DISPOSABLE:
            lead.attributes["email"] = f"{_word(dice)}{dice.whole(1, 99)}@{dice.pick(DISPOSABLE)}"
        case Nature.TEST:
            lead.attributes |= {"name": "Test Test", "email": f"test@{lead.text('domain')}"}
        case Nature.PERSON:
            pass


def act_as_bot(lead: Lead, dice: Dice) -> None:
    """Forms filled in no time, most with the field that people do not see."""
    at = lead.created_at + seconds(1)
    for _ in range(dice.whole(1, 4)):
        trap: Properties = {"honeypot": _word(dice)} if dice.chance(0.65) else {}
        lead.note(
            "form_submitted",
            at,
            trap,
            form=dice.pick(("demo", "contact", "content", "newsletter")),
            seconds_to_fill=dice.whole(0, 1),
            user_agent=dice.pick(CRAWLERS),
        )
        at += seconds(dice.whole(1, 40))


def act_as_rival(lead: Lead, until: datetime, dice: Dice) -> None:
    """A thorough look around: prices, features, every guide."""
    at = lead.created_at + seconds(1)
    submit(lead, "content", at, dice)
    for _ in range(dice.whole(2, 6)):
        at += seconds(dice.around(2000, 1.4))
        if at >= until:
            return
        lead.note("content_downloaded", at, asset="buyers-guide")
        lead.note("pricing_viewed", at + seconds(50))


def import_by_mistake(people: list[Properties], year: int) -> list[Row]:
    """A bought list, imported one evening in June and withdrawn on the next morning."""
    at = datetime(year, 6, 9, 20, 15, tzinfo=UTC)
    batch = "bought-list.csv"
    rows = [
        Row(
            f"{batch}-{n}", "crm", f"V{n:05d}", at, at, "lead.created", "Jonas Weber", batch, person
        )
        for n, person in enumerate(people, start=1)
    ]
    noticed = at + timedelta(hours=13)
    void: Properties = {"batch": batch, "reason": "bought list, nobody on it asked for us"}
    return [
        *rows,
        Row("void-1", "crm", "", noticed, noticed, "fact.voided", "Olivia Grant", None, void),
    ]


def disturb(rows: list[Row], shares: Shares, dice: Dice) -> list[Row]:
    """Some rows arrive hours late, some twice; the second copy is the same row."""
    told = []
    for row in rows:
        on_time = row.recorded_at == row.happened_at and row.source != "crm"
        if on_time and dice.chance(shares.arrives_late):
            row = replace(row, recorded_at=row.happened_at + seconds(dice.around(14_000, 1)))
        told.append(row)
        if row.source != "crm" and dice.chance(shares.delivered_twice):
            told.append(row)
    return told


def snow_day(year: int) -> Row:
    """The office in New York stays closed, as somebody declares at six in the morning."""
    day = snow_date(year)
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    about: Properties = {"date": day.isoformat(), "calendar": "new_york"}
    return Row("closed-1", "crm", "", at, at, "calendar.closed", "Luis Ortega", None, about)


def _repeat(lead: Lead, first: Lead, dice: Dice) -> None:
    """The same person under another number: the same email, typed in another way."""
    mailbox, _, domain = first.text("email").partition("@")
    variants = (
        f"{mailbox.title()}@{domain}",
        f"{mailbox}@{domain.upper()}",
        f"{mailbox}+web@{domain}",
        f"{mailbox}@{domain}",
    )
    kept = ("origin", "source", "campaign", "landing_page", "asset", "product")
    lead.attributes = first.attributes | {name: lead.attributes[name] for name in kept}
    lead.attributes["email"] = dice.pick(variants)
    lead.duplicate_of, lead.interest = first.lead_id, Interest.IDLE


def _write_from_home(lead: Lead, first: Lead) -> None:
    kept = ("origin", "source", "campaign", "landing_page", "asset", "product")
    own = {name: lead.attributes[name] for name in kept}
    mailbox = first.text("name").lower().replace(" ", ".")
    own["email"] = f"{mailbox}.l{lead.number:05d}@gmail.com"
    lead.attributes = first.attributes | own
    lead.merged_into, lead.interest = first.lead_id, Interest.IDLE


def _gibberish(lead: Lead, dice: Dice) -> Properties:
    domain = dice.pick((lead.text("domain"), *DISPOSABLE[:2]))
    return {
        "name": f"{_word(dice).capitalize()} {_word(dice).capitalize()}",
        "email": f"{_word(dice)}{_word(dice)}{dice.whole(10, 999)}@{domain}",
        "company": _word(dice),
        "title": _word(dice),
    }


def _word(dice: Dice) -> str:
    return "".join(
        dice.pick(_CONSONANTS if place % 3 else _VOWELS) for place in range(dice.whole(4, 8))
    )


def _mailbox(lead: Lead, domain: str) -> Properties:
    mailbox = lead.text("name").lower().replace(" ", ".")
    return {"email": f"{mailbox}.{lead.number}@{domain}"}
