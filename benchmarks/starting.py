"""How long a person waits for a command that computes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.peers.task import AGREEMENT
from benchmarks.works import Prepared

LEADPACT = Path(sys.executable).with_name("leadpact")


def help_page() -> Prepared:
    """`leadpact --help`."""
    return _command("--help")


def check() -> Prepared:
    """`leadpact check` of an agreement of a hundred lines."""
    return _command("check", str(AGREEMENT))


def _command(*words: str) -> Prepared:
    def run() -> int:
        subprocess.run([str(LEADPACT), *words], check=True, capture_output=True)
        return 1

    return Prepared(run, lambda found: found)
