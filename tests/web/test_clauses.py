"""Writing the agreement clause by clause: a draft of one's own, looked at, then published."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import AgreementVersion
from leadpact.ledger.selectors import agreements
from tests.web import registered
from tests.web.conftest import text


def put(client: Client, name: str, **said: str) -> str:
    """What is shown after a section was sent."""
    fields = {key.replace("__", "/"): value for key, value in said.items()}
    at = reverse("settings_clause", kwargs={"name": name})
    return text(client.post(at, fields, follow=True).text)


def test_a_head_writes_a_version_clause_by_clause_and_publishes_it(company: None) -> None:
    head, _ = registered.somebody("marketing head")
    assert "Obligations" in text(head.get(reverse("settings_clauses")).text)
    name = agreements.in_force(registered.now()).agreement.obligations[0].name  # type: ignore[union-attr]
    assert name in text(head.get(reverse("settings_clause", kwargs={"name": "obligations"})).text)
    told = put(head, "obligations", obligations__0__within="7 business hours")
    assert "in your draft" in told
    put(head, "purpose", purpose="Peace between both sides.")
    told = text(head.get(reverse("settings_agreement")).text)
    assert "What would change" in told
    assert "7 business hours" in told
    assert "Peace between both sides." in told
    before = AgreementVersion.objects.count()
    page = head.get(reverse("settings_agreement")).context["text"]
    head.post(reverse("settings_agreement"), {"do": "publish", "text": page})
    assert AgreementVersion.objects.count() == before + 1
    now = agreements.in_force(registered.now()).agreement  # type: ignore[union-attr]
    assert str(now.obligations[0].within) == "7 business hours"
    assert now.purpose == "Peace between both sides."
    assert "You have a draft" not in text(head.get(reverse("settings_clauses")).text)


def test_what_does_not_go_together_is_told_and_not_lost(ops: Client) -> None:
    told = put(ops, "obligations", obligations__0__within="2 hours")
    assert "does not go together yet" in told
    page = ops.post(
        reverse("settings_clause", kwargs={"name": "obligations"}),
        {"obligations/0/within": "2 hours", "obligations/0/stops_on": "any: ["},
    )
    assert page.status_code == 422
    assert 'value="2 hours"' in page.text
    assert [each.opened for each in page.context["piece"].items][:1] == [True]
    name = page.context["piece"].items[0].title
    assert f"{name} : “within”" in told
    assert "You have a draft" not in text(ops.get(reverse("settings_clauses")).text)


def test_a_draft_is_ones_own_and_can_be_thrown_away(company: None) -> None:
    (one, _), (other, _) = registered.somebody("marketing head"), registered.somebody("sales head")
    put(one, "purpose", purpose="Mine.")
    assert "You have a draft" in text(one.get(reverse("settings_clauses")).text)
    assert "You have a draft" not in text(other.get(reverse("settings_clauses")).text)
    one.post(reverse("settings_agreement"), {"do": "drop"})
    assert "You have a draft" not in text(one.get(reverse("settings_clauses")).text)


def test_who_was_overtaken_is_told_what_the_draft_would_undo(company: None) -> None:
    (one, _), (other, _) = registered.somebody("marketing head"), registered.somebody("sales head")
    put(one, "purpose", purpose="Mine.")
    put(other, "purpose", purpose="Theirs.")
    page = other.get(reverse("settings_agreement")).context["text"]
    assert "Another version was published" not in text(one.get(reverse("settings_clauses")).text)
    other.post(reverse("settings_agreement"), {"do": "publish", "text": page})
    for name in ("settings_clauses", "settings_agreement"):
        assert "Another version was published" in text(one.get(reverse(name)).text)


def test_every_section_opens_and_an_unknown_one_is_not_found(ops: Client) -> None:
    sections = ops.get(reverse("settings_clauses")).context["sections"]
    for each in sections:
        at = reverse("settings_clause", kwargs={"name": each.name})
        assert ops.get(at).status_code == 200, each.name
    assert "Nothing was changed" in put(ops, "goals")
    assert ops.get(reverse("settings_clause", kwargs={"name": "x"})).status_code == 404


def test_a_draft_that_is_no_yaml_is_mended_as_text(ops: Client) -> None:
    ops.post(reverse("settings_agreement"), {"do": "look", "text": "a: ["})
    told = text(ops.get(reverse("settings_clauses"), follow=True).text)
    assert "mend it as text first" in told
