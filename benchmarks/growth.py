"""What the questions of daily work cost in a ledger of millions of events, and by which plans.

    python -m benchmarks.growth --events 5000000

The same questions are asked of a fiftieth of the events and of all, on a PostgreSQL of its own.
What was measured is kept in `benchmarks/results/growth.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import page
from benchmarks.results import GROWTH, machine
from tests.ledger.installation import installed

_FEWER = 50
_EVENTS_A_LEAD = 20
_ROUNDS = 15
#: Tables that grow with the log; to read one of them whole is what must not happen.
_GROWING = ("ledger_event", "ledger_lead", "ledger_identity", "ledger_leadstate")


def main() -> None:
    """Fill a ledger twice, ask each time, and write the page."""
    parser = argparse.ArgumentParser(description="Ask a small ledger and a large one.")
    parser.add_argument("--events", type=int, default=5_000_000, help="events of the large one")
    parser.add_argument("--ask", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ask:
        _answer(chosen.ask)
        return
    os.environ.setdefault("DATABASE_URL", "a server of its own")
    sizes = [chosen.events // _FEWER, chosen.events]
    with tempfile.TemporaryDirectory(prefix="leadpact-growth-") as folder:
        Path(folder).chmod(0o755)
        with installed(Path(folder), own_server=True) as running:
            few, many = (_apart(str(running.database), folder, size) for size in sizes)
    rows = [
        {"question": small["question"], "times": [small["seconds"], large["seconds"]],
         "read whole": large["read whole"]}
        for small, large in zip(few, many, strict=True)
    ]  # fmt: skip
    load = round(os.getloadavg()[1], 1)
    GROWTH.parent.mkdir(exist_ok=True)
    told = {"machine": machine(), "load": load, "sizes": sizes, "rows": rows}
    GROWTH.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write()


def _apart(database: str, folder: str, events: int) -> list[dict[str, Any]]:
    """In a process of its own, whose database this is."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", "--ask", str(events)],
        env={**os.environ, "DATABASE_URL": database, "LEADPACT_HOME": f"{folder}/home"},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for each in found:
        print(events, each, flush=True)
    return found


def _answer(events: int) -> None:
    """Fill the ledger up, ask, and print of each question its time and how tables are read."""
    from leadpact.flows.opening import open_ledger

    open_ledger()
    _fill(events)
    print(json.dumps([_asked(name, ask) for name, ask in _questions()]))


def _fill(events: int) -> None:
    from django.db import connection

    leads = events // _EVENTS_A_LEAD
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_lead where key like 'g-%%'")
        (there,) = cursor.fetchone()
        for statement in (
            "insert into ledger_lead (key, begins) select 'g-' || i, now() "
            "from generate_series(%(from)s, %(to)s) i",
            "insert into ledger_identity (kind, value, lead_id) select 'email', "
            "'g' || i || '@g.org', 'g-' || i from generate_series(%(from)s, %(to)s) i",
            "insert into ledger_leadstate (lead_id, status, attributes, evaluated_at, next_at, "
            "digest) select 'g-' || i, 'open', '{}', now(), now() + interval '1 day', '' "
            "from generate_series(%(from)s, %(to)s) i",
            "insert into ledger_event (source, event_id, lead_id, happened, recorded, kind, actor, "
            "decided, properties) select 'g', i || '-' || n, 'g-' || i, 1770000000000000 + n, "
            "null, 'page_viewed', '', false, '{\"page\":\"pricing\"}' "
            "from generate_series(%(from)s, %(to)s) i, generate_series(1, %(each)s) n",
        ):
            cursor.execute(statement, {"from": there + 1, "to": leads, "each": _EVENTS_A_LEAD})
        cursor.execute("vacuum analyze")


def _questions() -> Iterator[tuple[str, Callable[[int], Any]]]:
    from leadpact.api.paging import page
    from leadpact.ledger.facts import Fact, Known
    from leadpact.ledger.selectors import figures, health, lists, logs
    from leadpact.ledger.services import claims
    from leadpact.ledger.services.ingest import ingest
    from leadpact.ledger.services.permits import of_operator

    now, everybody = datetime.now(UTC), of_operator()
    yield (
        "take in an event of a known lead",
        lambda n: ingest(
            [Fact("bench", f"e{n}", "page_viewed", now, Known(email=f"g{n + 1}@g.org"))], now=now
        ),
    )
    yield (
        "take in an event of somebody new",
        lambda n: ingest(
            [Fact("bench", f"n{n}", "page_viewed", now, Known(email=f"new{n}@g.org"))], now=now
        ),
    )
    yield "claim what changed", lambda _: claims.take(now, 200)
    yield (
        "read the log of 50 leads",
        lambda n: logs.history_of(f"g-{n * 50 + each + 1}" for each in range(50)),
    )
    yield (
        "list a page of a lead's events",
        lambda n: page(lists.events_for(everybody).filter(lead=f"g-{n + 1}"), str, None, 50),
    )
    yield (
        "list the first page of all events",
        lambda _: page(lists.events_for(everybody), str, None, 50),
    )
    yield "find out whether something is to be measured", lambda _: figures.known()
    yield "tell the health", lambda _: health.health(now, now)


def _asked(name: str, ask: Callable[[int], Any]) -> dict[str, Any]:
    """Median milliseconds of a question, and the growing tables that it reads whole."""
    from django.db import connection, transaction

    times: list[float] = []
    statements: list[tuple[str, Any]] = []

    def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip().lower().startswith("select"):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    for number in range(_ROUNDS):
        with transaction.atomic():
            began = time.perf_counter()
            ask(number)
            times.append(time.perf_counter() - began)
            transaction.set_rollback(True)
    with transaction.atomic():
        with connection.execute_wrapper(noted):
            ask(_ROUNDS)
        read = sorted({each for sql, params in statements for each in _read_whole(sql, params)})
        transaction.set_rollback(True)
    return {"question": name, "seconds": median(times), "read whole": read}


def _read_whole(sql: str, params: Any) -> Iterator[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"explain (format json) {sql}", params)
        (told,) = cursor.fetchone()
    plan = json.loads(told) if isinstance(told, str) else told
    yield from _scans(plan[0]["Plan"], limited=False)


def _scans(plan: dict[str, Any], *, limited: bool) -> Iterator[str]:
    """Tables read from end to end; one that a limit stops is not."""
    limited = limited or plan["Node Type"] == "Limit"
    name = plan.get("Relation Name")
    whole = plan["Node Type"] == "Seq Scan" or (
        plan["Node Type"] == "Index Only Scan" and "Index Cond" not in plan
    )
    if name in _GROWING and whole and not limited:
        yield str(name)
    for part in plan.get("Plans", []):
        yield from _scans(part, limited=limited)


if __name__ == "__main__":
    main()
