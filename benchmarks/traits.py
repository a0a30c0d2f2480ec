"""Who the leads of the crowd are: what each one states of itself when it is created."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.columns import Numbers, Random, coded, drawn, keys, some

_USER, _COMPANY = 0x9E3779B97F4A, 0xD1B54A32D192

#: Shares of what a lead states; what is left of 1 states nothing.
COUNTRIES = {"US": 0.38, "GB": 0.1, "DE": 0.1, "FR": 0.06, "NL": 0.04, "CA": 0.06, "IN": 0.12}
INDUSTRIES = {
    "software": 0.18,
    "finance": 0.12,
    "health": 0.1,
    "manufacturing": 0.14,
    "retail": 0.12,
    "education": 0.08,
    "public": 0.06,
}
LEVELS = {
    "c_level": 0.05,
    "vp": 0.07,
    "director": 0.13,
    "manager": 0.25,
    "individual": 0.25,
    "student": 0.03,
}
DEPARTMENTS = {
    "it": 0.2,
    "operations": 0.18,
    "marketing": 0.15,
    "sales": 0.12,
    "finance": 0.1,
    "hr": 0.05,
}
TITLES = {"Head of Operations": 0.2, "Software engineer": 0.3, "Intern, Marketing": 0.02}
ORIGINS = {"marketing": 0.82, "sales": 0.08, "partner": 0.04, "customer": 0.04}
SOURCES = {"organic": 0.25, "paid search": 0.2, "webinar": 0.15, "referral": 0.1, "event": 0.12}
CAMPAIGNS = {f"2026-{number:02}": 0.06 for number in range(1, 13)}
#: Of a thousand persons, how many write from these hosts; the others from their company's.
MAILBOXES = {
    "gmail.com": 100,
    "mailinator.com": 4,
    "brightfield.example": 1,
    "rivaldesk.example": 1,
}


def traits(first: int, count: int, random: Random) -> dict[str, pa.Array]:
    """Attributes of the leads `first …`, one in a hundred with the address of an earlier one."""
    numbers = np.arange(first, first + count)
    repeats = random.random(count) < 0.01
    person = np.where(repeats, random.integers(0, first + count, count), numbers)
    return {
        "email": _emails(person, random),
        "company": _companies(person, random),
        "country": drawn(random, COUNTRIES, count),
        "industry": drawn(random, INDUSTRIES, count),
        "job_level": drawn(random, LEVELS, count),
        "department": drawn(random, DEPARTMENTS, count),
        "title": drawn(random, TITLES, count),
        "origin": drawn(random, ORIGINS, count),
        "source": drawn(random, SOURCES, count),
        "campaign": drawn(random, CAMPAIGNS, count),
        "phone": _phones(numbers, random),
        "employees": some(np.round(random.lognormal(4.5, 1.6, count)), random.random(count) < 0.75),
        "budget": some(np.round(random.lognormal(9.5, 1.0, count)), random.random(count) < 0.3),
        "do_not_contact": some(random.random(count) < 0.01, random.random(count) < 0.5),
    }


def _emails(person: Numbers, random: Random) -> pa.Array:
    """Addresses: a person has the same one whenever it comes; some are no addresses at all."""
    firms = pc.binary_join_element_wise(keys("c", person // 4, _COMPANY), "com", ".")
    bounds = np.cumsum(list(MAILBOXES.values()))
    place = np.searchsorted(bounds, person * 7919 % 1000, side="right")
    services = pc.cast(coded(list(MAILBOXES), place, place < len(bounds)), pa.string())
    at = pa.array(np.where(random.random(len(person)) < 0.002, " at ", "@"))
    emails = pc.binary_join_element_wise(keys("", person, _USER), pc.coalesce(services, firms), at)
    return pc.if_else(pa.array(random.random(len(person)) < 0.97), emails, None)


def _companies(person: Numbers, random: Random) -> pa.Array:
    firms = keys("Company ", person // 4, _COMPANY)
    return pc.if_else(pa.array(random.random(len(person)) < 0.8), firms, None)


def _phones(numbers: Numbers, random: Random) -> pa.Array:
    digits = pc.cast(pa.array(numbers + 2_000_000_000), pa.string())
    phones = pc.binary_join_element_wise("+1", digits, "")
    return pc.if_else(pa.array(random.random(len(numbers)) < 0.6), phones, None)
