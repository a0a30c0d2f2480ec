"""The agreement as everybody reads it, and as the heads of both sides accept it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.ledger.models import Acceptance, AgreementVersion, AuditEntry, User
from leadpact.ledger.services import acceptances
from leadpact.ledger.services.agreements import publish
from tests.api.conftest import Program, program, signed_in
from tests.web.conftest import text

__all__ = ["program"]


def version(
    days: int, name: str, *, term: str = "2 business hours", more: str = ""
) -> AgreementVersion:
    """Another version, in force from some days before or after today."""
    first = (datetime.now(UTC) + timedelta(days=days)).date()
    lines = templates.text("b2b-saas").splitlines()
    lines = [f"name: {name}" if line.startswith("name:") else line for line in lines]
    written = "\n".join(lines).replace("within: 2 business hours", f"within: {term}", 1)
    begins = f"term: {{from: {first}, review_every: quarter{more}}}\n"
    start = written.index("\nterm:") + 1
    end = written.index("\n", start + 1)
    while written[end + 1] in " #":
        end = written.index("\n", end + 1)
    loaded = load_text(written[:start] + begins + written[end + 1 :], "agreement.yaml")
    assert loaded.agreement, loaded.problems
    return publish(loaded, actor="Maria Lopez", now=datetime.now(UTC))


def accept(client: Client, row: AgreementVersion, **otherwise: str) -> str:
    sent = {"version": str(row.pk), "sha256": row.sha256} | otherwise
    return text(client.post(reverse("accept_agreement"), sent, follow=True).content.decode())


@pytest.fixture
def first(published: None) -> AgreementVersion:
    """The version in force, which nobody has accepted."""
    return AgreementVersion.objects.get()


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer"])
def test_everybody_reads_all_of_it(first: AgreementVersion, role: str) -> None:
    page = text(signed_in(role).get(reverse("agreement")).content.decode())
    for part in (
        *("Definitions", "Ideal customers", "Personas", "Scoring", "Who receives which leads"),
        *("Obligations", "Contact protocol", "Nurture", "Goals", "Responsibilities", "Meetings"),
        *("Points of contact in sales", "Looked at again", "High quality"),
    ):
        assert part in page, part
    assert "not accepted yet" in page
    assert "Accept for" not in page


def test_each_head_accepts_for_their_side_alone(first: AgreementVersion) -> None:
    sales, marketing = signed_in("sales head"), signed_in("marketing head")
    assert "waits for your acceptance" in text(sales.get(reverse("home")).content.decode())
    assert "Accept for sales" in sales.get(reverse("agreement")).text
    assert "You accepted" in accept(sales, first)
    assert "Accept for sales" not in sales.get(reverse("agreement")).text
    assert "waits for your acceptance" not in text(sales.get(reverse("home")).content.decode())
    assert "Accept for marketing" in marketing.get(reverse("agreement")).text
    kept = Acceptance.objects.get()
    assert (kept.side, kept.sha256, kept.by) == ("sales", first.sha256, "sales.head@test.org")
    assert AuditEntry.objects.filter(action="accepted").count() == 1
    accept(sales, first)
    assert AuditEntry.objects.filter(action="accepted").count() == 1


@pytest.mark.parametrize("role", ["administrator", "marketer", "rep", "viewer"])
def test_nobody_accepts_for_a_head(first: AgreementVersion, role: str) -> None:
    sent = {"version": str(first.pk), "sha256": first.sha256}
    assert signed_in(role).post(reverse("accept_agreement"), sent).status_code == 403
    user = User.objects.get(role=role)
    with pytest.raises(acceptances.AcceptanceError, match="each for their side"):
        acceptances.accept(first.pk, first.sha256, user, now=datetime.now(UTC))


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"version": "999"}, {"version": "x"}])
def test_what_was_not_read_is_not_accepted(first: AgreementVersion, wrong: dict[str, str]) -> None:
    assert "read the agreement again" in accept(signed_in("sales head"), first, **wrong)
    assert not Acceptance.objects.exists()


def test_a_later_version_waits_anew_and_says_what_it_changed(first: AgreementVersion) -> None:
    sales = signed_in("sales head")
    accept(sales, first)
    coming = version(9, "Next year", term="4 business hours")
    home = text(sales.get(reverse("home")).content.decode())
    assert "“Next year”" in home
    assert f"?version={coming.pk}" in sales.get(reverse("home")).text
    page = text(sales.get(reverse("agreement"), {"version": coming.pk}).content.decode())
    assert "coming" in page
    assert "What this version changed" in page
    assert "4 business hours" in page
    assert "You accepted" in accept(sales, coming)
    assert Acceptance.objects.count() == 2


def test_a_version_that_was_replaced_is_read_and_no_longer_accepted(
    first: AgreementVersion,
) -> None:
    version(-1, "By now")
    sales = signed_in("sales head")
    page = sales.get(reverse("agreement"), {"version": first.pk}).text
    assert "replaced" in page
    assert "Accept for sales" not in page
    assert "accept that one" in accept(sales, first)
    assert not Acceptance.objects.exists()


def test_before_the_first_version_it_says_what_to_do(db: None) -> None:
    assert "Write the agreement" in signed_in("administrator").get(reverse("agreement")).text
    assert "Write the agreement" not in signed_in("rep").get(reverse("agreement")).text


def test_what_was_accepted_cannot_be_altered_unseen(first: AgreementVersion) -> None:
    accept(signed_in("sales head"), first)
    assert not list(acceptances.unsound())
    AgreementVersion.objects.update(text=first.text.replace("2 business hours", "9 business hours"))
    assert ["is not the one that was published" in each for each in acceptances.unsound()] == [True]
    AgreementVersion.objects.update(text=first.text)
    Acceptance.objects.update(side="marketing")
    assert ["marketing accepted" in each for each in acceptances.unsound()] == [True]


def test_everybody_takes_it_along_in_every_format(first: AgreementVersion) -> None:
    accept(signed_in("sales head"), first)
    rep = signed_in("rep")
    for ending, begins in (
        ("pdf", b"%PDF"),
        ("docx", b"PK"),
        ("html", b"<!doctype"),
        ("yaml", b""),
    ):
        got = rep.get(reverse("agreement_file"), {"as": ending, "version": first.pk})
        assert got.status_code == 200, ending
        assert got.content.startswith(begins), ending
        assert f'filename="agreement-2026-01-01.{ending}"' in got["Content-Disposition"]
    told = rep.get(reverse("agreement_file"), {"as": "html"}).content.decode()
    assert "Accepted by sales.head@test.org on" in told
    assert rep.get(reverse("agreement_file"), {"as": "yaml"}).content.decode() == first.text
    assert rep.get(reverse("agreement_file"), {"as": "exe"}).status_code == 404


def test_a_head_mails_it_to_both_sides(
    first: AgreementVersion, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    sales = signed_in("sales head")
    assert "Mail it" not in sales.get(reverse("agreement")).text
    settings.LEADPACT_MAILS = True
    settings.LEADPACT_URL = "https://leads.example.com"
    assert "Mail it to both sides" in sales.get(reverse("agreement")).text
    answer = sales.post(reverse("mail_agreement"), {"version": first.pk}, follow=True)
    assert "mailed to 7 people" in text(answer.content.decode())
    (mail,) = mailoutbox
    assert mail.to[0] == "maya@brightfield.example"
    assert "robert@brightfield.example" in mail.to
    assert f"https://leads.example.com/agreement/?version={first.pk}" in mail.body
    ((name, content, kind),) = mail.attachments
    assert (name, kind) == ("agreement-2026-01-01.pdf", "application/pdf")
    assert content.startswith(b"%PDF")


def test_everybody_takes_the_meetings_into_a_calendar(first: AgreementVersion) -> None:
    rep = signed_in("rep")
    page = text(rep.get(reverse("agreement")).content.decode())
    assert "Next meetings" in page
    assert "Both sides agree on who kept which promise" in page
    got = rep.get(reverse("agreement_meetings"))
    assert got["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(got.content).walk("VEVENT")
    assert {"Funnel check", "Monthly review"} >= {str(each["summary"]) for each in events} - {
        "Agreement review"
    }
    assert all(each["dtstart"].dt > datetime.now(UTC) - timedelta(minutes=5) for each in events)


@pytest.mark.parametrize(("notice", "told"), [("30 days", True), ("10 days", False)])
def test_its_end_is_spoken_of_as_early_as_it_says(
    first: AgreementVersion, notice: str, told: bool
) -> None:
    ends = (datetime.now(UTC) + timedelta(days=20)).date()
    version(-1, "Ends soon", more=f", until: {ends}, renewal_notice: {notice}")
    home = text(signed_in("sales head").get(reverse("home")).content.decode())
    assert ("The agreement ends on" in home) == told


def test_programs_read_who_accepted(
    first: AgreementVersion, program: Callable[[str], Program]
) -> None:
    accept(signed_in("sales head"), first)
    (told,) = program("read").get("agreements").json()["items"]
    assert [(each["side"], each["by"]) for each in told["accepted"]] == [
        ("sales", "sales.head@test.org")
    ]
