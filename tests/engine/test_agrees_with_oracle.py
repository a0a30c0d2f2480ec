"""The engine against the naive oracle, and properties that need no oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from tests import oracle
from tests.strategies import Document, LogRow, as_delivered, logs, moments, versions

#: The profile of the run says how long to search.
EXAMPLES = settings().max_examples
TABLES = ("lead_states", "stage_entries", "episodes", "clocks", "clock_shares")
#: Columns of the engine's tables about which the law of the oracle says nothing.
BEYOND = {"next_change_at", "persona", "profile", "profile_fit"}
#: What is told of a lead that is left out of all figures.
OF_MERGED = ("lead_id", "status", "episode", "merged_into")

some_examples = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
fewer_examples = settings(some_examples, max_examples=max(1, EXAMPLES // 3))

Tables = dict[str, list[dict[str, Any]]]


def by_engine(
    documents: Sequence[Document],
    log: Sequence[LogRow],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    simulate: bool = False,
    beyond: bool = False,
) -> Tables:
    """The engine's tables as sorted lists of lines; with what is beyond the oracle if asked."""
    from leadpact.engine.evaluate import evaluate
    from leadpact.engine.log import LOG_SCHEMA, History

    result = evaluate(
        [Agreement.model_validate(document) for document in documents],
        History(pa.Table.from_pylist(as_delivered(list(log)), schema=LOG_SCHEMA)),
        as_of=as_of,
        known_at=known_at,
        simulate=simulate,
        with_hygiene=False,
    )
    tables = {name: getattr(result, name).to_pylist() for name in TABLES}
    return _comparable(tables, beyond)


def by_oracle(
    documents: Sequence[Document],
    log: Sequence[LogRow],
    as_of: datetime,
    known_at: datetime | None = None,
    simulate: bool = False,
) -> Tables:
    """The oracle's tables as sorted lists of lines."""
    result = oracle.evaluate(
        [Agreement.model_validate(document) for document in documents],
        as_delivered(list(log)),
        as_of,
        known_at,
        simulate,
    )
    return _comparable({name: getattr(result, name) for name in TABLES}, beyond=False)


def _comparable(tables: Tables, beyond: bool) -> Tables:
    left_out = set() if beyond else BEYOND
    told: Tables = {}
    for name, lines in tables.items():
        kept = [
            {column: _rounded(v) for column, v in sorted(line.items()) if column not in left_out}
            for line in lines
        ]
        if name == "lead_states":
            kept = [_of_merged(line) for line in kept]
        told[name] = sorted(kept, key=str)
    return told


def _of_merged(line: dict[str, Any]) -> dict[str, Any]:
    return {k: line[k] for k in OF_MERGED} if line["status"] == "merged" else line


def _rounded(value: Any) -> Any:
    return round(value, 6) + 0.0 if isinstance(value, float) else value


def differences(one: Tables, other: Tables) -> list[str]:
    """Lines that stand in one only."""
    found = []
    for name, lines in one.items():
        found += [f"{name}: only first  {_told(x)}" for x in lines if x not in other[name]]
        found += [f"{name}: only second {_told(x)}" for x in other[name] if x not in lines]
    return found


def _told(line: dict[str, Any]) -> str:
    shown = {
        key: value.strftime("%a %d.%m. %H:%M") if isinstance(value, datetime) else value
        for key, value in line.items()
        if value is not None
    }
    return ", ".join(f"{key}={value}" for key, value in shown.items())


@pytest.mark.scenario
@some_examples
@given(versions(), logs(), moments, st.one_of(st.none(), moments), st.booleans())
def test_engine_agrees_with_oracle(
    documents: list[Document],
    log: list[LogRow],
    as_of: datetime,
    known_at: datetime | None,
    simulate: bool,
) -> None:
    expected = by_oracle(documents, log, as_of, known_at, simulate)
    actual = by_engine(documents, log, as_of, known_at, simulate)
    found = differences(expected, actual)
    note("first is the oracle, second the engine:")
    assert not found, "\n".join(found)


@fewer_examples
@given(versions(), logs(), moments, st.randoms(use_true_random=False))
def test_order_and_duplication_of_delivery_do_not_matter(
    documents: list[Document], log: list[LogRow], as_of: datetime, random: Any
) -> None:
    again = [*log, *random.sample(log, random.randint(0, len(log)))]
    random.shuffle(again)
    once = by_engine(documents, log, as_of, beyond=True)
    assert not differences(once, by_engine(documents, again, as_of, beyond=True))


@fewer_examples
@given(versions(), logs(), moments)
def test_as_of_equals_cutting_the_log(
    documents: list[Document], log: list[LogRow], as_of: datetime
) -> None:
    cut = [row for row in log if row["happened_at"] <= as_of]
    whole = by_engine(documents, log, as_of, beyond=True)
    assert not differences(whole, by_engine(documents, cut, as_of, beyond=True))


@fewer_examples
@given(versions(), logs(mixing=False), moments)
def test_any_partition_by_lead_gives_the_same_tables(
    documents: list[Document], log: list[LogRow], as_of: datetime
) -> None:
    whole = by_engine(documents, log, as_of, beyond=True)
    parts: Tables = {name: [] for name in TABLES}
    for lead in {row["lead_id"] for row in log} - {None}:
        # Corrections and copies may be about any lead, so only what is of no other lead stays.
        own = [
            row if row["lead_id"] in (lead, None) else {**row, "lead_id": "another"} for row in log
        ]
        part = by_engine(documents, own, as_of, beyond=True)
        for name in TABLES:
            parts[name] += [line for line in part[name] if line["lead_id"] == lead]
    assert not differences(whole, {name: sorted(lines, key=str) for name, lines in parts.items()})


@fewer_examples
@given(versions(), logs(), moments, st.integers(0, 20))
def test_a_voided_row_leaves_no_trace_and_is_shown(
    documents: list[Document], log: list[LogRow], as_of: datetime, number: int
) -> None:
    from leadpact.engine.evaluate import evaluate
    from leadpact.engine.log import LOG_SCHEMA, History

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
    told = by_engine(documents, [*rows, void], as_of, beyond=True)
    bare = [{**void, "properties": {"event_id": "nothing"}}, *without]
    assert not differences(told, by_engine(documents, bare, as_of, beyond=True))
    result = evaluate(
        [Agreement.model_validate(document) for document in documents],
        History(pa.Table.from_pylist(as_delivered([*rows, void]), schema=LOG_SCHEMA)),
        as_of=as_of,
        with_hygiene=False,
    )
    shown = {
        (line["source"], line["event_id"]): line["why"] for line in result.set_aside.to_pylist()
    }
    if any(row["happened_at"] <= as_of for row in rows if (row["source"], row["event_id"]) == key):
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
