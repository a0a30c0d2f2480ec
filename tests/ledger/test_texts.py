"""Whatever text comes in, every database takes it, and whoever is looked at can be looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from django.test import Client

from leadpact.agreement.loading import load_text
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.flows.importing import import_history
from leadpact.ledger import texts
from leadpact.ledger.models import Deal, Event, Lead, LeadState
from leadpact.ledger.services import access
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.plain_logs import with_plain_texts
from leadpact.sources.reading import Read
from tests.ledger.helpers import go_live, settle
from tests.ledger.installation import AGREEMENT

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: No compression makes it short enough for an index.
LONG = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(5_000))
TEXTS = {"long": LONG, "with a NUL": "a\0b", "half a sign": "a\ud800b"}
SAID = {
    "lead.updated": ("company_id", "company", "domain", "email", "name", "phone"),
    "deal.opened": ("deal_id",),
    "deal.won": ("deal_id", "currency", "owner", "product"),
    "lead.assigned": ("to", "team"),
    "stage.entered": ("stage",),
    "sales.rejected": ("reason", "note"),
    "sales.attempted": ("channel", "outcome"),
    "lead.excluded": ("reason", "detail"),
    "lead.disqualified": ("reason",),
    "lead.recycled": ("reason",),
    "lead.merged": ("absorbed",),
    "lead.unmerged": ("absorbed",),
    "nurture.entered": ("program",),
    "clock.waived": ("obligation", "reason"),
    "fact.voided": ("source", "event_id"),
    "calendar.closed": ("calendar",),
    "form_submitted": ("anything",),
}


@pytest.fixture
def headers() -> dict[str, str]:
    publish(load_text(AGREEMENT % {"caps": ""}, "agreement.yaml"), actor="test", now=NOW)
    go_live(NOW)
    _, key = access.create_key("test", "admin", actor="test", now=NOW)
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_in_a_property_holds_anything_up(text: str, headers: dict[str, str]) -> None:
    said = [(kind, name) for kind, names in SAID.items() for name in names]
    facts = [
        {"event_id": f"{n} form", "kind": "form_submitted", "lead": {"id": f"L{n}"}}
        for n in range(len(said))
    ]
    for n, (kind, name) in enumerate(said):
        told = {"day": "2026-12-24", "deal_id": "D1", name: text, f"{text[:9]}!": [text[:9]]}
        about_all = kind in ("fact.voided", "calendar.closed")
        whose = {} if about_all else {"lead": {"id": f"L{n}"}}
        facts.append({"event_id": f"{n}", "kind": kind, "properties": told, **whose})
    answer = Client().post("/api/v1/events", json.dumps(facts), "application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    settle(datetime.now(UTC))
    assert LeadState.objects.count() == Lead.objects.count() == len(said)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
@pytest.mark.parametrize("where", ["event_id", "source", "kind", "id", "email", "visitor"])
def test_no_name_in_a_fact_is_a_mistake_of_ours(
    where: str, text: str, headers: dict[str, str]
) -> None:
    fact = {"event_id": "1", "kind": "page_viewed", "lead": {"id": "x"}}
    if where in fact or where == "source":
        fact[where] = text
    else:
        fact["lead"] = {where: f"{text}@example.org"}
    answer = Client().post("/api/v1/events", json.dumps(fact), "application/json", headers=headers)
    assert answer.status_code in (200, 422), answer.content


@pytest.mark.parametrize(
    "address", ["leads/a%00b", "leads?email=a%00b", "leads?cursor=a%00b", "events?kind=a%00"]
)
def test_a_nul_in_an_address_names_nothing(address: str, headers: dict[str, str]) -> None:
    answer = Client().get(f"/api/v1/{address}", headers=headers)
    assert answer.status_code in (200, 404, 422), answer.content


def test_names_that_are_cut_stay_apart() -> None:
    one, other = texts.name(LONG + "1"), texts.name(LONG + "2")
    assert one != other
    assert len(one) <= texts.LONGEST_NAME
    assert one == texts.name(LONG + "1") == texts.name(one)
    assert texts.name("Ada Lovelace") == "Ada Lovelace"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_history_with_such_texts_comes_in(text: str, headers: dict[str, str]) -> None:
    stored = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    row = {
        "event_id": f"1 {stored}", "source": f"crm {stored}", "lead_id": f"lead {stored}",
        "happened_at": NOW, "kind": "deal.opened", "actor": stored,
        "properties": json.dumps({"deal_id": text, "note": text}),
    }  # fmt: skip
    log = pa.Table.from_pylist([row], schema=LOG_SCHEMA)
    plain = with_plain_texts(log)
    assert with_plain_texts(plain).equals(plain)
    found = Read(History(log), [], [])
    import_history(found, name="n", actor="test", now=NOW, tell=lambda _done, _what: None)
    event = Event.objects.get()
    assert Deal.objects.get().key == json.loads(event.properties)["deal_id"]
    assert json.loads(event.properties)["note"] == texts.plain(text)
    settle(NOW)
    assert LeadState.objects.get().lead_id == event.lead_id
