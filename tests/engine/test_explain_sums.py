"""What is explained sums to, and equals, what the engine says, for random agreements and logs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from leadpact.agreement.spec import Agreement
from tests.strategies import Document, LogRow, as_delivered, logs, moments, versions

some_examples = settings(
    max_examples=max(1, settings().max_examples // 3),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def history(log: list[LogRow]) -> Any:
    from leadpact.engine.log import LOG_SCHEMA, History

    return History(pa.Table.from_pylist(as_delivered(log), schema=LOG_SCHEMA))


def total(ledger: dict[str, Any]) -> int:
    """Contributions and cuts of a score, summed in thousandths."""
    parts = [*ledger["contributions"], *ledger["cuts"]]
    return sum(round(part["points"] * 1000) for part in parts)


def of_group(ledger: dict[str, Any], group: str) -> int:
    """The same of one group."""
    contributions = [each for each in ledger["contributions"] if each["group"] == group]
    rules = {each["rule"] for each in contributions}
    cuts = [c for c in ledger["cuts"] if (c["of"], c["name"]) == ("group", group)]
    cuts += [c for c in ledger["cuts"] if c["of"] == "rule" and c["name"] in rules]
    return sum(round(part["points"] * 1000) for part in [*contributions, *cuts])


def instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


@some_examples
@given(versions(), logs(), moments, st.one_of(st.none(), moments))
def test_an_explanation_tells_what_the_engine_says(
    documents: list[Document], log: list[LogRow], as_of: datetime, known_at: datetime | None
) -> None:
    from leadpact.engine.evaluate import evaluate
    from leadpact.engine.explain import explain

    agreements = [Agreement.model_validate(document) for document in documents]
    result = evaluate(agreements, history(log), as_of=as_of, known_at=known_at)
    tables = {name: table.to_pylist() for name, table in result.tables().items()}
    decided = any(row["decided"] and row["kind"] == "stage.entered" for row in log)
    for line in tables["lead_states"]:
        lead = line["lead_id"]
        note(lead)
        told = explain(agreements, history(log), lead, as_of=as_of, known_at=known_at)
        record = json.loads(json.dumps(told.as_json(), allow_nan=False))
        assert told.as_text().startswith(lead)
        _check_score(record["score"], line)
        _check_moments(told)
        _check_stages(record, _of(tables["stage_entries"], lead), decided)
        assert all(passage.part.holds for passage in told.passages if passage.part)
        _check_episodes(record, _of(tables["episodes"], lead))
        _check_clocks(record, _of(tables["clocks"], lead), _of(tables["clock_shares"], lead))


def _of(lines: list[dict[str, Any]], lead: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["lead_id"] == lead]


def _check_score(ledger: dict[str, Any] | None, line: dict[str, Any]) -> None:
    if ledger is None:
        assert (line["score"], line["fit"], line["engagement"]) == (None, None, None)
        return
    assert total(ledger) == round(line["score"] * 1000)
    for group in ("fit", "engagement"):
        assert of_group(ledger, group) == round(line[group] * 1000)


def _check_moments(told: Any) -> None:
    """The score after a moment is that of the fold, run again up to then."""
    for moment in told.moments:
        if moment.score is not None and moment.until == moment.at:
            assert moment.score == told.attributes.story.photograph(moment.at).state.score


def _check_stages(record: dict[str, Any], lines: list[dict[str, Any]], decided: bool) -> None:
    told = [
        (passage["episode"], stage) for passage in record["passages"] for stage in passage["stages"]
    ]
    seen = sorted((n, s["at"], s["stage"]) for n, s in told)
    assert seen == sorted((e["episode"], instant(e["entered_at"]), e["stage"]) for e in lines)
    by_key = {(line["episode"], line["stage"]): line for line in lines}
    for episode, stage in told:
        line = by_key[episode, stage["stage"]]
        _check_score(stage["score"], line)
        assert (stage["how"] == "implied") == line["implied"]
        assert (stage["how"] == "recorded") == line["recorded"]
        # What is neither implied nor recorded by somebody has a condition that is seen to hold,
        # unless the system had decided it.
        assert stage["how"] != "system" or decided
        assert stage["disputed"] == line["disputed"]


def _check_episodes(record: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    keys = ("episode", "started_at", "ended_at", "ending")
    told = [tuple(passage[key] for key in keys) for passage in record["passages"]]
    expected = [
        (e["episode"], instant(e["started_at"]), instant(e["ended_at"]), e["ending"]) for e in lines
    ]
    assert told == sorted(expected)


def _check_clocks(
    record: dict[str, Any], lines: list[dict[str, Any]], shares: list[dict[str, Any]]
) -> None:
    keys = ("obligation", "episode", "outcome", "side")
    times = ("started_at", "due_at", "stopped_at", "closed_at")
    told = [tuple(p[key] for key in (*keys, *times)) for p in record["promises"]]
    expected = [
        (*(line[key] for key in keys), *(instant(line[time]) for time in times)) for line in lines
    ]
    assert sorted(told, key=str) == sorted(expected, key=str)
    worked = sum(p["working_seconds"] for p in record["promises"])
    assert round(worked) == round(sum(line["working_seconds"] for line in lines))
    parts = sum(s["working_seconds"] for p in record["promises"] for s in p["shares"])
    assert round(parts) == round(sum(share["working_seconds"] for share in shares))
