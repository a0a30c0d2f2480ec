"""The first minutes: from nothing, or from an export, to an agreement in force."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.agreement import templates
from leadpact.flows import setting_up
from leadpact.flows.setting_up import Named, SetUpError, Wishes
from leadpact.flows.uploading import import_next
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    AgreementVersion,
    Clock,
    Handoff,
    Installation,
    Lead,
    Upload,
    User,
)
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import access
from leadpact.ledger.services.ingest import ingest
from tests.api.conftest import signed_in
from tests.browser import accessibility_violations
from tests.ledger.helpers import settle
from tests.web.pictures import kept

SAMPLES = Path(__file__).resolve().parent.parent / "sources" / "samples"
SAID = {
    "company": "Acme: “quoted”",
    "timezone": "Europe/Berlin",
    "sellers": "Ann Lee, ann@acme.example\nBob Ray <BOB@acme.example>\nCid",
    "ready": "form",
    "template": "basic",
}


def now() -> datetime:
    return datetime.now(UTC)


def text_in(page: str) -> str:
    """The agreement that the page would send."""
    import html

    return html.unescape(page.partition('class="code-text">')[2].partition("</textarea>")[0])


def test_a_template_becomes_an_agreement_in_force_that_hands_leads_over() -> None:
    client = signed_in("administrator")
    assert client.get("/")["Location"] == "/setup"
    look = client.post("/setup", SAID)
    assert look.status_code == 200
    assert not AgreementVersion.objects.exists()
    done = client.post("/setup", {"text": text_in(look.text), "live": "on", "upload": ""})
    version = agreements.in_force(now())
    assert version
    assert version.agreement.name == "Acme: “quoted”: marketing and sales"
    assert version.agreement.calendar.timezone == "Europe/Berlin"
    assert version.agreement.definitions["MQL"].endswith(", or who filled in a form.")
    assert Installation.objects.get().live_since
    invited = set(User.objects.filter(role="rep").values_list("email", "person__name"))
    assert invited == {("ann@acme.example", "Ann Lee"), ("bob@acme.example", "Bob Ray")}
    assert done.text.count("/account/password/reset/key/") == 2
    known, at = Known(id="Ada", email="ada@works.org"), now()
    ingest(
        [
            Fact("site", "1", "lead.created", at, known, {"email": "ada@works.org"}, at),
            Fact("site", "2", "form_submitted", at, known, {"form": "demo"}, at),
        ],
        now=at,
    )
    settle(now())
    assert Handoff.objects.get(lead="Ada").person == "Ann Lee"
    assert Clock.objects.filter(lead="Ada", side="sales", outcome="running").exists()


@pytest.mark.parametrize("template", templates.FOR_ANYBODY)
def test_every_template_is_in_force_with_both_heads_and_who_sells(template: str) -> None:
    client = signed_in("administrator")
    heads = {
        "marketing_head": "Mia: “M”, mia@acme.example",
        "sales_head": "Ann Lee <ann@acme.example>",
    }
    look = client.post("/setup", {**SAID, **heads, "template": template})
    assert "Worth a look" not in look.text
    done = client.post("/setup", {"text": text_in(look.text), "live": "on"})
    assert "is in force" in done.text
    in_force = agreements.in_force(now())
    assert in_force is not None
    agreement = in_force.agreement
    assert agreement.parties.marketing.head.name == "Mia: “M”"
    assert agreement.parties.sales.head.email == "ann@acme.example"
    assert [each.name for each in agreement.routing.teams[0].people] == [
        "Ann Lee",
        "Bob Ray",
        "Cid",
    ]
    assert "Head of" not in AgreementVersion.objects.get().text
    roles = dict(User.objects.values_list("email", "role"))
    assert roles["mia@acme.example"] == "marketing head"
    assert roles["ann@acme.example"] == "sales head"
    assert roles["bob@acme.example"] == "rep"


def test_an_invited_seller_chooses_a_password_and_finds_the_inbox() -> None:
    client = signed_in("administrator")
    look = client.post("/setup", SAID)
    done = client.post("/setup", {"text": text_in(look.text)}).text
    link = done.partition("<code>")[2].partition("</code>")[0]
    seller = Client()
    form = seller.get(link)["Location"]
    password = "correct horse battery"
    seller.post(form, {"password1": password, "password2": password})
    told = Client()
    told.post("/account/login/", {"login": "ann@acme.example", "password": password})
    assert "Nothing waits for you" in told.get("/inbox").text


def test_without_going_live_it_only_watches() -> None:
    client = signed_in("administrator")
    client.post("/setup", {"text": text_in(client.post("/setup", SAID).text)})
    assert Installation.objects.get().live_since is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Berlin", "There is no time zone “Berlin”"),
        ("sellers", "ann@acme.example", "write a name, a comma"),
        ("sellers", "Ann, ann@acme@x", "is no email address"),
        ("sellers", "Ann, a@b.org\nANN, c@d.org", "is there twice"),
        ("company", "", "This field is required"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(field: str, value: str, said: str) -> None:
    told = signed_in("administrator").post("/setup", {**SAID, field: value})
    assert told.status_code == 422
    assert said in told.text


def test_a_file_that_is_no_export_is_told_of_and_not_kept() -> None:
    file = SimpleUploadedFile("list.csv", b"a,b\n1,2\n")
    told = signed_in("administrator").post("/setup", {**SAID, "leads": file})
    assert told.status_code == 422
    assert "no column looks like the day on which a lead was created" in told.text
    assert not Upload.objects.exists()


def test_a_mistake_in_the_file_is_told_at_its_line_and_nothing_happens() -> None:
    client = signed_in("administrator")
    text = text_in(client.post("/setup", SAID).text).replace("side: sales", "side: salse", 1)
    told = client.post("/setup", {"text": text, "live": "on"})
    assert told.status_code == 422
    assert "Line " in told.text
    assert not AgreementVersion.objects.exists()
    assert not User.objects.filter(role="rep").exists()


def test_it_is_done_once() -> None:
    client = signed_in("administrator")
    text = text_in(client.post("/setup", SAID).text)
    client.post("/setup", {"text": text})
    other = text.replace("Acme", "Other")
    assert "in force already" in client.post("/setup", {"text": other}).text
    assert AgreementVersion.objects.count() == 1


def test_people_are_read_as_they_are_written() -> None:
    found = setting_up.sellers_of("Ann  Lee, a@b.org\n\n Bob <B@c.org> \nCid\tc@d.org\nDee")
    assert found == [
        Named("Ann Lee", "a@b.org"), Named("Bob", "b@c.org"), Named("Cid", "c@d.org"),
        Named("Dee", ""),
    ]  # fmt: skip
    with pytest.raises(SetUpError, match="at least one"):
        setting_up.sellers_of(" \n")
    with pytest.raises(SetUpError, match="at most"):
        setting_up.sellers_of("\n".join(f"P{n}" for n in range(201)))


def test_marked_leads_wait_for_who_marks_them() -> None:
    wishes = Wishes("A", "UTC", [Named("Ann", "")], by_form=False)
    text = setting_up.from_template(wishes, now()).text
    assert "form_submitted" not in text
    assert setting_up.problems_of(text, now())[0] == []
    day = now().astimezone(ZoneInfo("UTC")).date().isoformat()
    assert f"from: {day}" in text.replace('"', "").replace("'", "")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_from_an_export_to_a_live_agreement_in_twelve_steps(
    live_server: LiveServer, page: Page, width: int, scheme: Any
) -> None:
    """What five minutes are made of: each field filled, box ticked or button pressed counts."""
    password = "correct horse battery"
    access.create_user("ad@acme.example", "administrator", password, actor="test", now=now())
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    steps = 0

    def fill(label: str, value: str) -> None:
        nonlocal steps
        page.get_by_label(label, exact=False).first.fill(value)
        steps += 1

    def press(name: str, heading: str) -> None:
        nonlocal steps
        page.get_by_role("button", name=name).click()
        page.get_by_role("heading", name=heading, level=1).wait_for()
        steps += 1

    page.goto(live_server.url)
    fill("Email", "ad@acme.example")
    fill("Password", password)
    press("Sign in", "Set up Leadpact")
    assert accessibility_violations(page) == []
    kept(page, f"setup-{width}-{scheme}")
    fill("Your company", "Acme")
    fill("Time zone", "Europe/Berlin")
    fill("Who sells", "Ann Lee, ann@acme.example\nBob Ray, bob@acme.example")
    for label, name in (("Your leads", "contacts"), ("Your deals", "deals")):
        page.get_by_label(label).set_input_files(SAMPLES / f"hubspot-{name}.csv")
        steps += 1
    press("Show me the agreement", "This is your agreement")
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    kept(page, f"setup-look-{width}-{scheme}")
    press("Put it into force", "is in force")
    assert accessibility_violations(page) == []
    kept(page, f"setup-done-{width}-{scheme}")
    assert steps <= 12
    assert agreements.in_force(now())
    assert import_next(now)
    assert Upload.objects.get().state == Upload.State.DONE
    assert Lead.objects.count() > 200
    page.goto("about:blank")
    assert complaints == []
