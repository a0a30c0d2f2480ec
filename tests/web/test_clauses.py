"""Writing the agreement clause by clause: a draft of one's own, looked at, then published."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.agreement import templates
from leadpact.agreement.clauses.pieces import fields_of
from leadpact.ledger.models import AgreementVersion
from leadpact.ledger.selectors import agreements
from leadpact.web import drafts
from tests.web import registered
from tests.web.conftest import text


def put(client: Client, name: str, **said: str) -> str:
    """What is shown after a section was sent."""
    fields = {key.replace("__", "/"): value for key, value in said.items()}
    at = reverse("settings_clause", kwargs={"name": name})
    return text(client.post(at, fields, follow=True).text)


def looked_at(client: Client) -> str:
    """What is told of the draft as a whole."""
    return text(client.get(reverse("settings_agreement")).text)


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


def test_a_form_that_was_opened_before_another_change_is_not_put_over_it(ops: Client) -> None:
    at = reverse("settings_clause", kwargs={"name": "goals"})
    page = ops.get(at)
    names = [each.title for each in page.context["piece"].items]
    shown = {each.key: each.text for each in fields_of(page.context["piece"])}
    shown[":was"] = page.context["mark"]
    assert f'name=":was" value="{shown[":was"]}"' in page.text
    put(ops, "goals", **{"goals/0:gone": "yes"})
    late = ops.post(at, {**shown, "goals/1/name": "Other"})
    assert late.status_code == 409
    assert "was changed since you opened it" in text(late.text)
    assert [each.title for each in ops.get(at).context["piece"].items] == names[1:]
    again = {":was": late.context["mark"], "goals/0/name": "Other"}
    assert "in your draft" in text(ops.post(at, again, follow=True).text)


def test_what_one_section_says_of_another_is_told_until_it_is_mended(ops: Client) -> None:
    stages = ops.get(reverse("settings_clause", kwargs={"name": "stages"})).context["piece"].items
    place = [each.title for each in stages].index("MQL")
    told = put(ops, "stages", **{f"stages/{place}/name": "Warm lead"})
    assert "This hinders publishing yet" in told
    assert told.count("Handoff : there is no stage “MQL”") == 1
    told = put(ops, "stages", **{f"stages/{place}/name": "MQL"})
    assert "This hinders publishing yet" not in told


@pytest.mark.parametrize("said", ["routing:", "routing: {teams:}", "routing: []", "calendars:"])
def test_a_draft_with_empty_sections_is_shown(ops: Client, said: str) -> None:
    ops.post(reverse("settings_agreement"), {"do": "look", "text": f"leadpact: 1\n{said}\n"})
    assert ops.get(reverse("settings_clauses")).status_code == 200
    assert ops.get(reverse("settings_clause", kwargs={"name": "goals"})).status_code == 200


def test_what_is_too_long_for_a_draft_is_told(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_LONGEST", 100)
    assert "longer than an agreement may be" in put(ops, "purpose", purpose="Peace.")


def test_two_versions_of_a_day_hold_one_after_the_other(company: None) -> None:
    head, _ = registered.somebody("marketing head")
    begins = []
    for purpose in ("One.", "Two."):
        put(head, "purpose", purpose=purpose)
        page = head.get(reverse("settings_agreement"))
        head.post(reverse("settings_agreement"), {"do": "publish", "text": page.context["text"]})
        begins.append(agreements.published()[-1].agreement.term.starts)  # type: ignore[union-attr]
    assert (begins[1] - begins[0]).days == 1


def test_a_next_version_whose_first_day_is_over_is_told(ops: Client) -> None:
    told = put(ops, "term", term__from="2026-01-02")
    assert "would hold from 2 January 2026, which is over" not in told
    assert "would hold from 2 January 2026, which is over" in looked_at(ops)
    put(ops, "term", term__from=f"{registered.now():%Y-%m-%d}")
    assert "which is over" not in looked_at(ops)


def test_a_version_that_was_published_before_is_not_told_to_be_late(ops: Client) -> None:
    said = {"do": "look", "text": agreements.text_of(agreements.published()[-1].id)}
    told = text(ops.post(reverse("settings_agreement"), said).text)
    assert "What would change" in told
    assert "which is over" not in told


def test_a_first_version_may_begin_in_the_past() -> None:
    first, _ = registered.somebody("administrator")
    text_of_it = templates.text("basic")
    told = first.post(reverse("settings_agreement"), {"do": "look", "text": text_of_it})
    assert "The first version" in told.text
    assert "which is over" not in told.text


def test_a_template_does_not_take_the_place_of_a_draft_unasked(ops: Client) -> None:
    at = reverse("settings_agreement")
    assert "instead of" not in text(ops.get(at, {"template": "basic"}).text)
    put(ops, "purpose", purpose="Mine.")
    assert "Your draft stays" in text(ops.get(at, {"template": "basic"}).text)
    assert "Mine." in looked_at(ops)


def test_the_mistake_that_a_draft_has_is_told_again_when_it_is_made_again(ops: Client) -> None:
    broken = agreements.text_of(agreements.published()[-1].id).replace("purpose:", "purpos:", 1)
    ops.post(reverse("settings_agreement"), {"do": "look", "text": broken})
    told = put(ops, "obligations", obligations__0__within="2 bananas")
    assert "bananas" in told


def test_people_are_changed_in_the_draft_that_is_there(ops: Client) -> None:
    put(ops, "purpose", purpose="Peace.")
    at = reverse("settings_people")
    told = ops.post(at, {"do": "draft", "weight:0:0": "3"}).context["text"]
    assert "weight: 3" in told
    assert "Peace." in told
    wrong = ops.post(at, {"do": "draft", "zone:0": "2026-02-30"}, follow=True)
    assert "Your draft stays as it was" in text(wrong.text)
    assert told == ops.get(reverse("settings_agreement")).context["text"]
