"""What tests need to know of each page to ask for it: its parameters and what is sent to it.

A page with parameters, or an action, that has no line here fails the tests of every page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import (
    Absence,
    Handoff,
    Person,
    Proposal,
    PublishedList,
    PublishedPart,
    Role,
    SavedView,
    Upload,
    User,
)  # fmt: skip
from leadpact.ledger.services import uploads
from leadpact.ledger.services.permits import of_user
from leadpact.ledger.services.uploads import Sent
from leadpact.web.pages import load
from leadpact.web.pages.working import WORK
from leadpact.web.registry import PAGES, PageInfo
from tests.api.conftest import signed_in

load()


def _own_view(user: User) -> int:
    return SavedView.objects.create(user=user, listing="leads", name="mine").pk


def _proposed() -> int:
    return Proposal.objects.create(
        first_id="Ada", second_id="Bo", weight=1.0, because="a test", found_at=now()
    ).pk


def _absence(user: User) -> int:
    person = user.person or Person.objects.all()[0]
    return Absence.objects.create(person=person, begins=now(), ends=now() + timedelta(days=1)).pk


def _list_behind_a_figure() -> str:
    cases = [["Ada", "2026-04-01T12:00:00+00:00", "demo asked for"], [None, None, "no lead"]]
    told = {"title": "MQLs", "counted": "Counts: MQLs.", "when": "When", "sources": {}}
    told["groups"] = [["", 2, cases]]
    row, _ = PublishedList.objects.update_or_create(key="k", defaults={"value": json.dumps(told)})
    return row.key


def _table() -> dict[str, Any]:
    rows = [[["=HYPERLINK(1)"], [["1,234", "k"]]], [["direct"], ["–"]]]
    drawn = {"caption": "By source", "header": ["Source", "Leads"], "rows": rows, "words": 1}
    section = {"key": "k", "title": "Sources", "charts": [], "tables": [drawn], "aside": []}
    PublishedPart.objects.update_or_create(
        key="k", defaults={"value": json.dumps(section), "made_at": now(), "sha256": "x"}
    )
    return {"place": 0, "key": "k"}


def _sent_in() -> str:
    """Files that wait for their columns to be confirmed."""
    rows = b"Email,Created,Shoe size\nada@adaworks.org,2026-01-02 10:00,42\n"
    sent = Sent("leads", "list.csv", [rows])
    return uploads.receive([sent], name="A list", timezone="", actor="Ops", now=now()).key


def _imported() -> str:
    """Files that were imported, with a row that was left out."""
    key = _sent_in()
    upload = Upload.objects.get(key=key)
    uploads.finish(upload, batch="b", rows=2, fresh=2, leads=1, rejected=1, now=now())
    (uploads.folder_of(upload) / uploads.REJECTS).write_text("file,line\n", encoding="utf-8")
    return key


#: The parameters of an address, for whoever asks.
PARAMETERS: dict[str, Callable[[User], dict[str, Any]]] = {
    "figures_table": lambda _: _table(),
    "behind": lambda _: {"key": _list_behind_a_figure()},
    "forget_view": lambda user: {"number": _own_view(user)},
    "given": lambda _: {"number": Person.objects.get(name="Ana Silva").pk},
    "lead": lambda _: {"key": "Ada"},
    "why": lambda _: {"key": "Ada"},
    "settings_clause": lambda _: {"name": "obligations"},
    "settings_import": lambda _: {"key": _sent_in()},
    "import_state": lambda _: {"key": _imported()},
    "import_rejects": lambda _: {"key": _imported()},
    "away_remove": lambda user: {"number": _absence(user)},
    "decide_proposal": lambda _: {"number": _proposed(), "verdict": "refuse"},
}
#: What is done with leads; each page that does it says what else it needs.
WORK_NAMES = [f"work_{what}" for what in WORK]
#: What is sent to an action.
SENT: dict[str, dict[str, Any]] = {
    "save_view": {"listing": "leads", "name": "Mine", "query": "q=a"},
    "forget_view": {},
    "decide_proposal": {},
    "follow_campaigns": {"campaign": ["spring"]},
    "mail_agreement": {},
    "keep_outcome": {"meeting": "Review", "kind": "decision", "text": "We go on."},
    "settle_outcome": {"number": "1", "done": "yes"},
    "accept_agreement": {"version": "1", "sha256": "none"},
    "review_deal": {"deal": "D1", "text": "Price was too high."},
    "away_add": {"begins": "2030-01-01", "ends": "2030-01-02"},
    "away_remove": {},
    **{name: {"lead": "Ada"} for name in WORK_NAMES},
}


def pages() -> list[PageInfo]:
    """Pages that are read, forms among them."""
    return [each for each in PAGES.values() if "GET" in each.methods]


def actions() -> list[PageInfo]:
    """Addresses at which something is done."""
    return [each for each in PAGES.values() if each.methods == ("POST",)]


def seen_by() -> list[tuple[str, str]]:
    """Every whole page with a role that may read it; the first page with every role."""
    found = []
    for each in pages():
        roles = [role for role in Role.values if each.admits(of_user(User(role=role)))]
        if not each.part:
            found += [(each.name, role) for role in (roles if each.name == "home" else roles[:1])]
    return found


def address_of(page: PageInfo, user: User) -> str:
    """The address of a page for somebody; a page with parameters needs a line above."""
    made = PARAMETERS.get(page.name, lambda _: {})
    return reverse(page.name, kwargs=made(user))


def somebody(role: str) -> tuple[Client, User]:
    """Somebody who signed in in a role; a rep is who holds Ada."""
    person = Handoff.objects.get(lead="Ada").person if role == "rep" else None
    return signed_in(role, person), User.objects.get(email=f"{role.replace(' ', '.')}@test.org")


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
