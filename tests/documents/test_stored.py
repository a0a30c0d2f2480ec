"""What pages of figures read: the parts of a report as JSON, and the lists behind their figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leadpact.agreement.loading import load_text
from leadpact.demo.present import generate_until
from leadpact.documents import words
from leadpact.documents.case_book import DECIDED
from leadpact.documents.long_lists import cases_at, key_of_prints, of_leads, pieces, unpacked
from leadpact.documents.parts.credit import credit
from leadpact.documents.parts.kept_when import kept_when
from leadpact.documents.parts.loops import BY, choices, key_of, loops
from leadpact.documents.parts.months import months
from leadpact.documents.parts.people import people
from leadpact.documents.parts.rulings import rulings
from leadpact.documents.parts.week import week
from leadpact.documents.pools import Pool
from leadpact.documents.report import Report
from leadpact.documents.stored import MOST_CASES, Stored
from leadpact.engine.evaluate import evaluate
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.flows.demonstration import agreement_of
from leadpact.flows.recorded import LOG, read_log

#: A Friday afternoon: no clock of the week's last promise is still young.
UNTIL = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder: Path = tmp_path_factory.mktemp("company")
    generate_until(UNTIL, leads=500).write(folder)
    history = read_log(folder / LOG).history
    loaded = load_text(agreement_of(UNTIL), "agreement.yaml")
    assert loaded.agreement
    return Report(evaluate([loaded.agreement], history, as_of=UNTIL), history, loaded.sha256)


@pytest.fixture(scope="module")
def stored(report: Report) -> Stored:
    made = Stored.of(report)
    for part in (week, months, credit, rulings):
        made.add(part(report.book))
    return made


def openings(value: Any) -> Iterator[tuple[str, str]]:
    """Every figure that opens, as text and key, wherever it stands."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "spec":
                yield from openings(each)
    elif isinstance(value, list):
        if len(value) == 2 and all(isinstance(each, str) for each in value) and len(value[1]) == 20:
            yield value[0], value[1]
            return
        for each in value:
            yield from openings(each)


def rows(stored: Stored, key: str, caption: str) -> dict[str, list[Any]]:
    """The rows of a table by their first cell."""
    part = stored.parts[key]
    found = [t for t in (*part["tables"], *part["aside"]) if t["caption"].startswith(caption)]
    return {
        row[0][0] if isinstance(row[0][0], str) else row[0][0][0]: row for row in found[0]["rows"]
    }


def count(cell: list[Any]) -> int:
    """A count, whether it opens or not."""
    text = cell[0] if isinstance(cell[0], str) else cell[0][0]
    return int(text.replace(",", ""))


def test_everything_is_json_and_every_figure_finds_its_list(stored: Stored) -> None:
    told = json.dumps(stored.parts, allow_nan=False)
    found = list(openings(json.loads(told)))
    assert len(found) > 200
    assert {key for _, key in found} == set(stored.lists)
    for listed in stored.lists.values():
        assert listed["counted"].endswith(".")
        for _, total, cases in listed["groups"]:
            assert 0 < len(cases) <= min(total, MOST_CASES)
            assert len(cases) == min(total, MOST_CASES)


def test_a_count_opens_to_as_many_cases(stored: Stored) -> None:
    for text, key in openings(stored.parts["months"]["tables"]):
        if text.replace(",", "").isdigit():
            assert count([text]) in (
                sum(total for _, total, _ in stored.lists[key]["groups"]),
                *(total for _, total, _ in stored.lists[key]["groups"]),
            )


def said(pieces: list[str | list[str]]) -> str:
    """A text without where its figures lead."""
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def test_the_first_screen_is_told_as_the_report_tells_it(report: Report, stored: Stored) -> None:
    overview = stored.parts["overview"]
    assert overview["headline"] == report.overview.headline
    for side in overview["sides"]:
        lines = report.overview.of_side(side["side"])
        assert [line["name"] for line in side["lines"]] == [line.name for line in lines]
        assert [said(line["sentence"]) for line in side["lines"]] == [
            line.sentence for line in lines
        ]


def test_months_add_up_to_all_time(report: Report, stored: Stored) -> None:
    table = rows(stored, "months", "Month by month")
    assert "November 2026" in table
    for place, name in enumerate(("leads", "mqls", "sals", "sqls", "opportunities"), start=1):
        whole = report.measures.of(name)[0].value
        assert sum(count(row[place]) for row in table.values()) == whole, name


def test_a_cohort_is_mature_only_once_its_time_has_passed(stored: Stored) -> None:
    young = rows(stored, "months", "Each step in Q4 2026")
    old = rows(stored, "months", "Each step in Q1 2026")
    assert any(row[-1][0].startswith("not yet") for row in young.values())
    assert any(row[-1][0].startswith("yes") for row in old.values())


def test_two_weeks_stand_beside_each_other(report: Report, stored: Stored) -> None:
    arrived = report.measures.population("leads")["placed_at"].to_pylist()
    last = [at for at in arrived if UNTIL - timedelta(days=7) <= at < UNTIL]
    before = [at for at in arrived if UNTIL - timedelta(days=14) <= at < UNTIL - timedelta(days=7)]
    row = rows(stored, "week", "The last seven days")["Leads"]
    assert (count(row[1]), count(row[2])) == (len(last), len(before))
    change = len(last) - len(before)
    assert row[3][0] == ("0" if not change else f"{'+' if change > 0 else '−'}{abs(change)}")


def test_disputes_wait_until_somebody_ruled(report: Report, stored: Stored) -> None:
    log = report.measures.history.log.to_pylist()
    disputed = [row for row in log if row["kind"] == "clock.disputed"]
    ruled = [row for row in log if row["kind"] == "dispute.ruled"]
    assert disputed
    told = openings(stored.parts["rulings"]["text"])
    said = {text.partition(" ")[2]: int(text.split()[0]) for text, _ in told}
    waiting = said.get("disputes wait for a ruling of a head", 0)
    assert waiting + said["were ruled on"] == len({row["event_id"] for row in disputed})
    assert said["were ruled on"] == len({row["event_id"] for row in ruled})


def test_a_long_list_is_all_there_page_by_page(report: Report, stored: Stored) -> None:
    found: dict[str, dict[int, str]] = {}
    for piece in stored.pieces():
        found.setdefault(piece.source, {})[piece.number] = json.dumps(piece.made())
    assert len(stored.places) > 10
    for key, packed in stored.places.items():
        listed = stored.lists[key]
        groups = listed["groups"]
        totals = [groups[place][1] for place in listed["sources"]]
        for place, places in zip(listed["sources"], unpacked(packed, totals), strict=True):
            cases = cases_at(places, found[listed["sources"][place]])
            assert len(cases) == groups[place][1]
            assert cases[:MOST_CASES] == groups[place][2]
            assert all(one[1] >= other[1] for one, other in pairwise(cases) if other[1])
    created = {key for key, told in stored.lists.items() if told["title"] == "Leads in March 2026"}
    arrived = report.measures.population("leads").to_pylist()
    march = {each["lead_id"] for each in arrived if each["placed_at"].strftime("%m") == "03"}
    for key in created & stored.places.keys():
        (places,) = unpacked(stored.places[key], [stored.lists[key]["groups"][0][1]])
        assert {lead for lead, _, _ in cases_at(places, found["cases.parquet leads"])} == march


def test_the_cases_of_a_lead_are_found_by_their_prints(report: Report) -> None:
    pool = report.book.pool("mqls")
    source = pool.whole(pool.pick({}), lambda _: "").source
    prints = {
        piece.number: json.dumps(piece.made())
        for piece in pieces(source)
        if piece.source == key_of_prints(source.key)
    }
    every = source.leads(0, len(source))
    wanted = [every[0], every[len(every) // 2], "nobody"]
    places = np.arange(len(source), dtype=np.int32)[::-1]
    found = of_leads(places, [str(each) for each in wanted], prints)
    assert {every[place] for place in found} == set(wanted[:2])
    assert len(found) == sum(lead in wanted for lead in every)
    assert found.tolist() == sorted(found.tolist(), reverse=True)
    assert of_leads(places[:0], ["x"], prints).tolist() == []
    assert of_leads(places, [str(every[0])], {}).tolist() == []


def test_a_piece_has_the_same_digest_until_something_in_it_changes(report: Report) -> None:
    pool = report.book.pool("leads")
    long = pool.whole(pool.pick({}), lambda _: "came")
    earlier = [piece.digest for piece in pieces(long.source)]
    same = Pool("cases.parquet", report.measures.population("leads"), "placed_at", about="leads")
    again = [piece.digest for piece in pieces(same.whole(same.pick({}), lambda _: "came").source)]
    assert again == earlier
    table = report.measures.population("leads").sort_by([("placed_at", "ascending")])
    fewer = Pool("cases.parquet", table.slice(0, len(table) - 5), "placed_at", about="leads")
    before = [piece.digest for piece in pieces(fewer.whole(fewer.pick({}), lambda _: "").source)]
    # The last piece of cases, and the last of the prints of their leads.
    last = len(before) - 2
    assert before[:last] == earlier[:last]
    assert before[last:] != earlier[last : last + 2]


def test_each_way_to_share_out_credit_adds_up_to_all_won_deals(report: Report) -> None:
    won = report.measures.of("won_deals")[0].value
    made = Stored()
    made.add(credit(report.book))
    for caption in (f"Won deals by {each}" for each in ("source", "campaign", "asset", "segment")):
        table = rows(made, "credit", caption)
        for place in (1, 2, 3):
            told = [cell[place][0] for cell in table.values()]
            numbers = [float(each if isinstance(each, str) else each[0]) for each in told]
            assert sum(numbers) == pytest.approx(won, abs=0.05 * len(numbers))


def test_the_loop_of_each_dimension_and_time_adds_up(report: Report) -> None:
    made = Stored()
    for part in loops(report.book):
        made.add(part)
    told = choices(report.book)
    assert {by for by, _ in told["by"]} == {*BY}
    assert len(told["times"]) > 3
    assert {key_of(by, time) for by, _ in told["by"] for time, _ in told["times"]} == {*made.parts}
    for name in ("leads", "mqls", "won_deals"):
        whole = {f.period: f.value for f in report.measures.of(name, "quarter")}
        whole["all"] = report.measures.of(name)[0].value
        for time, _ in told["times"]:
            part = made.parts[key_of("source", time)]
            if tables := part["tables"]:
                place = tables[0]["header"].index(REGISTRY[name].title)
                table = rows(made, key_of("source", time), "What came of each source")
                counts = [cells[place] for cells in table.values()]
                assert sum(count(each) for each in counts if each != ["–"]) == whole[time], time
    steps = rows(made, key_of("source", "all"), "Each step as a cohort")
    entered = {f.group for f in report.measures.of("conversion", by="source")}
    assert {words.group("source", each) for each in entered} == {*steps}


def test_teams_and_times_add_up_to_the_promise(report: Report) -> None:
    book, stretch = report.book, report.overview.stretch
    made = Stored()
    made.add(kept_when(book, stretch))
    name = "Accept or reject an MQL"
    about = {"obligation": name, "side": "sales", "protocol_step": None}
    whole = book.of_clocks("all", about, DECIDED, stretch.due).total
    assert whole > 20

    def cases(cells: list[Any]) -> int:
        keys = [key for _, key in openings(cells)]
        return sum(total for key in keys for _, total, _ in made.lists[key]["groups"])

    times = rows(made, "kept-when", f"{name}, by when")
    assert sum(cases(row) for row in times.values()) == whole
    hours = rows(made, "kept-when", "Kept, by the hour in which it started")
    assert len(hours) > 8
    part = made.parts["kept-when"]
    (header,) = [t["header"] for t in part["aside"] if t["caption"].startswith("Kept, by the hour")]
    place = header.index(name)
    assert sum(cases([row[place]]) for row in hours.values()) == whole
    nobody = book.of_clocks("nobody", about | {"holder": None}, DECIDED, stretch.due).total
    assert cases(rows(made, "kept-when", "Kept, by team")[name]) == whole - nobody


def test_what_somebody_is_shown_by_opens_to_as_many_cases(report: Report) -> None:
    made = Stored()
    made.add(people(report.book, ("speed_to_lead_person", "attainment_sales", "acceptance_rate")))
    (table,) = made.parts["people"]["tables"]
    counted = 0
    for row in table["rows"]:
        for name, cell in zip(table["header"][1:], row[1:], strict=True):
            figure = next(
                (f for f in report.measures.of(name, by="person") if f.group == row[0][0]), None
            )
            for _, key in openings(cell):
                assert figure
                assert sum(total for _, total, _ in made.lists[key]["groups"]) == figure.n
                counted += 1
    assert counted > 8


def test_a_share_changes_in_points(stored: Stored) -> None:
    for side in ("marketing", "sales"):
        row = rows(stored, "week", "The last seven days")[f"Promises of {side} kept"]
        now, before = (re.findall(r"\d+", str(cell[0][0]))[-2:] for cell in row[1:3])
        said = row[3][0]
        if min(int(now[1]), int(before[1])) < 20:
            assert said == "–"
            continue
        by = 100 * (int(now[0]) / int(now[1]) - int(before[0]) / int(before[1]))
        assert re.findall(r"\d+", said)[0] == f"{abs(by):.0f}"
        assert said.startswith("−") == (round(by) < 0)


def test_the_outlook_counts_the_promises_that_are_on_course(report: Report, stored: Stored) -> None:
    on_course: dict[str, list[bool]] = {"marketing": [], "sales": []}
    attained = {(each["name"], each["side"]) for each in report.as_json()["obligations"]}
    told_twice = 0
    for goal in report.as_json()["goals"]:
        aim = next((each for each in goal["hurdles"] if each["name"] == "target"), None)
        if goal["closed"] or goal["why_not"] or not aim:
            continue
        if goal["promise"] == "goal" and goal["metric"] == "attainment":
            told_twice += 1
            continue
        reached, chance = aim["reached"], aim["chance"]
        if reached is not None or chance is not None:
            on_course[goal["side"]].append(bool(reached) if reached is not None else chance >= 0.5)
    assert attained
    numbers = [int(n) for n in re.findall(r"\d+|none", stored.parts["overview"]["outlook"])]
    expected = [n for side in on_course.values() for n in (sum(side), len(side))]
    assert numbers[0] == expected[0]
    assert numbers[2] == expected[2]
    assert 0 <= numbers[1] - expected[1] <= told_twice
    assert 0 <= numbers[3] - expected[3] <= told_twice


def test_what_is_off_course_is_what_the_outlook_does_not_count(stored: Stored) -> None:
    overview = stored.parts["overview"]
    numbers = [int(n) for n in re.findall(r"\d+", overview["outlook"].replace("none", "0"))]
    for side, on, whole in zip(("marketing", "sales"), numbers[::2], numbers[1::2], strict=True):
        off = [each for each in overview["off_course"] if each["side"] == side]
        assert len(off) == whole - on
        assert all("missed" in each["stands"] and " promised" in each["short"] for each in off)


def test_a_goal_that_will_be_missed_is_drawn_first(stored: Stored) -> None:
    order = ["missed", "will be missed", "likely to be missed", "on course", "reached", ""]
    verdicts = [each["verdict"] for each in stored.parts["goals"]["charts"]]
    assert verdicts == sorted(verdicts, key=order.index)
    assert len(set(verdicts)) > 1


def test_parts_answer_in_a_sentence_first(stored: Stored) -> None:
    for key in ("open", "goals", "funnel"):
        answer = said(stored.parts[key]["answer"])
        assert answer.endswith("."), key
        assert re.search(r"\d", answer), key
    assert "The narrowest step is " in said(stored.parts["funnel"]["answer"])
