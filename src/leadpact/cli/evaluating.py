"""What `run` and `explain` have in common: from what was typed to what can be evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leadpact.cli.exits import Code, Failed
from leadpact.cli.moments import moment_of

if TYPE_CHECKING:
    from leadpact.agreement.loading import Loaded
    from leadpact.agreement.problems import Problem
    from leadpact.flows.run import Progress
    from leadpact.sources.reading import Read


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
) -> Asked:
    """Check the agreements and moments first, for that is quick; then read the data."""
    from leadpact.flows.checking import usable

    tell(0.0, "Checking the agreement")
    versions, warnings = usable(files, datetime.now(UTC))
    moments = moment_of("--as-of", as_of, versions), moment_of("--known-at", known_at, versions)
    from leadpact.flows.run import NothingToReadError, read_history

    tell(0.05, f"Reading {sources}")
    try:
        return Asked(versions, read_history(sources, data, tell), *moments, warnings)
    except NothingToReadError as error:
        raise Failed(str(error), code=Code.PROBLEMS) from None
