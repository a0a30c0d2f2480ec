"""The live side under load, on a PostgreSQL of its own: what comes in, how soon it is handed over.

    python -m benchmarks.load --events 1000000 --seconds 20

Processes are real: `leadpact web`, one `leadpact worker`, clients on the same machine, which take
their share of its cores. What was measured is kept in `benchmarks/results/load.json`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from benchmarks import page
from benchmarks.load_clients import Client, handed_over, sent_at_rate, sent_by_many
from benchmarks.results import LOAD, machine
from leadpact.engine.log import LOG_SCHEMA
from tests.ledger.installation import Installation, installed

RATES = (100, 500, 1_000)
CLIENTS = 4
BULK = 10_000
ROWS_OF_A_LEAD = 5
BEGIN = 1_772_442_000_000_000  # 2 March 2026, 9:00
_COPY = "copy bare (source, event_id, lead_id, happened, kind, actor, decided, properties) "

Row = dict[str, Any]


def main() -> None:
    """Measure all of it and write the page."""
    parser = argparse.ArgumentParser(description="Measure the live side under load.")
    parser.add_argument("--events", type=int, default=1_000_000, help="rows that come in at once")
    parser.add_argument("--seconds", type=float, default=20, help="how long each rate is held")
    chosen = parser.parse_args()
    os.environ.setdefault("DATABASE_URL", "a server of its own")
    with tempfile.TemporaryDirectory(prefix="leadpact-load-") as folder:
        Path(folder).chmod(0o755)
        with installed(Path(folder), own_server=True) as running:
            _keep_commit_times(running)
            found = list(_measured(running, Path(folder), chosen.events, chosen.seconds))
    LOAD.parent.mkdir(exist_ok=True)
    text = {"machine": machine(), "command": " ".join(sys.argv[1:]), "rows": found}
    LOAD.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write()


def _keep_commit_times(running: Installation) -> None:
    """Let the database remember when each of its transactions was committed."""
    with psycopg.connect(str(running.database), autocommit=True) as connection:
        connection.execute("alter system set track_commit_timestamp = on")
    running.crash_database()


def _measured(running: Installation, folder: Path, events: int, seconds: float) -> Iterator[Row]:
    log = _log(events)
    yield from _told(
        _bare_copy(running, log, "including identity"), "COPY into a table without indexes"
    )
    yield from _told(_bare_copy(running, log, "including all"), "COPY into one indexed alike")
    yield from _told(_bare_inserts(running, 2_000), "bare INSERT, each with its commit")
    yield from _told(_imported(running, folder, log), "`leadpact import`")
    key = running.does("key", "create", "load", "--scope", "write")
    running.keep_running("web")
    while not running.answers():
        time.sleep(0.1)
    many = min(events // 2, 100_000)
    yield from _told(_bulk(running, key, many), f"API, {BULK:,} events a call (NDJSON)")
    yield from _told(sent_by_many(running.port, key, CLIENTS, seconds), "collector, one a call")
    running.keep_running("worker")
    _until_quiet(running)
    for rate in RATES:
        sent = sent_at_rate(running.port, key, rate, seconds)
        yield from _told(handed_over(str(running.database), sent), f"handed over at {rate:,}/s")
        _until_quiet(running)


def _told(row: Row, what: str) -> Iterator[Row]:
    row = {"what": what} | row
    print(row, flush=True)
    yield row


def _log(events: int) -> pa.Table:
    """Leads with a few rows each, in the engine's own form."""
    numbers = range(events)
    leads = [f"bulk-{number // ROWS_OF_A_LEAD}" for number in numbers]
    kinds = ["lead.created", "page_viewed", "page_viewed", "email_opened", "page_viewed"]
    columns = {
        "event_id": [f"e{number}" for number in numbers],
        "source": ["crm"] * events,
        "lead_id": leads,
        "happened_at": [BEGIN + number for number in numbers],
        "recorded_at": [None] * events,
        "kind": [kinds[number % ROWS_OF_A_LEAD] for number in numbers],
        "actor": [None] * events,
        "decided": [False] * events,
        "batch": [None] * events,
        "properties": [json.dumps({"email": f"{lead}@crowd.example"}) for lead in leads],
    }
    arrays = [pa.array(columns[f.name], pa.int64() if "_at" in f.name else f.type).cast(f.type)
              for f in LOG_SCHEMA]  # fmt: skip
    return pa.Table.from_arrays(arrays, schema=LOG_SCHEMA)


def _bare_copy(running: Installation, log: pa.Table, like: str) -> Row:
    text = io.BytesIO()
    kept = log.select(["source", "event_id", "lead_id", "happened_at", "kind"])
    more = {"actor": [""] * len(log), "decided": [False] * len(log)}
    plain = kept.set_column(3, "happened_at", kept["happened_at"].cast(pa.int64()))
    for name, values in more.items():
        plain = plain.append_column(name, pa.array(values))
    plain = plain.append_column("properties", log["properties"])
    csv.write_csv(plain, text, csv.WriteOptions(include_header=False))
    with psycopg.connect(str(running.database)) as connection:
        connection.execute("drop table if exists bare")
        connection.execute(f"create table bare (like ledger_event {like})")
        began = time.perf_counter()
        with connection.cursor().copy(_COPY + "from stdin (format csv)") as copy:
            copy.write(text.getbuffer())
        connection.commit()
        return _rate(len(log), time.perf_counter() - began)


def _bare_inserts(running: Installation, count: int) -> Row:
    with psycopg.connect(str(running.database), autocommit=True) as connection:
        began = time.perf_counter()
        taken = []
        for number in range(count):
            started = time.perf_counter()
            connection.execute(
                "insert into bare (source, event_id, lead_id, happened, kind, actor, decided, "
                "properties) values ('one', %s, 'x', %s, 'page_viewed', '', false, '{}')",
                [f"e{number}", BEGIN],
            )
            taken.append(time.perf_counter() - started)
        return _rate(count, time.perf_counter() - began, taken)


def _imported(running: Installation, folder: Path, log: pa.Table) -> Row:
    file = folder / "log.parquet"
    pq.write_table(log, file)
    began = time.perf_counter()
    running.does("import", "--sources", str(file), "--name", "load")
    return _rate(len(log), time.perf_counter() - began)


def _bulk(running: Installation, key: str, events: int) -> Row:
    client, taken = Client(running.port, key), []
    began = time.perf_counter()
    for first in range(0, events, BULK):
        lines = [
            json.dumps(
                {
                    "event_id": f"b{number}",
                    "kind": "page_viewed",
                    "lead": {"email": f"bulk-{number // ROWS_OF_A_LEAD}@crowd.example"},
                }
            )
            for number in range(first, min(first + BULK, events))
        ]
        started = time.perf_counter()
        client.post("/api/v1/events", "\n".join(lines).encode(), "application/x-ndjson")
        taken.append(time.perf_counter() - started)
    return _rate(events, time.perf_counter() - began, taken)


def _rate(events: int, seconds: float, taken: list[float] | None = None) -> Row:
    found: Row = {"events": events, "seconds": round(seconds, 3), "rate": round(events / seconds)}
    if taken:
        ordered = sorted(taken)
        found["p50"] = ordered[len(ordered) // 2]
        found["p99"] = ordered[int(len(ordered) * 0.99)]
    return found


def _until_quiet(running: Installation, longest: float = 600) -> None:
    until = time.monotonic() + longest
    while running.rows("select 1 from ledger_change limit 1"):
        if time.monotonic() > until:
            raise SystemExit("The worker does not come to rest.")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
