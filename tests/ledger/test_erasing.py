"""One person goes from everywhere, and the figures stay as they are."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows.erasing import Erasure, ErasureError, erase, export
from leadpact.flows.measuring import measure
from leadpact.flows.rebuilding import rebuild
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    AuditEntry,
    Clock,
    Event,
    Identity,
    Lead,
    LeadState,
    Notice,
    Proposal,
    PublishedList,
    PublishedMetric,
    PublishedPart,
    PublishedStanding,
)
from leadpact.ledger.selectors import figures as published
from leadpact.ledger.services import actions, audit
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest, mark_changed
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY, go_live, settle
from tests.ledger.installation import Installation, installed

NOW = MONDAY.replace(hour=16)
LATER = NOW + timedelta(days=2)
#: What must be nowhere afterwards. The lead's id is its address in another system.
SECRETS = ("ada@adaworks.org", "ada.home@gmail.com", "Ada Lovelace", "+49 30 1234567", "v-77",
           "CRM-10482", "blue door", "203.0.113.9")  # fmt: skip


@pytest.fixture
def past() -> None:
    """Ada filled in forms, was handed over, rejected, came back; two leads that became one."""
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)
    ada = Known(id="CRM-10482", email="ada@adaworks.org", visitor="v-77")
    stated = {
        "email": "ada@adaworks.org", "name": "Ada Lovelace", "phone": "+49 30 1234567",
        "country": "DE", "employees": 800, "source": "ads", "campaign": "spring",
        "remarks": "the blue door", "company": "Ada Works",
    }  # fmt: skip
    asked = {
        "form": "demo", "seconds_to_fill": 40, "user_agent": "Mozilla/5.0", "ip": "203.0.113.9",
        "url": "https://a.org/?email=ada@adaworks.org",
    }  # fmt: skip
    home = Known(id="1", email="ada.home@gmail.com")
    ingest(
        [
            Fact("crm", "CRM-10482 made", "lead.created", NOW, ada, stated),
            Fact("site", "ada@adaworks.org 1", "form_submitted", NOW, ada, asked),
            Fact("crm", "1", "lead.created", NOW, home, {"email": "ada.home@gmail.com"}),
            Fact("crm", "2", "page_viewed", NOW, home, {"page": "pricing"}),
            *(
                Fact("crm", f"o{n}", "lead.created", NOW, Known(email=f"o{n}@otherworks{n}.org"))
                for n in range(3)
            ),
        ],
        now=NOW,
    )
    settle(NOW)
    doing = Doing(of_operator(), NOW + timedelta(minutes=20))
    actions.merge(doing, "CRM-10482", "1")
    actions.attempt(doing, "CRM-10482", "phone", note="Ada Lovelace said: the blue door")
    actions.waive(doing, "CRM-10482", "Connect with an MQL", "Ada Lovelace is ill")
    actions.reject(doing, "CRM-10482", "wrong timing", note="call ada@adaworks.org in May")
    settle(NOW + timedelta(minutes=21))
    again = NOW + timedelta(days=1)
    ingest([Fact("site", "again", "form_submitted", again, ada, asked)], now=again)
    settle(again)
    settle(LATER)


def erased(who: str = "ada@adaworks.org", **how: Any) -> Erasure:
    return erase(who, actor="test", now=LATER, **how)


def everything() -> str:
    """Every value of every table."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(str(row) for table in tables for row in table._base_manager.values())


def figures(at: datetime) -> list[Any]:
    measure(at, "test", lambda _done, _what: None, take_over=True)
    names = ("name", "period", "by", "group", "value", "unit", "n", "low", "high")
    rows = PublishedMetric.objects.order_by(*names).values_list(*names)
    promises = PublishedStanding.objects.order_by("kind", "place").values_list("kind", "value")
    return [*rows, *promises]


def test_nothing_names_the_person_any_more(past: None) -> None:
    before = everything()
    assert [secret for secret in SECRETS if secret not in before] == []
    done = erased()
    after = everything()
    assert [secret for secret in SECRETS if secret.casefold() in after.casefold()] == []
    assert len(done.leads) == 2
    assert done.rows > 5
    assert "ads" in str(LeadState.objects.values_list("attributes", flat=True))


def test_pages_of_figures_forget_the_person_at_once(past: None) -> None:
    measure(LATER, "test", lambda *_: None)
    ada = Identity.objects.get(value="ada@adaworks.org").lead_id
    assert PublishedList.objects.filter(value__contains=f'"{ada}"').exists()
    # What is tried once a day alone would else open to nothing until tomorrow.
    assert published.part("threshold")
    PublishedList.objects.create(key="t", part="threshold", value=f'["{ada}"]', digest="x")
    erase("ada@adaworks.org", actor="test", now=LATER)
    assert published.part("threshold") is None
    for model in (PublishedList, PublishedPart):
        assert not model.objects.filter(value__contains=f'"{ada}"').exists()
    much_later = LATER + timedelta(minutes=20)
    assert published.is_due(much_later)
    measure(much_later, "test", lambda *_: None)
    assert published.part("attainment")
    assert published.part("threshold")


def test_no_figure_moves_now_or_when_all_is_made_anew(past: None) -> None:
    before = figures(LATER)
    assert len(before) > 500
    erased()
    assert figures(LATER) == before
    made = rebuild(lambda: LATER, lambda _done, _what: None)
    assert made.differences == []
    assert figures(LATER) == before


def test_nothing_is_decided_or_told_a_second_time(past: None) -> None:
    erased()
    before = Event.objects.count(), Notice.objects.count()
    settle(LATER)
    rows = list(Lead.objects.values_list("key", flat=True))
    mark_changed(rows, now=LATER)
    assert settle(LATER) == []
    assert (Event.objects.count(), Notice.objects.count()) == before
    assert not Notice.objects.exclude(state__in=["sent", "dropped"]).filter(
        lead__in=Lead.objects.filter(key__startswith="E-")
    )


def test_what_was_withdrawn_stays_withdrawn(past: None) -> None:
    form = Event.objects.get(source="site", event_id="again")
    void = Fact(
        "ops", "wrong ada@adaworks.org", "fact.voided", LATER, None,
        {"source": "site", "event_id": "ada@adaworks.org 1"}, LATER,
    )  # fmt: skip
    ingest([void], now=LATER)
    actions.void(Doing(of_operator(), LATER), source=form.source, event_id=form.event_id)
    settle(LATER)
    assert Event.objects.filter(kind="fact.voided", decided=True).count() > 0
    before = figures(LATER)
    erased()
    assert figures(LATER) == before
    mark_changed(Lead.objects.values_list("key", flat=True), now=LATER)
    assert settle(LATER) == []
    assert "ada@adaworks.org" not in everything()


def test_the_trail_holds_and_says_what_was_taken_from_it(past: None) -> None:
    erased()
    assert audit.verify()[1] is None
    last = AuditEntry.objects.order_by("-id")[0]
    assert last.action == "erased"
    taken = json.loads(last.detail)["entries"]
    assert len(taken) == 2
    blanked = AuditEntry.objects.filter(pk__in=taken)
    assert {entry.detail for entry in blanked} == {"{}"}
    assert set(blanked.values_list("action", flat=True)) == {"clock.waived", "lead.merged"}


def test_an_entry_that_was_blanked_without_an_erasure_shows(past: None) -> None:
    entry = AuditEntry.objects.get(action="clock.waived")
    audit.blank([entry], "lead X")
    _, broken = audit.verify()
    assert broken
    assert "no erasure says so" in broken.why


def test_an_entry_that_was_altered_shows_as_before(past: None) -> None:
    AuditEntry.objects.filter(action="clock.waived").update(subject="lead other")
    _, broken = audit.verify()
    assert broken
    assert "something else" in broken.why


@pytest.mark.parametrize("who", ["CRM-10482", "ADA@adaworks.org", "1", "ada.home@gmail.com"])
def test_any_key_of_the_person_finds_all_of_it(past: None, who: str) -> None:
    assert len(export(who)["Lead"]) == 2


def test_what_is_held_is_handed_out_whole(past: None) -> None:
    actions.deal(Doing(of_operator(), LATER), "CRM-10482", "D1", "opened", amount=900.0)
    for first, second in (("CRM-10482", "L-other"), ("L-other", "1")):
        Lead.objects.get_or_create(key="L-other", defaults={"begins": NOW})
        Proposal.objects.create(
            first_id=first, second_id=second, weight=1.0, because="alike", found_at=NOW
        )
    told = export("ada@adaworks.org")
    text = json.dumps(told)
    assert [secret for secret in SECRETS if json.dumps(secret)[1:-1] not in text] == []
    assert {"Identity", "LeadState", "Clock", "Episode", "Notice", "Handoff"} <= told.keys()
    own = Event.objects.filter(lead__in=["CRM-10482", "1"])
    assert len(told["Event"]) == own.count()
    assert [row["key"] for row in told["Deal"]] == ["D1"]
    assert len(told["Proposal"]) == 2
    assert {row["action"] for row in told["AuditEntry"]} == {"clock.waived", "lead.merged"}


def test_what_happened_before_is_not_taken_again_and_what_comes_later_is_new(past: None) -> None:
    erased()
    count = Event.objects.count()
    ada = Known(email="Ada@AdaWorks.org")
    old = Fact("site", "old", "page_viewed", NOW, ada, {"page": "pricing"})
    (receipt,) = ingest([old], now=LATER)
    assert receipt.lead is None
    assert Event.objects.count() == count
    later = LATER + timedelta(hours=1)
    other = Fact("site", "x", "page_viewed", NOW, Known(id="new"))
    new = Fact("site", "new", "page_viewed", later, ada, {"page": "pricing"})
    receipts = ingest([old, new, other], now=later)
    assert [r.lead is None for r in receipts] == [True, False, False]
    assert Identity.objects.get(kind="email", value="ada@adaworks.org").lead_id == receipts[1].lead
    assert receipts[1].lead
    assert not receipts[1].lead.startswith("E-")


def test_a_verdict_that_rested_on_the_address_stands() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=MONDAY)
    for email in ("test@real.org", "no address", "ada@brightfield.example"):
        known = Known(id=email)
        ingest([Fact("crm", email, "lead.created", NOW, known, {"email": email})], now=NOW)
    settle(NOW)
    reasons = dict(LeadState.objects.values_list("lead", "reason"))
    assert set(reasons.values()) == {"test", "invalid email", "own employee"}
    for email, reason in reasons.items():
        (key,) = erase(email, actor="test", now=NOW).leads
        assert LeadState.objects.get(lead=key).reason == reason
    assert rebuild(lambda: NOW, lambda _done, _what: None).differences == []


READS_NAMES = """\
leadpact: 1
name: Reads what it should not
calendar: {timezone: UTC, hours: {mon-fri: ["09:00-17:00"]}}
definitions: {MQL: Whoever is called Ada.}
stages:
  - {name: Lead, side: marketing}
  - {name: MQL, side: marketing, role: mql, when: {field: name, contains: ada}}
handoff: {stage: MQL}
"""


def test_where_a_figure_would_move_nothing_is_erased_unless_that_is_accepted() -> None:
    publish(load_text(READS_NAMES, "agreement.yaml"), actor="test", now=MONDAY)
    ada = Known(id="7", email="ada@a.org")
    ingest([Fact("crm", "1", "lead.created", NOW, ada, {"name": "Ada L."})], now=NOW)
    settle(NOW)
    before = everything()
    with pytest.raises(ErasureError, match="stage entries"):
        erase("7", actor="test", now=NOW)
    assert everything() == before
    erase("7", actor="test", now=NOW, even_if_moved=True)
    assert "Ada L." not in everything()


def test_an_open_lead_is_told_of(past: None) -> None:
    ingest([Fact("crm", "b", "lead.created", LATER, Known(email="bo@bo.org"))], now=LATER)
    settle(LATER)
    done = erased("bo@bo.org")
    assert done.open == done.leads


def test_nobody_is_erased_who_is_not_known(past: None) -> None:
    with pytest.raises(ErasureError, match="Nobody is known"):
        erased("nobody@nowhere.org")
    assert Clock.objects.exists()


def test_the_file_of_the_database_forgets_too(tmp_path: Path) -> None:
    with installed(tmp_path) as one:
        if one.database:
            pytest.skip("PostgreSQL gives free what was overwritten by itself, later (vacuum)")
        form = one.does("form", "create", "demo")
        fill_in(one, form)
        one.does("measure")
        assert b"ada@adaworks.org" in bytes_of(one)
        assert one.does("person", "erase", "ada@adaworks.org").startswith("Erased.")
        assert b"adaworks.org" in bytes_of(one)
        assert b"ada@adaworks.org" not in bytes_of(one)
        assert "nothing was altered" in one.does("audit", "verify")


def fill_in(one: Installation, form: str) -> None:
    """Fill a form in through its page, as somebody without JavaScript does."""
    one.keep_running("web")
    for _ in range(100):
        if one.answers():
            break
        time.sleep(0.2)
    at = f"http://127.0.0.1:{one.port}/f/{form}"
    with urllib.request.urlopen(at) as page:
        stamp = re.findall(r'name="lp_stamp" value="([^"]+)"', page.read().decode())[0]
    sent = urllib.parse.urlencode({"email": "ada@adaworks.org", "lp_stamp": stamp}).encode()
    with urllib.request.urlopen(at, sent) as answer:
        assert "Thank you" in answer.read().decode()
    one.end()


def bytes_of(one: Installation) -> bytes:
    """What the files of the database hold, also beyond its rows."""
    return b"".join(file.read_bytes() for file in one.home.glob("leadpact.sqlite3*"))
