from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import leadpact.demo
from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.demo.company import generate

FOLDER = Path(leadpact.demo.__file__).parent

#: Digest of the rows of a small company. It is the same on every platform and Python; change it
#: only together with what the demo company is like.
DIGEST = "11223f3661b895105af42509bb0b47e620ca5e419d7bb46317efb2f7bebda2b9"


def digest(company):
    told = [
        (
            row.event_id,
            row.source,
            row.lead_id,
            row.happened_at.isoformat(),
            row.recorded_at.isoformat(),
            row.kind,
            row.actor,
            row.batch,
            row.properties,
        )
        for row in company.rows
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def test_a_seed_gives_the_same_rows_everywhere():
    assert digest(generate(leads=150)) == DIGEST


def test_another_seed_gives_another_company():
    assert digest(generate(seed=8, leads=150)) != DIGEST


def test_every_lead_begins_with_its_creation(company):
    created = {row.lead_id: row.happened_at for row in company.rows if row.kind == "lead.created"}
    first = {}
    for row in company.rows:
        if row.lead_id:
            first.setdefault(row.lead_id, row.happened_at)
    assert first == created
    assert set(created) >= {lead.lead_id for lead in company.leads}


def test_a_touch_is_a_step_of_a_program_that_the_lead_joined(company):
    agreement = load_text(templates.text("b2b-saas"), "agreement.yaml").agreement
    steps = {(each.name, step.name) for each in agreement.nurture for step in each.steps}
    joined, touched = set(), set()
    for row in company.rows:
        if row.kind == "nurture.entered":
            joined.add((row.lead_id, row.properties["program"]))
        if row.kind == "nurture.touched":
            assert (row.lead_id, row.properties["program"]) in joined, row
            touched.add((row.properties["program"], row.properties["step"]))
    assert touched == steps


def test_nothing_lies_outside_the_year(company):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert all(start <= row.happened_at <= row.recorded_at <= company.until for row in company.rows)
    assert all(start <= deal.opened_at <= company.until for deal in company.deals)


def test_until_cuts_the_year():
    march = datetime(2026, 3, 20, tzinfo=UTC)
    company = generate(leads=120, until=march)
    assert max(row.recorded_at for row in company.rows) <= march
    known = {row.lead_id for row in company.rows}
    unknown = [lead for lead in company.leads if lead.lead_id not in known]
    assert len(unknown) <= 3
    assert all(lead.text("source") == "event" for lead in unknown)


@pytest.mark.parametrize(
    "wrong",
    [
        {"leads": 0},
        {"until": datetime(2027, 1, 1, tzinfo=UTC)},
        {"year": 2025, "until": datetime(2026, 5, 1, tzinfo=UTC)},
    ],
)
def test_what_cannot_be_made_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cannot be made|does not lie in"):
        generate(**wrong)


def test_another_year_has_its_own_calendar():
    company = generate(leads=60, year=2027)
    assert {row.happened_at.year for row in company.rows} == {2027}


def test_an_event_id_names_one_row(company):
    copies = defaultdict(set)
    times = Counter()
    for row in company.rows:
        key = (row.source, row.event_id)
        copies[key].add((row.lead_id, row.kind, row.happened_at, row.recorded_at))
        times[key] += 1
    assert all(len(seen) == 1 for seen in copies.values())
    assert 200 < sum(count == 2 for count in times.values()) < 900


def test_some_rows_arrive_late(company):
    late = [row for row in company.rows if row.recorded_at > row.happened_at + timedelta(hours=1)]
    assert {"sales.attempted", "webinar_attended", "page_viewed"} <= {row.kind for row in late}
    assert any(row.batch == "fair-2026-05.csv" for row in late)


def test_the_bought_list_is_withdrawn(company):
    listed = [row for row in company.rows if row.batch == "bought-list.csv"]
    voids = [row for row in company.rows if row.kind == "fact.voided"]
    assert len(listed) == 22
    assert [row.properties["batch"] for row in voids] == ["bought-list.csv"]


def test_leads_follow_week_and_season(company):
    days = Counter(lead.created_at.date() for lead in company.leads)
    weekday = [count for day, count in days.items() if day.weekday() < 4]
    weekend = [count for day, count in days.items() if day.weekday() >= 5]
    months = Counter(day.month for day in days.elements())
    assert sum(weekday) / len(weekday) > 2 * sum(weekend) / len(weekend)
    assert months[8] < 0.8 * months[6]


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_module_imports_nothing_else_of_the_product(path):
    own = [name for name in imported_names(path) if name.split(".")[0] == "leadpact"]
    assert all(name == "leadpact.demo" or name.startswith("leadpact.demo.") for name in own)


def test_making_a_company_loads_neither_agreement_nor_engine(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from leadpact.demo.company import generate\n"
        "made = generate(leads=30)\n"
        "assert 'pyarrow' not in sys.modules\n"
        "made.write(pathlib.Path(sys.argv[1]))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('leadpact.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "leadpact.demo.writing" in loaded
    assert all(name.split(".")[1] == "demo" for name in loaded)
