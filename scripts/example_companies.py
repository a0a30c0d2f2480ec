"""Invent the spreadsheets of two small companies, for the examples that come with their data.

Both are drawn with a fixed seed, so that the files are the same on every machine. Nothing here
knows of agreements: who qualifies, who is called and who signs is decided by the company's habits.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

_FIRST = [
    "Alder",
    "Birch",
    "Cedar",
    "Dover",
    "Elm",
    "Fjord",
    "Garnet",
    "Harbour",
    "Iris",
    "Juniper",
    "Kestrel",
    "Linden",
]
_SECOND = [
    "Works",
    "Studio",
    "Partners",
    "Foods",
    "Lights",
    "Optics",
    "Supply",
    "Design",
    "Press",
    "Textiles",
]


@dataclass
class Sheet:
    """A spreadsheet: its header and rows."""

    header: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)

    def text(self, delimiter: str) -> str:
        """The sheet as CSV."""
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerows([self.header, *self.rows])
        return file.getvalue()


def sheets() -> dict[Path, str]:
    """Every file of both companies, by its path."""
    agency = {name: sheet.text(";") for name, sheet in _agency(random.Random(11)).items()}
    market = {name: sheet.text(",") for name, sheet in _marketplace(random.Random(12)).items()}
    return {
        EXAMPLES / folder / name: text
        for folder, files in (("small-agency", agency), ("marketplace", market))
        for name, text in files.items()
    }


# A small agency: two lists that somebody keeps by hand, with German dates.


def _agency(dice: random.Random) -> dict[str, Sheet]:
    inquiries = Sheet(
        ("No.", "Received", "Company", "E-mail", "Channel", "Qualified", "First talk",
         "Given back", "Reason", "Wrote again")
    )  # fmt: skip
    proposals = Sheet(("Proposal", "Inquiry", "Sent", "Decided", "Result", "Offer"))
    end = datetime(2026, 9, 30, 18)
    for number, received in enumerate(_arrivals(dice, date(2026, 1, 5), end.date(), 0.7), 1):
        name = f"{dice.choice(_FIRST)} {dice.choice(_SECOND)} {number}"
        story = dict.fromkeys(inquiries.header[5:], "")
        if dice.random() < 0.6:
            qualified = _office(received + timedelta(hours=dice.uniform(1, 50)))
            story["Qualified"] = _german(qualified)
            _answer(dice, number, qualified, end, story, proposals)
        inquiries.rows.append(
            (number, _german(received), name, f"post@{name.lower().replace(' ', '-')}.example",
             dice.choice(("Website", "Website", "Recommendation", "Trade fair", "Phone")),
             *story.values())
        )  # fmt: skip
    return {"inquiries.csv": inquiries, "proposals.csv": proposals}


def _answer(
    dice: random.Random, number: int, qualified: datetime, end: datetime,
    story: dict[str, str], proposals: Sheet,
) -> None:  # fmt: skip
    """What Pavel makes of an inquiry: most are answered the same day."""
    is_prompt = dice.random() < 0.86
    waits = (
        timedelta(hours=dice.uniform(0.2, 3))
        if is_prompt
        else timedelta(days=dice.choice((1, 2, 3, 6)))
    )
    talk = _office(qualified + waits)
    if talk > end:
        return
    story["First talk"] = _german(talk)
    if dice.random() < 0.2:
        story["Given back"] = _german(talk + timedelta(minutes=30))
        story["Reason"] = dice.choice(("too small", "not now"))
        wrote = _office(talk + timedelta(days=dice.choice((1, 1, 2, 2, 7))))
        if story["Reason"] == "not now" and wrote <= end:
            story["Wrote again"] = _german(wrote)
        return
    sent = _office(talk + timedelta(days=dice.choice((1, 2, 3, 4, 5, 6, 7, 9))))
    if dice.random() > 0.65 or sent > end:
        return
    decided = _office(sent + timedelta(days=dice.randrange(5, 45)))
    is_decided = decided <= end
    proposals.rows.append(
        (f"P{len(proposals.rows) + 1:03}", number, _german(sent),
         _german(decided) if is_decided else "",
         ("won" if dice.random() < 0.45 else "lost") if is_decided else "open",
         f"{dice.randrange(10, 60) * 500},00")
    )  # fmt: skip


def _german(at: datetime) -> str:
    return f"{at:%d.%m.%Y %H:%M}"


# A marketplace: exports of a sign-up page and of a telephone system.

_CATEGORIES = ("home", "fashion", "electronics", "food", "services")
_HUNTERS = ("Bruna Costa", "Bruna Costa", "Caio Lima", "Caio Lima", "Davi Rocha")


def _marketplace(dice: random.Random) -> dict[str, Sheet]:
    sellers = Sheet(
        ("Seller", "Created", "E-mail", "Articles", "Sales a month", "Category", "Sold before",
         "Channel")
    )  # fmt: skip
    steps = Sheet(("Seller", "Time", "What", "Step"))
    calls = Sheet(("Seller", "Time", "What", "Who", "Channel", "Reason"))
    contracts = Sheet(("Contract", "Seller", "Opened", "Closed", "Result", "Value"))
    end = datetime(2026, 4, 30, 18)
    for number, created in enumerate(_arrivals(dice, date(2026, 1, 5), end.date(), 3.4), 1):
        seller = f"S{number:04}"
        articles, sales = (
            dice.choice((10, 40, 120, 300, 900)),
            dice.choice((0, 5, 25, 60, 250)) * 1000,
        )
        category, is_seasoned = dice.choice(_CATEGORIES), dice.random() < 0.4
        sellers.rows.append(
            (seller, _iso(created), f"{seller.lower()}@loja.example", articles, sales, category,
             "yes" if is_seasoned else "no",
             dice.choice(("search", "search", "partner", "social", "fair")))
        )  # fmt: skip
        worth = 20 * (articles >= 100) + 25 * (sales >= 20_000) + 5 * is_seasoned
        worth += 10 * (category in ("home", "electronics"))
        ready = _signs_up(dice, seller, created, worth, steps)
        if ready and category != "services" and dice.random() < 0.96:
            _is_called(dice, seller, ready, sales >= 200_000, end, calls, contracts)
    for sheet in (steps, calls):
        sheet.rows[:] = sorted((row for row in sheet.rows if str(row[1]) <= _iso(end)), key=_time)
    return {"sellers.csv": sellers, "steps.csv": steps, "calls.csv": calls,
            "contracts.csv": contracts}  # fmt: skip


def _signs_up(
    dice: random.Random, seller: str, created: datetime, worth: int, steps: Sheet
) -> datetime | None:
    """Write what a seller did on the page; when marketing finds it ready for a call, if ever.

    `worth` is what marketing thinks of the shop itself; 50 is enough for a call.
    """
    at, reached = created, 0
    ready = created if worth >= 50 else None
    while reached < 4 and dice.random() < 0.4 + worth / 100:
        at += timedelta(hours=dice.choice((0.1, 0.2, 2, 20, 50)))
        reached += 1
        steps.rows.append((seller, _iso(at), "Sign-up", reached))
        if ready is None and worth + 10 * (reached - 1) >= 50:
            ready = at
    if dice.random() < 0.5:
        at += timedelta(hours=dice.uniform(0.1, 30))
        steps.rows.append((seller, _iso(at), "Fees", ""))
    if dice.random() < 0.04 + worth / 400:
        at += timedelta(hours=dice.uniform(0.1, 30))
        steps.rows.append((seller, _iso(at), "Call wanted", ""))
        ready = min(ready or at, at)
    return ready


def _is_called(
    dice: random.Random, seller: str, ready: datetime, is_large: bool, end: datetime,
    calls: Sheet, contracts: Sheet,
) -> None:  # fmt: skip
    """Write the handover, the calls until somebody answers, and the contract."""
    handed = _office(ready + timedelta(hours=dice.choice((0.3, 1, 1, 2, 2, 3, 3, 9, 20))))
    person = "Elisa Prado" if is_large else dice.choice(_HUNTERS)
    calls.rows.append((seller, _iso(handed), "Passed on", person, "", ""))
    at = handed
    for attempt in range(dice.choice((1, 1, 2, 3, 3))):
        at = _office(at + timedelta(hours=dice.uniform(0.5, 6) + 14 * attempt))
        channel = "whatsapp" if attempt == 1 else "phone"
        calls.rows.append((seller, _iso(at), "Call", person, channel, ""))
    if dice.random() < 0.2:
        return
    talked = at + timedelta(minutes=5)
    calls.rows.append((seller, _iso(talked), "Talk", person, "phone", ""))
    if dice.random() < 0.25:
        reason = dice.choice(("no papers", "fees", "closed down"))
        calls.rows.append(
            (seller, _iso(talked + timedelta(minutes=20)), "Given back", person, "", reason)
        )
        return
    opened = _office(talked + timedelta(days=dice.randrange(1, 10)))
    closed = _office(opened + timedelta(days=dice.randrange(4, 30)))
    if opened <= end and dice.random() < 0.75:
        is_closed = closed <= end
        result = ("signed" if dice.random() < 0.5 else "declined") if is_closed else "open"
        contracts.rows.append(
            (f"C{len(contracts.rows) + 1:03}", seller, _iso(opened),
             _iso(closed) if is_closed else "", result, dice.randrange(4, 40) * 100)
        )  # fmt: skip


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _time(row: Sequence[object]) -> tuple[str, str]:
    return str(row[1]), str(row[0])


# What both have in common.


def _arrivals(dice: random.Random, start: date, end: date, a_day: float) -> Iterator[datetime]:
    """Moments at which people write: fewer at weekends, at all hours of the waking day."""
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        usual = a_day if day.weekday() < 5 else a_day / 4
        count = (
            int(usual) + (dice.random() < usual % 1) + (dice.random() < 0.2) - (dice.random() < 0.2)
        )
        minutes = sorted(dice.randrange(7 * 60, 22 * 60) for _ in range(max(0, count)))
        yield from (datetime.combine(day, time()) + timedelta(minutes=m) for m in minutes)


def _office(at: datetime) -> datetime:
    """The moment itself, or the next at which somebody is in the office."""
    opened = datetime.combine(at.date(), time(9, 5))
    if at < opened:
        at = opened
    elif at.hour >= 17:
        at = opened + timedelta(days=1)
    return at + timedelta(days=max(0, 7 - at.weekday())) if at.weekday() > 4 else at


def main() -> None:
    """Write the files."""
    for path, text in sheets().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
