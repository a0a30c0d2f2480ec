"""The figures of the ready examples against direct counts of the public files."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from leadpact.agreement.loading import load
from leadpact.engine.evaluate import evaluate
from leadpact.engine.metrics.measures import Measures
from leadpact.sources.reading import read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Line = dict[str, str]


@cache
def measures(name: str, data: Path) -> Measures:
    """The figures of an example, from its files through the whole engine."""
    if not (data / name).is_dir():
        pytest.skip(f"no data: {data / name} is not a folder")
    agreement = load(EXAMPLES / name / "agreement.yaml").agreement
    assert agreement
    history = read(EXAMPLES / name / "sources.yaml", data).history
    return Measures(evaluate([agreement], history), history)


def lines(path: Path) -> list[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


#: What no line of a file can say.
NOT_STATED = "(not stated)"


def by_source(found: Measures, metric: str) -> Counter[str]:
    """A count by source; two sources that are told alike are added up."""
    counted: Counter[str] = Counter()
    for figure in found.of(metric, by="source"):
        counted[figure.source or NOT_STATED] += int(figure.value or 0)
    return +counted


def rates(found: Measures, metric: str) -> dict[str, tuple[int, int]]:
    """Cases that count and all cases of a share, by source."""
    told: dict[str, tuple[int, int]] = {}
    for figure in found.of(metric, by="source"):
        if figure.name == metric:
            met, n = told.get(figure.source or NOT_STATED, (0, 0))
            told[figure.source or NOT_STATED] = (met + figure.numerator, n + figure.n)
    return told


def test_olist_customers_and_close_rate_by_origin(shared_data: Path) -> None:
    found = measures("olist", shared_data)
    contacts = lines(shared_data / "olist" / "mqls.csv")
    won = {line["mql_id"] for line in lines(shared_data / "olist" / "closed_deals.csv")}
    origins = Counter(line["origin"] or NOT_STATED for line in contacts)
    customers = Counter(line["origin"] or NOT_STATED for line in contacts if line["mql_id"] in won)
    (leads,) = found.of("leads")
    assert leads.value == 8000
    assert by_source(found, "leads") == origins
    assert by_source(found, "customers") == customers
    assert rates(found, "mql_to_close") == {
        origin: (customers[origin], origins[origin]) for origin in origins
    }


def test_maven_won_lost_and_value(shared_data: Path) -> None:
    found = measures("maven-crm", shared_data)
    told = {
        name: found.of(name)[0].value for name in ("won_deals", "lost_deals", "revenue", "leads")
    }
    assert told == {"won_deals": 4238, "lost_deals": 2473, "revenue": 10_005_534, "leads": 8800}
    (rate,) = found.of("win_rate")
    assert (rate.numerator, rate.n) == (4238, 6711)


def test_x_education_conversion_by_source(shared_data: Path) -> None:
    found = measures("x-education", shared_data)
    students = lines(shared_data / "x-education" / "leads.csv")

    def source(line: Line) -> str:
        name = line["Lead Source"].strip().lower()
        return NOT_STATED if name in ("", "select") else name

    asked = Counter(map(source, students))
    converted = Counter(source(line) for line in students if line["Converted"] == "1")
    assert by_source(found, "leads") == asked
    assert by_source(found, "customers") == converted
    assert rates(found, "conversion") == {name: (converted[name], asked[name]) for name in asked}
    assert "select" not in asked
