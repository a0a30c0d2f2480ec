"""The process that turns the live flow: look, decide, tell, again, until it is asked to stop.

Any number of workers may run at once. One that is killed leaves nothing half done: whatever it was
looking at is looked at again. A lead that cannot be looked at is put aside and holds up nobody.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self

from django.db import InterfaceError, OperationalError, connection

from leadpact.flows import crm, live
from leadpact.flows.digesting import plan_digests
from leadpact.flows.dropping import FOLDER, Watch
from leadpact.flows.journal import place_of, tell
from leadpact.flows.renewing import plan_reminders
from leadpact.flows.sending import send_due
from leadpact.ledger.home import home
from leadpact.ledger.models import CrmConnection, Heartbeat
from leadpact.ledger.processes import marked
from leadpact.ledger.selectors import figures
from leadpact.ledger.selectors.health import anything_to_do, anything_to_tell
from leadpact.ledger.services import heartbeats, quarantine, uploads

#: How long a worker that has nothing to do waits before it looks again.
POLL_SECONDS = 0.2
#: A worker that gave no sign of life for this long is gone.
ALIVE = timedelta(seconds=60)
_BEAT_EVERY = timedelta(seconds=5)
_QUEUE_EVERY = timedelta(seconds=2)
_DIGESTS_EVERY = timedelta(seconds=30)
#: So many leads in a row that cannot be looked at: then it is not the leads.
_MOST_IN_A_ROW = 20
_LONGEST_PAUSE = 30.0
_SEND_EVERY_SECONDS = 1.0
#: Names the process that started this one, so that it does not outlive it.
_PARENT = "LEADPACT_PARENT"

Clock = Callable[[], datetime]


def _own_name(started: datetime) -> str:
    """A name that no other process has, and this one no longer has when it is started again."""
    return f"{socket.gethostname()}:{os.getpid()}:{started:%H%M%S%f}"


def _of_what_was_written(error: Exception) -> bool:
    """Whether PostgreSQL is there, and refuses what it was given (SQLSTATE class 54: too much)."""
    return str(getattr(error.__cause__, "sqlstate", None) or "").startswith("54")


class Worker:
    """Turns until it is stopped; `now` tells the time."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._stopping = threading.Event()
        self._limit = live.AT_ONCE
        self._failed_in_a_row = 0
        self._pause = POLL_SECONDS
        self._queue_at = self._digests_at = self._beat_at = started = now()
        self._sign = Heartbeat(worker=_own_name(started), started_at=started, beat_at=started)

    def stop(self) -> None:
        """Finish the turn and end; may be called by the handler of a signal."""
        self._stopping.set()

    def run(self) -> None:
        """Turn until stopped. A database that is gone is waited for."""
        tell("worker started", worker=self._sign.worker)
        while not self._stopping.is_set():
            try:
                busy = self.once()
                self._pause = POLL_SECONDS
            except (OperationalError, InterfaceError) as error:
                busy = self._without_database(error)
            if not busy:
                self._stopping.wait(self._pause)
        self._farewell()

    def once(self) -> bool:
        """One round; whether there was something to do."""
        now = self._now()
        self._beat(now)
        found = anything_to_do(now) and self._turn()
        if now >= self._queue_at:
            self._queue_at = now + _QUEUE_EVERY
            again = quarantine.try_again(now=now)
            given = self._beside(lambda: live.serve_queue(self._now), "the queue was not served")
            found = bool(given or again) or found
        if now >= self._digests_at:
            self._digests_at = now + _DIGESTS_EVERY
            self._beside(lambda: plan_digests(now), "digests were not planned")
            self._beside(lambda: plan_reminders(now), "reminders were not planned")
        return found

    def _turn(self) -> bool:
        """One turn; after one that failed with half the leads, down to the lead it fails for."""
        began = time.monotonic()
        try:
            done = live.turn(self._now, self._limit)
        except live.LookFailed as error:
            return self._failed(error)
        self._sign.seconds += time.monotonic() - began
        if not done.looked:
            return False
        self._failed_in_a_row = 0
        self._limit = min(self._limit * 2, live.AT_ONCE)
        self._sign.turns += 1
        self._sign.looks += done.looked
        self._sign.decisions += len(done.decided)
        return True

    def _failed(self, failed: live.LookFailed) -> bool:
        error = failed.__cause__ or failed
        if isinstance(error, OperationalError | InterfaceError) and not _of_what_was_written(error):
            raise error
        if self._limit > 1:
            self._limit = max(1, min(self._limit, len(failed.claim.leads)) // 2)
            return True
        self._failed_in_a_row += 1
        self._sign.failures += 1
        if self._failed_in_a_row > _MOST_IN_A_ROW:
            tell("no lead can be looked at", level=logging.ERROR, error=place_of(error))
            self._stopping.wait(_LONGEST_PAUSE)
            return False
        quarantine.put_aside(
            failed.claim.leads, failed.claim.changes, place_of(error), now=self._now()
        )
        tell(
            "lead put aside", level=logging.ERROR,
            leads=len(failed.claim.leads), error=place_of(error),
        )  # fmt: skip
        return True

    def _beside(self, work: Callable[[], int], otherwise: str) -> int:
        """What is done beside the turns: a mistake there stops nothing else."""
        try:
            return work()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 the other leads must go on
            self._sign.failures += 1
            tell(otherwise, level=logging.ERROR, error=place_of(error))
            return 0

    def _beat(self, now: datetime) -> None:
        if now >= self._beat_at:
            self._beat_at = now + _BEAT_EVERY
            heartbeats.beat(self._sign, now=now)

    def _without_database(self, error: Exception) -> bool:
        """Wait for the database; always longer, up to half a minute."""
        tell("the database cannot be used", level=logging.WARNING, error=place_of(error))
        connection.close()
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return False

    def _farewell(self) -> None:
        try:
            heartbeats.beat(self._sign, now=self._now())
        except (OperationalError, InterfaceError) as error:
            tell("no farewell", level=logging.WARNING, error=place_of(error))
        tell("worker stopped", worker=self._sign.worker, turns=self._sign.turns)
        connection.close()


class Beside(ABC):
    """Something that is done beside the worker when it is due: it holds up no lead."""

    name = ""
    looks_every = 1.0
    #: Whoever looks seldom gives its connection back meanwhile.
    looks_often = False

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._own_name = _own_name(now())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name=self.name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(_LONGEST_PAUSE)

    @abstractmethod
    def is_due(self) -> bool:
        """Whether there is something to do."""

    @abstractmethod
    def do(self) -> bool:
        """Do it; whether there may be more of it at once."""

    def run(self) -> None:
        """Look until stopped; what fails for a mistake of ours is tried again."""
        while not self._stopping.is_set():
            more = False
            try:
                more = self.is_due() and self.do()
            except Exception as error:  # noqa: BLE001 it can wait; whoever runs this cannot
                tell(f"{self.name} failed", level=logging.ERROR, error=place_of(error))
                connection.close()
                self._stopping.wait(_LONGEST_PAUSE)
            if not more:
                if not self.looks_often:
                    connection.close()
                self._stopping.wait(self.looks_every)
        connection.close()


class Sender(Beside):
    """Tells people what is due: a channel that is slow holds up no lead."""

    name = "telling people"
    looks_often = True

    def is_due(self) -> bool:
        """Whether anybody is to be told of anything by now."""
        return anything_to_tell(self._now())

    def do(self) -> bool:
        """Tell one of them."""
        return bool(send_due(self._now, self._own_name))


class _ByCommand(Beside):
    """What a command of its own does; when the worker ends it is ended, and leaves nothing half
    done.
    """

    command: tuple[str, ...] = ()
    looks_every = 5.0

    def do(self) -> bool:
        """Run the command to its end."""
        connection.close()
        running = subprocess.Popen(
            [sys.executable, "-m", "leadpact", *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, _PARENT: str(os.getpid())},
        )
        while running.poll() is None:
            if self._stopping.wait(POLL_SECONDS):
                running.terminate()
                running.wait()
        if running.returncode and not self._stopping.is_set():
            tell(f"{self.name} failed", level=logging.ERROR, code=running.returncode)
            self._stopping.wait(_LONGEST_PAUSE)
        return False


class Measurer(_ByCommand):
    """Lets figures be measured when they are due."""

    name = "measuring"
    command = ("measure", "--when-due")

    def is_due(self) -> bool:
        """Whether something changed since they were measured, and the pause is over."""
        return figures.is_due(self._now())


class Importer(_ByCommand):
    """Lets files be imported that somebody sent in through the pages."""

    name = "importing"
    command = ("uploads", "--import")
    looks_every = 1.0

    def is_due(self) -> bool:
        """Whether any waits whose files lie here."""
        return uploads.any_due(now=self._now())


class Dropping(_ByCommand):
    """Lets files be imported that somebody put into the drop folder."""

    name = "importing from the drop folder"

    def __init__(self, now: Clock) -> None:
        super().__init__(now)
        self._watch = Watch(home() / FOLDER)

    def is_due(self) -> bool:
        """Whether any place came to rest."""
        at_rest = self._watch.at_rest(self._now())
        self.command = ("drops", "--import", *at_rest)
        return bool(at_rest)


class Talker(Beside):
    """Speaks with the customer systems that are connected; one that is slow holds up no lead."""

    name = "talking with a customer system"
    looks_every = 2.0

    def is_due(self) -> bool:
        """Whether any is connected."""
        return CrmConnection.objects.exists()

    def do(self) -> bool:
        """Speak with each once."""
        crm.turn(self._now, marked(_own_name(self._now())))
        return False
