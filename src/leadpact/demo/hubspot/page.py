"""What people see of the stand-in: its contacts with what Leadpact wrote, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape

from leadpact.demo.hubspot.company import CONNECTED, LIFECYCLE, NO_ANSWER
from leadpact.demo.hubspot.portal import Faulty, Portal, Thing, iso

_NAMES = ("Ada King", "Linus Berg", "Grace Lund", "Alan Reyes", "Edith Stone", "Omar Haddad",
          "Ines Costa", "Yuki Mori", "Noor Aziz", "Tom Byrne")  # fmt: skip
_ACTIONS = {
    "busy": "Log a call: no answer",
    "connected": "Log a call: they spoke",
    "ask": "Asks for a demo",
    "give": "Give to the other rep",
    "back": "Move back to lead",
    "win": "Win a deal",
    "delete": "Delete",
}
_STAGES = dict(zip(LIFECYCLE, ("Subscriber", "Lead", "MQL", "SQL", "Opportunity", "Customer"),
                   strict=True))  # fmt: skip
_SHOWN = 12
_NOBODY = '<p>Nobody is here. <a href="/">See all contacts</a>.</p>'
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882;
        --strong: light-dark(#1d4ed8, #93b4ff) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem }
h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem }
.note { background: var(--soft); border-radius: .5rem; padding: .6rem .9rem }
article { border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem;
          margin: .8rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .4rem 1rem }
dt { font-size: .8rem; opacity: .75 } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
.ours dt::before { content: "● "; color: var(--strong) }
button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .4rem;
         background: transparent; color: inherit; cursor: pointer; margin: .15rem }
button.first { background: var(--strong); color: light-dark(#fff, #0b1220); border: 0 }
form { display: inline } li { margin: .2rem 0 }
"""


class Desk:
    """The page, and the actions on it. `elsewhere` is where Leadpact itself can be seen."""

    def __init__(self, portal: Portal, elsewhere: str) -> None:
        self.portal, self.elsewhere = portal, elsewhere
        self._came = 0

    def come(self, *, minutes_ago: int = 0, asks: bool = True) -> str:
        """Somebody new; their number."""
        name = _NAMES[self._came % len(_NAMES)]
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
        told |= _asked(at) if asks else {}
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
        self.portal.set("contacts", number, _asked(self.portal.now()))

    def _give(self, number: str) -> None:
        held = self.portal.there("contacts", number).values.get("hubspot_owner_id")
        self.portal.set("contacts", number, {"hubspot_owner_id": "7" if held == "8" else "8"})

    def page(self, contact: str = "") -> str:
        """All contacts, or one; the page loads itself anew every three seconds."""
        with self.portal.lock:
            people = [
                t
                for t in self.portal.objects.get("contacts", {}).values()
                if not t.archived_at and contact in ("", t.number)
            ]
            cards = "".join(self._card(thing) for thing in reversed(people[-_SHOWN:]))
            written = "".join(f"<li>{line}</li>" for line in self._written())
        return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="3">
<title>A stand-in for HubSpot</title><style>{_STYLE}</style></head><body>
<h1>A stand-in for HubSpot</h1>
<p class="note">Here you are the rep and the visitor: what you click happens in the customer system.
Leadpact reads it, a call within a quarter of a minute, and writes back what is marked ●, the
owner, the stage and a task. Nothing leaves this machine.
<a href="{escape(self.elsewhere)}">See the same leads in Leadpact</a>.</p>
<p>{_button("come", "Somebody asks for a demo", first=True)}
{_button("browse", "Somebody subscribes")}{_button("dismiss", "Ben leaves the company")}</p>
{cards or _NOBODY}<h2>What Leadpact wrote last</h2><ul>{written or "<li>Nothing yet.</li>"}</ul>
</body></html>"""

    def _card(self, thing: Thing) -> str:
        told = thing.values
        owner = self.portal.owners.get(told.get("hubspot_owner_id", ""), {})
        name = f"{told.get('firstname', '')} {told.get('lastname', '')}"
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
            "Due": _clock(told.get("leadpact_due", "")),
            "Why": told.get("leadpact_reasons", ""),
        }
        buttons = "".join(_button(do, text, thing.number) for do, text in _ACTIONS.items())
        return (
            f"<article><strong>{escape(name)}</strong> · {escape(told.get('email', ''))}"
            f"{_list(theirs)}{_list(ours, 'ours')}{buttons}</article>"
        )

    def _tasks(self, number: str) -> str:
        numbers = self.portal.links.get(("contacts", number), {}).get("tasks", [])
        tasks = [self.portal.objects["tasks"][each].values for each in numbers]
        return ", ".join(
            f"{t['hs_task_subject']} by {_clock(t['hs_timestamp'])}"
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
            f"{_clock(at)} · {escape(thing.values.get('email', ''))} · {escape(name)} = "
            f"<strong>{escape(value) or '(emptied)'}</strong>"
            for at, thing, name, value in found[:_SHOWN]
        ]


def _asked(at: datetime) -> dict[str, str]:
    """What a form that somebody sent leaves with them."""
    return {"recent_conversion_event_name": "Demo request", "recent_conversion_date": iso(at)}


def _button(do: str, text: str, contact: str = "", *, first: bool = False) -> str:
    kind = ' class="first"' if first else ""
    return (
        f'<form method="post"><input type="hidden" name="contact" value="{escape(contact)}">'
        f'<button name="do" value="{do}"{kind}>{escape(text)}</button></form>'
    )


def _list(told: Mapping[str, str], kind: str = "") -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value) or '–'}</dd></div>"
        for name, value in told.items()
    )
    return f'<dl class="{kind}">{rows}</dl>'


def _clock(text: str) -> str:
    """An instant as a clock shows it, in UTC."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%H:%M:%S} UTC"
    except ValueError:
        return ""
