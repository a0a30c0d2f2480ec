"""Forms and marketing emails of HubSpot: told beside the contacts, taken once, of known people."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from leadpact.demo.hubspot.company import DEMO_FORM, MAILING
from leadpact.flows import crm as connections
from leadpact.ledger.models import CrmRecord, Event
from leadpact.sources.crm.loading import MappingError, parse_crm
from leadpact.sources.hubspot.connector import HubSpotConnector
from leadpact.sources.hubspot.suggest import suggest
from tests.ledger.crm_company import Company, company
from tests.ledger.helpers import settle
from tests.sources.crm.helpers import MAPPING, MONDAY

FEEDS = """\
feeds:
  form_submissions:
    sooner: recent_conversion_date
    rules:
      - kind: form_submitted
        properties: {form: form, page: page, budget: budget}
  email_events:
    rules:
      - kind: email_opened
        when: {type: OPEN}
        properties: {campaign: campaign, subject: subject}
      - kind: email_clicked
        when: {type: CLICK}
        properties: {campaign: campaign, url: url}
"""
#: Forms are told by the feed alone.
WITH_FEEDS = MAPPING.replace("kind: form_submitted", "kind: converted") + FEEDS
ADA, PAGE = "ada@acme.io", "https://acme.example/demo"


def come(at: Company, email: str = ADA) -> str:
    return at.portal.add("contacts", {"email": email, "lifecyclestage": "lead"})


def told(kind: str) -> list[dict[str, str]]:
    rows = Event.objects.filter(source="hubspot", kind=kind).order_by("happened")
    return [json.loads(row.properties) for row in rows]


def test_a_form_is_told_with_its_page_and_makes_the_lead_qualify() -> None:
    with company(mapping=WITH_FEEDS) as at:
        number = come(at)
        at.portal.mail.submit(DEMO_FORM, ADA, PAGE, at=at.time(), fields={"budget": "9000"})
        at.rest()
        assert told("form_submitted") == [{"budget": "9000", "form": "Demo request", "page": PAGE}]
        assert at.contact(number).values["lifecyclestage"] == "marketingqualifiedlead"
        (row,) = Event.objects.filter(kind="form_submitted")
        assert row.lead_id == CrmRecord.objects.get(number=number).lead_id


def test_what_an_email_did_is_told_with_its_campaign() -> None:
    with company(mapping=WITH_FEEDS) as at:
        come(at)
        for type_ in ("SENT", "OPEN", "CLICK"):
            at.portal.mail.happen(type_, ADA, MAILING, at=at.time(), url="https://acme.example/p")
        at.portal.mail.happen("OPEN", ADA, "9", at=at.time())
        at.rest()
        assert {"campaign": "Spring news", "subject": "What is new this spring"} in told(
            "email_opened"
        )
        assert {} in told("email_opened"), "a mailing that is gone has no name"
        assert told("email_clicked") == [
            {"campaign": "Spring news", "url": "https://acme.example/p"}
        ]


def test_each_is_taken_once_and_nobody_is_made_up() -> None:
    with company(mapping=WITH_FEEDS) as at:
        come(at)
        at.portal.mail.submit(DEMO_FORM, "Ada@Acme.io", PAGE, at=at.time())
        at.portal.mail.submit(DEMO_FORM, "nobody@acme.io", PAGE, at=at.time())
        for _ in range(3):
            at.rest(minutes=6)
        assert len(told("form_submitted")) == 1
        come(at, "nobody@acme.io")
        at.rest(minutes=6)
        assert len(told("form_submitted")) == 2, "it is told again once the contact is there"


def test_a_feed_is_asked_every_five_minutes_or_at_once_where_a_contact_tells_of_news() -> None:
    with company(mapping=WITH_FEEDS) as at:
        number = come(at)
        at.rest()
        calls = "/form-integrations/v1/submissions/forms/" + DEMO_FORM
        before = at.limits.by_path[calls]
        at.rest(minutes=1)
        assert at.limits.by_path[calls] == before
        at.portal.mail.submit(DEMO_FORM, ADA, PAGE, at=at.time())
        at.portal.set("contacts", number, {"recent_conversion_date": at.time().isoformat()})
        at.rest(minutes=1)
        assert len(told("form_submitted")) == 1


def test_a_long_feed_is_read_page_by_page_and_goes_on_where_it_was() -> None:
    with company(mapping=WITH_FEEDS) as at:
        come(at)
        at.portal.mail.forms["another"] = "Newsletter"
        for form in (DEMO_FORM, "another"):
            for n in range(120):
                at.portal.mail.submit(form, ADA, PAGE, at=MONDAY - timedelta(hours=n))
        fetched: list[str] = []
        first = HubSpotConnector.told

        def killed(self: HubSpotConnector, of: str, since: datetime | None, after: str) -> object:
            fetched.append(after)
            if len(fetched) == 3:
                raise KeyboardInterrupt
            return first(self, of, since, after)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HubSpotConnector, "told", killed)
            with pytest.raises(KeyboardInterrupt):
                at.pull()
        at.connector = HubSpotConnector(at.client, at.crm, {})
        at.pull()
        settle(at.time())
        assert len(told("form_submitted")) == 240
        calls = at.limits.by_path["/form-integrations/v1/submissions/forms/" + DEMO_FORM]
        assert calls == 3, "three pages of fifty, none twice"


def test_the_credential_must_be_allowed_to_read_a_feed() -> None:
    with company() as at:
        at.portal.extra_scopes = ("content",)
        loaded = parse_crm(WITH_FEEDS, "crm.yaml")
        (problem,) = connections.check(loaded, at.connector, now=at.time())
        assert "lacks “forms”" in problem.message
        assert problem.line == WITH_FEEDS.splitlines().index("  form_submissions:") + 1
        with pytest.raises(MappingError, match="hubspot has no feed “letters”"):
            parse_crm(MAPPING + "feeds: {letters: {rules: [{kind: wrote}]}}\n", "crm.yaml")


def test_a_suggestion_prefers_feeds_that_may_be_read() -> None:
    with company() as at:
        known = {of: {p.name: p for p in at.connector.properties(of)} for of in ("contacts",)}
        plain = parse_crm(suggest(known, ()), "crm.yaml").crm
        assert [each.kind for each in plain.people["contacts"].events] == [
            "form_submitted", "email_opened", "email_clicked", "lead.disqualified"
        ]  # fmt: skip
        both = ("form_submissions", "email_events")
        with_feeds = parse_crm(suggest(known, (), both), "crm.yaml").crm
        (status,) = with_feeds.people["contacts"].events
        assert (status.property, status.among) == ("hs_lead_status", ["UNQUALIFIED"])
        kinds = [rule.kind for feed in with_feeds.feeds.values() for rule in feed.rules]
        assert kinds == ["form_submitted", "email_opened", "email_clicked"]
        assert with_feeds.feeds["form_submissions"].sooner == "recent_conversion_date"
