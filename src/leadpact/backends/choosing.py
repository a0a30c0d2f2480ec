"""How many buckets a log needs, by its size and the memory that is free."""

from __future__ import annotations

import os
from pathlib import Path

#: What is held of every row at most: half of it by the evaluation, as `benchmarks/README.md` has it
#: measured, the rest by what is told of it.
BYTES_A_ROW = 250
#: Of the free memory an evaluation takes so much: figures and pages need room besides.
_SHARE = 0.5
#: Each bucket is a file that is open while the log is dealt.
_MOST = 256
#: Taken for free where the system does not say.
_ASSUMED = 4 * 2**30


def buckets_for(rows: int, free: int) -> int:
    """How many buckets let each be evaluated in its share of the free bytes; 1: no need of any."""
    return min(_MOST, max(1, -(-rows * BYTES_A_ROW // max(1, int(free * _SHARE)))))


def free_memory() -> int:
    """Bytes that this process may still take: of the machine, and of the container it runs in."""
    return min(_of_machine(), _of_container())


def _of_machine() -> int:
    told = _read("/proc/meminfo").split("MemAvailable:")
    if len(told) > 1:
        return int(told[1].split()[0]) * 1024
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return _ASSUMED


def _of_container() -> int:
    """Bytes until the limit of the control group; without one as many as anybody could want."""
    limit = _read("/sys/fs/cgroup/memory.max").strip()
    used = _read("/sys/fs/cgroup/memory.current").strip()
    if limit.isdigit() and used.isdigit():
        return max(0, int(limit) - int(used))
    return 2**63


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError:
        return ""
