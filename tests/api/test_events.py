"""Facts come in: singly, as a list, one a line; all or none, each once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from leadpact.ledger.models import Event, Lead
from tests.api.conftest import Program

Programs = Callable[[str], Program]
VIEW = {"event_id": "1", "kind": "page_viewed", "lead": {"id": "ada"}}


def test_a_fact_is_taken_once_however_often_it_is_sent(program: Programs) -> None:
    sender = program("collect")
    first, again = sender.post("events", VIEW), sender.post("events", VIEW)
    assert first.status_code == again.status_code == 200
    assert [first.json()["repeated"], again.json()["repeated"]] == [0, 1]
    assert first.json()["receipts"][0]["lead"] == again.json()["receipts"][0]["lead"]
    assert Event.objects.count() == 1


def test_ten_thousand_lines_are_taken_in_one_call(program: Programs) -> None:
    lines = [
        {"event_id": str(n), "kind": "page_viewed", "lead": {"visitor": f"v{n % 100}"}}
        for n in range(10_000)
    ]
    text = "\n".join(map(json.dumps, lines))
    done = program("collect").post("events", text, content_type="application/x-ndjson")
    assert done.json()["taken"] == 10_000
    assert Lead.objects.count() == 100


def test_one_more_is_refused_and_nothing_is_taken(program: Programs) -> None:
    lines = "\n".join(json.dumps(VIEW | {"event_id": str(n)}) for n in range(10_001))
    done = program("collect").post("events", lines, content_type="application/x-ndjson")
    assert done.status_code == 413
    assert Event.objects.count() == 0


def test_every_fault_is_told_at_once_with_its_line(program: Programs) -> None:
    lines = [
        VIEW,
        {"event_id": "2", "kind": "sales.acepted", "lead": {"id": "1"}},
        {"event_id": "3", "kind": "page_viewed", "lead": {}},
        {"kind": "page_viewed", "happened_at": "2026-03-02T09:00:00"},
        VIEW | {"event_id": "5", "happened_at": "9999-01-01T00:00:00Z"},
        VIEW | {"event_id": "6", "happened_at": "0001-01-01T00:00:00Z"},
    ]
    text = "\n".join(map(json.dumps, lines))
    done = program("write").post("events", text, content_type="application/x-ndjson")
    assert done.status_code == 422
    assert done["Content-Type"] == "application/problem+json"
    places = [fault["at"] for fault in done.json()["faults"]]
    assert places == [
        *("line 2, kind", "line 3, lead", "line 4, event_id", "line 4, happened_at"),
        *("line 5, happened_at", "line 6, happened_at"),
    ]
    assert "outside the years 1970 to 2200" in done.json()["faults"][-1]["message"]
    assert "sales.accepted" in done.json()["faults"][0]["message"]
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("{", 400), ("[]", 422), ("3", 422), ("[[[[", 400), ('{"x": NaN}', 400)],
)
def test_what_is_no_fact_is_refused(program: Programs, body: str, status: int) -> None:
    assert program("collect").post("events", body).status_code == status


def test_a_key_that_collects_may_not_say_what_sales_did(program: Programs) -> None:
    fact = {"event_id": "1", "kind": "sales.accepted", "lead": {"id": "1"}}
    assert program("collect").post("events", fact).json()["faults"][0]["at"] == "kind"
    assert program("write").post("events", fact).status_code == 200


def test_history_was_known_when_it_happened(program: Programs) -> None:
    old = VIEW | {"happened_at": "2024-01-01T00:00:00Z"}
    program("write").post("events?history=true", old)
    assert Event.objects.get().recorded is None


def test_hostile_text_is_kept_as_it_is_and_shown_inert(program: Programs) -> None:
    text = "</script><img src=x onerror=alert(1)>=cmd()\u202e"
    client = program("admin")
    client.post("events", VIEW | {"properties": {"page": text}})
    shown = client.get("events")
    assert shown["Content-Type"].startswith("application/json")
    assert shown.json()["items"][0]["properties"]["page"] == text


def test_lists_come_in_pages_that_lose_nothing(program: Programs) -> None:
    client = program("admin")
    client.post("events", [VIEW | {"event_id": str(n)} for n in range(25)])
    seen: list[Any] = []
    cursor = None
    for _ in range(10):
        page = client.get("events", limit=10, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["event_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(str(n) for n in range(25))
    assert client.get("events", cursor="nonsense").status_code == 422


def test_without_a_key_nobody_gets_in(client: Any) -> None:
    answer = client.get("/api/v1/leads")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    wrong = client.get("/api/v1/leads", headers={"Authorization": "Bearer lp_wrong"})
    assert wrong.status_code == 401


@pytest.mark.parametrize("moment", ["0307-07-14T18:29:00-22:37", "2300-01-01T00:00:00Z"])
def test_an_instant_that_no_database_knows_is_refused(program: Programs, moment: str) -> None:
    reader = program("read")
    answer = reader.get("nurture", due_before=moment)
    assert answer.status_code == 422
    assert "outside the years 1970 to 2200" in answer.content.decode()
    odd = reader.get("nurture", due_before="2026-07-14T18:29:00-22:37")
    assert odd.status_code == 200


def test_the_description_names_no_shape_that_it_does_not_have(client: Any) -> None:
    text = client.get("/api/v1/openapi.json").content.decode()
    shapes = json.loads(text)["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert "EventIn" in named
    assert named <= shapes.keys()
