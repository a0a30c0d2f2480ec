"""The snippet in a page of somebody else's, in a real browser: with JavaScript and without."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows.form_pages import snippet
from leadpact.ledger.models import Event, Form
from leadpact.ledger.services import forms
from leadpact.ledger.services.agreements import publish
from tests.browser import accessibility_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
FIELDS = ["name*=Your name", "company=Company", "department=Department",
          "do_not_contact=Please do not call or write to me beyond this"]  # fmt: skip


@dataclass
class Site:
    """A site of somebody else's, with the form on its page; `ours` is the installation."""

    form: Form
    address: str
    ours: str


@pytest.fixture
def site(live_server: Any) -> Iterator[Site]:
    """Served from another origin than the installation."""
    now = datetime.now(UTC)
    pages: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path.partition("?")[0], "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{server.server_port}"
        publish(load_text(templates.text("b2b-saas"), "a.yaml"), actor="test", now=now)
        form = forms.create(
            "Ask for a demo", FIELDS, sites=[address], thanks=f"{address}/thanks", button="Ask us",
            actor="test", now=now,
        )  # fmt: skip
        shell = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Site</title><main>{}</main>"
        )
        pages["/demo"] = shell.format(f"<h1>Demo</h1>{snippet(form, live_server.url)}")
        pages["/thanks"] = shell.format("<h1>See you soon</h1>")
        yield Site(form, address, live_server.url)
        server.shutdown()


def told() -> dict[str, dict[str, Any]]:
    rows = Event.objects.filter(source="forms").values_list("kind", "properties")
    return {kind: json.loads(properties) for kind, properties in rows}


def fill(page: Page) -> None:
    page.get_by_label("Email").fill("ada@adaworks.org")
    page.get_by_label("Your name").fill("Ada <b>Lovelace</b>")
    page.get_by_label("Department").select_option("it")


def test_the_snippet_works_where_it_was_pasted(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/demo?utm_source=ads&utm_campaign=spring")
    page.wait_for_function("document.querySelector('[name=lp_stamp]').value !== ''")
    fill(page)
    page.get_by_role("button", name="Ask us").click()
    page.wait_for_url(f"{site.address}/thanks")
    assert page.inner_text("h1") == "See you soon"
    found = told()
    lead, form = found["lead.created"], found["form_submitted"]
    assert lead["name"] == "Ada <b>Lovelace</b>"
    assert (lead["source"], lead["campaign"]) == ("ads", "spring")
    assert lead["landing_page"] == f"{site.address}/demo"
    assert form["url"] == f"{site.address}/demo?utm_source=ads&utm_campaign=spring"
    assert "honeypot" not in form
    assert form["seconds_to_fill"] >= 0


def test_where_a_visit_began_is_known_when_the_form_stands_on_a_later_page(
    site: Site, page: Page
) -> None:
    page.goto(f"{site.address}/demo?utm_source=ads")
    page.goto(f"{site.address}/demo")
    page.wait_for_function("document.querySelector('[name=lp_stamp]').value !== ''")
    assert page.input_value("[name=lp_utm_source]") == "ads"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_javascript_it_is_looked_over_once_more(
    site: Site, browser: Browser, size: ViewportSize, scheme: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=size, color_scheme=scheme)
    page = context.new_page()
    try:
        page.goto(f"{site.address}/demo")
        fill(page)
        page.get_by_role("button", name="Ask us").click()
        assert page.url == f"{site.ours}/f/{site.form.key}"
        assert "once more" in page.inner_text("[role=status]")
        assert page.input_value("[name=name]") == "Ada <b>Lovelace</b>"
        kept(page, f"again-{scheme}-{size['width']}")
        assert not told()
        page.get_by_role("button", name="Ask us").click()
        page.wait_for_url(f"{site.address}/thanks")
        assert told()["lead.created"]["department"] == "it"
    finally:
        context.close()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_our_own_page_fits_is_readable_and_says_what_is_wrong(
    site: Site, page: Page, size: ViewportSize, scheme: Any
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.ours}/f/{site.form.key}")
    assert accessibility_violations(page) == []
    kept(page, f"own-{scheme}-{size['width']}")
    fill(page)
    page.get_by_label("Email").fill("ada@home@")
    page.evaluate("document.forms[0].noValidate = true")
    page.get_by_role("button", name="Ask us").click()
    assert "is no email address" in page.inner_text("[role=alert]")
    assert accessibility_violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"]
    kept(page, f"wrong-{scheme}-{size['width']}")


def kept(page: Page, name: str) -> None:
    """A picture of the page, where somebody asked for them."""
    if folder := os.environ.get("LEADPACT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
