"""What must make no difference to the tables: how, when and in what parts rows are delivered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_agrees_with_oracle import Tables, by_engine, differences, fewer_examples
from tests.strategies import Document, LogRow, logs, moments, versions

randoms = st.randoms(use_true_random=False)
Leads = set[str]


def told(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime,
    hygiene: bool = True,
    **asked: Any,
) -> Tables:
    """Every table of the engine, with all its columns."""
    return by_engine(documents, log, as_of, beyond=True, hygiene=hygiene, **asked)


# Deliveries.


@fewer_examples
@given(versions(), logs(), moments, randoms)
def test_order_and_duplication_of_delivery_do_not_matter(
    documents: list[Document], log: list[LogRow], as_of: datetime, random: Random
) -> None:
    again = [*log, *random.sample(log, random.randint(0, len(log)))]
    random.shuffle(again)
    assert not differences(told(documents, log, as_of), told(documents, again, as_of))


@fewer_examples
@given(versions(), logs(), moments, randoms)
def test_two_deliveries_give_the_tables_of_one(
    documents: list[Document], log: list[LogRow], as_of: datetime, random: Random
) -> None:
    first = [row for row in log if random.random() < 0.5]
    later = [row for row in log if row not in first]
    concerned = leads_that_change(first, later)
    then = told(documents, first, as_of, hygiene=False) if first else {}
    again = told(documents, of_leads(log, concerned), as_of, hygiene=False)
    whole = told(documents, log, as_of, hygiene=False)
    now = {
        name: sorted(
            [line for line in then.get(name, []) if line["lead_id"] not in concerned]
            + [line for line in again[name] if line["lead_id"] in concerned],
            key=str,
        )
        for name in whole
        if name != "set_aside"  # of rows of nobody, too
    }
    assert not differences({name: whole[name] for name in now}, now)


def leads_that_change(known: list[LogRow], later: list[LogRow]) -> Leads:
    """The leads that have to be recomputed, each as a whole, when further rows are delivered."""
    log = [*known, *later]
    if any(row["kind"] == "calendar.closed" for row in [*later, *_named_by(later, log)]):
        return _leads(log)
    concerned = _leads(later) | _leads(_named_by(later, log))
    return {lead for group in groups(log) if group & concerned for lead in group}


def _named_by(rows: list[LogRow], log: list[LogRow]) -> list[LogRow]:
    """What the voids among some rows withdraw; of a void that is withdrawn, what that had named."""
    named: list[LogRow] = []
    ahead = [row for row in rows if row["kind"] == "fact.voided"]
    while ahead:
        told_of = ahead.pop()["properties"]
        for row in log:
            of_import = "batch" in told_of and row["batch"] == told_of["batch"]
            if (of_import or row["event_id"] == told_of.get("event_id")) and row not in named:
                named.append(row)
                ahead += [row] if row["kind"] == "fact.voided" else []
    return named


# Parts.


@fewer_examples
@given(versions(), logs(), moments, randoms)
def test_any_partition_by_lead_gives_the_same_tables(
    documents: list[Document], log: list[LogRow], as_of: datetime, random: Random
) -> None:
    whole = told(documents, log, as_of, hygiene=False)
    buckets: list[Leads] = [set(), set(), set()]
    for group in groups(log):
        random.choice(buckets).update(group)
    parts = [told(documents, of_leads(log, some), as_of, hygiene=False) for some in buckets if some]
    joint = {
        name: sorted([line for part in parts for line in part[name] if line["lead_id"]], key=str)
        for name in whole
    }
    whole["set_aside"] = [line for line in whole["set_aside"] if line["lead_id"]]
    assert not differences(whole, joint)


def groups(log: list[LogRow]) -> list[Leads]:
    """Leads that must stay together: those that merges name, or copies of one row."""
    group = {lead: {lead} for lead in _leads(log)}
    of_row: dict[tuple[str, str], Leads] = {}
    for row in log:
        joint = of_row.setdefault((row["source"], row["event_id"]), set())
        joint |= {row["lead_id"], row["properties"].get("absorbed")} & group.keys()
    for joint in of_row.values():
        united = set().union(*(group[lead] for lead in joint))
        group.update(dict.fromkeys(united, united))
    return list({id(each): each for each in group.values()}.values())


def of_leads(log: list[LogRow], leads: Leads) -> list[LogRow]:
    """The rows of some leads, and those that are of no lead."""
    return [row for row in log if row["lead_id"] is None or row["lead_id"] in leads]


def _leads(rows: Iterable[LogRow]) -> Leads:
    return {row["lead_id"] for row in rows if row["lead_id"] is not None}


# Cuts.


@fewer_examples
@given(versions(), logs(), moments)
def test_as_of_equals_cutting_the_log(
    documents: list[Document], log: list[LogRow], as_of: datetime
) -> None:
    cut = [row for row in log if row["happened_at"] <= as_of]
    assert not differences(told(documents, log, as_of), told(documents, cut, as_of))


@fewer_examples
@given(versions(), logs(), moments, moments)
def test_known_at_equals_a_log_without_what_was_recorded_later(
    documents: list[Document], log: list[LogRow], as_of: datetime, known_at: datetime
) -> None:
    cut = [row for row in log if (row["recorded_at"] or row["happened_at"]) <= known_at]
    known = told(documents, log, as_of, known_at=known_at)
    assert not differences(known, told(documents, cut, as_of))


@fewer_examples
@given(versions(), logs(), moments, st.integers(0, 20), st.booleans())
def test_a_voided_row_leaves_no_trace_and_is_shown(
    documents: list[Document], log: list[LogRow], as_of: datetime, number: int, hygiene: bool
) -> None:
    rows = [row for row in log if row["kind"] != "fact.voided"]
    victim = rows[number % len(rows)]
    key = (victim["source"], victim["event_id"])
    void = {
        **victim,
        "event_id": "the void",
        "lead_id": None,
        "happened_at": min(row["happened_at"] for row in rows),
        "recorded_at": None,
        "kind": "fact.voided",
        "batch": None,
        "decided": False,
        "properties": {"source": key[0], "event_id": key[1]},
    }
    without = [row for row in rows if (row["source"], row["event_id"]) != key]
    voided = told(documents, [*rows, void], as_of, hygiene)
    bare = told(documents, without, as_of, hygiene)
    shown = {(row["source"], row["event_id"]): row["why"] for row in voided.pop("set_aside")}
    bare.pop("set_aside")
    assert not differences(voided, bare)
    if any((r["source"], r["event_id"]) == key for r in rows if r["happened_at"] <= as_of):
        assert shown[key] == "voided"


@fewer_examples
@given(versions(), logs(mixing=False), moments, st.sampled_from([1, 3600, 86_400]))
def test_nothing_changes_before_the_next_change(
    documents: list[Document], log: list[LogRow], as_of: datetime, seconds: int
) -> None:
    known = [row for row in log if row["happened_at"] <= as_of]
    if not known:
        return
    before = by_engine(documents, known, as_of, beyond=True)
    for lead in before["lead_states"]:
        change = lead["next_change_at"]
        if change is None:
            later = as_of + timedelta(days=30)
        else:
            assert change > as_of
            later = max(as_of, change - timedelta(seconds=seconds))
        after = by_engine(documents, known, later, beyond=True)
        name = lead["lead_id"]
        assert _decided(before, name) == _decided(after, name)


def _decided(tables: Tables, lead: str) -> list[Any]:
    """What of a lead only decisions change: states, entries, episodes, what became of clocks."""
    stable = {
        "clocks": ("obligation", "episode", "started_at", "due_at", "outcome", "paused"),
        "lead_states": ("status", "episode", "stage", "unlocked", "version"),
        "stage_entries": ("stage", "episode", "entered_at"),
        "episodes": ("episode", "started_at", "ended_at", "ending"),
    }
    return [
        [
            {column: line[column] for column in columns}
            for line in tables[name]
            if line["lead_id"] == lead
        ]
        for name, columns in stable.items()
    ]
