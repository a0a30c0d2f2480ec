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
from leadpact.engine.kernels import bundles as b
from leadpact.engine.layout import lay_out
from leadpact.engine.log import History
from leadpact.engine.merges import Ownership, ownership
from leadpact.engine.questions import Questions
from leadpact.engine.reading import read_log
from leadpact.engine.result import Result
from leadpact.engine.running import Finished, run, run_in_parts
from leadpact.engine.shape import ShapedRows, Statements, shape_attributes, shape_rows
from leadpact.engine.tables import Names, TablesOfLog, Written, result_of, written
from leadpact.engine.values import read


@dataclass(frozen=True)
class Shaped:
    """A log that hygiene has judged, as the fold reads it: what its versions ask, and the answers.

    Versions that ask the same of rows and leads, and judge them alike, can be folded over it too.
    """

    versions: list[Agreement]
    judged: hygiene.Judged
    rows: ShapedRows
    owned: Ownership
    statements: Statements
    closures: list[Closure]
    arranged: b.Rows
    simulate: bool
    tables: TablesOfLog

    @property
    def log(self) -> Log:
        """The log without the rows of machines, with the decisions of hygiene."""
        return self.judged.log

    def serves(self, versions: Sequence[Agreement]) -> bool:
        """Whether it is what other versions, in order of their effect, would have made of the log.

        They may differ in points, thresholds, terms and goals, not in what a row or an attribute
        is asked, nor in who is excluded.
        """
        pairs = list(zip(self.versions, versions, strict=False))
        return (
            len(versions) == len(self.versions)
            and all(_judges_alike(*pair) for pair in pairs)
            and self.log.questions.are(Questions(versions))
        )


def _judges_alike(one: Agreement, other: Agreement) -> bool:
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("term", "calendar", "fields", "properties", "hygiene", "routing")
    )


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation used and found; `Result` is what leaves the engine."""

    shaped: Shaped
    compiled: Compiled
    finished: Finished
    versions: list[Agreement]

    @property
    def log(self) -> Log:
        """The log that was folded."""
        return self.shaped.log

    @property
    def judged(self) -> hygiene.Judged:
        """What hygiene found."""
        return self.shaped.judged

    @property
    def rows(self) -> ShapedRows:
        """The rows with their patterns."""
        return self.shaped.rows

    @property
    def owned(self) -> Ownership:
        """Whose rows are whose."""
        return self.shaped.owned

    @property
    def statements(self) -> Statements:
        """What leads stated of themselves."""
        return self.shaped.statements

    @property
    def closures(self) -> list[Closure]:
        """Days that were declared closed."""
        return self.shaped.closures

    @property
    def simulate(self) -> bool:
        """Whether what the system had decided was left out."""
        return self.shaped.simulate


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
    ordered = _in_order(versions)
    judged = _judged(ordered, history, as_of, known_at, simulate, with_hygiene)
    return replace(result_of_judged(ordered, judged, simulate), known_at=known_at)


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
    ordered = _in_order(versions)
    judged = _judged(ordered, history, as_of, known_at, simulate, with_hygiene)
    return examine_judged(ordered, judged, simulate, trace)


def _in_order(versions: Sequence[Agreement]) -> list[Agreement]:
    if not versions:
        raise ValueError("at least one version of an agreement is needed")
    return in_order(list(versions))


def _judged(
    ordered: list[Agreement],
    history: History,
    as_of: datetime | None,
    known_at: datetime | None,
    simulate: bool,
    with_hygiene: bool = True,
) -> hygiene.Judged:
    log = read_log(history.log, Questions(ordered), as_of, known_at, simulate)
    return hygiene.apply(ordered, log) if with_hygiene else hygiene.unjudged(log)


class Prepared:
    """A history read once, to be evaluated under agreements that differ in a few numbers.

    Whatever an agreement asks, `under` says what `evaluate` says; where it asks the same of rows
    and leads as the one before, only the fold runs again.
    """

    def __init__(
        self, history: History, *, as_of: datetime | None = None, simulate: bool = False
    ) -> None:
        self._history, self._as_of, self._simulate = history, as_of, simulate
        self._shaped: Shaped | None = None

    def under(self, versions: Sequence[Agreement]) -> Result:
        """State of every lead under these versions."""
        ordered = in_order(list(versions))
        shaped = self._shaped
        if shaped is None or not shaped.serves(ordered):
            judged = _judged(ordered, self._history, self._as_of, None, self._simulate)
            shaped = self._shaped = shape(ordered, judged, self._simulate)
        return _result(shaped, ordered)


def examine_judged(
    ordered: list[Agreement], judged: hygiene.Judged, simulate: bool = False, trace: int = 0
) -> Evaluation:
    """As `examine`, of a log that hygiene has judged; versions in order of their effect."""
    return folded(shape(ordered, judged, simulate), ordered, trace)


def result_of_judged(
    ordered: list[Agreement], judged: hygiene.Judged, simulate: bool = False
) -> Result:
    """As `evaluate`, of a log that hygiene has judged; versions in order of their effect."""
    return _result(shape(ordered, judged, simulate), ordered)


def shape(ordered: list[Agreement], judged: hygiene.Judged, simulate: bool = False) -> Shaped:
    """A judged log as the fold reads it; versions in order of their effect."""
    log = judged.log
    rows = shape_rows(log, log.questions)
    owned = ownership(log)
    statements = shape_attributes(log, log.questions, owned)
    arranged = lay_out(rows, statements, owned)
    return Shaped(
        ordered,
        judged,
        rows,
        owned,
        statements,
        closures_of(log),
        arranged,
        simulate,
        TablesOfLog(),
    )


def folded(shaped: Shaped, ordered: list[Agreement], trace: int = 0) -> Evaluation:
    """The fold over a shaped log under its own versions, or others that it serves."""
    compiled = _compiled(shaped, ordered)
    finished = run(compiled, shaped.arranged, shaped.owned.merges, trace)
    return Evaluation(shaped, compiled, finished, ordered)


def _result(shaped: Shaped, ordered: list[Agreement]) -> Result:
    """The result of that fold, of which the records become tables stretch by stretch."""
    compiled = _compiled(shaped, ordered)
    names = Names(compiled, shaped.log, ordered)

    def tables(part: Finished) -> Written:
        return written(Evaluation(shaped, compiled, part, ordered), names)

    finished, parts = run_in_parts(compiled, shaped.arranged, shaped.owned.merges, tables)
    found = result_of(Evaluation(shaped, compiled, finished, ordered), parts)
    return replace(found, versions=tuple(ordered))


def _compiled(shaped: Shaped, ordered: list[Agreement]) -> Compiled:
    return compile_program(
        ordered,
        shaped.log.questions,
        shaped.rows.patterns,
        shaped.statements.patterns,
        shaped.closures,
        _span(shaped.log),
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
