"""The command line as tests use it: in this process, with what it wrote."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.helpers import SAMPLES, Answer, answer

Leadpact = Callable[..., Answer]


@pytest.fixture(autouse=True)
def process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets up its whole process; the process of the tests gets its own ways back."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LEADPACT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in signals}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def leadpact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Leadpact:
    """Run a command in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return answer


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a mapping and an agreement made from HubSpot's exports."""
    folder = tmp_path_factory.mktemp("company")
    contacts, deals = SAMPLES / "hubspot-contacts.csv", SAMPLES / "hubspot-deals.csv"
    done = answer("init", "--from", contacts, "--deals", deals, "--out", folder)
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """What `leadpact demo` writes and says, for a small company."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, answer("demo", "--no-serve", "--leads", "150", "--out", folder)
