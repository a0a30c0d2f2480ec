"""The web process: the application in a threaded server, which ends when its parent does."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.db import connection, connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from leadpact.flows import journal

#: Names the process whose end is this one's end; set by `leadpact serve`.
PARENT = "LEADPACT_PARENT"
_THREADS = 8
_MOST_PROCESSES = 4
_GRACE_SECONDS = 10
#: Seconds that a thread computes while another waits: a page waits after each of its questions to
#: the database.
_TURN = 0.001


def serve(host: str, port: int, processes: int) -> None:
    """Serve until SIGTERM or SIGINT, which let requests that run come to their end."""
    journal.configure()
    end_with_parent()
    # What was opened to look at the tables must not be shared with the processes to come.
    connections.close_all()
    server = Granian(
        "leadpact.web.process:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=_THREADS,
        factory=True,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    server.serve()


def fitting() -> int:
    """How many processes fit this machine: on PostgreSQL each computes beside the others."""
    if connection.vendor != "postgresql":
        return 1
    return min(_MOST_PROCESSES, os.cpu_count() or 1)


def application() -> Callable[..., Any]:
    """The application as the server's own processes load it."""
    journal.configure()
    end_with_parent()
    from leadpact.web.wsgi import application as wsgi

    sys.setswitchinterval(_TURN)
    threading.Thread(target=settle, name="settling", daemon=True).start()
    return wsgi


def settle() -> None:
    """Load what pages need, and leave it out of every search for what can be forgotten: it stays,
    and to look through all of it holds every request up for a third of a second.
    """
    from leadpact import jit
    from leadpact.engine.kernels.fold import fold

    for name in ("leadpact.web.urls", "leadpact.documents.charts"):
        import_module(name)
    if jit.is_cached(fold):  # else the worker compiles it, and whoever is first waits
        jit.compile_now(fold)
    gc.collect()
    gc.freeze()


def end_with_parent() -> None:
    """Let this process end when the one that started it is gone, however that went."""
    parent = multiprocessing.parent_process()
    expected = os.environ.get(PARENT)
    if parent is not None:
        _in_background(parent.join)
    elif expected:
        _in_background(lambda: _wait_for_the_end_of(int(expected)))


def _wait_for_the_end_of(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)


def _in_background(wait: Callable[[], None]) -> None:
    def watch() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
