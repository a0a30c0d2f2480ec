"""What every page has around it: the navigation, who is signed in, what is late."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import CrmConnection, LeadState
from tests.api.conftest import signed_in

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def navigation(client: Client) -> str:
    """The navigation as somebody sees it."""
    page = client.get(reverse("leads")).text
    found = re.search(r'<nav aria-label="Pages">(.*?)</nav>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_pages_stand_under_what_they_are_for(company: None) -> None:
    told = navigation(signed_in("sales head"))
    work, _, rest = told.partition("Measure")
    measure, _, improve = rest.partition("Improve")
    assert "Inbox" in work
    assert measure.split()[:2] == ["Promises", "Goals"]
    assert "What if" in improve


def test_a_rep_sees_how_many_leads_are_late_and_a_head_no_such_number(company: None) -> None:
    rep, head = signed_in("rep", "Ana Silva"), signed_in("sales head")
    assert "overdue" not in navigation(rep)
    LeadState.objects.filter(holder__isnull=False).update(owed_at=LONG_AGO)
    assert re.search(r"Inbox \d+ overdue", navigation(rep))
    assert "overdue" not in navigation(head)


def test_reconciliation_is_there_once_there_is_a_crm_to_compare_with(company: None) -> None:
    head = signed_in("sales head")
    page = head.get(reverse("reconciliation")).text
    assert "No CRM is connected" in page
    to_connect = f'href="{reverse("settings_crm")}">Connect a CRM'
    assert to_connect not in page
    assert to_connect in signed_in("administrator").get(reverse("reconciliation")).text
    assert "Reconciliation" not in navigation(head)
    CrmConnection.objects.create(
        system="hubspot", credentials="", mapping="", connected_at=LONG_AGO
    )
    assert "Reconciliation" in navigation(head)
