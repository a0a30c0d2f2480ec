"""Meetings: what is next, its review pack, and what was settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from leadpact.flows.erasing import erase, export
from leadpact.flows.measuring import measure
from leadpact.ledger.models import AuditEntry, Outcome
from tests.api.conftest import signed_in
from tests.web.test_figures import nothing, recommended, text

ACTION = {
    "meeting": "Monthly review", "held_on": "2026-03-03", "kind": "action",
    "text": "<b>Call</b> the lost ones", "owner": "Tara Novak", "due": "2026-03-10",
}  # fmt: skip


def keep(client: Client, **otherwise: str) -> str:
    answer = client.post(reverse("keep_outcome"), ACTION | otherwise, follow=True)
    return text(answer.content.decode())


def test_every_meeting_says_when_it_is_next_and_what_for(published: None) -> None:
    page = text(signed_in("viewer").get(reverse("meetings")).content.decode())
    for told in ("Funnel check", "Monthly review", "Both sides agree on", "No action is open"):
        assert told in page, told
    assert "Keep it" not in page


def test_an_action_stands_open_until_it_is_done_and_may_be_taken_up_again(published: None) -> None:
    head = signed_in("sales head")
    page = keep(head)
    assert "1 action is open" in page
    assert "overdue" in page
    assert "&lt;b&gt;Call&lt;/b&gt;" in head.get(reverse("meetings")).text
    number = str(Outcome.objects.get().pk)
    for done, told in (("yes", "No action is open"), ("no", "1 action is open")):
        head.post(reverse("settle_outcome"), {"number": number, "done": done})
        assert told in text(head.get(reverse("meetings")).content.decode())
    said = AuditEntry.objects.filter(subject=f"outcome {number}").order_by("id")
    assert [each.action for each in said] == ["kept", "did", "took up again"]


def test_a_decision_is_kept_with_its_meeting(published: None) -> None:
    page = keep(signed_in("marketer"), kind="decision", text="The threshold goes to 60.")
    assert "The threshold goes to 60." in page
    assert "3 Mar 2026 Monthly review decision" in page
    kept = Outcome.objects.get()
    assert (kept.owner, kept.due) == ("", None), "nobody does a decision"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": " "}, "Say it in 1 to 2,000 characters"),
        ({"text": "x" * 2001}, "Say it in 1 to 2,000 characters"),
        ({"owner": ""}, "An action needs somebody"),
        ({"kind": "wish"}, "neither a decision nor an action"),
        ({"meeting": " \0"}, "Say of which meeting"),
        ({"meeting": "x" * 121}, "A name has 120 characters at the most"),
        ({"held_on": "yesterday"}, "“yesterday” is no day"),
        ({"due": "2026-02-30"}, "“2026-02-30” is no day"),
        ({"due": "2026-03-02"}, "The day until when lies before the meeting"),
    ],
)
def test_what_cannot_be_kept_is_said(published: None, wrong: dict[str, str], told: str) -> None:
    head = signed_in("marketing head")
    assert told in keep(head, **wrong)
    assert not Outcome.objects.exists()


def test_what_was_typed_is_not_lost_when_it_cannot_be_kept(published: None) -> None:
    head = signed_in("marketing head")
    typed = ACTION | {"owner": "", "text": "</textarea>Ring them"}
    page = head.post(reverse("keep_outcome"), typed, follow=True).text
    assert ">&lt;/textarea&gt;Ring them</textarea>" in page
    assert 'value="2026-03-10"' in page
    assert '<option value="action" selected>' in page
    assert "Ring them" not in head.get(reverse("meetings")).text


def test_what_was_settled_is_found_and_narrowed(published: None) -> None:
    head = signed_in("sales head")
    keep(head, kind="decision", text="The threshold\ngoes to 60.")
    keep(head, kind="decision", text="Call on Mondays.", meeting="Funnel check")
    assert "The threshold<br>goes to 60." in head.get(reverse("meetings")).text
    for asked in ({"q": "MONDAYS"}, {"meeting": "Funnel check"}):
        page = head.get(reverse("meetings"), asked).text
        assert "Call on Mondays." in page
        assert "goes to 60." not in page


@pytest.mark.parametrize("role", ["rep", "viewer"])
def test_others_keep_nothing(published: None, role: str) -> None:
    assert signed_in(role).post(reverse("keep_outcome"), ACTION).status_code == 403


def test_the_review_pack_has_agenda_actions_and_figures(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadpact.flows.measuring_daily.MOST_ROWS_TO_SWEEP", 0)
    measure(datetime.now(UTC), "test", nothing)
    recommended()
    head = signed_in("sales head")
    keep(head)
    asked = {"meeting": "Monthly review", "as": "docx"}
    got = head.get(reverse("review_pack"), asked)
    assert "review-" in got["Content-Disposition"]
    document = Document(BytesIO(got.content))
    titles = [each.text for each in document.paragraphs]
    assert titles[0].startswith("Monthly review, ")
    for told in ("Agenda", "Actions that are open", "What may help"):
        assert told in titles
    assert any(each.startswith("Promises of sales") for each in titles)
    assert any(each.startswith("Goals and pace: Marketing") for each in titles)
    assert not any("Accepted by both sides" in each for each in titles)
    cells = {c.text for table in document.tables for row in table.rows for c in row.cells}
    assert {
        "<b>Call</b> the lost ones",
        "Tara Novak",
        "Every goal against its three hurdles",
        "- <b>: 1; + <b>: 2",
    } <= cells
    assert head.get(reverse("review_pack")).content.startswith(b"%PDF")
    assert head.get(reverse("review_pack"), {"meeting": "none"}).status_code == 404
    assert signed_in("rep", "Ana Silva").get(reverse("review_pack")).status_code == 403


def test_before_figures_are_measured_there_is_a_pack_all_the_same(published: None) -> None:
    assert signed_in("viewer").get(reverse("review_pack")).content.startswith(b"%PDF")


def test_what_was_settled_does_not_name_who_was_erased(company: None) -> None:
    now = datetime.now(UTC)
    Outcome.objects.create(
        kind="action", meeting="Review", held_on=now.date(), text="Write to ada@adaworks.org",
        owner="Tara Novak", due=now.date() + timedelta(days=3), by="Maya", at=now,
    )  # fmt: skip
    assert export("Ada")["Outcome"][0]["text"] == "Write to ada@adaworks.org"
    erase("Ada", actor="Ops", now=now, even_if_moved=True)
    kept = Outcome.objects.get()
    assert "ada@adaworks.org" not in kept.text
    assert kept.text.startswith("Write to ")
    assert kept.owner == "Tara Novak"
