"""One work measured in a process of its own, so that no other's memory or caches are counted.

    python -m benchmarks.apart WORK ROUNDS [FILE]

prints one JSON object: wall and processor seconds of each round after a first one that warms up,
the highest memory of the process, and what the work says of its answer.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import leadpact  # noqa: F401  as in its own programs, it comes before numpy
from benchmarks.works import WORKS

#: Units of `ru_maxrss`: bytes on macOS, else kibibytes.
_RSS = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Timing:
    """What was measured of one work: seconds of each round, memory in bytes, and its answer."""

    work: str
    wall: list[float]
    processor: list[float]
    first: float
    peak: int
    count: int
    answer: Any

    @property
    def seconds(self) -> float:
        """The median of the rounds."""
        return median(self.wall)

    @property
    def each(self) -> float:
        """Nanoseconds for each of what was counted."""
        return self.seconds / max(1, self.count) * 1e9


def measure(work: str, rounds: int, file: Path | None = None) -> Timing:
    """Measure a work in a new process; its messages pass through. Raises on its failure."""
    command = [sys.executable, "-m", "benchmarks.apart", work, str(rounds)]
    done = subprocess.run(
        [*command, *([str(file)] if file else [])], stdout=subprocess.PIPE, check=True, text=True
    )
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Do the work as the command line asks."""
    work, rounds, *files = sys.argv[1:]
    prepared = WORKS[work](*map(Path, files))
    started = time.perf_counter()
    answer = prepared.work()
    first = time.perf_counter() - started
    count, told = prepared.count(answer), prepared.tell(answer)
    del answer  # Else every round would hold two.
    wall, processor = [], []
    for _ in range(int(rounds)):
        began, used = time.perf_counter(), _processor()
        prepared.work()
        wall.append(time.perf_counter() - began)
        processor.append(_processor() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS
    found = Timing(work, wall, processor, first, peak, count, told)
    print(json.dumps(vars(found)))


def _processor() -> float:
    """Seconds of all threads of this process and of the processes it waited for."""
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system


if __name__ == "__main__":
    main()
