"""Readers who ask for pages at a steady rate, and how long they wait."""

from __future__ import annotations

import http.client
import os
import queue
import random
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]

_READERS = 32
#: How often every page is asked before it counts: a process is warm when it has answered each.
_WARM = 3
_SEED = 7


@dataclass(frozen=True)
class Asked:
    """A page as somebody asks for it."""

    page: str
    role: str
    address: str
    cookie: str


@dataclass(frozen=True)
class Waited:
    """How long somebody waited from the moment at which it was to be asked, and the server took."""

    asked: Asked
    clock: float
    server: float
    size: int


def answered(
    asked: Sequence[Asked],
    environment: Mapping[str, str],
    rate: float,
    seconds: float,
    database: psutil.Process,
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Of each page how long it took, the slowest first, and of all of them together; and how many
    processors were busy with the pages, the database and the readers."""
    with _web(environment) as (port, web):
        for each in list(asked) * _WARM:  # what every process does once is not what a page costs
            _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), each)
        whose = {"pages": web, "database": database, "readers": psutil.Process()}
        before = {name: _worked(process) for name, process in whose.items()}
        waited = _at_rate(port, asked, rate, seconds)
        busy = {
            name: round((_worked(process) - before[name]) / seconds, 2)
            for name, process in whose.items()
        }
    by_page: dict[str, list[Waited]] = defaultdict(list)
    for one in waited:
        by_page[one.asked.page].append(one)
    rows = [_row(name, those) for name, those in by_page.items()]
    rows.sort(key=lambda row: -row["server"]["p95"])
    return [_row("all pages", waited), *rows], busy


def _worked(process: psutil.Process) -> float:
    """Seconds of the processor that a process and those under it have used, ended ones too."""
    if process.pid == os.getpid():  # what it started is told apart
        return time.process_time()
    family = [process, *process.children(recursive=True)]
    return sum(sum(each.cpu_times()[:4]) for each in family)


def _row(name: str, waited: Sequence[Waited]) -> dict[str, Any]:
    slowest = max(waited, key=lambda each: each.server)
    return {
        "page": name,
        "asked": len(waited),
        "server": _shares([each.server for each in waited]),
        "clock": _shares([each.clock for each in waited]),
        "size": round(sum(each.size for each in waited) / len(waited)),
        "slowest for": slowest.asked.role,
    }


def _shares(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    last = len(ordered) - 1
    return {f"p{share}": round(ordered[round(last * share / 100)], 4) for share in (50, 95, 99)}


def _at_rate(port: int, asked: Sequence[Asked], rate: float, seconds: float) -> list[Waited]:
    """Every reader takes the next request and sends it when it is due, or at once if late."""
    due: queue.SimpleQueue[tuple[float, Asked]] = queue.SimpleQueue()
    dice, began = random.Random(_SEED), time.perf_counter() + 0.5
    # Not in turn: a page is not to be asked always after the same other.
    rounds = [each for _ in range(int(rate * seconds) // len(asked) + 1)
              for each in dice.sample(asked, len(asked))]  # fmt: skip
    for number, each in enumerate(rounds[: int(rate * seconds)]):
        due.put((began + number / rate, each))
    found: list[Waited] = []

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            try:
                at, each = due.get_nowait()
            except queue.Empty:
                return
            time.sleep(max(0.0, at - time.perf_counter()))
            server, size = _ask(connection, each)
            found.append(Waited(each, time.perf_counter() - at, server, size))

    readers = [threading.Thread(target=read) for _ in range(_READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return found


def _ask(connection: http.client.HTTPConnection, asked: Asked) -> tuple[float, int]:
    """Seconds that the server took by its own word, and the size of what came."""
    connection.request("GET", asked.address, headers={"Cookie": f"sessionid={asked.cookie}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{asked.address} answered {asked.role} with {answer.status}")
    told = answer.getheader("Server-Timing", "")
    return float(told.partition("dur=")[2]) / 1000, len(body)


@contextmanager
def _web(environment: Mapping[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    """`leadpact web` as anybody runs it, its port and its process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    words = [sys.executable, "-m", "leadpact", "web", "--port", str(port)]
    with subprocess.Popen(words, env=environment) as process:
        try:
            while not _answers(port):
                time.sleep(0.1)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
