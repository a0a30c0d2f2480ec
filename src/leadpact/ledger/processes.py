"""By what a process is known in the ledger, so that another can tell that it is gone."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_MARK = re.compile(r"\[(\d+) (\d+) ([\w-]+)\]$")
#: The place of a process's birth in its line of /proc, counted behind its name.
_BORN = 19


def marked(name: str) -> str:
    """A name with which process it is, where the system tells enough to recognise it."""
    own, place = os.getpid(), _place()
    born = _born_at(own)
    return f"{name} [{own} {born} {place}]" if place and born else name


def is_gone(name: str) -> bool:
    """Whether the process of a marked name has surely ended: it was one of this machine's.

    Of one on another machine, in another container or before the last start nobody knows.
    """
    found = _MARK.search(name)
    if found is None or found[3] != _place():
        return False
    return _born_at(int(found[1])) != found[2]


@cache
def _place() -> str:
    """Where process numbers mean the same: this start of this machine, this container."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = re.sub(r"\D", "", os.readlink(_PROC / "self/ns/pid"))
    except OSError:
        return ""
    return f"{boot}-{space}"


def _born_at(process: int) -> str:
    """When a process began, in ticks of the machine; empty where there is none."""
    try:
        told = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[_BORN]
