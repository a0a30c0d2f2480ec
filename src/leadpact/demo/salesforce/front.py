"""What people see of the stand-in: its leads with what Leadpact wrote, and what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from leadpact.demo import fronts
from leadpact.demo.fronts import NAMES, SHOWN
from leadpact.demo.salesforce.org import FaultyError, Org, stamp
from leadpact.demo.salesforce.table import Row

_ABOVE = {
    "come": "Somebody asks for a demo",
    "browse": "Somebody is added from a list",
    "leave": "Ben leaves the company",
}
_OF_LEADS = {
    "call": "Log a call",
    "meet": "Log a meeting",
    "ask": "Asks for a demo",
    "give": "Give to the other rep",
    "back": "Move back to open",
    "convert": "Convert, with an opportunity",
    "delete": "Delete",
}
_OF_CONTACTS = {"call": "Log a call", "meet": "Log a meeting", "win": "Win the opportunity"}
#: By what the agreement of the demonstration knows who asked for a demo.
_ASKED, _LISTED = "Web", "List"


class Front:
    """The page, and the actions on it. `elsewhere` is where Leadpact itself can be seen."""

    addresses = re.compile(r"/(?:lightning/r/\w+/(\w+)/view)?")

    def __init__(self, org: Org, elsewhere: str) -> None:
        self.org, self.elsewhere = org, elsewhere
        sellers = [n for n, user in org.tables["User"].items() if user["UserType"] == "Standard"]
        self._sellers = [number for number in sellers if number != org.me]
        self._came = 0

    def come(self, *, asks: bool = True) -> str:
        """Somebody new, whom nobody holds but the user of the web forms; their number."""
        first, last = NAMES[self._came % len(NAMES)].split()
        self._came += 1
        told = {
            "FirstName": first,
            "LastName": last,
            "Email": f"{first}.{last}{self._came}@northwind.io".lower(),
            "Title": "Head of Operations",
            "Company": "Northwind",
            "NumberOfEmployees": 40 * (self._came % 9 + 1),
            "Status": "Open",
            "LeadSource": _ASKED if asks else _LISTED,
        }
        return self.org.create("Lead", told, self.org.web)

    def act(self, told: Mapping[str, str]) -> None:
        """Do what somebody clicked; what cannot be done any more is passed over."""
        number, org = told.get("contact", ""), self.org
        actions: dict[str, Callable[[], object]] = {
            "come": self.come,
            "browse": lambda: self.come(asks=False),
            "leave": lambda: org.deactivate(self._sellers[1]),
            "call": lambda: self._call(number),
            "meet": lambda: self._meet(number),
            "ask": lambda: org.update("Lead", number, {"LeadSource": _ASKED}, self._sellers[0]),
            "give": lambda: self._give(number),
            "back": lambda: org.update("Lead", number, {"Status": "Open"}, self._sellers[0]),
            "convert": lambda: org.convert(number, self._holder(number), deal="Northwind"),
            "win": lambda: self._win(number),
            "delete": lambda: org.delete("Lead", number),
        }
        try:
            actions.get(told.get("do", ""), lambda: None)()
        except (FaultyError, KeyError):
            return

    def page(self, number: str = "") -> str:
        """Everybody, or one."""
        with self.org.lock:
            people = [each for each in self._people() if number in ("", each[1]["Id"])]
            people.sort(key=lambda each: str(each[1]["CreatedDate"]), reverse=True)
            cards = [self._card(of, row) for of, row in people[:SHOWN]]
            return fronts.document("Salesforce", self.elsewhere, _ABOVE, cards, self._written())

    def _people(self) -> Iterator[tuple[str, Row]]:
        for of in ("Lead", "Contact"):
            for row in self.org.tables[of].values():
                if not row["IsDeleted"] and not row.get("IsConverted"):
                    yield of, row

    def _card(self, of: str, row: Row) -> str:
        theirs = {
            "Status": str(row.get("Status") or "Contact"),
            "Owner": str(self.org.tables["User"].get(row["OwnerId"], {}).get("Name") or "nobody"),
            "Tasks": self._tasks(row["Id"]) or "none",
        }
        ours = {
            "Score": _text(row.get("leadpact_score__c")),
            "Stage": _text(row.get("leadpact_stage__c")),
            "Promise": _text(row.get("leadpact_sla__c")),
            "Due": fronts.clock(_text(row.get("leadpact_due__c"))),
            "Why": _text(row.get("leadpact_reasons__c")),
        }
        buttons = _OF_LEADS if of == "Lead" else _OF_CONTACTS
        return fronts.card(row["Id"], row["Name"], _text(row["Email"]), theirs, ours, buttons)

    def _tasks(self, number: str) -> str:
        return ", ".join(
            f"{row['Subject']} by {fronts.clock(_text(row['ReminderDateTime']))}"
            for row in self.org.tables["Task"].among("WhoId", [number])
            if not row["IsClosed"] and not row["IsDeleted"]
        )

    def _written(self) -> list[str]:
        found = [
            (self._of(row).get("Email"), row)
            for row in self.org.tables["LeadHistory"].values()
            if row["CreatedById"] == self.org.me
        ]
        return [
            fronts.line(
                row["CreatedDate"], _text(email), row["Field"], self._named(row["NewValue"])
            )
            for email, row in reversed(found[-SHOWN:])
        ]

    def _of(self, row: Row) -> Row:
        return self.org.tables["Lead"][row["LeadId"]]

    def _named(self, value: object) -> str:
        user = self.org.tables["User"].get(str(value))
        return _text(user["Name"] if user else value)

    def _holder(self, number: str) -> str:
        held = next((row["OwnerId"] for _, row in self._people() if row["Id"] == number), "")
        return held if held in self._sellers else self._sellers[0]

    def _call(self, number: str) -> None:
        told = {"Subject": "Call", "TaskSubtype": "Call", "Status": "Completed", "WhoId": number}
        self.org.create("Task", told, self._holder(number))

    def _meet(self, number: str) -> None:
        began = stamp(self.org.now() - timedelta(seconds=1))
        told = {"Subject": "Meeting", "StartDateTime": began, "WhoId": number}
        self.org.create("Event", told, self._holder(number))

    def _give(self, number: str) -> None:
        other = self._sellers[self._holder(number) == self._sellers[0]]
        self.org.update("Lead", number, {"OwnerId": other}, self._sellers[0])

    def _win(self, number: str) -> None:
        roles = self.org.tables["OpportunityContactRole"].among("ContactId", [number])
        for deal in [row["OpportunityId"] for row in roles]:
            told = {"StageName": "Closed Won", "Amount": 12_000.0}
            self.org.update("Opportunity", deal, told, self._holder(number))


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
