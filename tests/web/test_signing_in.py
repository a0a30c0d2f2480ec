"""Getting in: password, second factor, invitation, reset; and staying out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from leadpact.ledger.home import SettingError
from leadpact.ledger.models import User
from leadpact.ledger.services import access
from leadpact.web.signing_in.invitations import link_for, mail_invitation
from leadpact.web.signing_in.surroundings import mail_settings, oidc_provider

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def nobody_has_tried_before() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    """As `leadpact user create` makes one."""
    return access.create_user(
        "Jo@Example.com", "sales head", PASSWORD, actor="test", now=datetime.now(UTC), name="Jo"
    )


def sign_in(client: Client, email: str = "jo@example.com", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def test_a_user_signs_in_and_out(user: User) -> None:
    client = Client()
    assert client.get("/").status_code == 302
    assert sign_in(client, "JO@example.com")["Location"] == "/"
    assert "Welcome, Jo" in client.get("/").text
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_signing_in_leads_to_the_page_that_was_asked_for(user: User) -> None:
    client = Client()
    where = client.get("/?q=1")["Location"]
    assert client.post(where, {"login": user.email, "password": PASSWORD, "next": "/?q=1"})[
        "Location"
    ] == "/?q=1"  # fmt: skip
    elsewhere = {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post(LOGIN, elsewhere)["Location"] == "/"


def test_a_wrong_password_says_no_more_than_an_unknown_address(user: User) -> None:
    said = {
        re.sub(r"value=\"[^\"]*\"", "", sign_in(Client(), email, "wrong wrong wrong").text)
        for email in ("jo@example.com", "nobody@example.com")
    }
    assert len(said) == 1


def test_guessing_is_slowed_down(user: User) -> None:
    for _ in range(5):
        assert sign_in(Client(), password="wrong wrong wrong").status_code == 200
    told = sign_in(Client())
    assert told.status_code == 200
    assert "Too many failed" in told.text


def test_who_left_does_not_get_in(user: User) -> None:
    client = Client()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert "_auth_user_id" not in Client().session
    told = sign_in(other := Client())
    assert told.status_code in (200, 302)
    assert "_auth_user_id" not in other.session


def test_nobody_signs_up(company: None) -> None:
    users = User.objects.count()
    told = Client().post(reverse("account_signup"), {"email": "a@b.org", "password1": PASSWORD})
    assert "made by an administrator" in told.text
    assert User.objects.count() == users


def test_an_invitation_lets_somebody_choose_a_password_once() -> None:
    user = access.create_user("ann@b.org", "rep", None, actor="test", now=datetime.now(UTC))
    assert "_auth_user_id" not in Client().session
    link = link_for(user)
    client = Client()
    form = client.get(link)["Location"]
    assert "Choose a password" in client.get(form).text
    too_easy = client.post(form, {"password1": "12345678", "password2": "12345678"})
    assert too_easy.status_code == 200
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(Client(), "ann@b.org")["Location"] == "/"
    assert "cannot be used any more" in Client().get(link, follow=True).text


def test_without_mail_the_page_says_who_can_help(user: User) -> None:
    assert "sends no mail" in Client().get(reverse("account_reset_password")).text
    assert not mail_invitation(user, "x", "Ann")


def test_a_forgotten_password_is_chosen_again_by_mail(user: User, settings: Any) -> None:
    settings.LEADPACT_MAILS = True
    settings.DEFAULT_FROM_EMAIL = "leads@example.com"
    client = Client()
    told = client.post(reverse("account_reset_password"), {"email": user.email}, follow=True)
    assert "Look into your mail" in told.text
    (sent,) = mail.outbox
    assert sent.subject == "Choose your password for Leadpact"
    link = re.search(r"https?://testserver(/\S+)", sent.body)
    assert link
    assert "Choose a password" in Client().get(link.group(1), follow=True).text
    assert mail_invitation(user, "https://a.org/x", "Ann")
    assert "Ann invites you to Leadpact as sales head" in mail.outbox[1].body


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06}"


def test_a_second_factor_is_asked_for_and_kept_sealed(user: User) -> None:
    secret = generate_totp_secret()
    kept = TOTP.activate(user, secret).instance
    assert secret not in str(Authenticator.objects.get(pk=kept.pk).data)
    client = Client()
    where = sign_in(client)["Location"]
    assert where == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    assert client.post(where, {"code": "000000"}).status_code == 200
    assert client.post(where, {"code": code_of(secret)})["Location"] == "/"
    assert client.get("/").status_code == 200


def test_turning_the_second_factor_on_shows_a_picture_and_its_text(user: User) -> None:
    client = Client()
    sign_in(client)
    again = client.get(reverse("mfa_activate_totp"))["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    assert client.post(again, {"password": "wrong wrong wrong"}).status_code == 200
    text = client.post(again, {"password": PASSWORD}, follow=True).text
    assert "data:image/svg+xml" in text
    secret = re.search(r'value="([A-Z2-7]{16,})"', text)
    assert secret
    done = client.post(
        reverse("mfa_activate_totp"), {"code": code_of(secret.group(1))}, follow=True
    )
    assert done.status_code == 200
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_what_the_surroundings_say_of_mail() -> None:
    told = mail_settings("smtp+tls://us%40er:pa%2Fss@mail.example.com/?from=leads@example.com")
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example.com", 587)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("us@er", "pa/ss")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (True, False)
    assert mail_settings("smtps://m.org:466/?from=a@b.org")["EMAIL_PORT"] == 466
    for wrong in (
        "mail.example.com",
        "smtp://m.org",
        "http://m.org/?from=a@b.org",
        "smtp://m:x/?from=a@b",
    ):
        with pytest.raises(SettingError, match="LEADPACT_MAIL"):
            mail_settings(wrong)


def test_what_the_surroundings_say_of_single_sign_on() -> None:
    assert oidc_provider({}) == []
    whole = {
        "LEADPACT_OIDC_ISSUER": "https://login.example.com/",
        "LEADPACT_OIDC_CLIENT": "leadpact",
        "LEADPACT_OIDC_SECRET": "s",
    }
    (app,) = oidc_provider(whole)
    assert app["settings"]["server_url"] == "https://login.example.com"
    for missing in ("LEADPACT_OIDC_CLIENT", "LEADPACT_OIDC_SECRET"):
        with pytest.raises(SettingError, match="LEADPACT_OIDC"):
            oidc_provider({**whole, missing: ""})
