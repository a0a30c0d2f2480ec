"""Evaluates a log in one piece, or part by part with the tables kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.backends.parted import Parted, Question, Tell
from leadpact.engine import evaluate as engine
from leadpact.engine.compile.program import in_order
from leadpact.engine.delivered import Delivered, micros
from leadpact.engine.log import History
from leadpact.engine.questions import Questions
from leadpact.engine.result import Result
from leadpact.engine.voids import ORGANISATION_KINDS


def evaluate(
    versions: Sequence[Agreement],
    history: History,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    simulate: bool = False,
    tell: Tell | None = None,
) -> Result:
    """As the engine's `evaluate`; a log in parts is evaluated part by part.

    `tell` is told how far that is. The tables then lie in files of which memory holds what is
    looked at; leads follow each other by part, and so do rows of several.
    """
    if not isinstance(history.log, Parted):
        return engine.evaluate(versions, history, as_of=as_of, known_at=known_at, simulate=simulate)
    asked = _Asked(in_order(list(versions)), history.log, as_of, known_at, simulate, tell)
    last = asked.last()
    found, latest = asked.evaluated(last)
    if as_of is None and latest != last:
        # The last row that was delivered does not count: it is a copy, or was withdrawn.
        found, _ = asked.evaluated(latest)
    return replace(found, versions=tuple(asked.versions), known_at=known_at)


def prepared(
    history: History, *, as_of: datetime | None = None, simulate: bool = False
) -> Callable[[Sequence[Agreement]], Result]:
    """How several agreements are put to a history; read once, if they ask the same of it.

    A log in parts is evaluated anew for each.
    """
    if isinstance(history.log, Parted):
        return partial(evaluate, history=history, as_of=as_of, simulate=simulate)
    return engine.Prepared(history, as_of=as_of, simulate=simulate).under


class _Asked:
    """A question put to all parts of a log."""

    def __init__(
        self,
        versions: list[Agreement],
        log: Parted,
        as_of: datetime | None,
        known_at: datetime | None,
        simulate: bool,
        tell: Tell | None,
    ) -> None:
        self.versions, self._log, self._simulate = versions, log, simulate
        self._as_of, self._known_at, self._tell = as_of, known_at, tell
        self._holders = self._all_holders()

    def last(self) -> int:
        """The moment of evaluation: that which was asked for, else that of the last lead's row."""
        if self._as_of is not None:
            return micros(self._as_of)
        field = pc.field
        counts = ~field("kind").isin(ORGANISATION_KINDS) & (field("lead_id") != "")
        if self._simulate:
            counts &= ~pc.coalesce(field("decided"), pc.scalar(False))
        if self._known_at is not None:
            counts &= pc.coalesce(field("recorded_at"), field("happened_at")) <= self._known_at
        scanned = self._log.scanner(columns=["happened_at"], filter=counts)
        times = (pc.max(batch["happened_at"]).as_py() for batch in scanned.to_batches())
        return max((micros(time) for time in times if time is not None), default=0)

    def _all_holders(self) -> tuple[str, ...]:
        """Everybody to whom leads are given, in the order in which one evaluation meets them."""
        questions = Questions(self.versions)
        kinds = {kind for kind in self._kinds() if "to" in questions.properties_of(kind)}
        until, known = (
            None if each is None else micros(each) for each in (self._as_of, self._known_at)
        )
        delivered = Delivered(self._log, ["to"], until, known)
        return tuple(sorted(delivered.distinct("to", sorted(kinds))))

    def _kinds(self) -> list[str]:
        found: set[str] = set()
        for batch in self._log.scanner(columns=["kind"]).to_batches():
            found.update(batch["kind"].unique().to_pylist())
        return sorted(found)

    def evaluated(self, last: int) -> tuple[Result, int]:
        """The result as of a moment, and when the last row that counts happened."""
        question = Question(
            tuple(self.versions), self._as_of, self._known_at, self._simulate, last, self._holders
        )
        latest = 0
        with _Joint(self._log.room) as joint:
            for answer in self._log.answers(question, self._tell or _nobody):
                latest = max(latest, answer.latest)
                joint.add(answer.result)
            return joint.result(), latest


def _nobody(_number: int, _of: int) -> None:
    """Nobody is told."""


class _Joint:
    """The results of parts, one after the other, their tables in files."""

    def __init__(self, room: Path) -> None:
        self._room = Path(mkdtemp(prefix="tables-", dir=room))
        self._files = ExitStack()
        self._writers: dict[str, Any] = {}
        self._first: Result | None = None
        self._leads = 0
        self._places: dict[str, list[Any]] = {}

    def __enter__(self) -> _Joint:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()
        # What is mapped can be read on; where it cannot be removed yet it goes with the log.
        shutil.rmtree(self._room, ignore_errors=True)

    def add(self, found: Result) -> None:
        """The tables of a further part; what concerns no single lead was told by the first."""
        tables = found.tables()
        if self._first is not None:
            own = pc.invert(pc.is_in(found.set_aside["kind"], pa.array(ORGANISATION_KINDS)))
            tables["set_aside"] = found.set_aside.filter(own)
        for name, table in tables.items():
            self._writer(name, table.schema).write_table(table)
        for name, places in found.lead_places.items():
            self._places.setdefault(name, []).append(places + self._leads)
        self._leads += found.leads.num_rows
        self._first = self._first or _without_rows(found)

    def _writer(self, name: str, schema: pa.Schema) -> Any:
        if name not in self._writers:
            file = self._files.enter_context(pa.OSFile(self._file(name), "wb"))
            self._writers[name] = self._files.enter_context(pa.ipc.new_file(file, schema))
        return self._writers[name]

    def _file(self, name: str) -> str:
        return str(self._room / f"{name}.arrow")

    def result(self) -> Result:
        """All that was added, as one result."""
        assert self._first is not None, "a log has at least one part"
        self._files.close()
        tables = {
            name: pa.ipc.open_file(pa.memory_map(self._file(name))).read_all()
            for name in self._writers
        }
        places = {name: np.concatenate(parts) for name, parts in self._places.items()}
        return replace(self._first, lead_places=places, **tables)


def _without_rows(found: Result) -> Result:
    empty = {name: table.slice(0, 0) for name, table in found.tables().items()}
    return replace(found, lead_places={}, **empty)
