"""The planner's page: what it asks, what it answers, and what it does with what cannot be meant."""

from __future__ import annotations

from django.urls import reverse

from tests.api.conftest import signed_in
from tests.web.conftest import text


def test_a_year_is_planned_from_the_history_or_what_is_said(measured: None) -> None:
    client = signed_in("sales head")
    address = reverse("planner")
    assert "Say what revenue the year is to bring" in text(client.get(address).text)
    # Three leads tell nothing, so every rate must be said.
    asked = {"year": "2027", "revenue": "1.2M"}
    assert "please say it" in text(client.get(address, asked).text)
    asked |= {"average_sale": "10k", "from_mqls": "50%", "deals_per_mql": "10%", "days": "30"}
    page = text(client.get(address, asked).text)
    assert "sales owes 120 won deals and marketing 600 MQLs: 10 and 50 a month." in page
    assert "January 2027" in page
    assert "metric: mqls, per: month" in page
    bad = '"><script>alert(1)</script>'
    page = client.get(address, {**asked, "revenue": bad, "cost-mqls": bad, "cost-x": bad}).text
    assert "<script>alert" not in page
    assert "is no number" in text(page)


def test_before_anything_is_measured_the_planner_says_what_to_do(company: None) -> None:
    assert "Nothing is measured yet" in signed_in("viewer").get(reverse("planner")).text
