"""A small company whose leads programs ask for, and callers of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Person, User
from leadpact.ledger.services import access
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.ingest import ingest
from tests.ledger.helpers import go_live, settle
from tests.put_back import put_back

NOW = datetime.now(UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here may use the database."""
    for item in items:
        if item.path.parent.name == "api":
            item.add_marker(pytest.mark.django_db)
            item.add_marker("ledger")


@dataclass(frozen=True)
class Program:
    """A client that sends one key with every request."""

    key: str
    client: Client

    def get(self, path: str, **query: Any) -> Any:
        """Read something."""
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Write something as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = headers.pop("content_type", "application/json")
        return self.client.post(
            f"/api/v1/{path}", text, content_type=kind, headers=self._headers() | headers
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture
def program() -> Callable[[str], Program]:
    """Make a client with a key of a scope."""

    def made(scope: str) -> Program:
        _, text = access.create_key(f"of {scope}", scope, actor="test", now=NOW)
        return Program(text, Client())

    return made


@pytest.fixture
def published() -> None:
    """The full agreement is in force, and the installation acts."""
    put_back("published", _publish)


@pytest.fixture
def company() -> None:
    """Ada was handed to Ana of the Americas, Bo to EMEA; Cy is still with marketing.

    The full agreement is in force, and the installation acts.
    """
    put_back("company", found)


def _publish() -> None:
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="test", now=NOW)
    go_live(NOW - timedelta(days=1))


def found() -> None:
    """Write the company into an empty ledger."""
    _publish()
    facts = []
    for name, country, ready in (("Ada", "US", True), ("Bo", "DE", True), ("Cy", "US", False)):
        known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
        stated = {"email": known.email, "country": country, "employees": 800, "name": name}
        facts.append(Fact("crm", f"{name} 1", "lead.created", NOW, known, stated, NOW))
        if ready:
            asked = {"form": "demo", "seconds_to_fill": 40}
            facts.append(Fact("crm", f"{name} 2", "form_submitted", NOW, known, asked, NOW))
    ingest(facts, now=NOW)
    settle(datetime.now(UTC))


def signed_in(role: str, person: str | None = None) -> Client:
    """Somebody who signed in on the pages."""
    user = User.objects.create(email=f"{role.replace(' ', '.')}@test.org", role=role)
    if person:
        user.person = Person.objects.get(name=person)
        user.save()
    client = Client()
    client.force_login(user)
    return client
