"""Everything that was evaluated, as a star schema for other tools: of the ledger or of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from leadpact.agreement.loading import Loaded
from leadpact.documents.star.building import star
from leadpact.documents.star.files import Format, write
from leadpact.documents.star.material import Versioned
from leadpact.documents.star.schema import tables_for
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.flows.output import publish
from leadpact.flows.run import run
from leadpact.flows.starting import Progress, compile_engine
from leadpact.sources.reading import Read


class NothingToExportError(Exception):
    """The ledger has no agreement under which anything could be told; the message says so."""


@dataclass(frozen=True)
class Export:
    """Every table of the star schema, as of the moment of the evaluation."""

    result: Result
    tables: Mapping[str, pa.Table]

    def write(self, folder: Path, form: Format, tell: Progress) -> list[Path]:
        """Write all tables; they replace those of an earlier export when all are complete.

        Raises OutputError.
        """
        told = tables_for(self.result.agreement)
        tell(0.8, "Writing tables")

        def fill(room: Path) -> None:
            write(self.tables, told, room, form)

        return publish(folder, fill)


def from_files(
    versions: Sequence[Loaded],
    found: Read,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    tell: Progress,
) -> Export:
    """Evaluate versions of an agreement over what was read, as `leadpact run` does."""
    done = run(versions, found, as_of=as_of, known_at=known_at, tell=tell)
    known = [Versioned(each.agreement, each.sha256) for each in versions if each.agreement]
    return _export(done.result, found.history, known, tell)


def from_ledger(
    now: datetime,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    tell: Progress,
) -> Export:
    """Evaluate the ledger's whole log as of a moment, by default now.

    Raises NothingToExportError.
    """
    # Files are exported also where there is no ledger.
    from leadpact.ledger.selectors import agreements, logs

    published = agreements.published()
    if not published:
        raise NothingToExportError("Nothing is exported: no agreement is published.")
    compile_engine(tell)
    tell(0.3, "Reading the log")
    history = logs.whole_history()
    tell(0.4, f"Evaluating {history.log.num_rows:,} rows of the log")
    documents = [each.agreement for each in published]
    result = evaluate(documents, history, as_of=as_of or now, known_at=known_at)
    known = [Versioned(each.agreement, each.sha256) for each in published]
    return _export(result, history, known, tell)


def _export(
    result: Result, history: History, versions: Sequence[Versioned], tell: Progress
) -> Export:
    tell(0.6, "Making tables")
    return Export(result, star(result, history, versions))
