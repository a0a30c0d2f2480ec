"""Goals and pace: the page says what the standings say, and draws the same."""

from __future__ import annotations

import pytest

from leadpact.documents.blocks import Opened, Section, Table, plain
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.goals import goals_and_pace
from leadpact.documents.parts.pace import pace
from leadpact.documents.report import Report
from leadpact.insight.hurdles import target
from leadpact.insight.standing import GoalStanding
from tests.documents.company import Company
from tests.documents.reports import SHA, SMALL
from tests.engine.metrics import tiny


@pytest.fixture(scope="module")
def report() -> Report:
    made = Company()
    return Report(made.result(), made.history(), SHA)


@pytest.fixture(scope="module")
def section(report: Report) -> Section:
    return goals_and_pace(CaseBook(report.measures), report.standings)


def standing(report: Report, name: str) -> GoalStanding:
    return next(each for each in report.standings if each.name == name and not each.closed)


def rows(table: Table) -> dict[str, list[str]]:
    return {
        plain(row[0]): [plain(cell).replace("\u00a0", " ") for cell in row[1:]]
        for row in table.rows
    }


def test_each_side_has_its_promises_of_the_present_period(section: Section) -> None:
    captions = [table.caption for table in section.tables]
    assert captions == ["Marketing: Q4 2025 so far", "Sales: Q4 2025 so far"]
    marketing = rows(section.tables[0])
    assert list(marketing) == ["Assign each MQL", "MQLs a quarter", "MQLs worth calling"]


def test_a_hurdle_is_told_with_its_chance(report: Report, section: Section) -> None:
    found = standing(report, "MQLs a quarter")
    aim = target(found.hurdles)
    assert aim is not None
    assert aim.chance is not None
    table = section.tables[0]
    told = rows(table)["MQLs a quarter"][list(table.header).index("Target") - 1]
    assert told.splitlines()[0] == "240"
    assert told.splitlines()[1].startswith("chance ")


def test_what_came_and_what_was_due_stand_together_and_open(section: Section) -> None:
    (cell,) = [row[1] for row in section.tables[0].rows if row[0] == "MQLs a quarter"]
    assert not isinstance(cell, str | Opened)
    came, _, due = cell
    assert isinstance(came, Opened)
    assert came.behind.total == int(came.text)
    assert isinstance(due, Opened)
    assert due.text.endswith("due by now")


def test_a_forecast_opens_to_how_it_is_reckoned(report: Report, section: Section) -> None:
    found = standing(report, "MQLs a quarter")
    (row,) = [row for row in section.tables[0].rows if row[0] == "MQLs a quarter"]
    header = list(section.tables[0].header)
    end, target = row[header.index("Likely end")], row[header.index("Target")]
    assert isinstance(end, Opened)
    chance = target[1]
    assert isinstance(chance, Opened)
    assert chance.text.startswith("chance ")
    for each in (end, chance):
        assert each.behind.title == f"{found.name}, {found.period_title}: where it will end"
        assert each.behind.doubt.startswith(found.sentence)
        assert "played 5,000 times" in each.behind.doubt
        assert each.behind.total == found.value


def test_a_chart_ends_where_the_figures_are(report: Report) -> None:
    found = standing(report, "MQLs a quarter")
    chart = pace(CaseBook(report.measures), found)
    assert chart is not None
    names = [layer["data"]["name"] for layer in chart.spec["layer"][:3]]
    hurdles, due, came = (chart.spec["datasets"][name] for name in names)
    assert [each["label"] for each in hurdles] == ["minimum 180", "target 240", "stretch 300"]
    assert (due[0]["value"], due[-1]["value"]) == (0, 240)
    assert (due[0]["at"], due[-1]["at"]) == ("2025-10-01T00:00Z", "2026-01-01T00:00Z")
    assert came[-1]["value"] == found.value
    assert came[-1]["at"].startswith("2025-10-14T")
    last = chart.table.rows[-1]
    assert plain(last[1]) == f"{found.value:g}"
    assert float(plain(last[2])) == round(found.expected_now or 0)


def test_only_what_is_added_up_is_drawn(section: Section) -> None:
    assert [chart.title for chart in section.charts] == [
        "Sales: New customers",
        "Marketing: MQLs a quarter",
    ]


def test_the_last_period_is_told_when_asked_for(section: Section) -> None:
    ended = [table for table in section.aside if "how the last period ended" in table.caption]
    assert [table.caption.partition(":")[0] for table in ended] == ["Marketing", "Sales"]
    assert rows(ended[0])["MQLs a quarter"][0] == "Q3 2025"


def test_how_a_period_ended_is_told_beside_the_one_before(section: Section) -> None:
    (ended, _) = (table for table in section.aside if "how the last period ended" in table.caption)
    place = list(ended.header).index("Beside the period before")
    (cell,) = (row[place] for row in ended.rows if row[0] == "MQLs a quarter")
    assert isinstance(cell, Opened)
    # 232 MQLs in Q3, and so many in the quarter before.
    assert plain(cell) == f"+{232 - cell.behind.total}, may be chance"


def test_a_goal_that_cannot_be_judged_says_why() -> None:
    goal = {"name": "More", "side": "marketing", "metric": "leads", "per": "quarter"}
    goal |= {"hurdles": {"target": 10}, "relative_to": "2025-Q2", "by": "percent"}
    found = Report(tiny.result(under=tiny.agreement(goals=[goal])), tiny.history(), SHA)
    section = goals_and_pace(CaseBook(found.measures), found.standings)
    assert any("“More” cannot be judged" in plain(text) for text in section.text)


def test_the_page_says_by_what_a_goal_is_measured() -> None:
    goal = {"name": "More", "side": "marketing", "metric": "leads", "per": "quarter"}
    goal |= {"hurdles": {"target": 10}, "relative_to": "2025-Q3", "by": "percent"}
    under = tiny.agreement(goals=[goal], term={"from": "2025-10-01"})
    leads = [{"lead_id": f"{number}"} for number in range(6)]
    found = Report(tiny.result(under=under, leads=leads), tiny.history(), SHA)
    section = goals_and_pace(CaseBook(found.measures), found.standings)
    assert (
        "“More” is measured by Q3 2025: 6, as known now. Q3 2025 had only 6 cases to measure by."
        in map(plain, section.text)
    )


def test_without_hurdles_the_page_says_so() -> None:
    bare = SMALL["no obligations"]()
    section = goals_and_pace(CaseBook(bare.measures), bare.standings)
    assert section.text == ["The agreement sets no hurdle that can be looked at yet."]
