"""The collector takes what Segment's clients send."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event, Lead
from leadpact.ledger.services import access


@pytest.fixture
def send(client: Client) -> Any:
    _, key = access.create_key("site", "collect", actor="test", now=datetime.now(UTC))
    basic = base64.b64encode(f"{key}:".encode()).decode()

    def call(kind: str, key: str = basic, **body: Any) -> Any:
        return client.post(
            f"/v1/{kind}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Basic {key}"},
        )

    return call


def test_the_calls_become_facts(send: Any) -> None:
    assert send("page", messageId="1", anonymousId="v", name="Pricing").json() == {"success": True}
    send("identify", messageId="2", anonymousId="v", userId="7", traits={"email": "ada@a.org"})
    send("track", messageId="3", userId="7", event="Form Submitted", properties={"form": "demo"})
    send("group", messageId="4", userId="7", groupId="acme", traits={"name": "Acme"})
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["page_viewed", "lead.updated", "form_submitted", "lead.updated"]
    assert Lead.objects.count() == 1


def test_a_wrong_clock_is_put_right(send: Any) -> None:
    now = datetime.now(UTC)
    wrong = now - timedelta(days=400)
    sent = {"timestamp": (wrong - timedelta(minutes=10)).isoformat(), "sentAt": wrong.isoformat()}
    send("track", messageId="1", userId="7", event="Viewed", **sent)
    happened = instant(Event.objects.get().happened)
    assert abs((now - happened) - timedelta(minutes=10)) < timedelta(minutes=1)


def test_a_batch_is_taken_whole_or_not_at_all(send: Any) -> None:
    good = {"type": "track", "messageId": "1", "userId": "7", "event": "A"}
    bad = {"type": "track", "messageId": "2", "event": "B"}
    answer = send("batch", batch=[good, bad])
    assert answer.status_code == 400
    assert answer.json()["faults"] == [
        {"at": "batch[1]", "message": "names nobody; it needs a userId or an anonymousId"}
    ]
    assert Event.objects.count() == 0
    assert send("batch", batch=[good, bad | {"userId": "7"}, good]).status_code == 200
    assert Event.objects.count() == 2


def test_a_name_of_ours_is_no_activity(send: Any) -> None:
    send("track", messageId="1", userId="7", event="deal.won")
    assert Event.objects.get().kind == "deal_won"


@pytest.mark.parametrize("key", ["", "bm9uc2Vuc2U6", "%%%"])
def test_without_a_key_nothing_is_taken(send: Any, key: str) -> None:
    answer = send("track", key=key, messageId="1", userId="7", event="A")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "body",
    [
        {"messageId": "1", "event": "A"},
        {"userId": "7", "event": "A"},
        {"messageId": "1", "userId": "7"},
        {"messageId": "1", "userId": "7", "event": "A", "properties": [1]},
        {"messageId": "1", "userId": "7", "event": "A", "timestamp": "yesterday"},
    ],
)
def test_what_cannot_be_read_is_refused(send: Any, body: dict[str, Any]) -> None:
    assert send("track", **body).status_code == 400
    assert Event.objects.count() == 0


def test_too_large_a_call_is_refused(send: Any) -> None:
    answer = send("track", messageId="1", userId="7", event="A", properties={"x": "y" * 40_000})
    assert answer.status_code == 413


def test_segments_own_client_works_unchanged(live_server: Any) -> None:
    from segment.analytics.client import Client as Segment

    _, key = access.create_key("python", "collect", actor="test", now=datetime.now(UTC))
    failures: list[Any] = []
    segment = Segment(
        key, host=live_server.url, on_error=lambda error, _: failures.append(error), gzip=False
    )
    segment.identify("42", {"email": "ada@a.org", "employees": 120})
    segment.track("42", "Demo Requested", {"form": "demo"})
    segment.page("42", "Docs", "Start", {"path": "/start"})
    segment.flush()
    segment.join()
    assert failures == []
    assert set(Event.objects.values_list("kind", flat=True)) == {
        "lead.updated", "demo_requested", "page_viewed"
    }  # fmt: skip
