"""The collector takes what Segment's clients send."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from leadpact.api.bodies import body_of
from leadpact.api.problems import Faulty
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


def packed(body: bytes, most: int) -> bytes:
    request = RequestFactory().post(
        "/", body, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    return body_of(request, most)


def test_a_packed_body_is_never_larger_than_it_may_be() -> None:
    assert packed(gzip.compress(b"x" * 1_000), 1_000) == b"x" * 1_000
    for body, says in (
        (gzip.compress(b"x" * 1_001), "larger"),
        (gzip.compress(b"x" * 10_000_000), "larger"),
        (b"plain", "is not"),
        (gzip.compress(b"{}")[:-4], "too early"),
    ):
        with pytest.raises(Faulty, match=says):
            packed(body, 1_000)


def test_another_packing_is_refused_in_a_sentence(client: Client) -> None:
    _, key = access.create_key("w", "collect", actor="test", now=datetime.now(UTC))
    answer = client.post(
        "/api/v1/events", b"{}", content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Content-Encoding": "br"},
    )  # fmt: skip
    assert answer.status_code == 415
    assert "gzip" in answer.json()["detail"]


@pytest.mark.parametrize("pack", [False, True])
def test_segments_own_client_works_unchanged(live_server: Any, pack: bool) -> None:
    from segment.analytics.client import Client as Segment

    _, key = access.create_key("python", "collect", actor="test", now=datetime.now(UTC))
    failures: list[Any] = []
    segment = Segment(
        key, host=live_server.url, on_error=lambda error, _: failures.append(error), gzip=pack
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


@pytest.mark.parametrize("before", ["anonymousId", "userId"])
def test_an_alias_joins_what_was_known_before_whichever_id_it_was(send: Any, before: str) -> None:
    send("page", messageId="1", name="Pricing", **{before: "old"})
    send("alias", messageId="2", previousId="old", userId="new")
    send("track", messageId="3", userId="new", event="Asked")
    send("track", messageId="4", event="Seen", **{before: "old"})
    assert len(set(Event.objects.values_list("lead", flat=True))) == 1
    assert Lead.objects.count() == 1


def test_an_alias_of_two_known_leads_merges_them(send: Any) -> None:
    send("identify", messageId="1", userId="old", traits={"email": "ada@a.org"})
    send("identify", messageId="2", userId="new", traits={"name": "Ada"})
    send("alias", messageId="3", previousId="old", userId="new")
    merged = Lead.objects.exclude(merged_into=None).get()
    assert {merged.key, merged.merged_into_id} == {"old", "new"}
    send("track", messageId="4", userId="old", event="Asked")
    assert Event.objects.get(kind="asked").lead_id == merged.merged_into_id
