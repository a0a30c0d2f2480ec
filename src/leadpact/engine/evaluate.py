"""Evaluates an agreement over a log: the one function behind every figure, page and notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from leadpact.agreement.spec import Agreement
from leadpact.engine import hygiene
from leadpact.engine.arranged import Log
from leadpact.engine.compile.calendars import Closure
from leadpact.engine.compile.program import Compiled, compile_program, in_order
from leadpact.engine.delivered import instant
from leadpact.engine.layout import lay_out
from leadpact.engine.log import History
from leadpact.engine.merges import Ownership, ownership
from leadpact.engine.questions import Questions
from leadpact.engine.reading import read_log
from leadpact.engine.result import Result
from leadpact.engine.running import Finished, run
from leadpact.engine.shape import ShapedRows, Statements, shape_attributes, shape_rows
from leadpact.engine.tables import result_of
from leadpact.engine.values import read


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation used and found; `Result` is what leaves the engine."""

    log: Log
    rows: ShapedRows
    statements: Statements
    owned: Ownership
    compiled: Compiled
    finished: Finished
    versions: list[Agreement]
    judged: hygiene.Judged
    closures: list[Closure]
    simulate: bool


def evaluate(
    versions: Sequence[Agreement],
    history: History,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    simulate: bool = False,
    with_hygiene: bool = True,
) -> Result:
    """State of every lead as of a moment, under the versions of an agreement.

    `as_of` cuts by when things happened (default: the last row), `known_at` by when they became
    known. `simulate` drops what the system had decided. Raises ValueError when no version is given.
    """
    examined = examine(
        versions,
        history,
        as_of=as_of,
        known_at=known_at,
        simulate=simulate,
        with_hygiene=with_hygiene,
    )
    found = result_of(examined)
    return replace(found, versions=tuple(examined.versions), known_at=known_at)


def examine(
    versions: Sequence[Agreement],
    history: History,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    simulate: bool = False,
    with_hygiene: bool = True,
    trace: int = 0,
) -> Evaluation:
    """As `evaluate`, with all that it came from; `trace`: room for so many changes of points."""
    if not versions:
        raise ValueError("at least one version of an agreement is needed")
    ordered = in_order(list(versions))
    log = read_log(history.log, Questions(ordered), as_of, known_at, simulate)
    judged = hygiene.apply(ordered, log) if with_hygiene else hygiene.unjudged(log)
    return examine_judged(ordered, judged, simulate, trace)


def examine_judged(
    ordered: list[Agreement], judged: hygiene.Judged, simulate: bool = False, trace: int = 0
) -> Evaluation:
    """As `examine`, of a log that hygiene has judged; versions in order of their effect."""
    log, questions = judged.log, judged.log.questions
    rows = shape_rows(log, questions)
    owned = ownership(log)
    statements = shape_attributes(log, questions, owned)
    closures = closures_of(log)
    compiled = compile_program(
        ordered, questions, rows.patterns, statements.patterns, closures, _span(log)
    )
    arranged = lay_out(rows, statements, owned)
    finished = run(compiled, arranged, owned.merges, trace)
    return Evaluation(
        log, rows, statements, owned, compiled, finished, ordered, judged, closures, simulate
    )


def closures_of(log: Log) -> list[Closure]:
    """Days declared closed, in order; one that names no day that can be read does nothing."""
    found = []
    for row in log.organisation:
        day = read(row["stated"].get("date"), "date")
        if row["kind"] == "calendar.closed" and day is not None:
            name = str(row["stated"].get("calendar") or "organisation")
            found.append(Closure(int(row["moment"]), date.fromordinal(int(day)), name))
    return found


def _span(log: Log) -> tuple[datetime, datetime]:
    first = int(log.rows.at.min(initial=log.last))
    return instant(first), instant(log.last)
