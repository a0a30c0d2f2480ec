"""The command line as tests use it: in this process, with what it wrote."""

from __future__ import annotations

import shutil
import signal
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from leadpact import jit
from leadpact.engine.kernels.fold import fold
from tests.cli.helpers import SAMPLES, Answer, answer, ended, started, with_home

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


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """The engine, before any command must say that it compiles."""
    jit.compile_now(fold)


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
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first command makes of an empty folder."""
    home = tmp_path_factory.mktemp("installed") / "home"
    done = with_home(home, "key", "list")
    assert done.code == 0, done.err
    return home


@pytest.fixture
def installed(_made_once: Path, tmp_path: Path) -> Path:
    """The folder of an installation in which nothing was done yet."""
    return Path(shutil.copytree(_made_once, tmp_path / "home"))


class Demonstration(NamedTuple):
    """A run of `leadpact demo` for a small company, served, looked at, and ended by Ctrl-C.

    `answer` is what the served installation said of itself.
    """

    folder: Path
    answer: bytes
    done: Answer


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration, as a process of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with started("demo", "--leads", "100", "--port", "0", "--out", folder) as process:
        before, address = b"", ""
        for line in process.stdout or ():
            before += line
            if line.startswith(b"Open http://127.0.0.1:"):
                address = line.split()[1].decode()
                break
        answer = b""
        try:
            if address:
                with urllib.request.urlopen(f"{address}healthz", timeout=10) as response:
                    answer = response.read()
        finally:
            process.send_signal(signal.SIGINT)
            done = ended(process)
    return Demonstration(folder, answer, done._replace(out=before.decode() + done.out))
