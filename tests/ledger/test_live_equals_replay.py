"""Whatever comes in whichever order, whenever the worker turns: the state is that of the log."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadpact.engine.evaluate import evaluate, examine
from leadpact.engine.nurture import evaluate_with_programs
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.instants import instant
from leadpact.ledger.models import (
    Clock,
    ClockShare,
    Episode,
    Lead,
    LeadState,
    NurtureEntry,
    StageEntry,
)
from leadpact.ledger.selectors import agreements, logs
from leadpact.ledger.services.ingest import ingest, mark_changed
from tests import oracle
from tests.ledger.helpers import go_live, put_into_force, settle, undone
from tests.strategies import START, Document, LogRow, versions
from tests.strategies import logs as random_logs

EXAMPLES = max(10, settings().max_examples // 2)
LAST = START + timedelta(days=30)
MODELS = {
    "lead_states": LeadState,
    "stage_entries": StageEntry,
    "episodes": Episode,
    "clocks": Clock,
    "clock_shares": ClockShare,
}
#: Columns about the moment, and those that say where the lead was last looked at.
ASIDE = {"id", "attributes", "evaluated_at", "next_at", "digest", "next_change_at"}
#: What a lead's state repeats of its episode and its clocks, so that lists can be sorted by it.
FOR_PAGES = {("lead_states", name) for name in ("owed_at", "handed_off_at", "fills_cap")}
#: What the law of the oracle says nothing about.
BEYOND = {"persona", "profile", "profile_fit", "merged_into"}

OF_MERGED = {"lead_id", "status", "episode"}
#: What the moment changes without deciding anything.
PASSING = {"score", "fit", "engagement", "tier", "quality", "profile_fit", "profile"} | {
    "working_seconds",
    "late_seconds",
}

Tables = dict[str, list[tuple[Any, ...]]]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    # To make a failing example small takes many times as long as to find it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(versions(), random_logs(), st.data())
def test_live_equals_replay(documents: list[Document], rows: list[LogRow], data: Any) -> None:
    with undone():
        for document in documents:
            put_into_force(document, START)
        go_live(data.draw(st.sampled_from([START, START + timedelta(days=2), LAST])))
        order = data.draw(st.permutations(rows)) if data.draw(st.booleans()) else rows
        moment = START
        while order:
            size = data.draw(st.integers(1, 4))
            some, order = order[:size], order[size:]
            moment = max([moment, *(row["happened_at"] for row in some)])
            ingest([_fact(row) for row in some], now=moment)
            if data.draw(st.booleans()):
                settle(moment, limit=data.draw(st.sampled_from([1, 2, 50])))
        settle(LAST)
        again = _evaluated(LAST)
        _same(_lasting(_told()), _lasting(again))
        mark_changed(Lead.objects.values_list("key", flat=True), now=LAST)
        settle(LAST)
        _same(_told(), again)
        _same({"nurture": _sorted(NurtureEntry.objects.values())}, {"nurture": _nurtured(LAST)})
        _same(_known_to_oracle(again), _by_oracle(LAST))


def _same(one: Tables, other: Tables) -> None:
    only = [f"only in the first, {n}: {dict(r)}" for n, rows in one.items() for r in rows
            if r not in other[n]]  # fmt: skip
    only += [f"only in the second, {n}: {dict(r)}" for n, rows in other.items() for r in rows
             if r not in one[n]]  # fmt: skip
    assert not only, "\n".join(only)
    assert one == other


def _fact(row: LogRow) -> Fact:
    lead = Known(id=row["lead_id"]) if row.get("lead_id") else None
    return Fact(
        row["source"],
        row["event_id"],
        row["kind"],
        row["happened_at"],
        lead,
        row["properties"],
        row["recorded_at"],
        decided=row["decided"],
    )


def _lasting(tables: Tables) -> Tables:
    """What does not change with the moment at which a lead is looked at: all that was decided.

    Points age and clocks run on without anybody looking.
    """
    return {
        name: sorted((tuple((k, v) for k, v in row if k not in PASSING) for row in rows), key=str)
        for name, rows in tables.items()
        if name != "clock_shares"
    }


def _told() -> Tables:
    """What the ledger says, in the engine's columns."""
    return {
        name: _sorted(
            {k: v for k, v in row.items() if (name, k) not in FOR_PAGES}
            for row in model.objects.values()
        )
        for name, model in MODELS.items()
    }


def _evaluated(moment: datetime) -> Tables:
    """What one evaluation of the whole log says."""
    result = evaluate(agreements.documents(), logs.whole_history(), as_of=moment)
    leads = set(Lead.objects.values_list("key", flat=True))
    return {
        name: _sorted(r for r in getattr(result, name).to_pylist() if r["lead_id"] in leads)
        for name in MODELS
    }


def _nurtured(moment: datetime) -> list[tuple[Any, ...]]:
    """Entries into programs as one evaluation of the whole log has them."""
    found = evaluate_with_programs(agreements.documents(), logs.whole_history(), as_of=moment)
    return _sorted(asdict(entry) for entry in found.entries)


def _by_oracle(moment: datetime) -> Tables:
    found = oracle.evaluate(agreements.documents(), _after_hygiene(moment), moment)
    return _known_to_oracle({name: _sorted(getattr(found, name)) for name in MODELS})


def _after_hygiene(moment: datetime) -> list[dict[str, Any]]:
    """The log as hygiene hands it on, for the oracle knows none: with its verdicts, and without
    the rows of machines."""
    history = logs.whole_history()
    judged = examine(agreements.documents(), history, as_of=moment).judged
    aside = {(row["source"], row["event_id"]) for row in judged.set_aside.to_pylist()}
    rows = {(row["source"], row["event_id"]): row for row in history.log.to_pylist()}
    for verdict in judged.log.decided:
        key = verdict["source"], verdict["event_id"]
        told = {name: verdict[name] for name in ("lead_id", "source", "event_id", "kind")}
        told |= {"properties": verdict["properties"], "decided": True}
        rows.setdefault(key, {"happened_at": instant(verdict["moment"]), **told})
    return [row for key, row in rows.items() if key not in aside]


def _known_to_oracle(tables: Tables) -> Tables:
    return {
        name: sorted(
            tuple((k, v) for k, v in row if k in _told_of(row) and v is not None) for row in rows
        )
        for name, rows in tables.items()
    }


def _told_of(row: tuple[Any, ...]) -> set[str]:
    """What the law says of a line; of a merged lead, which is left out of all figures, little."""
    columns = dict(row)
    return OF_MERGED if columns.get("status") == "merged" else set(columns) - BEYOND


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(
        (tuple(sorted((k, _plain(v)) for k, v in row.items() if k not in ASIDE)) for row in rows),
        key=str,
    )


def _plain(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
