"""The settings: keys, forms, the agreement, and how everything stands on their first page."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from leadpact.agreement import templates
from leadpact.ledger.models import (
    AgreementVersion,
    ApiKey,
    Channel,
    CrmConnection,
    Form,
    Installation,
    Notice,
    Upload,
    User,
)
from leadpact.ledger.services import access
from tests.web import registered
from tests.web.conftest import do


def stands(client: Client) -> str:
    return client.get(reverse("settings")).text


def test_a_key_is_shown_once_and_revoked(ops: Client) -> None:
    told = do(ops, "settings_keys", "create", name="Our site", scope="collect")
    found = re.search(r'class="secret">([^<]+)<', told)
    assert found
    key = found[1]
    assert key not in ops.get(reverse("settings_keys")).content.decode()
    told = do(ops, "settings_keys", "revoke", name="Our site")
    assert "lets nobody in any more" in told
    assert ApiKey.objects.get(name="Our site").revoked_at


def test_a_wrong_scope_is_refused_with_a_sentence(ops: Client) -> None:
    assert "There is no scope" in do(ops, "settings_keys", "create", name="x", scope="all")


def test_a_form_is_created_shown_and_retired(ops: Client) -> None:
    page = ops.get(reverse("settings_forms")).text
    assert 'name="field" value="company"' in page
    for hidden in ("email", "owner", "source"):
        assert f'name="field" value="{hidden}"' not in page
    told = do(
        ops, "settings_forms", "create", name="Contact", field=["name", "company"],
        **{"must:name": "on", "label:company": "Your firm"}, sites="https://www.corp.org",
    )  # fmt: skip
    form = Form.objects.get(name="Contact")
    assert f"/f/{form.key}" in told
    assert "Name*, Your firm" in told
    do(ops, "settings_forms", "retire", key=form.key)
    assert Form.objects.get(name="Contact").retired_at
    assert "no_such" in do(ops, "settings_forms", "create", name="N", field="no_such")
    assert not Form.objects.filter(name="N").exists()


def test_shadow_mode_is_turned_on_and_off(ops: Client) -> None:
    do(ops, "settings_running", "watch")
    assert Installation.objects.get(pk=1).shadow
    do(ops, "settings_running", "act")
    assert not Installation.objects.get(pk=1).shadow


def test_only_an_administrator_lets_it_act(company: None) -> None:
    head, _ = registered.somebody("marketing head")
    assert "Only an administrator" in do(head, "settings_running", "watch")
    assert not Installation.objects.filter(shadow=True).exists()


def test_an_agreement_is_checked_compared_and_published(ops: Client) -> None:
    before = AgreementVersion.objects.count()
    told = do(ops, "settings_agreement", "look", text="leadpact: 1\nname: X\nstagess: []\n")
    assert "stagess" in told
    assert "cannot be published" in told
    text = templates.text("basic").replace("2026-01-01", "2031-01-01").replace("\n", "\r\n")
    told = do(ops, "settings_agreement", "look", text=text)
    assert "What would change" in told
    assert AgreementVersion.objects.count() == before
    assert "Published" in do(ops, "settings_agreement", "publish", text=text)
    assert AgreementVersion.objects.count() == before + 1


def test_the_first_page_says_how_everything_stands(ops: Client) -> None:
    shown = stands(ops)
    for each in (">live<", "people on teams", "not connected", ">no channel<", ">none yet<"):
        assert each in shown, each
    do(ops, "settings_keys", "create", name="Our site", scope="collect")
    do(ops, "settings_running", "watch")
    Upload.objects.create(key="k", name="list", created_at=registered.now(), state="failed")
    CrmConnection.objects.create(
        system="hubspot", credentials="x", mapping="", connected_at=registered.now(), refused=True
    )
    shown = stands(ops)
    for each in (">1 key<", ">only watching<", ">1 failed<", ">HubSpot refuses us<"):
        assert each in shown, each


def test_messages_that_reach_nobody_are_told_first(ops: Client) -> None:
    Channel.objects.all().delete()
    waiting = Notice.objects.filter(state="waiting").count()
    assert waiting
    assert f"{waiting} messages cannot be sent" in stands(ops)


def test_tables_are_offered_to_administrators_alone(ops: Client) -> None:
    assert reverse("admin:index") in stands(ops)
    head, _ = registered.somebody("sales head")
    assert reverse("admin:index") not in stands(head)


def test_a_key_for_somebody_ends_with_them(ops: Client) -> None:
    User.objects.create(email="jo@example.com", name="Jo", role="rep")
    told = do(
        ops, "settings_keys", "create", name="Jo’s", scope="read", **{"for": "jo@example.com"}
    )
    found = re.search(r'class="secret">(lp_[^<]+)<', told)
    assert found
    assert "jo@example.com" in told
    asks = {"Authorization": f"Bearer {found[1]}"}
    assert Client().get("/api/v1/leads", headers=asks).status_code == 200
    assert Client().get("/api/v1/meetings", headers=asks).status_code == 403
    access.let_go("jo@example.com", actor="test", now=registered.now())
    assert Client().get("/api/v1/leads", headers=asks).status_code == 401
    told = do(
        ops, "settings_keys", "create", name="again", scope="read", **{"for": "jo@example.com"}
    )
    assert "jo@example.com does not get in any more." in told
