"""The engine against the naive oracle, and properties that need no oracle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
TABLES = ("lead_states", "stage_entries", "episodes", "clocks", "clock_shares", "nurture")
#: What the engine tells besides, of which the same must hold.
OF_ENGINE_ALONE = ("leads", "exclusions", "set_aside", "facts")
#: Columns of the engine's tables about which the law of the oracle says nothing.
BEYOND = {"next_change_at"}
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
    hygiene: bool = False,
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
        with_hygiene=hygiene,
    )
    names = (*TABLES, *(OF_ENGINE_ALONE if beyond else ()))
    tables = {name: getattr(result, name).to_pylist() for name in names}
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
