"""The one way of lists: what the address asks, what is shown, what a spreadsheet gets."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from leadpact.ledger.models import Exclusion, Lead, LeadState, Role, SavedView, Team, User
from leadpact.ledger.services.permits import of_user
from leadpact.ledger.services.saved_views import ViewError, save_view
from leadpact.web.lists.asked import asked, choices_of
from leadpact.web.lists.declared import Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer, page_of
from leadpact.web.lists.spreadsheet import safe
from tests.api.conftest import signed_in
from tests.web import registered

UTC_ZONE = ZoneInfo("UTC")
TEAMS: Listing[Team] = Listing(
    name="teams",
    title="Teams",
    rows=lambda _: Team.objects.all(),
    columns=(
        Column("name", "Name", lambda row: row.name, order="name"),
        Column("side", "Side", lambda row: row.side),
        Column("position", "Place", lambda row: row.position, order="position", numeric=True),
    ),
    order="-position",
    filters=(
        Filter(
            "side", "Side", lambda _: [("sales", "Sales"), ("marketing", "Marketing")],
            lambda rows, value: rows.filter(side=value),
        ),
    ),
    search=lambda rows, text: rows.filter(name__icontains=text),
    searched="name",
    empty=Empty("No teams yet", "Name them in the agreement."),
    page_size=3,
)  # fmt: skip


@pytest.fixture
def teams() -> None:
    for place in range(8):
        side = "sales" if place % 2 else "marketing"
        Team.objects.create(name=f"Team {place}", side=side, position=place)


@pytest.fixture
def reader() -> User:
    return User.objects.create(email="a@b.org", role=Role.VIEWER)


def ask(reader: User, **query: str) -> Any:
    request: Any = RequestFactory().get("/teams", query)
    request.user, request.caller = reader, of_user(reader)
    request.now, request.zone, request.htmx = datetime.now(UTC), UTC_ZONE, False
    return request


def names(reader: User, **query: str) -> list[str]:
    return [row.name[5:] for row in page_of(ask(reader, **query), TEAMS).rows]


def test_a_page_is_sorted_searched_filtered_and_leafed_through(teams: None, reader: User) -> None:
    assert names(reader) == ["7", "6", "5"]
    assert names(reader, page="3") == ["1", "0"]
    assert names(reader, sort="name") == ["0", "1", "2"]
    assert names(reader, side="sales", sort="position") == ["1", "3", "5"]
    assert names(reader, q="4") == ["4"]
    assert names(reader, q="4", side="sales") == []


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"}, {"page": "²"}, {"page": "9" * 5000}, {"page": "x"}, {"page": "0"},
        {"sort": "side"},
        {"sort": "--name"}, {"side": "x' or 1"}, {"sort": "password"}, {"q": "\0"},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_passed_over(
    teams: None, reader: User, query: dict[str, str]
) -> None:
    assert names(reader, **query) == ["7", "6", "5"]
    request = ask(reader, **query)
    assert asked(request, TEAMS, choices_of(request, TEAMS)).query == ""


def test_a_page_that_is_no_more_shows_the_last(teams: None, reader: User) -> None:
    shown = page_of(ask(reader, page="99"), TEAMS)
    assert (shown.span, shown.next) == ("7–8 of 8", None)
    assert shown.previous == "page=2"


def test_the_address_says_all_that_is_shown_and_nothing_else(teams: None, reader: User) -> None:
    shown = page_of(ask(reader, q="eam", side="sales", sort="name", page="1"), TEAMS)
    assert shown.asked.query == "q=eam&side=sales&sort=name"
    assert shown.next == "q=eam&side=sales&sort=name&page=2"
    assert [(each.label, each.query) for each in shown.chips] == [
        ("“eam”", "side=sales&sort=name"),
        ("Side: Sales", "q=eam&sort=name"),
    ]
    name, side, place = shown.headings
    assert (name.direction, name.query) == ("ascending", "?q=eam&side=sales&sort=-name")
    assert (side.query, place.direction) == ("", "")


def test_an_empty_list_says_what_to_do(reader: User) -> None:
    told = answer(ask(reader), TEAMS)
    assert "Name them in the agreement." in told.text  # type: ignore[attr-defined]
    told = answer(ask(reader, q="x"), TEAMS)
    assert "Nothing matches" in told.text  # type: ignore[attr-defined]


def test_a_spreadsheet_has_every_row_that_is_asked_for_and_no_formula(
    teams: None, reader: User
) -> None:
    Team.objects.create(name="=HYPERLINK(1)", side="sales", position=9)
    told = answer(ask(reader, **{"as": "csv", "side": "sales"}), TEAMS)
    text = b"".join(told.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Name", "Side", "Place"]
    assert rows[1] == ["'=HYPERLINK(1)", "sales", "9"]
    assert len(rows) == 6
    assert told["Content-Disposition"] == 'attachment; filename="teams.csv"'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_is_a_formula(start: str) -> None:
    assert safe(f"{start}1+1", UTC_ZONE) == f"'{start}1+1"


def test_numbers_and_instants_stay_what_they_are() -> None:
    assert safe(-1.5, UTC_ZONE) == -1.5
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert safe(at, ZoneInfo("Europe/Berlin")) == "2026-03-02 10:00:00+01:00"
    assert (safe(None, UTC_ZONE), safe(True, UTC_ZONE)) == ("", "True")


def test_a_view_is_saved_replaced_and_forgotten_by_its_user_alone(reader: User) -> None:
    client, other = signed_in("marketer"), Client()
    other.force_login(reader)
    sent = {"listing": "teams", "name": " My  sales ", "query": "side=sales", "back": "/"}
    assert client.post("/views", sent)["Location"] == "/"
    client.post("/views", {**sent, "query": "side=marketing"})
    (view,) = SavedView.objects.all()
    assert (view.name, view.query) == ("My sales", "side=marketing")
    other.post(f"/views/{view.pk}/forget", {"back": "/?q=1"})
    assert SavedView.objects.count() == 1
    assert client.post(f"/views/{view.pk}/forget", {"back": "/?q=1"})["Location"] == "/"
    assert not SavedView.objects.exists()


def test_saving_leads_nowhere_else(company: None) -> None:
    sent = {"listing": "teams", "name": "x", "query": "", "back": "https://evil.example/"}
    assert signed_in("marketer").post("/views", sent)["Location"] == "/"


def test_a_view_needs_a_name_and_there_is_an_end_to_them(reader: User) -> None:
    with pytest.raises(ViewError, match="name"):
        save_view(reader, "teams", "  ", "")
    with pytest.raises(ViewError, match="too many filters"):
        save_view(reader, "teams", "x", "a" * 2001)
    for number in range(50):
        save_view(reader, "teams", f"view {number}", "")
    with pytest.raises(ViewError, match="forget one first"):
        save_view(reader, "teams", "one more", "")
    assert save_view(reader, "teams", "view 3", "q=1").query == "q=1"


def test_an_anonymous_reader_has_no_frame_of_their_own() -> None:
    request: Any = RequestFactory().get("/nothing")
    request.user = AnonymousUser()
    from leadpact.web.frame import frame

    assert frame(request)["frame"].caller is None


def shown(client: Client, **query: str) -> set[str]:
    """The leads of the list."""
    return set(re.findall(r'href="/leads/(\w+)"', client.get("/leads", query).text))


def test_leads_are_narrowed_to_ones_own_to_nobodys_and_to_what_sales_has(company: None) -> None:
    rep, user = registered.somebody("rep")
    assert shown(rep, holder="me") == {"Ada"}
    assert user.person
    LeadState.objects.filter(lead="Bo").update(holder=None)
    head = signed_in("administrator")
    assert shown(head, holder=user.person.name) == {"Ada"}
    assert shown(head, holder="-") == {"Bo", "Cy"}
    assert shown(head, holder="me") == shown(head) == {"Ada", "Bo", "Cy"}
    assert shown(head, status="with sales") == {"Ada", "Bo"}
    assert shown(head, status="open") == {"Ada", "Bo", "Cy"}


def test_the_page_of_leads_says_how_many_there_are(company: None) -> None:
    head = signed_in("administrator")
    assert 'id="answer">You see 3 leads, the newest first.<' in head.get("/leads").text
    text = head.get("/leads?q=ada").text
    assert 'id="answer">You see 1 lead that fits, the newest first.<' in text


def test_a_head_of_sales_is_told_that_theirs_are_not_all_leads(company: None) -> None:
    Lead.objects.filter(key="Cy").update(handed_over=False)
    Exclusion.objects.all().delete()
    for key, reason in (("Bo", "opt-out"), ("Cy", "test")):
        Exclusion.objects.create(lead_id=key, reason=reason, at=datetime.now(UTC), restored=False)
    told = {
        "sales head": ("You see 2 leads handed to sales, the", "1 lead handed to sales is not"),
        "marketing head": ("You see 3 leads, the", "2 leads are not"),
    }
    for role, (of_leads, of_left_out) in told.items():
        client = signed_in(role)
        assert of_leads in client.get("/leads").text
        page = client.get("/hygiene").text
        assert of_left_out in page
        assert "opt-out (1)" in page
        assert ("test (1)" in page) == (role == "marketing head")


def test_leads_are_narrowed_to_a_segment(company: None) -> None:
    head = signed_in("administrator")
    LeadState.objects.filter(lead="Bo").update(segment="Enterprise")
    assert shown(head, segment="Enterprise") == {"Bo"}


def test_a_score_opens_to_its_points(company: None) -> None:
    head = signed_in("administrator")
    for page in ("/leads", "/inbox"):
        assert re.search(r'href="/why/Ada">[\d.]+', head.get(page).text), page
