"""The threshold of the handoff, moved up and down over a history that was evaluated."""

from __future__ import annotations

from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import main_threshold
from leadpact.engine.evaluate import Prepared
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.insight.sweep import Sweep, sweep
from leadpact.insight.what_if import Past

#: With more rows, to try some twenty thresholds takes minutes: `leadpact what-if` tries one.
MOST_ROWS_TO_SWEEP = 2_000_000


def move_threshold(actual: Result, history: History) -> Sweep | None:
    """Try the threshold at several places; `actual` is the history's replay.

    None for an agreement that has no threshold.
    """
    agreement = actual.agreement
    threshold = main_threshold(agreement)
    if threshold is None:
        return None
    prepared = Prepared(history, as_of=actual.as_of, simulate=True)

    def simulate(version: Agreement) -> Result:
        return prepared.under([version])

    return sweep(agreement, threshold, Past(actual, simulate(agreement), history), simulate)
