"""What was measured, kept as JSON: one file for each number of leads, the newest of each part."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.apart import Timing

FOLDER = Path(__file__).with_name("results")
#: What was measured of the live side.
LOAD = FOLDER / "load.json"
#: What was measured of logs that outgrow the memory.
LARGE = FOLDER / "large.json"
#: What was measured of small and large ledgers.
GROWTH = FOLDER / "growth.json"
#: What was measured of pages.
PAGES = FOLDER / "pages.json"
LIBRARIES = ("numba", "numpy", "duckdb", "pyarrow", "polars", "pandas", "businesstimedelta")


def machine() -> str:
    """What the figures were measured on, in one line."""
    libraries = ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


@dataclass
class Results:
    """The parts of one run."""

    machine: str
    command: str
    leads: int
    rounds: int
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, part: str, timings: list[Timing]) -> None:
        """Keep what was measured of a part, with the machine and how often it was measured."""
        said = {
            "machine": self.machine,
            "rounds": self.rounds,
            "load": round(os.getloadavg()[1], 1),
        }
        self.parts[part] = [vars(timing) | said for timing in timings]

    def write(self) -> None:
        """Over what an earlier run of this size measured of the same parts."""
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{self.leads}.json"
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        text = json.dumps(known | self.parts, indent=1, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")


def known() -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Everything kept, by number of leads."""
    return {
        int(file.stem): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("[0-9]*.json"), key=lambda file: int(file.stem))
    }
