"""People in the settings: who gets in as what, who is on which team, who is away."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import (
    Absence,
    AuditEntry,
    Person,
    User,
)
from tests.web import registered
from tests.web.conftest import do


def away(client: Client, **sent: str) -> str:
    told = {"back": reverse("home"), **sent}
    return client.post(reverse("away_add"), told, follow=True).content.decode()


def test_somebody_is_invited_and_chooses_a_password(ops: Client) -> None:
    told = do(ops, "settings_users", "invite", email="new@corp.org", role="viewer")
    found = re.search(r'class="secret">https?://[^/]+([^<]+)<', told)
    assert found
    assert User.objects.get(email="new@corp.org").role == "viewer"
    assert Client().get(found[1], follow=True).status_code == 200


def test_somebody_gets_another_role_and_may_do_as_much_at_once(ops: Client) -> None:
    browser, user = registered.somebody("viewer")
    assert browser.get(reverse("settings_people")).status_code == 403
    told = do(ops, "settings_users", "role", email=user.email, role="sales head")
    assert f"{user.email} is sales head from now on." in told
    assert browser.get(reverse("settings_people")).status_code == 200
    assert "no role" in do(ops, "settings_users", "role", email=user.email, role="boss")
    entry = AuditEntry.objects.get(action="changed the role of")
    assert json.loads(entry.detail) == {"from": "viewer", "to": "sales head"}


def test_who_is_let_go_is_signed_out_and_can_be_let_in_again(ops: Client) -> None:
    browser, user = registered.somebody("viewer")
    assert "gets in no more" in do(ops, "settings_users", "let_go", email=user.email)
    assert browser.get("/").status_code == 302
    assert "may sign in again" in do(ops, "settings_users", "let_in", email=user.email)
    assert browser.get("/").status_code == 200


def test_the_last_administrator_stays_one(ops: Client) -> None:
    own = User.objects.get(role="administrator")
    for what in ("let_go", "role"):
        told = do(ops, "settings_users", what, email=own.email, role="viewer")
        assert "is the last administrator" in told
    own.refresh_from_db()
    assert own.is_active
    assert own.role == "administrator"


def test_a_lost_second_factor_is_taken_away(ops: Client) -> None:
    _, user = registered.somebody("viewer")
    offered = 'name="do" value="factor"'
    assert offered not in ops.get(reverse("settings_users")).text
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert offered in ops.get(reverse("settings_users")).text
    do(ops, "settings_users", "factor", email=user.email)
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="took the second factor of").exists()


def test_a_person_of_the_agreement_is_invited_with_one_click(ops: Client) -> None:
    page = ops.get(reverse("settings_people")).text
    person = Person.objects.filter(active=True, user=None).exclude(email="")[0]
    assert f'aria-label="Invite {person.name}"' in page
    told = {"email": person.email, "name": person.name, "role": "rep"}
    do(ops, "settings_users", "invite", **told)
    assert User.objects.get(email=person.email).person == person
    page = ops.get(reverse("settings_people")).text
    assert f'aria-label="Invite {person.name}"' not in page


def test_shares_and_limits_are_changed_by_the_next_version(ops: Client) -> None:
    page = ops.get(reverse("settings_people")).text
    assert 'name="weight:0:0" value="1"' in page
    assert "Nothing was changed." in do(ops, "settings_people", "draft", **{"weight:0:0": "1"})
    wanted = {"weight:0:0": "0.5", "cap:0:0": "7", "weight:0:1": "x"}
    told = do(ops, "settings_people", "draft", **wanted)
    assert "What would change" in told
    assert "“Ana Silva”: the cap is now 7" in told
    # What publishing pinned, such as the dates of public holidays, is nobody's change.
    assert "holiday" not in told.partition("What would change")[2].partition("</pre>")[0]
    text = html.unescape(told.partition('spellcheck="false" wrap="off">')[2].partition("<")[0])
    ops.post(reverse("settings_agreement"), {"do": "publish", "text": text})
    person = Person.objects.get(name="Ana Silva")
    assert (person.weight, person.cap) == (0.5, 7)


def test_absences_are_noted_and_taken_back(ops: Client) -> None:
    person = Person.objects.filter(active=True).first()
    assert person
    told = away(ops, person=person.name, begins="2030-01-02", ends="2030-01-05", reason="leave")
    assert "takes no new leads while away" in told
    row = Absence.objects.get(person=person, reason="leave")
    assert "leave" in ops.get(reverse("team")).text
    away_list = ops.get(reverse("away")).text
    assert "leave" in away_list
    assert ">2 Jan 2030</time>" in away_list
    assert ">5 Jan 2030</time>" in away_list, "the last day, not the midnight after it"
    assert "Wed 2 Jan to Sat 5 Jan, leave" in ops.get(reverse("team")).text
    told = ops.post(reverse("away_remove", args=[row.pk]), follow=True).content.decode()
    assert "is there after all" in told
    assert not Absence.objects.exists()
    assert "neither a day" in away(ops, person=person.name, begins="x", ends="y")
    for begins, ends in (("0001-01-01", "0001-01-02"), ("2030-01-01", "9999-12-31")):
        assert "is too long ago, or too far ahead" in away(
            ops, person=person.name, begins=begins, ends=ends
        )
    assert not Absence.objects.exists()


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


def test_working_hours_are_changed_by_the_next_version(ops: Client) -> None:
    page = ops.get(reverse("settings_people")).text
    assert 'name="zone:0" value="America/New_York"' in page
    assert 'name="hours:0:0" value="09:00-18:00"' in page
    assert 'name="hours:2:0" value="09:00-12:30, 13:30-17:30"' in page
    same = {"zone:0": "America/New_York", "hours:0:0": "9:00 - 18:00"}
    assert "Nothing was changed." in do(ops, "settings_people", "draft", **same)
    for wrong in ({"hours:0:0": "nine to five"}, {"zone:0": "x: y"}, {"zone:0": "2026-02-30"}):
        assert "write" in do(ops, "settings_people", "draft", **wrong)
    wanted = {"hours:0:0": "8:30-12:00 and 13:00-17:00", "zone:2": "Europe/Paris", "hours:2:1": ""}
    told = html.unescape(do(ops, "settings_people", "draft", **wanted))
    assert "This cannot be published yet" not in told
    for each in ("08:30-12:00", "13:00-17:00", "Europe/Paris"):
        assert each in told, each


def test_a_head_manages_people_but_invites_nobody(company: None) -> None:
    head, _ = registered.somebody("sales head")
    do(head, "settings_users", "invite", email="sly@corp.org", role="administrator")
    assert not User.objects.filter(email="sly@corp.org").exists()
    do(head, "settings_users", "role", email="sales.head@test.org", role="administrator")
    assert User.objects.get(email="sales.head@test.org").role == "sales head"


def test_somebody_joins_a_team_by_the_next_version(ops: Client) -> None:
    joins = {"member": "Zoë O’Hara: jr", "email": "zoe@corp.org", "team": "Americas"}
    told = html.unescape(do(ops, "settings_people", "draft", **joins))
    assert "What would change" in told
    assert "This cannot be published yet" not in told
    text = told.partition('spellcheck="false" wrap="off">')[2].partition("</textarea>")[0]
    ops.post(reverse("settings_agreement"), {"do": "publish", "text": text})
    person = Person.objects.get(name="Zoë O’Hara: jr")
    assert (person.email, person.team.name if person.team else "") == ("zoe@corp.org", "Americas")
    assert "is on Americas already" in do(ops, "settings_people", "draft", **joins)
    page = ops.get(reverse("settings_people")).text
    place = page.partition(">Zoë O’Hara: jr, Americas")[0].rpartition('value="')[2].rstrip('"')
    told = html.unescape(do(ops, "settings_people", "draft", leaves=place))
    text = told.partition('spellcheck="false" wrap="off">')[2].partition("</textarea>")[0]
    assert "Zoë" not in text
    # What is said of the others stays as it was written.
    assert "# hears of the team's breaches" in text


def test_people_are_changed_in_the_draft_that_one_has(ops: Client) -> None:
    for name in ("Zoe", "Yan"):
        told = do(ops, "settings_people", "draft", member=name, team="Americas")
        assert "What would change" in told
    page = ops.get(reverse("settings_people")).text
    mark = page.partition('name="of" value="')[2].partition('"')[0]
    place = page.partition(">Yan, Americas")[0].rpartition('value="')[2].rstrip('"')
    told = html.unescape(do(ops, "settings_people", "draft", leaves=place, of=mark))
    text = told.partition('spellcheck="false" wrap="off">')[2].partition("</textarea>")[0]
    assert ("Zoe" in text, "Yan" in text) == (True, False)
    again = do(ops, "settings_people", "draft", leaves=place, of=mark)
    assert "changed since you opened this page" in again


def test_a_new_team_needs_a_name_of_its_own(ops: Client) -> None:
    new = {"member": "Zoe", "team": ""}
    assert "Say on which team" in do(ops, "settings_people", "draft", **new)
    assert "already" in do(ops, "settings_people", "draft", new_team="americas", **new)
    told = html.unescape(do(ops, "settings_people", "draft", new_team="APAC", **new))
    assert "APAC" in told
    assert "This cannot be published yet" not in told
    assert "no team any more" in do(ops, "settings_people", "draft", leaves="9:9")
    gone = {"member": "Zoe", "team": "Nowhere"}
    assert "There is no team" in do(ops, "settings_people", "draft", **gone)


def figures(text: str) -> dict[str, int]:
    """What is told of how people get in, by where each number leads."""
    found = re.findall(r'href="(/settings/people[^"]*)"[^>]*>\s*(?:<span[^>]*>)?(\d+)', text)
    return {html.unescape(url): int(count) for url, count in found}


def rows_of(client: Client, url: str) -> int:
    """How many rows the list there has."""
    answer = client.get(f"{url}{'&' if '?' in url else '?'}as=csv")
    return len(answer.getvalue().decode().splitlines()) - 1


def test_who_is_on_a_team_and_who_signs_in_add_up_and_lead_to_them(ops: Client) -> None:
    registered.somebody("rep")
    registered.somebody("viewer")
    gone = Person.objects.filter(active=True, user=None)[0]
    User.objects.create(email="gone@corp.org", role="rep", person=gone, is_active=False)
    User.objects.create(email="left@corp.org", role="marketer", is_active=False)
    for page in ("settings", "settings_people", "settings_users"):
        told = figures(ops.get(reverse(page)).text)
        people = told.pop("/settings/people")
        address = "/settings/people/users?team=on+no+team&state=may+sign+in"
        others = told.pop(address)
        assert rows_of(ops, address) == others, page
        assert sum(told.values()) == people == Person.objects.filter(active=True).count(), page
        assert (len(told), told["/settings/people?signs=may+sign+in"]) == (3, 1), page
        assert others + 1 == User.objects.filter(is_active=True).count(), page
        for url, count in told.items():
            assert rows_of(ops, url) == count, url


def test_users_are_narrowed_and_only_administrators_are_offered_acts(ops: Client) -> None:
    _, user = registered.somebody("viewer")
    head, _ = registered.somebody("sales head")
    User.objects.filter(pk=user.pk).update(is_active=False, name="=cmd()")
    page = reverse("settings_users")
    told = ops.get(page, {"state": "let in no more"}).text
    assert user.email in told
    assert "administrator@test.org</span>" not in told
    assert "Let in again" in told
    assert 'name="do"' not in head.get(page).text
    rows = ops.get(page, {"as": "csv", "q": "viewer"}).getvalue().decode()
    assert "'=cmd()" in rows
    assert "Actions" not in rows


def test_an_act_leads_back_to_the_list_as_it_was_narrowed(ops: Client) -> None:
    _, user = registered.somebody("viewer")
    back = f"{reverse('settings_users')}?role=viewer"
    sent = {"do": "let_go", "email": user.email, "back": back}
    assert ops.post(reverse("settings_users"), sent)["Location"] == back


def test_absences_are_narrowed_to_those_of_now(ops: Client) -> None:
    person, at = Person.objects.filter(active=True)[0], registered.now()
    for days, why in ((-9, "was ill"), (-1, "is on leave"), (5, "will be skiing")):
        begins = at + timedelta(days=days)
        Absence.objects.create(
            person=person, begins=begins, ends=begins + timedelta(days=3), reason=why
        )
    told = ops.get(reverse("away"), {"when": "away now"}).text
    assert "1 person is away now" in told
    assert ("is on leave" in told, "was ill" in told, "skiing" in told) == (True, False, False)
    viewer, _ = registered.somebody("viewer")
    assert "Take back" not in viewer.get(reverse("away")).text
