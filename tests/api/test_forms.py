"""Public web forms: what is filled in becomes facts, and nobody learns who is known."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from leadpact.api import forms as views
from leadpact.ledger.models import AuditEntry, Event, Form, FormCount, Lead, LeadState, Role
from leadpact.ledger.services import forms
from leadpact.ledger.services.forms import FormError
from leadpact.ledger.stamps import stamp
from tests.api.conftest import NOW, signed_in
from tests.ledger.helpers import settle

SITE = "https://www.example.com"
ADA = {"email": "ada@adaworks.org", "name": "Ada", "employees": "300"}


@pytest.fixture
def form(published: None) -> Form:
    fields = ["name=Your name", "employees*", "department", "do_not_contact=Never write to me"]
    return forms.create(
        "demo", fields, sites=[SITE], states={"asset": "Guide"}, actor="test", now=NOW
    )


@pytest.fixture
def open_form(published: None) -> Form:
    return forms.create("news", [], sites=[SITE], actor="test", now=NOW)


def shown(form: Form, ago: float = 30) -> str:
    return stamp(form.key, now=datetime.now(UTC) - timedelta(seconds=ago))


def send(form: Form, values: dict[str, Any], **headers: str) -> Any:
    body = {"lp_stamp": shown(form)} | values
    return Client().post(f"/f/{form.key}", body, headers={"Origin": SITE} | headers)


def rows() -> list[tuple[str, dict[str, Any]]]:
    told = Event.objects.filter(source="forms").order_by("happened", "-kind")
    return [(row.kind, json.loads(row.properties)) for row in told]


def test_what_is_filled_in_becomes_a_lead_with_its_first_touch(form: Form) -> None:
    came = {
        "lp_landing_page": f"{SITE}/prices", "lp_page": f"{SITE}/demo?x=1", "lp_utm_source": "ads",
        "lp_utm_campaign": "spring", "lp_utm_medium": "cpc", "lp_visitor": "v1",
    }  # fmt: skip
    answer = send(form, ADA | came, **{"User-Agent": "Mozilla/5.0"})
    assert answer.status_code == 303
    assert answer["Location"] == f"/f/{form.key}/thanks"
    (created, stated), (submitted, told) = rows()
    assert (created, submitted) == ("lead.created", "form_submitted")
    assert stated == ADA | {
        "origin": "marketing", "source": "ads", "campaign": "spring", "asset": "Guide",
        "landing_page": f"{SITE}/prices",
    }  # fmt: skip
    assert told == {
        "form": "demo", "url": f"{SITE}/demo?x=1", "campaign": "spring", "utm_source": "ads",
        "utm_medium": "cpc", "utm_campaign": "spring", "landing_page": f"{SITE}/prices",
        "user_agent": "Mozilla/5.0", "seconds_to_fill": told["seconds_to_fill"],
    }  # fmt: skip
    assert 29 < told["seconds_to_fill"] < 60


def test_a_known_lead_keeps_where_it_came_from(form: Form) -> None:
    send(form, ADA | {"lp_utm_source": "ads"})
    send(form, ADA | {"email": "ADA@adaworks.org", "employees": "400", "lp_utm_source": "fair"})
    assert Lead.objects.count() == 1
    kind, stated = rows()[2]
    assert kind == "lead.updated"
    assert stated == {"email": "ADA@adaworks.org", "name": "Ada", "employees": "400"}
    assert rows()[3][1]["utm_source"] == "fair"


def test_nothing_tells_whether_somebody_is_known(form: Form) -> None:
    answers = [send(form, ADA), send(form, ADA)]
    first, again = ((a.status_code, a.content, sorted(a.items())) for a in answers)
    assert first == again
    assert Lead.objects.count() == 1


def test_the_same_page_sent_twice_counts_once_and_for_two_people_twice(form: Form) -> None:
    once = {"lp_stamp": shown(form)}
    for email in ("ada@a.org", "ada@a.org", "bo@a.org"):
        assert send(form, ADA | once | {"email": email}).status_code == 303
    assert [kind for kind, _ in rows()].count("form_submitted") == 2


@pytest.mark.parametrize(
    ("extra", "ago"), [({"trap": "filled"}, 30.0), ({}, 0.5)], ids=["trap", "hasty"]
)
def test_what_a_bot_gives_away_is_judged_by_the_agreement(
    form: Form, extra: dict[str, str], ago: float
) -> None:
    trap = {f"more_{form.key[-4:]}": text for text in extra.values()}
    bot = send(form, ADA | trap | {"lp_stamp": shown(form, ago)})
    assert bot.status_code == 303
    send(form, ADA | {"email": "bo@boworks.org"})
    settle(datetime.now(UTC))
    states = dict(LeadState.objects.values_list("lead__identities__value", "reason"))
    assert states == {"ada@adaworks.org": "bot", "bo@boworks.org": None}


@pytest.mark.parametrize("why", ["missing", "forged", "of another form", "old", "ahead"])
def test_without_a_stamp_that_holds_it_is_looked_over_once_more(form: Form, why: str) -> None:
    stamps = {
        "missing": "",
        "forged": shown(form)[:-2] + "AA",
        "of another form": stamp("f_other", now=NOW),
        "old": shown(form, 24 * 3600 + 5),
        "ahead": shown(form, -600),
    }
    answer = send(form, ADA | {"lp_stamp": stamps[why], "lp_utm_source": "ads"})
    assert answer.status_code == 200
    assert not rows()
    page = answer.content.decode()
    assert "once more" in page
    filled = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    assert filled["email"] == ADA["email"]
    assert filled["lp_utm_source"] == "ads"
    own = {"lp_stamp": filled["lp_stamp"], "lp_utm_source": "ads"}
    again = send(form, ADA | own, Origin="http://testserver")
    assert again.status_code == 303
    assert len(rows()) == 2


def test_a_site_that_is_not_declared_takes_nothing_and_reads_nothing(form: Form) -> None:
    for site in ("https://evil.example", "null"):
        answer = send(form, ADA, Origin=site)
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer
        got = Client().get(f"/f/{form.key}/stamp", headers={"Origin": site})
        assert "Access-Control-Allow-Origin" not in got
        told = Client().post(
            f"/f/{form.key}", json.dumps(ADA | {"lp_stamp": shown(form)}),
            content_type="application/json", headers={"Origin": site},
        )  # fmt: skip
        assert told.status_code == 403
    assert not rows()


def test_a_page_of_a_declared_site_may_send_json(form: Form) -> None:
    client = Client(headers={"Origin": SITE})
    asked = client.options(f"/f/{form.key}", headers={"Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == SITE
    assert asked["Vary"] == "Origin"
    got = client.get(f"/f/{form.key}/stamp")
    assert got["Access-Control-Allow-Origin"] == SITE
    body = {"email": "ada@a.org", "employees": 12, "do_not_contact": True, "lp_stamp": ""}
    body["lp_stamp"] = got.json()["stamp"]
    sent = client.post(f"/f/{form.key}", json.dumps(body), content_type="application/json")
    assert sent.json() == {"status": "received"}
    assert sent["Access-Control-Allow-Origin"] == SITE
    assert rows()[0][1]["employees"] == "12"
    assert rows()[0][1]["do_not_contact"] == "true"


def test_every_fault_is_told_at_its_field(form: Form) -> None:
    wrong = {"email": "ada at home", "department": "magic", "name": "x" * 1001}
    page = unescape(send(form, wrong).content.decode())
    for words in ("no email address", "is missing", "none of the answers", "longer than"):
        assert page.count(words) == 2
    told = Client().post(
        f"/f/{form.key}", json.dumps({"email": "no", "lp_stamp": shown(form)}),
        content_type="application/json",
    )  # fmt: skip
    assert told.status_code == 422
    assert [fault["at"] for fault in told.json()["faults"]] == ["email", "employees"]
    assert not rows()


def test_an_opt_out_leaves_the_lead_out(form: Form) -> None:
    send(form, ADA | {"do_not_contact": "true"})
    settle(datetime.now(UTC))
    assert LeadState.objects.get().reason == "opt-out"


def test_only_what_the_form_asks_is_taken(form: Form) -> None:
    send(form, ADA | {"owner": "Ana", "origin": "sales", "company_id": "c1", "id": "L1"})
    stated = rows()[0][1]
    assert not {"owner", "company_id", "id"} & stated.keys()
    assert stated["origin"] == "marketing"


def test_hostile_text_is_kept_inert(form: Form) -> None:
    text = "</input><script>alert(1)</script>=cmd()\u202e\0\ud800"
    body = json.dumps(ADA | {"name": text, "lp_stamp": shown(form), "lp_referrer": text})
    assert Client().post(
        f"/f/{form.key}", body, content_type="application/json", headers={"Origin": SITE}
    ).json() == {"status": "received"}  # fmt: skip
    assert rows()[0][1]["name"] == "</input><script>alert(1)</script>=cmd()"
    page = send(form, ADA | {"name": text[:-1], "lp_stamp": ""}).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "[1]"),
        ("application/json", "{"),
        ("multipart/form-data; boundary=x", "--x\r\nbroken"),
        ("application/x-www-form-urlencoded", "email=%ff%00&employees=" + "9" * 40_000),
        ("text/plain", "email=ada@a.org"),
        ("application/json", json.dumps({"email": "a" * 70_000})),
    ],
)
def test_what_is_no_form_does_no_harm(form: Form, kind: str, body: str) -> None:
    answer = Client().generic("POST", f"/f/{form.key}", body, content_type=kind)
    assert answer.status_code < 500
    assert not Event.objects.filter(source="forms").exists()


def test_one_address_may_send_so_often_and_others_still_may(form: Form) -> None:
    for number in range(10):
        assert send(form, ADA | {"email": f"p{number}@a.org"}).status_code == 303
    answer = send(form, ADA | {"email": "late@a.org"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 600
    assert "p9@a.org" in str(Event.objects.values_list("properties", flat=True))
    assert not Lead.objects.filter(identities__value="late@a.org").exists()
    other = Client(REMOTE_ADDR="203.0.113.9", headers={"Origin": SITE})
    assert other.post(f"/f/{form.key}", ADA | {"lp_stamp": shown(form)}).status_code == 303


def test_an_address_is_nowhere_in_the_clear(form: Form) -> None:
    Client(REMOTE_ADDR="203.0.113.77").post(
        f"/f/{form.key}", ADA | {"lp_stamp": shown(form)}, headers={"Origin": SITE}
    )
    told = [*FormCount.objects.values(), *Event.objects.values(), *AuditEntry.objects.values()]
    assert len(told) > 3
    assert "203.0.113" not in str(told)


def test_a_network_of_ipv6_is_one_sender_and_a_form_has_a_limit_of_its_own(
    published: None,
) -> None:
    form = forms.create("few", [], per_hour=12, actor="test", now=NOW)

    def of(address: str, number: int) -> int:
        client = Client(REMOTE_ADDR=address)
        body = {"email": f"p{number}@a.org", "lp_stamp": shown(form)}
        return client.post(f"/f/{form.key}", body).status_code

    assert [of(f"2001:db8::{n:x}", n) for n in range(11)] == [303] * 10 + [429]
    assert [of(f"198.51.100.{n}", 20 + n) for n in range(3)] == [303, 303, 429]


def test_the_word_of_a_proxy_counts_only_where_it_is_known(form: Form, settings: Any) -> None:
    request = Client().get("/").wsgi_request
    request.META |= {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 198.51.100.7", "REMOTE_ADDR": "10.0.0.1"}
    request.__dict__.pop("headers", None)
    assert views._address(request) == "10.0.0.1"
    settings.LEADPACT_PROXIES = 1
    assert views._address(request) == "198.51.100.7"


def test_everybody_may_fill_in_a_form_and_nobody_more_than_others(open_form: Form) -> None:
    answers = set()
    for number, who in enumerate([*Role.values, None]):
        client = signed_in(who) if who else Client()
        body = {"email": f"p{number}@a.org", "lp_stamp": shown(open_form)}
        sent = client.post(f"/f/{open_form.key}", body, headers={"Origin": SITE})
        page = client.get(f"/f/{open_form.key}")
        answers.add((sent.status_code, page.status_code, "email" in page.content.decode()))
    assert answers == {(303, 200, True)}


def test_a_retired_form_takes_nothing_more(form: Form) -> None:
    forms.retire(form.key, actor="test", now=NOW)
    assert send(form, ADA).status_code == 404
    assert Client().get(f"/f/{form.key}").status_code == 404
    assert Client().get(f"/f/{form.key}/stamp").status_code == 404
    with pytest.raises(FormError):
        forms.retire(form.key, actor="test", now=NOW)


def test_our_page_may_stand_in_frames_of_declared_sites_alone(form: Form) -> None:
    page = Client().get(f"/f/{form.key}?utm_source=mail")
    assert f"frame-ancestors 'self' {SITE}" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert 'name="lp_utm_source" value="mail"' in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "how", "words"),
    [
        (["colour"], {}, "declares no field “colour”"),
        (["owner"], {}, "not for a lead to state"),
        (["name", "name*"], {}, "named twice"),
        ([], {"sites": ["example.com"]}, "is no site"),
        ([], {"sites": ["https://example.com/page"]}, "is no site"),
        ([], {"thanks": "javascript:alert(1)"}, "is no address"),
        ([], {"states": {"colour": "red"}}, "cannot state “colour”"),
        ([], {"kind": "sales.accepted"}, "is no activity"),
        ([], {"name": "demo"}, "a form “demo” already"),
        ([], {"name": " "}, "needs a name"),
    ],
)
def test_a_form_that_cannot_be_is_refused_in_a_sentence(
    form: Form, fields: list[str], how: dict[str, Any], words: str
) -> None:
    name = how.pop("name", "another")
    with pytest.raises(FormError, match=re.escape(words)):
        forms.create(name, fields, actor="test", now=NOW, **how)
