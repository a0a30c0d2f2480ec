"""Pages of figures: what they show, to whom, and that they can be read by everybody everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from leadpact.demo.present import generate_until
from leadpact.documents.blocks import Case, Group, Section, TryOut
from leadpact.documents.long_lists import OwnCases, packed, pieces
from leadpact.documents.stored import Stored
from leadpact.flows.demonstration import AGREEMENT, agreement_of
from leadpact.flows.inhabiting import inhabit
from leadpact.flows.measuring import measure
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    Exclusion,
    Lead,
    LeadState,
    NurtureEntry,
    PublishedList,
    PublishedPart,
    PublishedPiece,
    User,
)
from leadpact.ledger.services.ingest import ingest
from tests.api.conftest import signed_in
from tests.browser import accessibility_violations
from tests.ledger.helpers import settle
from tests.web import registered
from tests.web.conftest import nothing, text
from tests.web.pictures import kept
from tests.web.test_every_page import enter

PAGES = (
    *("home", "obligations", "goals", "funnel", "wins", "team", "nurture", "hygiene", "what_if"),
    *("planner", "leads", "diagnosis"),
)
PLAN = "?year=2027&revenue=1.2M&average_sale=10k&from_mqls=50%25&deals_per_mql=10%25&days=30"
READERS = ("administrator", "marketing head", "marketer", "sales head", "viewer")


@pytest.mark.parametrize("role", READERS)
def test_before_anything_is_measured_pages_say_what_to_do(company: None, role: str) -> None:
    client = signed_in(role)
    for name in ("home", "obligations", "goals", "funnel", "diagnosis", "what_if"):
        assert "Nothing is measured yet" in client.get(reverse(name)).text, name


@pytest.mark.parametrize("role", ["marketing head", "sales head", "viewer"])
def test_a_head_reads_sentences_first(measured: None, role: str) -> None:
    page = signed_in(role).get("/").text
    assert re.search(r"<h1>[^<]*(promise|judged)", page)
    said = text(page)
    assert "Needs a decision" in said
    assert "Since last week" in said
    assert "First response to an MQL" in said


def test_a_marketer_sees_their_own_side(measured: None) -> None:
    said = text(signed_in("marketer").get("/").text)
    assert "What marketing promised" in said
    assert "Closed loop by source" in said
    assert "First response to an MQL" not in said


def test_a_marketer_sees_what_became_of_the_campaigns_they_follow(company: None) -> None:
    at = datetime.now(UTC)
    facts = []
    for name, campaign in (("Dee", "spring"), ("Eli", "spring"), ("Flo", "autumn & co")):
        known = Known(id=name, email=f"{name.lower()}@{name.lower()}works.org")
        stated = {"email": known.email, "country": "US", "employees": 800, "campaign": campaign}
        facts.append(Fact("crm", f"{name} 1", "lead.created", at, known, stated, at))
        asked = {"form": "demo", "seconds_to_fill": 40}
        facts.append(Fact("crm", f"{name} 2", "form_submitted", at, known, asked, at))
    gone = {"reason": "no budget"}
    facts.append(Fact("crm", "Dee 3", "sales.rejected", at, Known(id="Dee"), gone, at, "Ana Silva"))
    ingest(facts, now=at)
    settle(datetime.now(UTC))
    measure(datetime.now(UTC), "test", nothing)
    marketer = signed_in("marketer")
    said = text(marketer.get("/").text)
    assert "spring 2 2" in said
    assert "autumn &amp; co 1 1" in said
    assert "no budget 1" in said
    marketer.post(reverse("follow_campaigns"), {"campaign": ["autumn & co"]})
    page = marketer.get("/").text
    tables = text(page[page.index("<table") : page.index("What marketing promised")])
    assert "autumn &amp; co 1 1" in tables
    assert "spring 2 2" not in tables
    marketer.post(reverse("follow_campaigns"), {})
    assert "spring 2 2" in text(marketer.get("/").text)


def test_a_rep_sees_no_figures_of_others(measured: None) -> None:
    rep = signed_in("rep", "Ana Silva")
    for name in ("obligations", "goals", "funnel", "team", "nurture", "hygiene", "what_if"):
        assert rep.get(reverse(name)).status_code == 403
    key = PublishedList.objects.values_list("key", flat=True)[0]
    assert rep.get(reverse("behind", args=[key])).status_code == 403


def test_every_figure_opens_to_its_leads_and_says_what_counts(measured: None) -> None:
    client = signed_in("marketing head")
    found: set[str] = set()
    for name in ("home", "obligations", "goals", "funnel", "team"):
        found |= set(re.findall(r'href="(/figures/behind/[^"]+)"', client.get(reverse(name)).text))
    assert len(found) > 10
    assert {each.rsplit("/", 1)[1] for each in found} <= set(
        PublishedList.objects.values_list("key", flat=True)
    )
    for address in found:
        page = client.get(address).text
        assert "Counts: " in page
    titles = {json.loads(each.value)["title"]: each for each in PublishedList.objects.all()}
    leads = titles["Leads, the last seven days"]
    page = client.get(reverse("behind", args=[leads.key])).text
    assert f'<a href="{reverse("lead", args=["Ada"])}">Ada</a>' in page


def test_the_loop_is_told_by_what_one_chooses(measured: None) -> None:
    client = signed_in("marketing head")
    page = client.get(reverse("funnel")).text
    assert "By source, over all time" in page
    for by in ("campaign", "landing page", "asset"):
        address = f"{reverse('funnel')}?by={by.replace(' ', '_')}&in=all"
        assert f"By {by}, over all time" in client.get(address).text
    assert "By source, over all time" in client.get(f"{reverse('funnel')}?by=shoe&in=2020-Q1").text


def test_a_long_list_is_leafed_through(company: None) -> None:
    cases = [["Ada", f"2026-04-01T12:00:{n % 60:02}+00:00", f"case {n}"] for n in range(250)]
    whole = OwnCases(
        "k 0", Group("", 250, [Case("Ada", n, f"case {n}") for n in range(250)])
    ).whole()
    told = {"title": "MQLs", "counted": "Counts: MQLs.", "when": "When", "sources": {"0": "k 0"}}
    told["groups"] = [["", 250, cases[:100]]]
    PublishedList.objects.create(key="k", value=json.dumps(told), places=packed([whole]))
    for piece in pieces(whole.source):
        value = json.dumps(piece.made())
        PublishedPiece.objects.create(source=piece.source, number=piece.number, value=value)
    client = signed_in("marketing head")
    shown = [
        re.findall(r"case (\d+)<", client.get(f"/figures/behind/k?group=0&page={page}").text)
        for page in ("1", "2", "3", "9", "x")
    ]
    hundreds = [[str(n) for n in range(*each)] for each in ((100,), (100, 200), (200, 250))]
    assert shown == [*hundreds, hundreds[2], hundreds[0]]
    assert client.get("/figures/behind/k?group=1").status_code == 404
    lines = b"".join(client.get("/figures/behind/k?as=csv")).decode("utf-8-sig").splitlines()
    assert lines[0] == "Counts as,Lead,Key,Company,Why,When"
    assert [re.findall(r"case (\d+),", each) for each in lines[1:]] == [
        [str(n)] for n in range(250)
    ]
    found = client.get("/figures/behind/k?q=ada").text
    assert "the first 200 of 250" in text(found)
    assert re.findall(r"case (\d+)<", found) == [str(n) for n in range(200)]
    assert "Nobody here is called so" in client.get("/figures/behind/k?q=nobody").text
    assert "Nobody here is called so" in client.get("/figures/behind/k?q=bo").text
    lines = b"".join(client.get("/figures/behind/k?as=csv&q=bo")).splitlines()
    assert len(lines) == 1
    PublishedPiece.objects.all().delete()
    assert "not kept any more" in client.get("/figures/behind/k?group=0&page=2").text


def test_sales_is_not_told_who_is_still_with_marketing(measured: None) -> None:
    rows = [each for each in PublishedList.objects.all() if '"Cy"' in each.value]
    assert rows
    sales, marketing = signed_in("sales head"), signed_in("marketing head")
    for row in rows:
        address = reverse("behind", args=[row.key])
        page = sales.get(address).text
        assert ">Cy</a>" not in page
        assert "not handed over to sales" in page
        assert ">Cy</a>" in marketing.get(address).text
        files = [b"".join(each.get(f"{address}?as=csv")) for each in (sales, marketing)]
        assert b"Cy" not in files[0]
        assert b"Cy" in files[1]


def test_what_a_lead_wrote_runs_nowhere(company: None) -> None:
    at = datetime.now(UTC)
    bad = "<script>alert(1)</script>\"'="
    known = Known(id="Evil", email="evil@evilworks.org")
    stated = {"email": known.email, "name": bad, "company": bad, "source": bad, "campaign": bad}
    asked = {"form": "demo", "seconds_to_fill": 40}
    ingest(
        [
            Fact("crm", "e1", "lead.created", at, known, {**stated, "country": "US"}, at),
            Fact("crm", "e2", "form_submitted", at, known, asked, at),
        ],
        now=at,
    )
    settle(datetime.now(UTC))
    measure(datetime.now(UTC), "test", nothing)
    client = signed_in("administrator")
    addresses = [reverse(name) for name in PAGES]
    evil = [each.key for each in PublishedList.objects.all() if '"Evil"' in each.value]
    addresses += [reverse("behind", args=[key]) for key in evil]
    assert evil
    shown = [client.get(address).text for address in addresses]
    assert not any("<script>alert" in page for page in shown)
    assert any("&lt;script&gt;alert" in page for page in shown)


def test_pages_ask_little_of_the_database(measured: None) -> None:
    client = signed_in("administrator")
    for name in PAGES:
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name))
        assert len(captured) <= 20, (name, len(captured))


def test_a_table_of_leads_is_found_sorted_and_narrowed(measured: None) -> None:
    client = signed_in("marketing head")
    assert "Ada" in text(client.get("/leads?q=ada").text)
    assert ">Bo<" not in client.get("/leads?q=ada").text
    assert ">Ada<" not in client.get("/leads?holder=Emma+Fischer").text
    csv = b"".join(client.get("/leads?as=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.splitlines()[0].startswith("\ufeffLead,Company,Stage")
    assert {"Ada", "Bo", "Cy"} <= {line.split(",")[0] for line in csv.splitlines()}
    sales = b"".join(signed_in("sales head").get("/leads?as=csv").streaming_content)  # type: ignore[attr-defined]
    assert b"Cy" not in sales


def test_the_nurtured_are_found_and_what_is_late_is_told(company: None) -> None:
    at = datetime.now(UTC)
    NurtureEntry.objects.all().delete()
    for lead, due in (("Ada", at - timedelta(days=1)), ("Bo", at + timedelta(days=1))):
        NurtureEntry.objects.create(
            lead_id=lead, episode=1, program="Stay in touch", owner="Jo", entered_at=at,
            next_step="A call", next_channel="phone", next_touch_at=due,
        )  # fmt: skip
    client = signed_in("marketing head")
    page = client.get("/nurture").text
    assert ">2 leads</a> are nurtured now" in page
    assert 'href="?state=touch+overdue">1 touch</a> is overdue' in page
    assert "leads</a> handed to sales are nurtured" in signed_in("sales head").get("/nurture").text
    late = client.get("/nurture?state=touch+overdue").text
    assert ">Ada</a>" in late
    assert ">Bo</a>" not in late
    assert ">Ada</a>" not in client.get("/nurture?q=bo").text


def test_what_is_left_out_counts_again(company: None) -> None:
    at = datetime.now(UTC)
    known = Known(id="Twin", email="test@twinworks.org")
    stated = {"email": known.email, "country": "US", "name": "Twin"}
    ingest([Fact("crm", "t1", "lead.created", at, known, stated, at)], now=at)
    settle(datetime.now(UTC))
    assert Exclusion.objects.get().reason == "test"
    head = signed_in("marketing head")
    assert ">Twin</a>" in head.get("/hygiene?q=twin").text
    assert ">Twin</a>" not in head.get("/hygiene?q=nobody").text
    assert ">Twin</a>" not in signed_in("sales head").get("/hygiene").text
    head.post(reverse("work_restore"), {"lead": "Twin", "back": "/hygiene"})
    settle(datetime.now(UTC))
    assert ">Twin</a>" not in head.get("/hygiene").text
    assert LeadState.objects.get(lead="Twin").status == "open"


def test_a_table_of_figures_is_downloaded_with_its_numbers(measured: None) -> None:
    client = signed_in("marketing head")
    found = re.findall(r'href="(/figures/tables/[^"]+)"', client.get("/team").text)
    assert found
    for address in {*found}:
        told = b"".join(client.get(address).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert len(told.splitlines()) > 1, address
    PublishedPart.objects.filter(key="k").delete()
    at = registered.address_of(registered.PAGES["figures_table"], User())
    told = b"".join(client.get(at).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert told.splitlines() == ["Source,Leads", "'=HYPERLINK(1),1234", "direct,"]
    assert client.get(f"{at}nothing").status_code == 404
    assert client.get(at.replace("/0/", "/7/")).status_code == 404
    assert signed_in("rep").get(at).status_code == 403


def test_the_script_of_charts_is_ours_and_kept(company: None) -> None:
    told = Client().get(reverse("chart_runtime"))
    assert told.status_code == 200
    assert "vegaEmbed" in told.text
    again = Client().get(reverse("chart_runtime"), headers={"If-None-Match": told["ETag"]})
    assert again.status_code == 304


def test_another_threshold_is_tried_once_a_day(company: None) -> None:
    at = datetime.now(UTC)
    measure(at, "test", nothing)
    first = PublishedPart.objects.get(key="threshold").made_at
    measure(at + timedelta(hours=2), "test", nothing, take_over=True)
    assert PublishedPart.objects.get(key="threshold").made_at == first
    measure(at + timedelta(hours=25), "test", nothing, take_over=True)
    assert PublishedPart.objects.get(key="threshold").made_at > first
    head = signed_in("sales head")
    page = head.get(reverse("diagnosis")).text
    assert "Nothing that is promised can be judged" in page
    assert "what was looked at, and why not" in page
    assert "A lower threshold" in page
    moved = head.get(f"{reverse('what_if')}?threshold=61").text
    assert 'value="13" aria-valuetext="61"' in moved
    assert 'value="10" aria-valuetext="55"' in head.get(f"{reverse('what_if')}?threshold=x").text


def recommended() -> None:
    """A recommendation is published."""
    stored, change = Stored(), TryOut(["- <b>: 1", "+ <b>: 2"], "leadpact what-if a.yaml", "60")
    stored.add(Section("advice-raise", "Raise it", answer="Because.", try_out=change))
    for key, value in stored.parts.items():
        PublishedPart.objects.update_or_create(
            key=key, defaults={"value": json.dumps(value), "made_at": datetime.now(UTC)}
        )


def test_a_recommendation_has_its_lines_and_leads_to_what_if(measured: None) -> None:
    recommended()
    page = signed_in("viewer").get(reverse("diagnosis")).text
    assert '<a href="#advice-raise">Raise it</a>' in page
    assert 'href="/what-if?threshold=60"' in page
    assert "- &lt;b&gt;: 1" in page
    assert "leadpact what-if a.yaml" in page


# In a browser, with a company that has a past.


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[None]:
    """The sample company, small, in the ledger of this test."""
    now = datetime.now(UTC).replace(microsecond=0)
    generate_until(now, leads=150).write(tmp_path)
    (tmp_path / AGREEMENT).write_text(agreement_of(now), encoding="utf-8")
    inhabit(tmp_path, seed=7, now=now, tell=nothing)
    return


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_figures_can_be_read_by_everybody_everywhere(
    lived: None, live_server: LiveServer, page: Page, refused_requests: list[str]
) -> None:
    """axe finds nothing, charts are drawn under the policy, nothing runs out of the page."""
    assert NurtureEntry.objects.exists()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    head = Client()
    head.force_login(User.objects.get(role="marketing head"))
    enter(page, live_server, head)
    wrong = []
    key = PublishedList.objects.values_list("key", flat=True)[0]
    addresses = {name: reverse(name) for name in PAGES} | {"behind": reverse("behind", args=[key])}
    addresses["plan"] = reverse("planner") + PLAN
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for name, address in addresses.items():
            page.goto(f"{live_server.url}{address}")
            drawn = page.locator("[data-spec]").count()
            if drawn:
                page.wait_for_function(
                    "n => document.querySelectorAll('[data-spec] svg').length === n", arg=drawn
                )
            kept(page, f"figures-{name}-{width}-{scheme}")
            wrong += [f"{name} {width}: {each}" for each in accessibility_violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{name} {width}: runs out of the page")
    page.goto(f"{live_server.url}{reverse('what_if')}")
    slider = page.get_by_role("slider")
    before = page.locator("[data-part=value]").inner_text()
    slider.press("ArrowRight")
    assert page.locator("[data-part=value]").inner_text() != before
    points = page.locator("[data-part=value]").inner_text()
    page.locator("[data-figure='0'] a").click()
    assert page.locator("h1").inner_text() == f"At {points} points: MQLs"
    wrong += [f"behind a threshold: {each}" for each in accessibility_violations(page)]
    page.goto(f"{live_server.url}{reverse('funnel')}")
    page.locator(".mark-rect path").first.click()
    page.wait_for_url("**/figures/behind/**")
    page.goto("about:blank")
    assert (wrong, complaints, refused_requests) == ([], [], [])
    assert Lead.objects.count() > 150
