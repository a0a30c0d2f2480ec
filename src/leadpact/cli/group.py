"""Several processes that run together and end together."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping

from leadpact.cli.exits import Code, Failed

_GRACE_SECONDS = 30.0
_LOOK_EVERY = 0.2
#: Names the process that started this one, so that it does not outlive it.
_PARENT = "LEADPACT_PARENT"


class Group:
    """Child processes; when one ends by itself, all end.

    `surroundings` is their environment, by default ours, `journal` the file that takes what they
    complain of, by default our standard error.
    """

    def __init__(
        self, surroundings: Mapping[str, str] = os.environ, journal: int | None = None
    ) -> None:
        self._surroundings, self._journal = surroundings, journal
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def start(self, name: str, *words: str) -> None:
        """Start one of the program's own commands; its input is empty, its output ours."""
        self._running[name] = subprocess.Popen(
            [sys.executable, "-m", "leadpact", *words],
            stdin=subprocess.DEVNULL,
            stderr=self._journal,
            env={**self._surroundings, _PARENT: str(os.getpid())},
        )

    def runs(self) -> bool:
        """Whether all run, and nobody asked them to end."""
        return not self._asked and all(each.poll() is None for each in self._running.values())

    def watch(self) -> None:
        """Wait until asked to end, or until a child ended. Raises Failed for the latter."""
        dead: str | None = None
        while dead is None and not self._asked:
            time.sleep(_LOOK_EVERY)
            dead = next((name for name, each in self._running.items() if each.poll() is not None),
                        None)  # fmt: skip
        code = self._running[dead].returncode if dead else 0
        self.end()
        if dead and not self._asked:
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise Failed(
                f"The {dead} process ended {how}, so everything was stopped.",
                "Its last lines above say why.",
                Code.INTERNAL,
            )

    def end(self) -> None:
        """Let every child finish what it does; one that does not within its time is killed."""
        for each in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                each.terminate()
        until = time.monotonic() + _GRACE_SECONDS
        for each in self._running.values():
            try:
                each.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()

    def _on_signal(self, *_: object) -> None:
        self._asked = True


def make_sure_free(host: str, port: int) -> None:
    """Raises Failed where nothing can listen at this address."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except socket.gaierror:
        raise Failed(f"There is no address {host}.", "Name another --host.", Code.USAGE) from None
    except OSError as error:
        why = {
            errno.EADDRINUSE: "is taken by another program",
            errno.EACCES: "may not be used by this account",
            errno.EADDRNOTAVAIL: "is at an address that this machine does not have",
        }.get(error.errno or 0, "cannot be used")
        hint = "Name another with --port."
        raise Failed(f"Port {port} of {host} {why}.", hint, Code.FILES) from None
