"""Measure what Leadpact claims to be fast, each beside something to compare it with, in one run.

    make bench                                        the usual size
    make bench BENCH_ARGS="--leads 1000000 --rounds 3"

Figures are medians of rounds after a first one that compiles and warms up; each work is measured in
a process of its own. What was measured is kept in `benchmarks/results/`, from which
`benchmarks/README.md` and its chart are made. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.apart import Timing, measure
from benchmarks.results import Results, machine
from benchmarks.works import PEERS

ROOM = Path("build/bench")
ELAPSED = ("elapsed, arrays", "elapsed, one a call", "elapsed, businesstimedelta")
ADDED = (
    "add, arrays",
    "add, one a call",
    "add, pandas CustomBusinessHour",
    "add, businesstimedelta",
)
STARTING = ("leadpact --help", "leadpact check")
EVALUATED = ("scan", "tables", "figures", "another threshold")
LIVE = ("one lead", "a thousand leads")
#: Parts that read the crowd's file.
READING = ("evaluation", "peers")


def main() -> int:
    """Measure the parts that are asked for and write the page."""
    chosen = _arguments()
    found = Results(machine(), " ".join(sys.argv[1:]), chosen.leads, chosen.rounds)
    parts = chosen.only or ["starting", "time", "evaluation", "live", "peers"]
    log = crowd(chosen.leads) if {*READING} & {*parts} else None
    for part, works in _works().items():
        if part.partition(" ")[0] in parts:
            print(f"\n{part}")
            reads = part in READING
            found.add(part, _measured(works, chosen.rounds, log if reads else None))
    found.write()
    page.write()
    print(f"\nWritten: {page.PAGE}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what Leadpact claims to be fast.")
    parser.add_argument("--leads", type=int, default=100_000, help="leads of the crowd")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, whose median counts")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=["starting", "time", "evaluation", "live", "peers"],
        help="parts to measure; else all",
    )
    return parser.parse_args()


def _works() -> dict[str, Sequence[str]]:
    return {
        "starting": STARTING,
        "time elapsed": ELAPSED,
        "time added": ADDED,
        "evaluation": EVALUATED,
        "live": LIVE,
        "peers": [f"peer {name}" for name in PEERS],
    }


def crowd(leads: int) -> Path:
    """The log to measure on; made once for each size."""
    file = ROOM / f"crowd-{leads}.parquet"
    if not file.exists():
        ROOM.mkdir(parents=True, exist_ok=True)
        print(f"Making {leads:,} leads (once) ...", flush=True)
        # In a process of its own: what this one once held would count as its children's memory.
        make = [sys.executable, "-m", "benchmarks.crowd", "--leads", str(leads), str(file)]
        subprocess.run(make, check=True)
    return file


def _measured(works: Sequence[str], rounds: int, log: Path | None) -> list[Timing]:
    found: list[Timing] = []
    for work in works:
        timing = measure(work, rounds, log)
        found.append(timing)
        print(f"  {_line(timing, found[0])}", flush=True)
    answers = {str(timing.answer) for timing in found if timing.work.startswith("peer")}
    if len(answers) > 1:
        raise SystemExit(f"The ways do not agree: {answers}")
    return found


def _line(timing: Timing, first: Timing) -> str:
    ratio, peak = timing.each / first.each, timing.peak / 2**20
    return (
        f"{timing.work:<32} {timing.seconds:9.3f} s {timing.each:14,.0f} ns each "
        f"x {ratio:8,.2f}  {peak:7,.0f} MiB  {timing.answer or ''}"
    )


if __name__ == "__main__":
    sys.exit(main())
