"""The published figures are those that `leadpact run` tells of the same log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db.models import F

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows import measuring, measuring_daily
from leadpact.flows.measuring import measure
from leadpact.flows.recorded import DEALS, LOG, read_log
from leadpact.flows.run import run
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import (
    AgreementVersion,
    Measurement,
    PublishedList,
    PublishedMetric,
    PublishedStanding,
)
from leadpact.ledger.selectors import figures, logs
from leadpact.ledger.services import actions
from leadpact.ledger.services import figures as publishing
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.figures import Measured
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Caller, of_operator
from tests.ledger.helpers import MONDAY, go_live, settle
from tests.ledger.installation import AGREEMENT as SMALL

NOW = MONDAY.replace(hour=16)
LATER = NOW + timedelta(days=2)
AGREEMENT = load_text(templates.text("b2b-saas"), "agreement.yaml")


@pytest.fixture
def few() -> None:
    """Three leads of a desk that is always open."""
    publish(load_text(SMALL % {"caps": ""}, "agreement.yaml"), actor="test", now=MONDAY)
    go_live(MONDAY)
    for lead in ("Ada", "Bo", "Cy"):
        known = Known(id=lead, email=f"{lead}@{lead}.org")
        ingest(
            [
                Fact("api", f"{lead} 1", "lead.created", NOW, known, {"campaign": f"by {lead}"}),
                Fact("api", f"{lead} 2", "form_submitted", NOW, known),
            ],
            now=NOW,
        )
    settle(NOW)


def silent(_done: float, _what: str) -> None:
    """Nobody watches."""


@pytest.fixture
def past() -> None:
    """Thirty leads that went every way, two days ago."""
    publish(AGREEMENT, actor="test", now=MONDAY)
    go_live(MONDAY)
    facts = []
    for number in range(30):
        known = Known(id=f"L{number:02}", email=f"p{number}@acme{number}.org")
        stated = {
            "email": known.email, "country": "US" if number % 2 else "DE", "employees": 800,
            "origin": "marketing", "source": ("search", "fair", "=cmd()")[number % 3],
        }  # fmt: skip
        facts.append(Fact("api", f"{number} 1", "lead.created", NOW, known, stated))
        if number % 4:
            filled = {"form": "demo", "seconds_to_fill": 40}
            facts.append(Fact("api", f"{number} 2", "form_submitted", NOW, known, filled))
    ingest(facts, now=NOW)
    settle(NOW)
    doing = actions.Doing(of_operator(), NOW + timedelta(minutes=20))
    actions.accept(doing, "L01")
    actions.reject(doing, "L02", "wrong timing")
    actions.deal(doing, "L05", "D1", "won", amount=1200.0, currency="EUR")
    actions.merge(doing, "L06", "L07")
    actions.exclude(doing, "L09", "a test of ours")
    settle(LATER)


def measured(at: datetime = LATER, name: str = "test", **how: Any) -> Any:
    return measure(at, name, silent, **how)


def told_by_run(folder: Path, at: datetime) -> dict[str, Any]:
    """What `leadpact run` says of the ledger's log, taken out of it as tables."""
    history = logs.whole_history()
    pq.write_table(history.log, folder / LOG)
    pq.write_table(history.deals, folder / DEALS)
    return run([AGREEMENT], read_log(folder / LOG), as_of=at, tell=silent).report.as_json()


def published() -> list[dict[str, Any]]:
    rows = PublishedMetric.objects.filter(by__in=["", "source", "segment"]).order_by("pk")
    return [
        {
            "name": row.name, "period": row.period, "value": row.value, "unit": row.unit,
            "by": row.by or None, "group": row.group or None,
            "segment": (row.group or None) if row.by == "segment" else None,
            "source": (row.group or None) if row.by == "source" else None,
            "n": row.n, "low": row.low, "high": row.high,
        }
        for row in rows
    ]  # fmt: skip


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str([row[k] for k in ("name", "period", "by", "group")]))


def test_every_figure_is_that_of_run_on_the_same_log(past: None, tmp_path: Path) -> None:
    done = measured()
    told = told_by_run(tmp_path, LATER)
    assert done
    assert done.figures > len(told["metrics"]) > 100
    assert in_order(published()) == in_order(told["metrics"])
    by_name = {row["name"]: row["value"] for row in told["metrics"] if row["period"] == "all"}
    assert by_name["mqls"] > 10
    for kind, rows in (("obligation", told["obligations"]), ("goal", told["goals"])):
        found = PublishedStanding.objects.filter(kind=kind).order_by("place")
        assert [json.loads(row.value) for row in found] == rows
    assert sum(row["missed"] + row["overdue"] for row in told["obligations"]) > 0


def test_a_ledger_without_any_row_has_figures_too() -> None:
    publish(AGREEMENT, actor="test", now=MONDAY)
    done = measured()
    assert done
    assert done.rows == 0
    assert PublishedMetric.objects.get(name="mqls", period="all", by="").value == 0


def test_other_thresholds_open_to_their_leads_until_they_are_tried_again(past: None) -> None:
    def shown() -> tuple[str, set[str]]:
        part = figures.part(measuring_daily.THRESHOLD)
        assert part is not None
        return part.value, {row.key for row in PublishedList.objects.filter(part=part.key)}

    measure(LATER, "test", silent)
    told, lists = shown()
    assert lists
    assert all(f'"{key}"' in told for key in lists)
    assert "won" in str(PublishedList.objects.get(key=min(lists)).value)
    # An hour later everything else is told anew.
    measure(LATER + timedelta(hours=1), "test", silent)
    assert shown() == (told, lists)
    PublishedList.objects.create(key="old", part=measuring_daily.THRESHOLD, value="{}", digest="")
    measure(LATER + timedelta(days=1), "test", silent)
    assert shown() == (told, lists)


def test_without_an_agreement_nothing_is_measured() -> None:
    assert measured() is None
    assert not figures.is_due(LATER)


def test_figures_that_stayed_keep_their_row_and_what_is_gone_goes(few: None) -> None:
    measured()
    rows = PublishedMetric.objects.filter(period="all", by="")
    before = dict(rows.values_list("name", "pk"))
    rows.create(name="gone", period="all", unit="leads", n=1)
    ingest([Fact("api", "new", "lead.created", LATER, Known(id="Dee"))], now=LATER)
    measured(LATER + timedelta(hours=1))
    assert dict(rows.values_list("name", "pk")) == before
    assert rows.get(name="leads").value == 4
    last = figures.measurement()
    assert last
    assert last.as_of == LATER + timedelta(hours=1)


class TestWhenItIsDue:
    """Only when something changed or a period moved, and never all the time."""

    @pytest.fixture(autouse=True)
    def measured_once(self, few: None) -> None:
        at = publishing.lease("test", now=LATER)
        version = AgreementVersion.objects.get().pk
        later = LATER + timedelta(hours=8)
        found = Measured(LATER, version, later, 0.5, {}, [], [], [], [], [], set())
        assert at
        assert publishing.publish("test", at, found)

    def due(self, **after: float) -> bool:
        return figures.is_due(LATER + timedelta(**after))

    def test_it_is_not_while_nothing_changed(self) -> None:
        assert not self.due(seconds=59)
        assert not self.due(hours=7)

    def test_it_is_when_time_alone_moves_a_figure(self) -> None:
        assert self.due(hours=8)

    def test_it_is_when_something_became_known_but_not_at_once(self) -> None:
        ingest([Fact("api", "new", "page_viewed", LATER, Known(id="Ada"))], now=LATER)
        assert not self.due(seconds=59)
        assert self.due(seconds=61)

    def test_a_row_that_came_late_with_an_earlier_number_is_seen(self) -> None:
        Measurement.objects.update(recent=F("recent") - 1)
        assert self.due(minutes=2)

    def test_a_long_measurement_is_followed_by_a_long_pause(self) -> None:
        ingest([Fact("api", "new", "page_viewed", LATER, Known(id="Ada"))], now=LATER)
        Measurement.objects.update(seconds=30)
        assert not self.due(minutes=9)
        assert self.due(minutes=11)


def test_time_alone_moves_figures_when_a_clock_runs_out_or_the_day_ends(few: None) -> None:
    measured(NOW + timedelta(seconds=1))
    last = figures.measurement()
    assert last
    assert last.next_at == NOW + timedelta(seconds=2, microseconds=1)
    measured(LATER)
    last = figures.measurement()
    assert last
    assert last.next_at == LATER.replace(hour=0) + timedelta(days=1)


def test_one_measures_at_a_time_and_the_dead_are_not_waited_for(few: None) -> None:
    assert publishing.lease("one", now=LATER)
    assert measured(name="other") is None
    assert measured(LATER + timedelta(minutes=11), "other")


def test_who_was_passed_over_publishes_nothing(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = measuring.evaluate

    def slow(*words: Any, **how: Any) -> Any:
        monkeypatch.setattr(measuring, "evaluate", evaluate)
        assert measured(LATER + timedelta(minutes=1), "hasty", take_over=True)
        return evaluate(*words, **how)

    monkeypatch.setattr(measuring, "evaluate", slow)
    assert measured(name="slow") is None
    last = figures.measurement()
    assert last
    assert last.as_of == LATER + timedelta(minutes=1)


def test_a_rep_is_shown_no_figures_of_other_people(few: None) -> None:
    measured()
    of_people = PublishedMetric.objects.filter(by="person")
    assert set(of_people.values_list("group", flat=True)) == {"Ann Lee", "Bob Ray"}
    rep = Caller("rep", frozenset(), role="rep", person="Ann Lee")
    shown = figures.figures_for(rep)
    assert set(shown.filter(by="person").values_list("group", flat=True)) == {"Ann Lee"}
    assert shown.filter(by="").count() == PublishedMetric.objects.filter(by="").count()
    assert not figures.figures_for(Caller("rep", frozenset(), role="rep")).filter(by="person")


def test_campaigns_that_anybody_can_invent_are_bounded(
    few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "MOST_VALUES", 2)
    stated = {"campaign": "many\0"}
    for lead in map(str, range(20)):
        ingest([Fact("api", lead, "lead.created", LATER, Known(id=lead), stated)], now=LATER)
    measured(LATER)
    campaigns = PublishedMetric.objects.filter(by="campaign").values_list("group", flat=True)
    assert len(set(campaigns)) == 2
    assert "many" in set(campaigns)


@pytest.fixture(autouse=True)
def no_lease_is_left() -> Iterator[None]:
    """A measurement that ended gives its right back."""
    yield
    last = figures.measurement()
    assert last is None or last.leased_by in ("", "one")
