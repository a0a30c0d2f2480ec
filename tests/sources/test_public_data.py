"""The ready examples against direct counts of the public files."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.loading import load
from leadpact.sources.reading import Read, read
from tests.sources.helpers import leads, rows

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str, data: Path) -> Read:
    if not (data / name).is_dir():
        pytest.skip(f"no data: {data / name} is not a folder")
    return read(EXAMPLES / name / "sources.yaml", data)


def table(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["olist", "x-education", "maven-crm"])
def test_the_agreement_beside_each_is_faultless(name: str) -> None:
    loaded = load(EXAMPLES / name / "agreement.yaml")
    assert loaded.problems == []
    assert loaded.agreement
    assert list(examine(loaded.agreement, date(2026, 1, 1))) == []


def test_olist_customers_by_origin(shared_data) -> None:
    found = example("olist", shared_data)
    won = {row["mql_id"] for row in table(shared_data / "olist" / "closed_deals.csv")}
    direct = table(shared_data / "olist" / "mqls.csv")
    origins = Counter(row["origin"] or None for row in direct)
    customers = Counter(row["origin"] or None for row in direct if row["mql_id"] in won)
    sources = {lead: fields.get("source") for lead, fields in leads(found).items()}
    assert len(sources) == 8000
    assert Counter(sources.values()) == origins
    closed = {row["lead_id"] for row in rows(found, "deal.won")}
    assert Counter(sources[lead] for lead in closed) == customers
    assert sum(customers.values()) == found.history.deals.num_rows == 665
    assert found.rejects == []
    assert not found.history.attributes_as_exported


def test_maven_won_lost_and_value(shared_data) -> None:
    found = example("maven-crm", shared_data)
    deals = found.history.deals.to_pylist()
    outcomes = Counter(deal["outcome"] for deal in deals)
    assert outcomes == {"won": 4238, "lost": 2473, "open": 2089}
    assert sum(deal["amount"] for deal in deals if deal["outcome"] == "won") == 10_005_534
    assert {deal["product"] for deal in deals} >= {"GTX Pro"}
    assert "GTXPro" not in {deal["product"] for deal in deals}
    assert len(rows(found, "deal.won")) == 4238
    assert len(rows(found, "deal.lost")) == 2473
    assert len(leads(found)) == 8800
    assert found.rejects == []


def test_x_education_conversion_by_source(shared_data) -> None:
    found = example("x-education", shared_data)
    direct = table(shared_data / "x-education" / "leads.csv")

    def source(row: dict) -> str | None:
        name = row["Lead Source"].strip()
        return None if name in ("", "Select") else name.lower()

    sources = {lead: fields.get("source") for lead, fields in leads(found).items()}
    assert Counter(sources.values()) == Counter(map(source, direct))
    converted = {row["lead_id"] for row in rows(found, "stage.entered")}
    expected = Counter(source(row) for row in direct if row["Converted"] == "1")
    assert Counter(sources[lead] for lead in converted) == expected
    assert all("Select" not in fields.values() for fields in leads(found).values())
    assert any("has no times" in note for note in found.notes)
