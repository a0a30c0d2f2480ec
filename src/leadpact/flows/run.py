"""From agreements and a mapping to figures: read, evaluate, count, write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from leadpact.agreement.loading import Loaded
from leadpact.backends.evaluating import evaluate
from leadpact.documents.case_book import write_cases
from leadpact.documents.learned_leads import write_learned
from leadpact.documents.report import Report
from leadpact.documents.tables import write_tables
from leadpact.documents.tried import write_tried
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.flows.checking import agreements
from leadpact.flows.learning import teach
from leadpact.flows.moving import try_out
from leadpact.flows.starting import Progress, compile_engine
from leadpact.insight.learning.taught import Taught
from leadpact.sources.reading import Read
from leadpact.sources.rows import write_rejects

REPORT = "report.html"
#: To learn from more takes minutes, which a report should not.
MOST_ROWS_TO_LEARN_FROM = 500_000
FIGURES = "figures.json"
REJECTS = "rejects.csv"


@dataclass(frozen=True)
class Run:
    """One evaluation with all that is said about it; `read` is what the sources gave."""

    versions: Sequence[Loaded]
    read: Read
    result: Result

    @property
    def history(self) -> History:
        """What was evaluated."""
        return self.read.history

    @cached_property
    def report(self) -> Report:
        """Everything to be said, under the checksum of the version in force."""
        return Report(self.result, self.history, self._in_force.sha256)

    @property
    def _in_force(self) -> Loaded:
        return next(v for v in self.versions if v.agreement == self.result.agreement)

    def tried(self, tell: Progress) -> Report:
        """The report with other thresholds, with what may help, and what the history teaches."""
        tell(0.6, "Trying other thresholds")
        found = try_out(self.report, self._in_force)
        return self.report.with_tried(found.sweep, found.advice, self._taught(tell))

    def _taught(self, tell: Progress) -> Taught:
        """What the history teaches; of a long one, where that is told."""
        if self.history.rows > MOST_ROWS_TO_LEARN_FROM:
            return Taught(None, "The history is long: `leadpact learn` tells what it teaches.")
        tell(0.7, "Learning from outcomes")
        return teach(self._in_force, self.result, self.history)

    def write(self, folder: Path, tell: Progress) -> None:
        """Write report, figures, tables and what was left out into a folder that is there."""
        report = self.tried(tell)
        tell(0.8, "Writing the report")
        (folder / REPORT).write_text(report.html(), encoding="utf-8")
        tell(0.9, "Writing tables")
        (folder / FIGURES).write_text(as_json(self.report), encoding="utf-8")
        write_tables(self.result, folder)
        write_cases(self.report.measures, folder)
        if report.sweep:
            write_tried(report.sweep, folder)
        if report.taught:
            write_learned(report.taught, folder)
        if self.read.rejects:
            text = write_rejects(self.read.rejects)
            (folder / REJECTS).write_text(text, encoding="utf-8", errors="backslashreplace")


def as_json(report: Report) -> str:
    """The published figures as one JSON object that ends with a line break."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def run(
    versions: Sequence[Loaded],
    found: Read,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    tell: Progress,
) -> Run:
    """Evaluate the versions of an agreement over what was read.

    All versions must be without problems. `as_of` and `known_at` are as for the engine.
    """
    compile_engine(tell)
    what = f"Evaluating {found.history.rows:,} rows of the log"
    tell(0.3, what)
    result = evaluate(
        agreements(versions),
        found.history,
        as_of=as_of,
        known_at=known_at,
        tell=lambda n, of: tell(0.3 + 0.2 * (n - 1) / of, f"{what}: part {n} of {of}"),
    )
    tell(0.5, "Counting")
    return Run(versions, found, result)
