"""Every role at every endpoint on every kind of lead: one table, and no cell untested.

An endpoint without a line here fails, so that nobody adds one without saying who may use it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadpact.api.app import api
from leadpact.ledger.models import (
    Absence,
    AgreementVersion,
    Channel,
    Handoff,
    Notice,
    Person,
    Proposal,
    Role,
    Scope,
    Webhook,
)
from leadpact.ledger.sealing import seal
from leadpact.ledger.services import access
from leadpact.notify import chat, webhooks
from tests.api.conftest import signed_in

ROLES = list(Role.values)
KEYS = [f"key {scope}" for scope in Scope.values]
READERS = {*ROLES, "key read", "key write", "key admin"}
#: A key that asks for a rep.
OF_A_REP = "key read for a rep"
ADMINISTRATORS = {"administrator", "key admin"}

#: Who may say which leads count.
CLEANERS = {
    "administrator", "marketing head", "marketer", "sales head", "key write", "key admin",
}  # fmt: skip

#: Who may use each endpoint at all; of which leads, the tables below say.
MAY: dict[str, set[str]] = {
    "GET /api/v1/leads": READERS,
    "GET /api/v1/leads/{key}": READERS,
    "GET /api/v1/events": READERS,
    "GET /api/v1/handoffs": READERS,
    "GET /api/v1/clocks": READERS,
    "GET /api/v1/nurture": READERS,
    "GET /api/v1/programs": READERS,
    "GET /api/v1/agreements": READERS,
    "GET /api/v1/agreements/{number}": READERS,
    "GET /api/v1/people": READERS,
    "GET /api/v1/notices": READERS,
    "GET /api/v1/metrics": READERS,
    "GET /api/v1/standings": READERS,
    "GET /api/v1/leads/{key}/explanation": READERS,
    "GET /api/v1/loops": READERS - {"rep"},
    "GET /api/v1/thresholds": READERS - {"rep"},
    "GET /api/v1/diagnosis": READERS - {"rep"},
    "GET /api/v1/meetings": READERS - {"rep"},
    "GET /api/v1/outcomes": READERS - {"rep"},
    "POST /api/v1/events": {
        "administrator", "marketing head", "marketer", "key collect", "key write", "key admin",
    },
    "POST /api/v1/leads/{key}/actions": READERS,
    "POST /api/v1/voids": {"administrator", "marketing head", "sales head", "key admin"},
    "POST /api/v1/people/{person}/absences": {
        "administrator", "marketing head", "sales head", "key admin",
    },
    "DELETE /api/v1/absences/{absence}": {
        "administrator", "marketing head", "sales head", "key admin",
    },
    "GET /api/v1/channels": ADMINISTRATORS,
    "POST /api/v1/channels": ADMINISTRATORS,
    "POST /api/v1/channels/{channel}/trial": ADMINISTRATORS,
    "DELETE /api/v1/channels/{channel}": ADMINISTRATORS,
    "GET /api/v1/webhooks": ADMINISTRATORS,
    "POST /api/v1/webhooks": ADMINISTRATORS,
    "POST /api/v1/webhooks/{webhook}/trial": ADMINISTRATORS,
    "DELETE /api/v1/webhooks/{webhook}": ADMINISTRATORS,
    "POST /api/v1/notices/{notice}/replay": ADMINISTRATORS,
    "GET /api/v1/proposals": CLEANERS,
    "POST /api/v1/proposals/{proposal}": CLEANERS,
    "GET /api/v1/leads/{key}/record": ADMINISTRATORS,
    # Last: of Ada there is nothing to ask afterwards.
    "DELETE /api/v1/leads/{key}": ADMINISTRATORS,
}  # fmt: skip

#: What the numbers in addresses are of.
THINGS = ("proposal", "person", "absence", "channel", "webhook", "notice")

#: The leads, from where a rep of Ada's team stands: own, a colleague's, another team's, and one
#: that marketing has not handed over.
EVERY = {"own", "team", "other", "early"}
SEES: dict[str, set[str]] = {
    **{who: set(EVERY) for who in READERS},
    "sales head": {"own", "team", "other"},
    "rep": {"own", "team"},
    OF_A_REP: {"own", "team"},
}
WORKS: dict[str, set[str]] = {
    **{who: set(EVERY) for who in ("administrator", "key write", "key admin")},
    "sales head": {"own", "team", "other"},
    "rep": {"own"},
}
WAIVES = {"administrator", "marketing head", "sales head", "key admin"}
NURTURES = {"administrator", "marketing head", "marketer", "key write", "key admin"}
LISTS = ("nurture", "leads", "events", "handoffs", "clocks", "notices")


@pytest.fixture
def leads(company: None) -> dict[str, str]:
    """The four leads; Dee is with the other person of Ada's team."""
    from leadpact.ledger.facts import Fact, Known
    from leadpact.ledger.services.ingest import ingest
    from tests.ledger.helpers import settle

    now = datetime.now(UTC)
    known = Known(id="Dee", email="dee@deeworks.org")
    stated = {"email": known.email, "country": "US", "employees": 800, "name": "Dee"}
    asked = {"form": "demo", "seconds_to_fill": 40}
    ingest(
        [
            Fact("crm", "Dee 1", "lead.created", now, known, stated, now),
            Fact("crm", "Dee 2", "form_submitted", now, known, asked, now),
        ],
        now=now,
    )
    settle(datetime.now(UTC))
    holders = dict(Handoff.objects.values_list("lead", "person"))
    assert holders["Ada"] != holders["Dee"]
    return {"own": "Ada", "team": "Dee", "other": "Bo", "early": "Cy"}


class Asker:
    """Somebody in a role, or a program with a key."""

    def __init__(self, who: str) -> None:
        self.client, self.headers = Client(), {}
        if who.startswith("key "):
            scope, user = who.split(" ")[1], ""
            if who == OF_A_REP:
                signed_in("rep", Handoff.objects.get(lead="Ada").person)
                user = "rep@test.org"
            now = datetime.now(UTC)
            _, key = access.create_key(who, scope, actor="test", now=now, for_user=user)
            self.headers = {"Authorization": f"Bearer {key}"}
        else:
            person = Handoff.objects.get(lead="Ada").person if who == "rep" else None
            self.client = signed_in(who, person)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask something, as a page of ours would: with its own origin."""
        text = json.dumps(body) if body is not None else None
        return self.client.generic(
            method, path, text or "", content_type="application/json", headers=self.headers
        )


def endpoints() -> list[str]:
    paths = api.get_openapi_schema()["paths"]
    return sorted(f"{method.upper()} {path}" for path, each in paths.items() for method in each)


def test_every_endpoint_says_who_may_use_it() -> None:
    assert endpoints() == sorted(_with_number(endpoint) for endpoint in MAY)


def _with_number(endpoint: str) -> str:
    """The endpoint as the interface names it: whatever the number is of, it is a number."""
    return re.sub("|".join(f"{{{name}}}" for name in THINGS), "{number}", endpoint)


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch, leads: dict[str, str]) -> dict[str, int]:
    """One of each thing that has a number; whoever is told, nobody is called."""
    now = datetime.now(UTC)
    monkeypatch.setattr(chat, "send", lambda *_, **__: None)
    monkeypatch.setattr(webhooks, "send", lambda *_, **__: None)
    person = Person.objects.exclude(name=Handoff.objects.get(lead="Ada").person).first()
    assert person is not None
    rows = {
        "proposal": Proposal.objects.create(
            first_id="Ada", second_id="Dee", weight=1.0, because="a test", found_at=now
        ),
        "person": person,
        "absence": Absence.objects.create(person=person, begins=now, ends=now + timedelta(days=1)),
        "channel": Channel.objects.create(
            name="mail", address=seal("json://a.org"), created_at=now
        ),
        "webhook": Webhook.objects.create(url="https://a.org", secret=seal("s"), created_at=now),
        "notice": Notice.objects.create(
            key="k", kind="handoff", receiver="Ana Silva", payload="{}", created_at=now,
            send_at=now, state="dead",
        ),
    }  # fmt: skip
    return {name: row.pk for name, row in rows.items()}


@pytest.mark.parametrize("who", [*ROLES, *KEYS, OF_A_REP, "nobody"])
def test_every_role_at_every_endpoint(
    who: str, leads: dict[str, str], things: dict[str, int]
) -> None:
    asker = Asker(who) if who != "nobody" else None
    wrong = []
    for endpoint, allowed in MAY.items():
        method, path = endpoint.split(" ")
        path = path.format(key="Ada", number=AgreementVersion.objects.get().pk, **things)
        body = BODIES.get(endpoint)
        if asker is None:
            status = Client().generic(
                method, path, json.dumps(body or {}), content_type="application/json"
            ).status_code  # fmt: skip
            expected = {401}
        else:
            status = asker.ask(method, path, body).status_code
            expected = {200, 403} if endpoint.endswith("actions") else {200}
            expected = expected if may_use(who, allowed) else {403}
        if status not in expected:
            wrong.append(f"{who} at {endpoint}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def may_use(who: str, allowed: set[str]) -> bool:
    """Whether somebody is among these; a key for a rep needs the right of both."""
    return {"key read", "rep"} <= allowed if who == OF_A_REP else who in allowed


BODIES: dict[str, Any] = {
    "POST /api/v1/events": {"event_id": "m", "kind": "page_viewed", "lead": {"id": "Ada"}},
    "POST /api/v1/leads/{key}/actions": {"action": "attempt", "channel": "phone"},
    "POST /api/v1/voids": {"source": "crm", "event_id": "Bo 2"},
    "POST /api/v1/proposals/{proposal}": {"verdict": "refuse"},
    "POST /api/v1/people/{person}/absences": {
        "begins": "2030-01-01T00:00:00Z",
        "ends": "2030-01-02T00:00:00Z",
    },
    "POST /api/v1/channels": {"name": "chat", "address": "json://hooks.example.com"},
    "POST /api/v1/channels/{channel}/trial": {"receiver": "Ana Silva"},
    "POST /api/v1/webhooks": {"url": "https://hooks.example.com/leads", "kinds": ["handoff"]},
}


@pytest.mark.parametrize("who", [*sorted(READERS), OF_A_REP])
def test_every_role_on_every_kind_of_lead(who: str, leads: dict[str, str]) -> None:
    asker, wrong = Asker(who), []
    for kind, lead in leads.items():
        seen = kind in SEES[who]
        status = asker.ask("GET", f"/api/v1/leads/{lead}").status_code
        if (status == 200) != seen or status not in (200, 404):
            wrong.append(f"{who} reads the lead {kind}: {status}")
        status = asker.ask("GET", f"/api/v1/leads/{lead}/explanation").status_code
        if (status == 200) != seen or status not in (200, 404):
            wrong.append(f"{who} is told why the lead {kind} stands: {status}")
        for name in LISTS:
            items = asker.ask("GET", f"/api/v1/{name}?limit=200").json()["items"]
            shown = {item.get("lead") or item["id"] for item in items}
            if (lead in shown) and not seen:
                wrong.append(f"{who} is shown the lead {kind} among {name}")
            if seen and name in ("leads", "events") and lead not in shown:
                wrong.append(f"{who} misses the lead {kind} among {name}")
        wrong += acts(asker, who, kind, lead)
    assert not wrong, "\n".join(wrong)


def acts(asker: Asker, who: str, kind: str, lead: str) -> list[str]:
    wrong = []
    body = {"action": "attempt", "channel": "phone"}
    status = asker.ask("POST", f"/api/v1/leads/{lead}/actions", body).status_code
    if (status == 200) != (kind in WORKS.get(who, set())) or status not in (200, 403, 404):
        wrong.append(f"{who} works the lead {kind}: {status}")
    body = {"action": "waive", "obligation": "Connect with an MQL", "reason": "test"}
    status = asker.ask("POST", f"/api/v1/leads/{lead}/actions", body).status_code
    may = who in WAIVES and kind in SEES[who]
    if (status == 200) != may or status not in (200, 403, 404):
        wrong.append(f"{who} waives on the lead {kind}: {status}")
    body = {"action": "enrol", "program": "Stay in touch"}
    status = asker.ask("POST", f"/api/v1/leads/{lead}/actions", body).status_code
    may = who in NURTURES and kind in SEES[who]
    if (status == 200) != may or status not in (200, 403, 404):
        wrong.append(f"{who} nurtures the lead {kind}: {status}")
    held = Person.objects.get(name=str(Handoff.objects.get(lead="Ada").person))
    colleague = Person.objects.filter(team=held.team).exclude(pk=held.pk).first()
    stranger = Person.objects.exclude(team=held.team).first()
    for to in (stranger, colleague):
        body = {"action": "reassign", "to": str(to)}
        status = asker.ask("POST", f"/api/v1/leads/{lead}/actions", body).status_code
        may = kind in WORKS.get(who, set()) and (who != "rep" or to == colleague)
        if (status == 200) != may or status not in (200, 403, 404, 409):
            wrong.append(f"{who} gives the lead {kind} to {to}: {status}")
    return wrong
