"""Writes the sample exports in `samples/`; run it again to write the same files again.

The companies and people are made up; the column names and habits are those of the two systems:
HubSpot writes `2025-03-14 09:05` in the account's zone and joins associated keys with semicolons,
Salesforce reports write `3/14/2025, 9:05 AM`, quote every cell, use Windows-1252 and end with lines
that are no rows.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
OWNERS = ["Ana Silva", "Ben Carter", "Chloe Martin", "David Okoye"]
FIRST = [
    "Maria", "James", "Priya", "Tom", "Søren", "Zoë", "Ivan", "Grace", "Omar", "Lucía", "Wei",
    "Anke", "Noah", "Ella", "Raj", "Kim",
]  # fmt: skip
LAST = [
    "Jones", "Müller", "Patel", "Garcia", "Nilsson", "Tanaka", "Rossi", "Dubois", "Novak",
    "Haddad", "Smith", "Okafor",
]  # fmt: skip
COMPANIES = [
    "Acme Robotics", "Bluebird Health", "Cobalt Bank", "Delta Foods", "Evergreen Energy",
    "Fjord Shipping", "Granite Homes", "Harbor Media", "Iris Optics", "Juniper Schools",
    "Kestrel Air", "Lumen Lighting",
]  # fmt: skip
TITLES = ["VP Operations", "IT Manager", "Director of Finance", "Analyst", "CEO", "Student"]
COUNTRIES = ["United States"] * 7 + ["Canada", "Germany", "United Kingdom"]
REASONS = ["Price", "No decision", "Competitor", ""]


def working(moment: datetime) -> datetime:
    """The moment itself, or Monday at nine if it lies on a weekend."""
    if moment.weekday() < 5:
        return moment
    return (moment + timedelta(days=7 - moment.weekday())).replace(hour=9, minute=3)


class Person:
    """One made-up lead with its whole story; what did not happen is None."""

    def __init__(self, dice: random.Random, number: int) -> None:
        self.number = number
        self.first, self.last = dice.choice(FIRST), dice.choice(LAST)
        at = dice.randrange(len(COMPANIES))
        self.company, self.company_id = COMPANIES[at], 7000 + at
        self.domain = self.company.split()[0].lower() + ".example.com"
        plain = f"{self.first}.{self.last}{number}".lower()
        self.email = plain.encode("ascii", "ignore").decode() + "@" + self.domain
        self.title = dice.choice(TITLES)
        self.country = dice.choice(COUNTRIES)
        self.employees = dice.choice([12, 45, 180, 650, 2400, None])
        self.source = dice.choices(
            ["Organic Search", "Paid Search", "Direct Traffic", "Referrals", "Offline Sources"],
            [35, 25, 15, 10, 15],
        )[0]
        self.created = datetime(2024, 7, 1, 8) + timedelta(minutes=dice.randrange(365 * 24 * 60))
        good = 0.6 if self.source in ("Organic Search", "Referrals") else 0.35
        self.owner = dice.choice(OWNERS)
        self.mql = self.assigned = self.outreach = self.connected = None
        self.sql = self.opened = self.closed = None
        self.won = False
        self.reason = ""
        if dice.random() < good:
            self._qualify(dice)

    def _qualify(self, dice: random.Random) -> None:
        self.mql = self.created + timedelta(hours=dice.uniform(0, 400))
        self.assigned = self.mql + timedelta(minutes=dice.uniform(1, 90))
        slow = {"Ana Silva": 4, "Ben Carter": 10, "Chloe Martin": 24, "David Okoye": 55}[self.owner]
        if dice.random() < 0.9:
            self.outreach = working(self.assigned + timedelta(hours=dice.expovariate(1 / slow)))
        if self.outreach and dice.random() < 0.8:
            self.connected = working(self.outreach + timedelta(hours=dice.expovariate(1 / 20)))
        if self.connected and dice.random() < 0.55:
            self.sql = self.connected + timedelta(hours=dice.uniform(1, 100))
            if dice.random() < 0.75:
                self._deal(dice)

    def _deal(self, dice: random.Random) -> None:
        assert self.sql
        self.opened = self.sql + timedelta(hours=dice.uniform(0, 72))
        self.amount = round(dice.lognormvariate(9.3, 0.7), 2)
        if dice.random() < 0.8:
            self.closed = self.opened + timedelta(days=dice.uniform(10, 90))
            self.won = dice.random() < 0.45
            self.reason = "" if self.won else dice.choice(REASONS)

    @property
    def outcome(self) -> str:
        if self.closed is None:
            return "open"
        return "won" if self.won else "lost"


def people(seed: int, count: int, first_number: int) -> list[Person]:
    """As many made-up leads, in the order in which they were created."""
    dice = random.Random(seed)
    made = sorted((Person(dice, 0) for _ in range(count)), key=lambda person: person.created)
    for number, person in enumerate(made, start=first_number):
        person.number = number
        person.email = person.email.replace("0@", f"{number % 997}@")
    return made


def iso(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def us(moment: datetime | None) -> str:
    if moment is None:
        return ""
    half = moment.strftime("%p")
    return f"{moment.month}/{moment.day}/{moment.year}, {moment.hour % 12 or 12}:{moment:%M} {half}"


def us_day(moment: datetime | None) -> str:
    return f"{moment.month}/{moment.day}/{moment.year}" if moment else ""


def written(rows: Sequence[Sequence[object]], *, quote_all: bool = False) -> str:
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
    return text.getvalue()


def lifecycle(person: Person) -> str:
    steps = [
        (person.won and person.closed, "Customer"),
        (person.opened, "Opportunity"),
        (person.sql, "Sales Qualified Lead"),
        (person.mql, "Marketing Qualified Lead"),
    ]
    return next((name for done, name in steps if done), "Lead")


def hubspot() -> tuple[str, str]:
    """Contacts and deals as HubSpot exports them."""
    header = [
        "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title",
        "Company Name", "Associated Company IDs", "Country/Region", "Number of Employees",
        "Lifecycle Stage", "Lead Status", "Contact owner", "Owner Assigned Date",
        "HubSpot Team", "Create Date", "Original Source", "Original Source Drill-Down 1",
        "First Page Seen", "First Conversion", "Unsubscribed from all email",
        "Became a Lead Date", "Became a Marketing Qualified Lead Date",
        "Became a Sales Qualified Lead Date", "Became an Opportunity Date",
        "Became a Customer Date", "Date of first outreach", "Date of first engagement",
        "Last Activity Date", "Notes",
    ]  # fmt: skip
    made = people(11, 360, 50001)
    rows: list[list[object]] = [header]
    for at, person in enumerate(made):
        gone = at % 41 == 0
        rows.append([
            person.number, person.first, person.last, "" if at % 67 == 5 else person.email,
            f"+1 555 01{at % 100:02}", person.title, person.company, person.company_id,
            person.country if at % 9 else "", person.employees or "", lifecycle(person),
            "Open Deal" if person.opened else "(No value)", "" if gone else person.owner,
            iso(person.assigned), "Inbound" if at % 3 else "Field", iso(person.created),
            person.source, f"campaign-{at % 7}" if person.source == "Paid Search" else "(not set)",
            f"www.example.com/{'pricing' if at % 4 else 'blog/“lead, scoring”'}",
            "Demo request: Contact us" if at % 5 else "", "true" if at % 50 == 3 else "",
            iso(person.created), iso(person.mql), iso(person.sql), iso(person.opened),
            iso(person.closed if person.won else None), iso(person.outreach),
            iso(person.connected), iso(person.connected or person.outreach),
            "Asked for a call\nafter 3 pm, not before" if at % 23 == 7 else "",
        ])  # fmt: skip
    rows.insert(100, list(rows[99]))
    rows.insert(200, [*rows[199][:15], "14 Marchember 2025", *rows[199][16:]])
    rows[200][0] = 99001
    text = written(rows)
    lines = text.split("\n")
    lines.insert(30, "50999,Cut,Off,cut@off.example.com")
    return "\n".join(lines), _hubspot_deals(made)


def _hubspot_deals(made: list[Person]) -> str:
    header = [
        "Record ID", "Deal Name", "Pipeline", "Deal Stage", "Close Date", "Deal owner", "Amount",
        "Currency", "Create Date", "Closed Lost Reason", "Deal Type", "Associated Contact",
        "Associated Contact IDs", "Associated Company", "Associated Company IDs",
    ]  # fmt: skip
    rows: list[list[object]] = [header]
    stages = {"won": "Closed Won", "lost": "Closed Lost", "open": "Contract Sent"}
    for at, person in enumerate(p for p in made if p.opened):
        assert person.opened
        colleagues = [p for p in made if p.company == person.company and p is not person][: at % 3]
        contacts = ";".join(str(p.number) for p in (person, *colleagues))
        rows.append([
            880001 + at, f"{person.company} – {person.last}", "Sales Pipeline",
            stages[person.outcome], iso(person.closed or person.opened + timedelta(days=60)),
            person.owner, person.amount, "USD", iso(person.opened), person.reason, "New Business",
            f"{person.first} {person.last} ({person.email})", "" if at % 29 == 11 else contacts,
            person.company, person.company_id,
        ])  # fmt: skip
    rows.append([889999, "Imported – unknown contact", "Sales Pipeline", "Closed Won",
                 "2025-06-30 12:00", "Ana Silva", "twelve", "USD", "2025-06-01 12:00", "", "",
                 "", "40404", "", ""])  # fmt: skip
    return written(rows)


def salesforce() -> tuple[str, str]:
    """Leads and opportunities as Salesforce reports are exported."""
    made = people(23, 300, 1)
    header = [
        "Lead ID", "First Name", "Last Name", "Title", "Company / Account", "Email", "Phone",
        "Country", "Lead Source", "Industry", "No. of Employees", "Rating", "Lead Status",
        "Lead Owner", "Create Date", "MQL Date", "First Activity Date", "Converted",
        "Converted Date", "Opportunity ID", "Unqualified Reason",
    ]  # fmt: skip
    rows: list[list[object]] = [header]
    for at, person in enumerate(made):
        rows.append([
            f"00Q5g00000{person.number:05}", person.first, person.last, person.title,
            person.company, person.email, "", person.country,
            "Select" if at % 31 == 2 else person.source, "", person.employees or "",
            "Hot" if person.sql else "", "Closed - Converted" if person.sql else "Open",
            "Inactive User" if at % 37 == 3 else person.owner, us_day(person.created),
            us(person.mql), us(person.connected), "1" if person.sql else "0", us_day(person.sql),
            f"0065g00000{person.number:05}" if person.opened else "",
            "No budget" if person.mql and not person.connected else "",
        ])  # fmt: skip
    footer = [
        "", '"Northwind Leads with converted lead information"',
        '"Copyright (c) 2000-2025 salesforce.com, inc. All rights reserved."',
        '"Confidential Information - Do Not Distribute"', '"Generated By:  Ana Silva  7/8/2025"',
    ]  # fmt: skip
    return written(rows, quote_all=True) + "\n".join(footer) + "\n", _opportunities(made)


def _opportunities(made: list[Person]) -> str:
    header = [
        "Opportunity ID", "Opportunity Name", "Account Name", "Type", "Stage", "Amount Currency",
        "Amount", "Probability (%)", "Close Date", "Created Date", "Opportunity Owner",
        "Owner Role", "Lead Source", "Loss Reason",
    ]  # fmt: skip
    stages = {"won": "Closed Won", "lost": "Closed Lost", "open": "Proposal/Price Quote"}
    rows: list[list[object]] = [header]
    for person in (p for p in made if p.opened):
        assert person.opened
        rows.append([
            f"0065g00000{person.number:05}", f"{person.company} new business", person.company,
            "New Business", stages[person.outcome], "USD", f"{person.amount:,.2f}",
            {"won": 100, "lost": 0, "open": 75}[person.outcome],
            us_day(person.closed or person.opened + timedelta(days=60)), us_day(person.opened),
            person.owner, "Inside Sales", person.source, person.reason,
        ])  # fmt: skip
    return written(rows, quote_all=True)


def all_samples() -> dict[str, bytes]:
    """The sample files, by name."""
    contacts, deals = hubspot()
    leads, opportunities = salesforce()
    return {
        "hubspot-contacts.csv": contacts.encode("utf-8-sig"),
        "hubspot-deals.csv": deals.encode("utf-8-sig"),
        "salesforce-leads.csv": leads.encode("cp1252"),
        "salesforce-opportunities.csv": opportunities.encode("cp1252"),
    }


if __name__ == "__main__":
    for name, content in all_samples().items():
        (SAMPLES / name).write_bytes(content)
