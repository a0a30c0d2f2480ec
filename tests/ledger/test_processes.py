"""Whether a process that had something to itself is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leadpact.ledger import processes
from leadpact.ledger.processes import is_gone, marked
from leadpact.ledger.services import crm_connections
from tests.ledger.crm_company import company

_TELL = "from leadpact.ledger.processes import marked; print(marked('worker'))"


def of_a_process_that_ended() -> str:
    told = subprocess.run([sys.executable, "-c", _TELL], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def test_this_process_is_there() -> None:
    assert not is_gone(marked("worker"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells of processes")
def test_what_a_killed_process_had_is_free_at_once() -> None:
    with company() as at:
        gone = of_a_process_that_ended()
        assert is_gone(gone)
        assert crm_connections.lease(at.row, gone, now=at.time())
        assert crm_connections.lease(at.row, marked("worker"), now=at.time())
        assert not crm_connections.lease(at.row, "another", now=at.time())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells of processes")
def test_of_a_process_elsewhere_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = of_a_process_that_ended()
    monkeypatch.setattr(processes, "_place", lambda: "another-machine")
    assert not is_gone(gone)
    assert not is_gone("host:7:101112000000")
    assert not is_gone("")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells of processes")
def test_a_number_that_is_used_again_is_another_process() -> None:
    name, _, rest = marked("worker").partition("[")
    number, born, place = rest.rstrip("]").split()
    assert is_gone(f"{name}[{number} {int(born) - 1} {place}]")
