"""The page of the team: what everybody holds, owes and was given, and what that opens to."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from django.urls import reverse

from leadpact.ledger.models import (
    Clock,
    Handoff,
    LeadState,
    Person,
    PublishedMetric,
    PublishedPart,
    Standing,
)
from leadpact.ledger.selectors.teams import PERSONAL
from tests.api.conftest import signed_in
from tests.web.conftest import text


def test_the_team_shows_what_everybody_holds(measured: None) -> None:
    page = signed_in("sales head").get("/team").text
    holder = LeadState.objects.get(lead="Ada").holder
    row = next(each for each in page.split("<tr ") if f">{holder}</a>" in each)
    assert "Mon-Fri 09:00-18:00, New York" in row
    cell = row.partition('data-label="Open leads"')[2].partition("</td>")[0]
    assert re.search(r"<a [^>]*status=with\+sales[^>]*>1<", cell)


def test_the_team_is_sorted_by_what_they_owe_and_narrowed_to_who_does(measured: None) -> None:
    head = signed_in("sales head")

    def names(**query: str) -> list[str]:
        found = head.get("/team", query).text
        return re.findall(r'data-label="Person"><div><a [^>]*>([^<]+)<', found)

    everybody, holder = names(), LeadState.objects.get(lead="Ada").holder
    Clock.objects.filter(lead="Ada", side="sales").update(outcome="overdue")
    assert names(stands="something overdue") == [holder]
    assert names(sort="-overdue")[0] == holder
    assert names(sort="overdue")[-1] == holder
    for column in ("open", "response", "kept", "accepted", "given"):
        assert sorted(names(sort=f"-{column}")) == sorted(everybody)
    assert names(stands="away") == []


def test_what_somebody_was_given_opens_to_how_it_came_to_them(company: None) -> None:
    Standing.objects.all().delete()
    ada = Handoff.objects.get(lead="Ada")
    person = Person.objects.get(name=ada.person)
    Standing.objects.create(team="Sales", bulk=False, person=person.name, due=1.25, had=2)
    head = signed_in("sales head")
    address = reverse("given", args=[person.pk])
    assert f'<a class="figure" href="{address}">2 <small' in head.get("/team").text
    page = head.get(address).text
    assert f"Pools gave {person.name} 2 leads; 1.2 would be fair." in text(page)
    assert json.loads(ada.steps)
    assert ">Ada</a>" in page
    assert f"{person.name}: chosen" in text(page)
    assert ">Ada</a>" not in head.get(f"{address}?q=nobody").text
    assert head.get(reverse("given", args=[999_999])).status_code == 404


def test_a_figure_of_the_team_opens_to_its_leads(company: None) -> None:
    name = Person.objects.filter(active=True)[0].name
    cells = [[name], [["1 h", "k" * 20]], [["80 %", "l" * 20]], ["–"]]
    table = {"header": ["Person", *PERSONAL], "rows": [cells]}
    PublishedPart.objects.create(
        key="people", value=json.dumps({"tables": [table]}), made_at=datetime.now(UTC), sha256="x"
    )
    for metric in PERSONAL:
        PublishedMetric.objects.create(
            name=metric, period="all", by="person", group=name, value=0.8, unit="share", n=30
        )
    row = next(
        each
        for each in signed_in("sales head").get("/team").text.split("<tr ")
        if f">{name}</a>" in each
    )
    assert re.findall(r'href="/figures/behind/(\w+)">80.% <', row) == ["k" * 20, "l" * 20]
