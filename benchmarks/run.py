"""Measure what Leadpact claims to be fast, each beside something to compare it with, in one run.

    make bench                          the usual size
    make bench BENCH_ARGS="--leads 100000"

Figures are the best of several rounds, after a first one that compiles. Machine, data and command
are printed with them; nothing here is a test.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow.parquet as pq

from leadpact.agreement import templates
from leadpact.agreement.loading import load
from leadpact.agreement.spec import Agreement
from leadpact.calendars import Calendar
from leadpact.demo.company import generate
from leadpact.engine import hygiene
from leadpact.engine.evaluate import Evaluation, examine_judged
from leadpact.engine.log import History
from leadpact.engine.shape import Log, read_log
from leadpact.engine.tables import result_of

TEMPLATE = "b2b-saas"
LONG_DAY = [("09:00", "12:30"), ("13:30", "18:00")]
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu"), LONG_DAY) | {"fri": [("09:00", "16:00")]}
LIBRARIES = ("numba", "numpy", "duckdb", "pyarrow")


@dataclass(frozen=True)
class Figure:
    """One measured thing: `seconds` for `count` of `what`."""

    name: str
    seconds: float
    count: int
    what: str

    def line(self, yardstick: float) -> str:
        """As one line, with how many times the yardstick's seconds for each it took."""
        each = self.seconds / self.count
        return (
            f"  {self.name:<44} {self.seconds:8.3f} s {each * 1e9:14,.0f} ns a {self.what:<5}"
            f" x {each / yardstick:,.2f}"
        )


def main() -> int:
    """Measure both parts and print the figures."""
    parser = argparse.ArgumentParser(description="Measure what Leadpact claims to be fast.")
    parser.add_argument("--leads", type=int, default=20_000, help="leads of the sample company")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the best counts")
    chosen = parser.parse_args()
    describe_machine()
    working_time(chosen.rounds)
    evaluation(chosen.leads, chosen.rounds)
    return 0


def describe_machine() -> None:
    """What the figures were measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    print(f"Machine   {platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"Software  Python {platform.python_version()}, {libraries}")
    print(f"Command   python {' '.join(sys.argv)}")


def best(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest round; one round before them compiles and is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def working_time(rounds: int) -> None:
    """Working seconds between two instants: arrays, one pair at a time, and stepping by minutes."""
    calendar = Calendar.for_country("Europe/Berlin", HOURS, "DE", years=[2026])
    random = np.random.default_rng(7)
    begin = np.datetime64("2026-01-01", "us").astype(np.int64)
    starts = begin + random.integers(0, 300 * 86_400, 200_000) * 1_000_000
    ends = starts + random.integers(0, 20 * 86_400, len(starts)) * 1_000_000
    few = [(moment(a), moment(b)) for a, b in zip(starts[:2_000], ends[:2_000], strict=True)]
    fewer = few[:20]
    works: list[tuple[str, Callable[[], object], int]] = [
        ("arrays of pairs", lambda: calendar.elapsed_array(starts, ends), len(starts)),
        ("one pair a call", lambda: [calendar.elapsed(*pair) for pair in few], len(few)),
        ("stepping by minutes, plain Python", lambda: [stepped(*p) for p in fewer], len(fewer)),
    ]
    print("\nWorking time between two instants up to 20 days apart, against arrays")
    show([Figure(name, best(rounds, work), count, "pair") for name, work, count in works])


def moment(ticks: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(ticks))


def stepped(start: datetime, end: datetime) -> int:
    """Open minutes, each asked by itself, as it is often done by hand; holidays are left out."""
    zone, days = ZoneInfo("Europe/Berlin"), list(HOURS.values())
    found = 0
    for minute in range((end - start) // timedelta(minutes=1)):
        local = (start + timedelta(minutes=minute)).astimezone(zone)
        spans = days[local.weekday()] if local.weekday() < len(days) else []
        found += any(a <= f"{local:%H:%M}" < b for a, b in spans)
    return found


def evaluation(leads: int, rounds: int) -> None:
    """A sample company's year under the template, part by part, against a bare scan of its log."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        generate(seed=7, leads=leads).write(room)
        (room / "agreement.yaml").write_text(templates.text(TEMPLATE), encoding="utf-8")
        agreement = load(room / "agreement.yaml").agreement
        if agreement is None:
            raise SystemExit(f"The template {TEMPLATE} has problems; run `leadpact check` on it.")
        log, deals = (pq.read_table(room / f"{name}.parquet") for name in ("log", "deals"))
        figures = parts(agreement, History(log, deals), room / "log.parquet", rounds)
    print(
        f"\nThe template {TEMPLATE} over a sample company: {leads:,} leads, {log.num_rows:,} rows, "
        "against a bare scan of the log"
    )
    show(figures)


def parts(agreement: Agreement, history: History, file: Path, rounds: int) -> list[Figure]:
    """Times of the bare scan and of each step of an evaluation."""
    rows, connection = history.log.num_rows, duckdb.connect()
    read = "count(*), max(epoch_us(happened_at)), sum(hash(lead_id, kind, properties))"
    scan = f"select {read} from '{file}'"

    def ordered() -> Log:
        return read_log(history.log, None, None, False)

    def judged() -> hygiene.Judged:
        return hygiene.apply([agreement], ordered())

    def folded() -> Evaluation:
        return examine_judged([agreement], judged())

    measured: dict[str, Callable[[], object]] = {
        "bare scan of the columns used": lambda: connection.execute(scan).fetchall(),
        "read, order and deduplicate": ordered,
        "… and judge hygiene": judged,
        "… and find patterns, compile, fold": folded,
        "… and make the result tables": lambda: result_of(folded()),
    }
    return [Figure(name, best(rounds, work), rows, "row") for name, work in measured.items()]


def show(figures: list[Figure]) -> None:
    """Print figures, each with its ratio to the first."""
    yardstick = figures[0].seconds / figures[0].count
    for figure in figures:
        print(figure.line(yardstick))


if __name__ == "__main__":
    sys.exit(main())
