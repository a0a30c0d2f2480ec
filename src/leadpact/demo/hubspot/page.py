"""What people see of the stand-in: its contacts with what Leadpact wrote, and what can be done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from leadpact.demo import fronts
from leadpact.demo.fronts import NAMES, SHOWN
from leadpact.demo.hubspot.company import CONNECTED, DEMO_FORM, LIFECYCLE, MAILING, NO_ANSWER
from leadpact.demo.hubspot.portal import Faulty, Portal, Thing, iso

_ABOVE = {
    "come": "Somebody asks for a demo",
    "browse": "Somebody subscribes",
    "dismiss": "Ben leaves the company",
}
_ACTIONS = {
    "busy": "Log a call: no answer",
    "connected": "Log a call: they spoke",
    "ask": "Asks for a demo",
    "click": "Clicks in a mail",
    "give": "Give to the other rep",
    "back": "Move back to lead",
    "win": "Win a deal",
    "delete": "Delete",
}
_STAGES = dict(zip(LIFECYCLE, ("Subscriber", "Lead", "MQL", "SQL", "Opportunity", "Customer"),
                   strict=True))  # fmt: skip


class Desk:
    """The page, and the actions on it. `elsewhere` is where Leadpact itself can be seen."""

    addresses = re.compile(r"/(?:contacts/\d+/record/0-1/(\d+))?")

    def __init__(self, portal: Portal, elsewhere: str) -> None:
        self.portal, self.elsewhere = portal, elsewhere
        self._came = 0

    def come(self, *, minutes_ago: int = 0, asks: bool = True) -> str:
        """Somebody new; their number."""
        name = NAMES[self._came % len(NAMES)]
        self._came += 1
        first, last = name.split()
        at = self.portal.now() - timedelta(minutes=minutes_ago)
        told = {
            "email": f"{first}.{last}{self._came}@northwind.io".lower(),
            "firstname": first,
            "lastname": last,
            "jobtitle": "Head of Operations",
            "company": "Northwind",
            "numemployees": str(40 * (self._came % 9 + 1)),
            "lifecyclestage": "lead",
        }
        if asks:
            told |= self._sent(told["email"], at)
        return self.portal.add("contacts", told, at=at)

    def act(self, told: Mapping[str, str]) -> None:
        """Do what somebody clicked; what cannot be done any more is passed over."""
        number, portal = told.get("contact", ""), self.portal
        actions: dict[str, Callable[[], object]] = {
            "come": self.come,
            "browse": lambda: self.come(asks=False),
            "busy": lambda: self._call(number, NO_ANSWER),
            "connected": lambda: self._call(number, CONNECTED),
            "ask": lambda: self._ask(number),
            "click": lambda: self._click(number),
            "give": lambda: self._give(number),
            "back": lambda: portal.set("contacts", number, {"lifecyclestage": "lead"}),
            "win": lambda: portal.add(
                "deals", {"dealstage": "closedwon", "amount": "12000", "dealname": "Northwind"},
                linked={"contacts": [number]},
            ),
            "delete": lambda: portal.delete("contacts", number),
            "dismiss": lambda: portal.dismiss("8"),
        }  # fmt: skip
        try:
            actions.get(told.get("do", ""), lambda: None)()
        except (Faulty, KeyError):
            return

    def _call(self, number: str, disposition: str) -> None:
        thing = self.portal.there("contacts", number)
        told = {
            "hs_timestamp": self.portal.now().isoformat(),
            "hs_call_disposition": disposition,
            "hubspot_owner_id": thing.values.get("hubspot_owner_id", "7"),
        }
        self.portal.add("calls", told, linked={"contacts": [number]})

    def _ask(self, number: str) -> None:
        email = self.portal.there("contacts", number).values["email"]
        self.portal.set("contacts", number, self._sent(email, self.portal.now()))

    def _sent(self, email: str, at: datetime) -> dict[str, str]:
        """Somebody sends the form; what that leaves with their contact."""
        self.portal.mail.submit(DEMO_FORM, email, "https://acme.example/demo", at=at)
        name = self.portal.mail.forms[DEMO_FORM]
        return {"recent_conversion_event_name": name, "recent_conversion_date": iso(at)}

    def _click(self, number: str) -> None:
        email, at = self.portal.there("contacts", number).values["email"], self.portal.now()
        self.portal.mail.happen("OPEN", email, MAILING, at=at)
        self.portal.mail.happen("CLICK", email, MAILING, at=at, url="https://acme.example/prices")

    def _give(self, number: str) -> None:
        held = self.portal.there("contacts", number).values.get("hubspot_owner_id")
        self.portal.set("contacts", number, {"hubspot_owner_id": "7" if held == "8" else "8"})

    def page(self, number: str = "") -> str:
        """All contacts, or one."""
        with self.portal.lock:
            people = [
                thing
                for thing in self.portal.objects.get("contacts", {}).values()
                if not thing.archived_at and number in ("", thing.number)
            ]
            cards = [self._card(thing) for thing in reversed(people[-SHOWN:])]
            return fronts.document("HubSpot", self.elsewhere, _ABOVE, cards, self._written())

    def _card(self, thing: Thing) -> str:
        told = thing.values
        owner = self.portal.owners.get(told.get("hubspot_owner_id", ""), {})
        theirs = {
            "Lifecycle stage": _STAGES.get(told.get("lifecyclestage", ""), "–"),
            "Owner": f"{owner.get('firstName', '')} {owner.get('lastName', '')}".strip()
            or "nobody",
            "Tasks": self._tasks(thing.number) or "none",
        }
        ours = {
            "Score": told.get("leadpact_score", ""),
            "Stage": told.get("leadpact_stage", ""),
            "Promise": told.get("leadpact_sla", ""),
            "Due": fronts.clock(told.get("leadpact_due", "")),
            "Why": told.get("leadpact_reasons", ""),
        }
        name = f"{told.get('firstname', '')} {told.get('lastname', '')}"
        return fronts.card(thing.number, name, told.get("email", ""), theirs, ours, _ACTIONS)

    def _tasks(self, number: str) -> str:
        numbers = self.portal.links.get(("contacts", number), {}).get("tasks", [])
        tasks = [self.portal.objects["tasks"][each].values for each in numbers]
        return ", ".join(
            f"{t['hs_task_subject']} by {fronts.clock(t['hs_timestamp'])}"
            for t in tasks
            if t["hs_task_status"] != "COMPLETED"
        )

    def _written(self) -> list[str]:
        found = [
            (version["timestamp"], thing, name, version["value"])
            for thing in self.portal.objects.get("contacts", {}).values()
            for name, versions in thing.history.items()
            for version in versions
            if version["sourceType"] == "INTEGRATION"
        ]
        found.sort(key=lambda each: each[0], reverse=True)
        return [
            fronts.line(at, thing.values.get("email", ""), name, value)
            for at, thing, name, value in found[:SHOWN]
        ]
