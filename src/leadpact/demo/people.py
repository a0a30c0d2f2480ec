"""People of the demo: those who become leads, and those who sell to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from leadpact.demo.dice import Dice, Odds
from leadpact.demo.hours import DAY, Desk
from leadpact.demo.leads import Properties
from leadpact.demo.market import Firm
from leadpact.demo.names import names_of

LEVELS = Odds(
    {
        "c_level": 4.0,
        "vp": 6.0,
        "director": 14.0,
        "manager": 32.0,
        "individual": 40.0,
        "student": 3.5,
    }
)
DEPARTMENTS = Odds(
    {
        "operations": 27.0,
        "it": 23.0,
        "marketing": 15.0,
        "sales": 14.0,
        "finance": 13.0,
        "hr": 8.0,
    }
)
_TITLES = {
    "c_level": ("Chief {} Officer",),
    "vp": ("VP {}", "Vice President {}"),
    "director": ("Director of {}", "Head of {}"),
    "manager": ("{} Manager", "{} Lead"),
    "individual": ("{} Specialist", "{} Analyst", "{} Intern"),
    "student": ("Student",),
}
LEVEL_FIT = {
    "c_level": 1.0,
    "vp": 1.0,
    "director": 0.85,
    "manager": 0.65,
    "individual": 0.3,
    "student": 0.0,
}
#: Drama and impossible numbers, so that nobody's telephone rings.
_PHONES = {
    "US": "+1 212 555 01",
    "CA": "+1 416 555 01",
    "GB": "+44 20 7946 0",
    "DE": "+49 30 23125 0",
    "FR": "+33 1 99 00 0",
    "NL": "+31 20 000 0",
    "IN": "+91 22 0000 0",
    "BR": "+55 11 0000 0",
}
_FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com")


@dataclass(frozen=True)
class Rep:
    """A person in sales, with the habits that the figures should bring to light.

    `answers_in` is the median working time to the first real attempt in minutes, `spread` the
    standard deviation of its logarithm; the others are chances, and `forgets` means never.
    """

    name: str
    team: str
    leave: frozenset[date]
    desk: Desk
    answers_in: float
    spread: float
    habit: str
    forgets: float = 0.02
    forgets_fridays: float = 0.0
    logs_in_evening: float = 0.0
    sends_automatic: float = 0.08
    slows_under_load: float = 0.0
    leave_unknown: bool = False
    persistence: float = 0.85

    def is_known_away(self, at: datetime) -> bool:
        """Whether the calendar shows the rep on leave, so that no lead is dealt."""
        return not self.leave_unknown and self.desk.local(at).date() in self.leave


def roster(year: int) -> tuple[Rep, ...]:
    """The eight people who sell, with their leave in that year."""

    def americas(name: str, month: int, day: int, pace: float, spread: float, habit: str) -> Rep:
        leave = _two_weeks(date(year, month, day))
        hours = Desk("America/New_York", time(9), time(17, 45), leave | {snow_date(year)})
        return Rep(name, "Americas", leave, hours, pace, spread, habit)

    def emea(name: str, month: int, day: int, pace: float, spread: float, habit: str) -> Rep:
        leave = _two_weeks(date(year, month, day))
        hours = Desk("Europe/London", time(9), time(17, 15), leave)
        return Rep(name, "EMEA", leave, hours, pace, spread, habit)

    ben = americas("Ben Carter", 3, 16, 42, 0.8, "forgets Fridays")
    chloe = americas("Chloe Martin", 6, 8, 48, 0.7, "logs the day's calls in the evening")
    david = americas("David Okoye", 10, 5, 70, 0.8, "works half-time and is dealt a full share")
    farid = emea("Farid Haddad", 9, 14, 75, 0.7, "lets an automatic email answer first")
    grace = emea("Grace Lee", 5, 11, 30, 0.6, "persistent")
    henk = emea("Henk de Vries", 6, 22, 65, 0.9, "is dealt leads while on leave")
    return (
        americas("Ana Silva", 7, 6, 18, 0.5, "answers within twenty minutes"),
        replace(ben, forgets_fridays=0.8),
        replace(chloe, logs_in_evening=0.75),
        replace(david, forgets=0.08, slows_under_load=0.11, persistence=0.55),
        emea("Emma Fischer", 4, 7, 38, 0.7, "steady"),
        replace(farid, sends_automatic=0.9),
        replace(grace, persistence=0.97),
        replace(henk, forgets=0.04, leave_unknown=True),
    )


def snow_date(year: int) -> date:
    """The day on which snow closed the New York office."""
    return date(year, 2, 24)


def _two_weeks(start: date) -> frozenset[date]:
    return frozenset(start + n * DAY for n in range(14))


class AddressBook:
    """Makes people up, no two with the same email address."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def person(self, firm: Firm, number: int, dice: Dice) -> Properties:
        """True attributes of a person at a company; `number` keeps private addresses apart."""
        first_names, last_names = names_of(firm.country)
        first, last = dice.pick(first_names), dice.pick(last_names)
        person = job(dice) | {
            "name": f"{first} {last}",
            "email": self._email(first, last, firm, number, dice),
            "company": firm.name,
            "company_id": firm.firm_id,
            "domain": firm.domain,
            "country": firm.country,
            "employees": firm.employees,
            "industry": firm.industry,
            "budget": firm.budget,
        }
        if dice.chance(0.72):
            person["phone"] = _phone(firm, dice)
        return person

    def _email(self, first: str, last: str, firm: Firm, number: int, dice: Dice) -> str:
        stem = f"{first}.{last}".lower()
        if dice.chance(0.11):
            return f"{stem}.l{number:05d}@{dice.pick(_FREE_MAIL)}"
        email = f"{stem}@{firm.domain}"
        if email in self._taken:
            email = f"{stem}.{number}@{firm.domain}"
        self._taken.add(email)
        return email


def job(dice: Dice) -> Properties:
    """A job: its level, department and title."""
    level, department = dice.draw(LEVELS), dice.draw(DEPARTMENTS)
    field = {"it": "IT", "hr": "HR"}.get(department, department.capitalize())
    return {
        "job_level": level,
        "department": department,
        "title": dice.pick(_TITLES[level]).format(field),
    }


def _phone(firm: Firm, dice: Dice) -> str:
    stem = _PHONES[firm.country]
    digits = 2 if stem.startswith("+1") else 3
    drawn = dice.whole(0, 10**digits - 1)
    own = int(firm.firm_id[1:]) % 10**digits
    return f"{stem}{own if firm.switchboard else drawn:0{digits}d}"
