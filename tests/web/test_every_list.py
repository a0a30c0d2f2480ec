"""What every list keeps, whoever adds it: filters and orders of its own that all answer, an address
that says what is shown, a spreadsheet without formulas, and a price that does not follow its rows.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    Absence,
    AgreementVersion,
    Batch,
    Channel,
    Lead,
    Outcome,
    Person,
    Proposal,
    Team,
    Upload,
    User,
    Webhook,
)
from leadpact.ledger.services import access, forms
from leadpact.ledger.services.ingest import ingest
from tests.web import registered
from tests.web.test_every_page import queries

BAD = "=HYPERLINK(1)<b>"
SEARCHED = {"q": "no such thing"}


def _people(n: int) -> None:
    Person.objects.create(
        name=f"{BAD} {n}", team=Team.objects.first(), joined_at=registered.now(), position=n
    )


def _users(n: int) -> None:
    person = Person.objects.create(
        name=f"{BAD} {n}", team=Team.objects.first(), joined_at=registered.now()
    )
    User.objects.create(email=f"more{n}@corp.org", role="rep", person=person)


def _absences(n: int) -> None:
    at = registered.now() + timedelta(days=n)
    person = Person.objects.filter(active=True)[0]
    Absence.objects.create(person=person, begins=at, ends=at + timedelta(days=1), reason=BAD)


def _keys(n: int) -> None:
    access.create_key(f"{BAD} {n}", "read", actor="ops", now=registered.now())


def _forms(n: int) -> None:
    forms.create(f"{BAD} {n}", ["company=Firm"], button="Go", actor="ops", now=registered.now())


def _imports(n: int) -> None:
    at = registered.now()
    Batch.objects.create(key=f"b{n}", name=BAD, actor=f"ops {n}", started_at=at, finished_at=at)
    Upload.objects.create(key=f"u{n}", name=BAD, created_at=at, state="done", batch=f"b{n}")


def _versions(n: int) -> None:
    at = registered.now() + timedelta(days=n)
    first = AgreementVersion.objects.earliest("pk")
    AgreementVersion.objects.create(
        name=BAD, text=first.text, resolved=first.resolved, sha256=f"{n}",
        published_at=at, published_by=f"ops {n}", effective_from=at,
    )  # fmt: skip


def _channels(n: int) -> None:
    Channel.objects.create(name=f"{BAD} {n}", address="x", created_at=registered.now())


def _webhooks(n: int) -> None:
    Webhook.objects.create(url=f"{BAD} {n}", secret="x", created_at=registered.now())


def _disputes(n: int) -> None:
    told = {"obligation": "First response to an MQL", "reason": BAD}
    at = registered.now() + timedelta(microseconds=n)
    known = Known(id="Ada" if n % 2 else "Bo")
    ingest([Fact("crm", f"disputed {n}", "clock.disputed", at, known, told, at)], now=at)


def _pairs(n: int) -> None:
    at = registered.now()
    for name in (f"Pair {n}", f"Other {n}"):
        Lead.objects.create(key=name, begins=at)
    Proposal.objects.create(
        first_id=f"Pair {n}", second_id=f"Other {n}", weight=n, because=BAD, found_at=at
    )


def _settled(n: int) -> None:
    at = registered.now()
    Outcome.objects.create(
        kind="decision", meeting=f"{BAD} {n}", held_on=at.date(), text=BAD, by="ops", at=at
    )


#: List → what makes one row more of it, whose text is no good.
MORE: dict[str, Callable[[int], None]] = {
    "settings_people": _people,
    "team": _people,
    "settings_users": _users,
    "away": _absences,
    "settings_keys": _keys,
    "settings_forms": _forms,
    "settings_imports": _imports,
    "settings_running": _versions,
    "settings_notices": _channels,
    "settings_webhooks": _webhooks,
    "disputes": _disputes,
    "pairs": _pairs,
    "meetings": _settled,
}


@pytest.fixture
def lists(ops: Client) -> dict[str, str]:
    """Every page that is a list, with its text."""
    user = User.objects.get(role="administrator")
    found = {}
    for page in registered.pages():
        if not page.part:
            answer = ops.get(registered.address_of(page, user))
            if not answer.streaming and 'name="listing"' in answer.text:
                found[answer.wsgi_request.path] = answer.text
    return found


def test_every_choice_and_order_of_every_list_answers(ops: Client, lists: dict[str, str]) -> None:
    assert len(lists) > len(MORE)
    wrong = []
    for path, text in lists.items():
        form = text.partition('<form class="filters"')[2].partition("</form>")[0]
        for select in form.split("<select ")[1:]:
            name = select.partition('name="')[2].partition('"')[0]
            for value in re.findall(r'<option value="([^"]*)"', select):
                told = ops.get(path, {name: html.unescape(value)})
                if told.status_code != 200 or 'id="found"' not in told.text:
                    wrong.append(f"{path}: {name}={value}")
        if 'name="sort"' not in form:
            wrong.append(f"{path} cannot be sorted")
    assert not wrong


def test_every_list_is_searched_and_says_that_nothing_matches(
    ops: Client, lists: dict[str, str]
) -> None:
    for path, text in lists.items():
        assert 'type="search"' in text, path
        assert "Nothing matches" in ops.get(path, SEARCHED).text, path


@pytest.mark.parametrize("name", MORE)
def test_a_list_costs_no_more_with_more_rows_and_holds_no_formula(ops: Client, name: str) -> None:
    address, more = reverse(name), MORE[name]
    for n in range(2):
        more(n)
    before = queries(ops, address)
    for n in range(2, 6):
        more(n)
    assert queries(ops, address) <= before
    told = ops.get(address, {"as": "csv"})
    rows = b"".join(told.streaming_content).decode()  # type: ignore[attr-defined]
    assert "HYPERLINK" in rows
    assert not re.search(r'(^|,)"?=HYPERLINK', rows, re.M)
    assert "<b>" not in ops.get(address).text
