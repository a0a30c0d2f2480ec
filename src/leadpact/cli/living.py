"""The sample company's own ledger: filled by a process of its own, served to this machine alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from leadpact.cli.exits import Code, Failed
from leadpact.cli.group import Group, make_sure_free
from leadpact.cli.terminal import out, write

ADDRESS = "127.0.0.1"
_LEDGER = ".ledger"
_JOURNAL = "journal.log"
_PORTS_TRIED = 20
_ANSWERS_WITHIN = 5.0
#: What would lead to an installation that is meant, or open this one to other machines.
_MEANT = ("DATABASE_URL", "LEADPACT_SECRET", "LEADPACT_HOSTS", "LEADPACT_HTTPS", "LEADPACT_PROXIES")


def surroundings(home: Path) -> dict[str, str]:
    """The environment in which the ledger in this folder is the installation, and a made-up one."""
    kept = {name: value for name, value in os.environ.items() if name not in _MEANT}
    own = {"DJANGO_SETTINGS_MODULE": "leadpact.web.settings", "LEADPACT_DEMO": "1"}
    return {**kept, **own, "LEADPACT_HOME": str(home)}


def fill(folder: Path, seed: int, now: datetime) -> None:
    """Make the ledger anew from what the folder holds; the old one stays until that is done.

    Raises Failed.
    """
    making = Path(tempfile.mkdtemp(prefix=f"{_LEDGER}-", dir=folder))
    words = ("demo-ledger", str(folder), "--seed", str(seed), "--at", now.isoformat())
    command = [sys.executable, "-m", "leadpact", *words]
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=surroundings(making)) as child:
            try:
                code = child.wait()
            except BaseException:
                child.terminate()
                raise
        if code:
            hint = "What it said above tells why."
            raise Failed("The ledger of the sample company was not filled.", hint, Code.INTERNAL)
        shutil.rmtree(folder / _LEDGER, ignore_errors=True)
        making.rename(folder / _LEDGER)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def serve(folder: Path, port: int, seed: int, *, lively: bool) -> None:
    """Serve the ledger until Ctrl-C; takes the next free port when this one is taken.

    Raises Failed.
    """
    port = free_port(port)
    home = folder / _LEDGER
    os.environ.pop("DATABASE_URL", None)
    address = f"http://{ADDRESS}:{port}"
    with (home / _JOURNAL).open("ab") as journal:
        group = Group({**surroundings(home), "LEADPACT_URL": address}, journal.fileno())
        group.start("web", "web", "--host", ADDRESS, "--port", str(port))
        group.start("worker", "worker")
        if lively:
            group.start("life", "demo-life", "--seed", str(seed))
        wait_for(port, group)
        console = out()
        console.print()
        write(console, f"Open {address}/   (Ctrl-C ends)", "bold")
        console.file.flush()
        group.watch()
    write(out(), "Ended. The files stay where they are.")


def free_port(port: int) -> int:
    """This port, or the next that is free; for 0 any. Raises Failed."""
    if not port:
        with socket.socket() as found:
            found.bind((ADDRESS, 0))
            return int(found.getsockname()[1])
    for each in range(port, min(port + _PORTS_TRIED, 65_536)):
        try:
            make_sure_free(ADDRESS, each)
        except Failed:
            continue
        return each
    raise Failed(
        f"No port from {port} to {min(port + _PORTS_TRIED, 65_536) - 1} is free to serve it.",
        "Name another with --port, or --port 0 for any.",
        Code.FILES,
    )


def wait_for(port: int, group: Group) -> None:
    """Wait until it answers anything, or until a process ended, of which `watch` tells."""
    while group.runs():
        asking = HTTPConnection(ADDRESS, port, timeout=_ANSWERS_WITHIN)
        try:
            asking.request("GET", "/healthz")
            asking.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            asking.close()
