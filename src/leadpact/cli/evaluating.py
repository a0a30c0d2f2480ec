"""What `run` and `explain` have in common: from what was typed to what can be evaluated."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadpact.cli.exits import Code, Failed
from leadpact.cli.moments import moment_of

if TYPE_CHECKING:
    from pyarrow.compute import Expression

    from leadpact.agreement.loading import Loaded
    from leadpact.agreement.problems import Problem
    from leadpact.engine.log import History
    from leadpact.flows.starting import Progress
    from leadpact.sources.reading import Read

_TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".xlsm", ".ods", ".jsonl")


@dataclass(frozen=True)
class Asked:
    """Agreements, history and moments, all found good; the warnings about the agreements."""

    versions: list[Loaded]
    found: Read
    as_of: datetime | None
    known_at: datetime | None
    warnings: list[Problem]


def begin(
    files: Sequence[str],
    sources: str,
    data: str | None,
    as_of: str | None,
    known_at: str | None,
    tell: Progress,
    *,
    at_any_size: bool = False,
    dealt: bool = True,
    spark: str | None = None,
) -> Asked:
    """Check the agreements and moments first, for that is quick; then read the data.

    `at_any_size`, `dealt` and `spark`: as for `read_history`.
    """
    from leadpact.flows.checking import usable

    _refuse_table(sources)
    if spark:
        _refuse_mapping(sources)
    tell(0.0, "Checking the agreement")
    versions, warnings = usable(files, datetime.now(UTC))
    moments = moment_of("--as-of", as_of, versions), moment_of("--known-at", known_at, versions)
    import pyarrow.compute as pc

    from leadpact.flows.reading import NothingToReadError, read_history

    tell(0.05, f"Reading {sources}")
    try:
        found = read_history(sources, data, tell, at_any_size=at_any_size, dealt=dealt, spark=spark)
    except NothingToReadError as error:
        raise Failed(str(error), code=Code.PROBLEMS) from None
    history, happened = found.history, pc.field("happened_at")
    known = pc.coalesce(pc.field("recorded_at"), happened)
    _refuse_before("--as-of", as_of, moments[0], history, happened)
    _refuse_before("--known-at", known_at, moments[1], history, known)
    return Asked(versions, found, *moments, warnings)


def _refuse_table(sources: str) -> None:
    """Raise Failed for an export where the mapping of one is asked for."""
    if sources.lower().endswith(_TABLES):
        raise Failed(
            f"{sources} is a table; --sources asks for the mapping that says what it means.",
            f"Make one: leadpact init --from {shlex.quote(sources)}",
            Code.USAGE,
        )


def _refuse_mapping(sources: str) -> None:
    """Raise Failed for a mapping where only a log can be handed to a cluster."""
    from leadpact.flows.recorded import is_log

    if not is_log(sources):
        raise Failed(
            f"A Spark cluster evaluates a log in Parquet, and {sources} is a mapping of exports.",
            "Leave out --spark and LEADPACT_SPARK, or write a log as docs/reference/log.md says.",
            Code.USAGE,
        )


def _refuse_before(
    option: str, text: str | None, moment: datetime | None, history: History, time: Expression
) -> None:
    """Raise Failed for a moment at which there was nothing yet."""
    if moment is None or next(history.scan(["happened_at"], time <= moment), None) is not None:
        return
    first = history.earliest(time)
    if first is not None:
        message = f"{option} {text}: this is before everything in the data."
        raise Failed(message, f"Its first row is of {first:%Y-%m-%d %H:%M} (UTC).", Code.USAGE)
