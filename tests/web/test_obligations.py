"""The page of promises: what is open, what is disputed and waived, and what that changes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leadpact.flows.measuring import measure
from leadpact.ledger.models import Clock, Event, LeadState, PublishedMetric
from leadpact.ledger.selectors.disputes import unruled
from leadpact.ledger.services.permits import of_operator
from tests.api.conftest import signed_in
from tests.ledger.helpers import settle
from tests.web.registered import somebody

DUTY = "First response to an MQL"


def now() -> datetime:
    return datetime.now(UTC)


def listed(client: Client, **query: str) -> set[tuple[str, str]]:
    """Lead and promise of the lines."""
    text = client.get(reverse("obligations"), query).text
    return set(re.findall(r'data-lead="([^"]+)"[^>]*data-obligation="([^"]+)"', text))


def late(lead: str = "Ada") -> None:
    Clock.objects.filter(lead=lead, obligation=DUTY).update(
        outcome="overdue", due_at=now() - timedelta(days=3)
    )


def do(client: Client, what: str, **sent: Any) -> str:
    answer = client.post(reverse(f"work_{what}"), {"lead": "Ada", **sent}, follow=True)
    settle(now())
    return answer.text


def test_it_says_what_is_overdue_and_with_whom(company: None) -> None:
    head = signed_in("sales head")
    assert "Nothing is overdue." in head.get(reverse("obligations")).text
    late()
    text = head.get(reverse("obligations")).text
    assert re.search(r'href="\?stands=overdue#list">1 promise</a></strong> is overdue', text)
    assert 'href="?stands=overdue&amp;side=sales#list">1</a>' in text
    assert "days late<" in text
    owner = str(LeadState.objects.get(lead="Ada").holder)
    assert ("Ada", DUTY) in listed(head, stands="overdue")
    assert listed(head, stands="overdue") == {("Ada", DUTY)}
    for query in ({"with": owner}, {"promise": DUTY}, {"side": "sales"}, {"team": "Americas"}):
        assert ("Ada", DUTY) in listed(head, **query), query
    assert ("Ada", DUTY) not in listed(head, side="marketing")
    assert ("Ada", DUTY) not in listed(head, team="EMEA")
    assert ("Ada", DUTY) not in listed(head, **{"with": "-"})
    LeadState.objects.filter(lead="Ada").update(holder=None)
    assert ("Ada", DUTY) in listed(head, **{"with": "-"})
    assert "1 of the overdue is for 1 lead that nobody has" in head.get(reverse("obligations")).text
    assert listed(head, q="Ada", stands="overdue") == {("Ada", DUTY)}


def test_the_team_page_tells_as_many_overdue_as_the_promises_do(company: None) -> None:
    head = signed_in("sales head")
    late("Ada")
    late("Bo")
    Clock.objects.filter(lead="Bo").update(holder=None)
    mine = Clock.objects.get(lead="Ada", obligation=DUTY)
    Clock.objects.create(
        lead_id="Ada", episode=mine.episode, obligation="Nurture it", side="marketing",
        holder=mine.holder, started_at=mine.started_at, due_at=mine.due_at, outcome="overdue",
        version=mine.version,
    )  # fmt: skip
    text = head.get(reverse("team")).text
    assert ">1</a> of 1 promise that somebody holds." in text
    assert "1 more of sales is overdue for 1 lead that nobody has" in text


def test_a_lead_without_an_owner_is_assigned_there(company: None) -> None:
    late()
    head, marketing = signed_in("sales head"), signed_in("marketing head")
    assert 'data-act="reassign"' not in head.get(reverse("obligations")).text
    LeadState.objects.filter(lead="Ada").update(holder=None)
    assert 'data-act="reassign"' in head.get(reverse("obligations")).text
    assert 'data-act="reassign"' not in marketing.get(reverse("obligations")).text


def test_a_head_of_sales_sees_no_promise_about_what_marketing_keeps_to_itself(
    company: None,
) -> None:
    Clock.objects.filter(lead="Ada").update(lead="Cy")
    assert "Cy" in {lead for lead, _ in listed(signed_in("marketing head"))}
    assert "Cy" not in {lead for lead, _ in listed(signed_in("sales head"))}


def test_a_promise_is_waived_for_a_reason_and_counts_no_more(company: None) -> None:
    head = signed_in("sales head")
    assert "Say the reason" in do(head, "waive", obligation=DUTY, reason=" ")
    do(head, "waive", obligation=DUTY, reason="trade fair")
    assert Clock.objects.get(lead="Ada", obligation=DUTY).outcome == "waived"
    assert ("Ada", DUTY) not in listed(head)


@pytest.mark.parametrize("role", ["marketer", "viewer"])
def test_who_may_not_waive_is_offered_none(company: None, role: str) -> None:
    client = signed_in(role)
    text = client.get(reverse("obligations")).text
    assert 'data-act="waive"' not in text
    assert ('data-act="dispute"' in text) == (role == "marketer")
    assert client.post(reverse("work_waive"), {"lead": "Ada"}).status_code == 403


def mqls() -> float:
    found = PublishedMetric.objects.get(name="mqls", by="", period="all")
    return found.value or 0


def test_an_mql_that_is_disputed_and_struck_out_counts_no_more(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    rep, head = somebody("rep")[0], signed_in("marketing head")
    measure(now(), "test", lambda *_: None)
    before = mqls()
    do(rep, "dispute", stage="MQL", reason="a student")
    text = head.get(reverse("obligations")).text
    assert "1 dispute waits for a ruling" in text
    assert "“a student”" in text
    assert "1 dispute waits for a ruling" in head.get("/").text
    assert "Uphold" not in signed_in("marketer").get(reverse("obligations")).text
    do(head, "rule", stage="MQL", upheld="yes", note="agreed")
    assert "wait for a ruling" not in head.get(reverse("obligations")).text
    measure(now(), "test", lambda *_: None)
    assert mqls() == before - 1
    text = head.get(reverse("obligations")).text
    assert "upheld: it counts no more" in text
    ruling = Event.objects.get(kind="dispute.ruled")
    do(head, "void", source=ruling.source, event_id=ruling.event_id)
    measure(now(), "test", lambda *_: None)
    assert mqls() == before


def test_a_withdrawn_dispute_waits_for_nobody(company: None) -> None:
    rep, head = somebody("rep")[0], signed_in("marketing head")
    do(rep, "dispute", obligation=DUTY)
    (dispute,) = unruled(of_operator())
    assert (dispute.about, dispute.lead.key) == (DUTY, "Ada")
    row = Event.objects.get(kind="clock.disputed")
    do(head, "void", source=row.source, event_id=row.event_id)
    assert unruled(of_operator()) == []


def test_disputes_are_found_without_reading_the_log(company: None) -> None:
    do(somebody("rep")[0], "dispute", obligation=DUTY)
    with CaptureQueriesContext(connection) as captured:
        unruled(of_operator())
    sql = captured[0]["sql"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert "event_of_a_dispute" in json.dumps(cursor.fetchall())
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            assert "event_of_a_dispute" in json.dumps(cursor.fetchall())


def test_disputes_are_listed_with_what_became_of_them(company: None) -> None:
    rep, head = somebody("rep")[0], signed_in("sales head")
    page = reverse("disputes")
    do(rep, "dispute", obligation=DUTY, reason="a student")
    do(rep, "dispute", obligation=DUTY, reason="two students")
    shown = head.get(page).text
    assert "1 dispute waits for a ruling." in shown
    assert (shown.count("Uphold: it counts no more"), shown.count('badge">disputed anew<')) == (
        1,
        1,
    )
    assert "Uphold" not in signed_in("viewer").get(page).text
    assert rep.get(page).status_code == 403
    do(head, "rule", obligation=DUTY, upheld="no", note="it was one")
    shown = head.get(page, {"stands": "dismissed"}).text
    assert "No dispute waits" in shown
    assert ("two students" in shown, "a student<" in shown) == (True, False)
    assert "it was one" in shown
    # A ruling that is withdrawn is none.
    ruling = Event.objects.get(kind="dispute.ruled")
    do(head, "void", source=ruling.source, event_id=ruling.event_id)
    assert "two students" in head.get(page, {"stands": "waits"}).text


def test_disputes_of_leads_with_marketing_are_not_told_to_sales(company: None) -> None:
    marketer = signed_in("marketer")
    sent = {"lead": "Cy", "stage": "MQL", "obligation": "", "reason": "own people"}
    marketer.post(reverse("work_dispute"), sent)
    settle(now())
    page = reverse("disputes")
    told = [signed_in(role).get(page).text for role in ("marketing head", "sales head")]
    assert ["own people" in text for text in told] == [True, False]
