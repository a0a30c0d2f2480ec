"""Logs that outgrow the memory, evaluated by buckets: what they cost at several sizes, once.

    .venv/bin/python -m benchmarks.large --leads 100000 1000000 10000000 --free 8

`--free` says for how many GB of free memory buckets are chosen; `--spark local[2]` evaluates on
Spark instead, and only prints what that took. Ten million leads with twenty
events each need 6 GB of the disk for the log, 20 GB more while it is made or evaluated.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import page
from benchmarks.results import LARGE, machine
from benchmarks.run import ROOM, crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERY = 0.05


class Stages:
    """How long each stage of a work takes, and the most memory that the process holds in it."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, float]] = {}
        self._most = 0
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        self._most, began, used = 0, time.perf_counter(), _processor()
        yield
        self._look()
        self.told[name] = {
            "wall": time.perf_counter() - began,
            "processor": _processor() - used,
            "memory": self._most,
        }

    def _watch(self) -> None:
        while True:
            self._look()
            time.sleep(_EVERY)

    def _look(self) -> None:
        """Pages of mapped files are left out: the system takes them back when it wants to."""
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        held = int(status.partition("RssAnon:")[2].split()[0]) * 1024
        self._most = max(self._most, held)


def _processor() -> float:
    found = os.times()
    return found.user + found.system


def one(log: Path, free: int, spark: str | None = None) -> dict[str, Any]:
    """Deal a log, evaluate it and count every metric; what that cost, here and not in workers."""
    import pyarrow.dataset as ds

    from benchmarks.evaluation import agreement
    from leadpact import jit
    from leadpact.backends.choosing import buckets_for
    from leadpact.backends.dealing import deal
    from leadpact.backends.evaluating import evaluate
    from leadpact.engine.kernels.fold import fold
    from leadpact.engine.log import History
    from leadpact.engine.metrics.measures import Measures

    jit.compile_now(fold)
    stages, whole = Stages(), ds.dataset(log)
    rows = whole.count_rows()
    buckets = buckets_for(rows, free)
    with stages.stage("dealing"):
        if spark:
            from leadpact.backends import spark as cluster
            from leadpact.backends.spark_session import begin

            dealt: Any = cluster.deal(whole, begin(spark))
            buckets = dealt.parts
        else:
            dealt = deal(whole, buckets, free // 4, folder=log.parent) if buckets > 1 else whole
    with stages.stage("tables"):
        history = History(dealt)
        result = evaluate([agreement()], history)
    with stages.stage("figures"):
        measures = Measures(result, history)
        count = sum(len(measures.figures(period)) for period in ("all", "month"))
    answer = (
        f"{result.stage_entries.num_rows:,} entries, {result.clocks.num_rows:,} clocks, "
        f"{count:,} figures"
    )
    leads = result.lead_states.num_rows
    return {"leads": leads, "rows": rows, "buckets": buckets, "answer": answer, **stages.told}


def main() -> None:
    """Measure the sizes that are asked for and write the page."""
    parser = argparse.ArgumentParser(description="Measure logs that outgrow the memory.")
    parser.add_argument("--leads", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--free", type=int, default=8, help="GB of memory taken for free")
    parser.add_argument("--spark", metavar="MASTER", help="evaluate on Spark, and only print that")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(one(chosen.one, chosen.free * 2**30, chosen.spark)))
        return
    if chosen.spark:
        for leads in chosen.leads:
            print(one(crowd(leads), chosen.free * 2**30, chosen.spark), flush=True)
        return
    told: dict[str, Any] = {"machine": machine(), "free": chosen.free, "sizes": []}
    ROOM.mkdir(parents=True, exist_ok=True)
    for leads in chosen.leads:
        command = [sys.executable, "-m", "benchmarks.large", "--free", str(chosen.free), "--one"]
        done = subprocess.run(
            [*command, str(crowd(leads))], stdout=subprocess.PIPE, check=True, text=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        print(found, flush=True)
        told["sizes"].append(found | {"load": round(os.getloadavg()[2], 1)})
    LARGE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write()


if __name__ == "__main__":
    main()
