"""Signing in through a service that speaks OpenID Connect: who is let in, and who is not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from leadpact.ledger.models import User
from leadpact.ledger.services import access
from leadpact.web.signing_in.surroundings import oidc_provider

LOGIN = "/account/oidc/sso/login/"


@dataclass
class Service:
    """A service of single sign-on, and whom it says it has before it."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    audience: str = "leadpact"


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told: Any = found.claims
            if "openid-configuration" in self.path:
                told = {
                    "issuer": found.address,
                    "authorization_endpoint": f"{found.address}/authorize",
                    "token_endpoint": f"{found.address}/token",
                    "userinfo_endpoint": f"{found.address}/userinfo",
                    "jwks_uri": f"{found.address}/keys",
                }
            self._tell(told)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            at = int(time.time())
            claims = {
                **found.claims, "iss": found.address, "aud": found.audience, "iat": at,
                "exp": at + 60,
            }  # fmt: skip
            token = jwt.encode(claims, "a key of the service that is long enough", "HS256")
            self._tell({"access_token": "t", "token_type": "bearer", "id_token": token})

        def _tell(self, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = Service(f"http://127.0.0.1:{server.server_port}")
        apps = oidc_provider(
            {
                "LEADPACT_OIDC_ISSUER": found.address,
                "LEADPACT_OIDC_CLIENT": "leadpact",
                "LEADPACT_OIDC_SECRET": "s",
                "LEADPACT_OIDC_NAME": "Our directory",
            }
        )
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
        yield found
        server.shutdown()


@pytest.fixture
def user() -> User:
    return access.create_user("jo@example.com", "rep", None, actor="test", now=datetime.now(UTC))


def come_back(client: Client, **other: str) -> Any:
    """Go to the service and come back with what it gives."""
    there = client.get(LOGIN)
    assert there.status_code == 302, there.text
    asked = parse_qs(urlsplit(there["Location"]).query)
    back = urlsplit(asked["redirect_uri"][0]).path
    assert back == f"{LOGIN}callback/"
    given = {"code": "c", "state": asked["state"][0], **other}
    return client.get(back, given, follow=True)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_whom_the_service_knows_by_a_verified_address_is_let_in(
    service: Service, user: User
) -> None:
    service.claims = {"sub": "17", "email": "Jo@Example.com", "email_verified": True}
    client = Client()
    assert "Sign in with Our directory" in client.get("/account/login/").text
    told = come_back(client)
    assert is_in(client)
    assert told.redirect_chain[-1][0] == "/"
    assert SocialAccount.objects.get(user=user).uid == "17"
    again = Client()
    come_back(again)
    assert is_in(again)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "18", "email": "jo@example.com", "email_verified": False},
        {"sub": "18", "email": "jo@example.com"},
        {"sub": "18", "email": "other@example.com", "email_verified": True},
        {"sub": "18"},
    ],
)
def test_nobody_else_is_let_in_and_nobody_new_is_made(
    service: Service, user: User, claims: dict[str, Any]
) -> None:
    service.claims = claims
    client = Client()
    told = come_back(client)
    assert not is_in(client)
    assert "Accounts are made by an administrator" in told.text
    assert User.objects.count() == 1


def test_a_token_for_somebody_else_is_refused(service: Service, user: User) -> None:
    service.claims = {"sub": "17", "email": "jo@example.com", "email_verified": True}
    service.audience = "another"
    client = Client()
    assert "Signing in did not work" in come_back(client).text
    assert not is_in(client)


def test_an_answer_that_nobody_asked_for_is_refused(service: Service, user: User) -> None:
    service.claims = {"sub": "17", "email": "jo@example.com", "email_verified": True}
    client = Client()
    assert "Signing in did not work" in come_back(client, state="forged").text
    assert not is_in(client)


def test_who_left_is_not_let_in(service: Service, user: User) -> None:
    service.claims = {"sub": "17", "email": "jo@example.com", "email_verified": True}
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = Client()
    come_back(client)
    assert not is_in(client)


def test_a_service_that_is_down_is_told_of(service: Service, settings: Any) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"
    told = Client().get(LOGIN, follow=True)
    assert "Signing in did not work" in told.text


def test_without_a_service_there_is_no_such_address(settings: Any) -> None:
    assert Client().get(LOGIN).status_code == 404
    assert "Sign in with" not in Client().get("/account/login/").text
