"""The settings: what each page does, and that it refuses with a sentence."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leadpact.agreement import templates
from leadpact.flows import uploading
from leadpact.ledger.models import (
    Absence,
    AgreementVersion,
    ApiKey,
    AuditEntry,
    Batch,
    Channel,
    CrmConnection,
    Event,
    Form,
    Installation,
    Lead,
    Notice,
    Person,
    Upload,
    User,
    Webhook,
)
from leadpact.ledger.sealing import unseal
from leadpact.notify import chat
from tests.web import registered

LIST = b"Email,Created,Shoe size\nzoe@zoeworks.org,2026-01-02 10:00,42\nyan@yanworks.org,soon,41\n"


@pytest.fixture
def client(company: None) -> Client:
    """An administrator's browser."""
    return registered.somebody("administrator")[0]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are sent in lie in a folder of the test's own."""
    monkeypatch.setenv("LEADPACT_HOME", str(tmp_path))


def do(client: Client, page: str, what: str, **sent: object) -> str:
    """The page after a button was pressed."""
    answer: HttpResponse = client.post(reverse(page), {"do": what, **sent}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_key_is_shown_once_and_revoked(client: Client) -> None:
    told = do(client, "settings_keys", "create", name="Our site", scope="collect")
    found = re.search(r'class="secret">([^<]+)<', told)
    assert found
    key = found[1]
    assert key not in client.get(reverse("settings_keys")).content.decode()
    told = do(client, "settings_keys", "revoke", name="Our site")
    assert "lets nobody in any more" in told
    assert ApiKey.objects.get(name="Our site").revoked_at


def test_a_wrong_scope_is_refused_with_a_sentence(client: Client) -> None:
    assert "There is no scope" in do(client, "settings_keys", "create", name="x", scope="all")


def test_somebody_is_invited_and_chooses_a_password(client: Client) -> None:
    told = do(client, "settings_people", "invite", email="new@corp.org", role="viewer")
    found = re.search(r'class="secret">https?://[^/]+([^<]+)<', told)
    assert found
    assert User.objects.get(email="new@corp.org").role == "viewer"
    assert Client().get(found[1], follow=True).status_code == 200


def test_somebody_gets_another_role_and_may_do_as_much_at_once(client: Client) -> None:
    browser, user = registered.somebody("viewer")
    assert browser.get(reverse("settings_people")).status_code == 403
    told = do(client, "settings_people", "role", email=user.email, role="sales head")
    assert f"{user.email} is sales head from now on." in told
    assert browser.get(reverse("settings_people")).status_code == 200
    assert "no role" in do(client, "settings_people", "role", email=user.email, role="boss")
    entry = AuditEntry.objects.get(action="changed the role of")
    assert json.loads(entry.detail) == {"from": "viewer", "to": "sales head"}


def test_who_is_let_go_is_signed_out_and_can_be_let_in_again(client: Client) -> None:
    browser, user = registered.somebody("viewer")
    assert "gets in no more" in do(client, "settings_people", "let_go", email=user.email)
    assert browser.get("/").status_code == 302
    assert "may sign in again" in do(client, "settings_people", "let_in", email=user.email)
    assert browser.get("/").status_code == 200


def test_the_last_administrator_stays_one(client: Client) -> None:
    own = User.objects.get(role="administrator")
    for what in ("let_go", "role"):
        told = do(client, "settings_people", what, email=own.email, role="viewer")
        assert "is the last administrator" in told
    own.refresh_from_db()
    assert own.is_active
    assert own.role == "administrator"


def test_a_lost_second_factor_is_taken_away(client: Client) -> None:
    _, user = registered.somebody("viewer")
    offered = 'value="factor"'
    assert offered not in client.get(reverse("settings_people")).text
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert offered in client.get(reverse("settings_people")).text
    do(client, "settings_people", "factor", email=user.email)
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="took the second factor of").exists()


def test_a_person_of_the_agreement_is_invited_with_one_click(client: Client) -> None:
    page = client.get(reverse("settings_people")).text
    person = Person.objects.filter(active=True, user=None).exclude(email="")[0]
    assert f'aria-label="Invite {person.name}"' in page
    told = {"email": person.email, "name": person.name, "role": "rep"}
    do(client, "settings_people", "invite", **told)
    assert User.objects.get(email=person.email).person == person
    page = client.get(reverse("settings_people")).text
    assert f'aria-label="Invite {person.name}"' not in page


def test_shares_and_limits_are_changed_by_the_next_version(client: Client) -> None:
    page = client.get(reverse("settings_people")).text
    assert 'name="weight:0:0" value="1"' in page
    assert "Nothing was changed." in do(client, "settings_people", "draft", **{"weight:0:0": "1"})
    wanted = {"weight:0:0": "0.5", "cap:0:0": "7", "weight:0:1": "x"}
    told = do(client, "settings_people", "draft", **wanted)
    assert "What would change" in told
    assert "“Ana Silva”: the cap is now 7" in told
    # What publishing pinned, such as the dates of public holidays, is nobody's change.
    assert "holiday" not in told.partition("What would change")[2].partition("</pre>")[0]
    text = html.unescape(told.partition('spellcheck="false" wrap="off">')[2].partition("<")[0])
    client.post(reverse("settings_agreement"), {"do": "publish", "text": text})
    person = Person.objects.get(name="Ana Silva")
    assert (person.weight, person.cap) == (0.5, 7)


def away(client: Client, **sent: str) -> str:
    told = {"back": reverse("home"), **sent}
    return client.post(reverse("away_add"), told, follow=True).content.decode()


def test_absences_are_noted_and_taken_back(client: Client) -> None:
    person = Person.objects.filter(active=True).first()
    assert person
    told = away(client, person=person.name, begins="2030-01-02", ends="2030-01-05", reason="leave")
    assert "takes no new leads while away" in told
    row = Absence.objects.get(person=person, reason="leave")
    assert "leave" in client.get(reverse("team")).text
    assert "leave" in client.get(reverse("settings_people")).text
    told = client.post(reverse("away_remove", args=[row.pk]), follow=True).content.decode()
    assert "is there after all" in told
    assert not Absence.objects.exists()
    assert "neither a day" in away(client, person=person.name, begins="x", ends="y")


def test_a_rep_is_away_and_says_so_of_nobody_else(company: None) -> None:
    rep, user = registered.somebody("rep")
    other = Person.objects.exclude(pk=user.person.pk)[0] if user.person else None
    assert other
    days = {"begins": "2030-01-02", "ends": "2030-01-05"}
    assert "of yourself alone" in away(rep, person=other.name, **days)
    assert not Absence.objects.exists()
    told = away(rep, reason="skiing", **days)
    assert "takes no new leads while away" in told
    assert "skiing" in rep.get("/").text
    foreign = Absence.objects.create(
        person=other, begins=registered.now(), ends=registered.now() + timedelta(days=1)
    )
    assert (
        "of yourself alone"
        in rep.post(reverse("away_remove", args=[foreign.pk]), follow=True).content.decode()
    )
    rep.post(reverse("away_remove", args=[Absence.objects.get(person=user.person).pk]))
    assert list(Absence.objects.all()) == [foreign]


def test_working_hours_are_changed_by_the_next_version(client: Client) -> None:
    page = client.get(reverse("settings_people")).text
    assert 'name="zone:0" value="America/New_York"' in page
    assert 'name="hours:0:0" value="09:00-18:00"' in page
    assert 'name="hours:2:0" value="09:00-12:30, 13:30-17:30"' in page
    same = {"zone:0": "America/New_York", "hours:0:0": "9:00 - 18:00"}
    assert "Nothing was changed." in do(client, "settings_people", "draft", **same)
    for wrong in ({"hours:0:0": "nine to five"}, {"zone:0": "x: y"}):
        assert "write" in do(client, "settings_people", "draft", **wrong)
    wanted = {"hours:0:0": "8:30-12:00 and 13:00-17:00", "zone:2": "Europe/Paris", "hours:2:1": ""}
    told = html.unescape(do(client, "settings_people", "draft", **wanted))
    assert "This cannot be published yet" not in told
    for each in ("08:30-12:00", "13:00-17:00", "Europe/Paris"):
        assert each in told, each


def test_a_head_manages_people_but_invites_nobody(company: None) -> None:
    head, _ = registered.somebody("sales head")
    do(head, "settings_people", "invite", email="sly@corp.org", role="administrator")
    assert not User.objects.filter(email="sly@corp.org").exists()
    do(head, "settings_people", "role", email="sales.head@test.org", role="administrator")
    assert User.objects.get(email="sales.head@test.org").role == "sales head"


def test_a_form_is_created_shown_and_retired(client: Client) -> None:
    page = client.get(reverse("settings_forms")).text
    assert 'name="field" value="company"' in page
    for hidden in ("email", "owner", "source"):
        assert f'name="field" value="{hidden}"' not in page
    told = do(
        client, "settings_forms", "create", name="Contact", field=["name", "company"],
        **{"must:name": "on", "label:company": "Your firm"}, sites="https://www.corp.org",
    )  # fmt: skip
    form = Form.objects.get(name="Contact")
    assert f"/f/{form.key}" in told
    assert "Name*, Your firm" in told
    do(client, "settings_forms", "retire", key=form.key)
    assert Form.objects.get(name="Contact").retired_at
    assert "no_such" in do(client, "settings_forms", "create", name="N", field="no_such")
    assert not Form.objects.filter(name="N").exists()


def test_channels_and_webhooks_come_and_go(client: Client) -> None:
    do(client, "settings_notices", "add_channel", name="Log", address="json://8.8.8.8/x")
    channel = Channel.objects.get(name="Log")
    assert "8.8.8.8" not in client.get(reverse("settings_notices")).content.decode()
    do(client, "settings_notices", "drop_channel", number=channel.pk)
    assert not Channel.objects.filter(name="Log").exists()
    assert (
        "nonsense" in do(client, "settings_notices", "add_channel", name="No", address="nonsense")
        or not Channel.objects.filter(name="No").exists()
    )
    told = do(client, "settings_notices", "add_webhook", url="https://hooks.corp.org/x")
    assert "whsec_" in told
    webhook = Webhook.objects.latest("pk")
    do(client, "settings_notices", "drop_webhook", number=webhook.pk)
    assert not Webhook.objects.filter(pk=webhook.pk).exists()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"service": "mail", "host": "", "sender": "a@b.org"}, "Name your mail server"),
        ({"service": "mail", "host": "mx.b.org/x", "sender": "a@b.org"}, "Name your mail server"),
        ({"service": "mail", "host": "mx.b.org", "sender": "us"}, "from which address"),
        ({"service": "mail", "host": "mx.b.org", "port": "0", "sender": "a@b.org"}, "a number"),
        ({"service": "slack", "hook_slack": "https://b.org/x"}, "no address of Slack"),
        ({"service": "teams", "hook_teams": "slack://a/b/c"}, "no address of Microsoft Teams"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(
    client: Client, told: dict[str, str], said: str
) -> None:
    assert said in do(client, "settings_notices", "add_channel", **told)
    assert not Channel.objects.exists()


def test_a_mail_server_and_a_chat_are_added_by_their_own_fields(client: Client) -> None:
    do(
        client, "settings_notices", "add_channel", service="mail", host="smtp.b.org",
        user="us@b.org", password="p:@/?", sender="leads@b.org",
    )  # fmt: skip
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    do(client, "settings_notices", "add_channel", service="slack", hook_slack=hook)
    mail = unseal(Channel.objects.get(name="Mail").address)
    assert mail == (
        "mailtos://us%40b.org:p%3A%40%2F%3F@smtp.b.org:587"
        "?from=leads@b.org&mode=starttls&to={email}"
    )
    assert chat.problem_of(mail) is None
    assert unseal(Channel.objects.get(name="Slack").address) == hook
    assert "p:@/?" not in client.get(reverse("settings_notices")).text


def test_messages_that_wait_for_a_channel_are_an_alarm(client: Client) -> None:
    assert "cannot be sent: there is no channel" in client.get(reverse("settings_notices")).text


def test_a_trial_to_a_private_address_is_refused(client: Client) -> None:
    do(client, "settings_notices", "add_webhook", url="http://127.0.0.1:9/x")
    webhook = Webhook.objects.latest("pk")
    told = do(client, "settings_notices", "try_webhook", number=webhook.pk)
    assert "The webhook was not told" in told


def test_shadow_mode_is_turned_on_and_off(client: Client) -> None:
    do(client, "settings_running", "watch")
    assert Installation.objects.get(pk=1).shadow
    do(client, "settings_running", "act")
    assert not Installation.objects.get(pk=1).shadow


def test_only_an_administrator_lets_it_act(company: None) -> None:
    head, _ = registered.somebody("marketing head")
    assert "Only an administrator" in do(head, "settings_running", "watch")
    assert not Installation.objects.filter(shadow=True).exists()


def test_an_agreement_is_checked_compared_and_published(client: Client) -> None:
    before = AgreementVersion.objects.count()
    told = do(client, "settings_agreement", "look", text="leadpact: 1\nname: X\nstagess: []\n")
    assert "stagess" in told
    assert "cannot be published" in told
    text = templates.text("basic").replace("2026-01-01", "2031-01-01").replace("\n", "\r\n")
    told = do(client, "settings_agreement", "look", text=text)
    assert "What would change" in told
    assert AgreementVersion.objects.count() == before
    assert "Published" in do(client, "settings_agreement", "publish", text=text)
    assert AgreementVersion.objects.count() == before + 1


def test_a_file_is_sent_in_mapped_imported_and_withdrawn(client: Client) -> None:
    told = do(
        client, "settings_imports", "send",
        leads=SimpleUploadedFile("list.csv", LIST), name="A list",
    )  # fmt: skip
    upload = Upload.objects.get()
    page = reverse("settings_import", kwargs={"key": upload.key})
    assert "<strong>1</strong> lead" in told
    assert "1 row or value would be left out" in told
    meanings = {
        "m:leads:0": "email", "m:leads:1": "created", "m:leads:2": "keep", "timezone": "UTC"
    }  # fmt: skip
    told = client.post(page, {"do": "look", **meanings}, follow=True).content.decode()
    assert "shoe size" in told
    told = client.post(page, {"do": "import", **meanings}, follow=True).content.decode()
    assert "Waits for its turn" in told
    assert uploading.import_next(lambda: datetime.now(UTC))
    told = client.get(page).content.decode()
    assert "Imported" in told
    assert Lead.objects.filter(identities__value="zoe@zoeworks.org").exists()
    rejects = client.get(reverse("import_rejects", kwargs={"key": upload.key}))
    assert b"soon" in rejects.content
    batch = Batch.objects.get(name="A list")
    assert "is withdrawn" in do(client, "settings_imports", "withdraw", batch=batch.key)
    assert Event.objects.filter(kind="fact.voided").exists()


def test_two_columns_of_one_meaning_are_refused(client: Client) -> None:
    do(client, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    meanings = {"m:leads:0": "email", "m:leads:1": "created", "m:leads:2": "email"}
    told = client.post(page, {"do": "look", **meanings}, follow=True).content.decode()
    assert "cannot both be the email address" in told


def test_a_zone_that_there_is_not_is_refused(client: Client) -> None:
    do(client, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    told = client.post(page, {"do": "look", "timezone": "Mars/Base"}, follow=True)
    assert "is no time zone" in told.content.decode()


def test_a_file_of_another_kind_is_refused(client: Client) -> None:
    told = do(
        client, "settings_imports", "send", leads=SimpleUploadedFile("x.exe", b"MZ"), name="x"
    )
    assert "of no kind that can be read" in told
    assert not Upload.objects.exists()
    assert "Choose a file" in do(client, "settings_imports", "send", name="x")


def test_files_are_discarded(client: Client) -> None:
    do(client, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    client.post(page, {"do": "discard"})
    assert not Upload.objects.exists()


def stands(client: Client) -> str:
    return client.get(reverse("settings")).text


def test_the_first_page_says_how_everything_stands(client: Client) -> None:
    shown = stands(client)
    for each in (">live<", "people on teams", "not connected", ">no channel<", ">none yet<"):
        assert each in shown, each
    do(client, "settings_keys", "create", name="Our site", scope="collect")
    do(client, "settings_running", "watch")
    Upload.objects.create(key="k", name="list", created_at=registered.now(), state="failed")
    CrmConnection.objects.create(
        system="hubspot", credentials="x", mapping="", connected_at=registered.now(), refused=True
    )
    shown = stands(client)
    for each in (">1 key<", ">only watching<", ">1 failed<", ">HubSpot refuses us<"):
        assert each in shown, each


def test_messages_that_reach_nobody_are_told_first(client: Client) -> None:
    Channel.objects.all().delete()
    waiting = Notice.objects.filter(state="waiting").count()
    assert waiting
    assert f"{waiting} messages cannot be sent" in stands(client)


def test_tables_are_offered_to_administrators_alone(client: Client) -> None:
    assert reverse("admin:index") in stands(client)
    head, _ = registered.somebody("sales head")
    assert reverse("admin:index") not in stands(head)


def test_the_delivery_log_has_digests_and_leads_to_the_leads(client: Client) -> None:
    at = registered.now()
    Notice.objects.create(
        key="d", kind="digest", receiver="Ana Silva", payload="{}", created_at=at, send_at=at
    )
    shown = client.get(reverse("settings_deliveries")).text
    assert ">digest<" in shown
    assert 'href="/leads/Ada">Ada</a>' in shown
    assert "/leads/Ada" not in client.get(f"{reverse('settings_deliveries')}?kind=digest").text


def test_somebody_joins_a_team_by_the_next_version(client: Client) -> None:
    joins = {"member": "Zoë O’Hara: jr", "email": "zoe@corp.org", "team": "Americas"}
    told = html.unescape(do(client, "settings_people", "draft", **joins))
    assert "What would change" in told
    assert "This cannot be published yet" not in told
    text = told.partition('spellcheck="false" wrap="off">')[2].partition("</textarea>")[0]
    client.post(reverse("settings_agreement"), {"do": "publish", "text": text})
    person = Person.objects.get(name="Zoë O’Hara: jr")
    assert (person.email, person.team.name if person.team else "") == ("zoe@corp.org", "Americas")
    assert "is on Americas already" in do(client, "settings_people", "draft", **joins)
    page = client.get(reverse("settings_people")).text
    place = page.partition(">Zoë O’Hara: jr, Americas")[0].rpartition('value="')[2].rstrip('"')
    told = html.unescape(do(client, "settings_people", "draft", leaves=place))
    text = told.partition('spellcheck="false" wrap="off">')[2].partition("</textarea>")[0]
    assert "Zoë" not in text
    # What is said of the others stays as it was written.
    assert "# hears of the team's breaches" in text


def test_a_new_team_needs_a_name_of_its_own(client: Client) -> None:
    new = {"member": "Zoe", "team": ""}
    assert "Say on which team" in do(client, "settings_people", "draft", **new)
    assert "already" in do(client, "settings_people", "draft", new_team="americas", **new)
    told = html.unescape(do(client, "settings_people", "draft", new_team="APAC", **new))
    assert "APAC" in told
    assert "This cannot be published yet" not in told
    assert "no team any more" in do(client, "settings_people", "draft", leaves="9:9")
    gone = {"member": "Zoe", "team": "Nowhere"}
    assert "There is no team" in do(client, "settings_people", "draft", **gone)
