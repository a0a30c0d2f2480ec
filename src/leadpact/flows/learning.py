"""What a history teaches, and what the agreement would have done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.backends.evaluating import evaluate
from leadpact.engine.evaluate import Prepared
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.flows.checking import AgreementError
from leadpact.flows.starting import Progress, compile_engine
from leadpact.insight.learning.applied import with_definition, with_scorecard, with_threshold
from leadpact.insight.learning.cases import TooLittleError
from leadpact.insight.learning.definition import Definition
from leadpact.insight.learning.learned import Learned, learned
from leadpact.insight.learning.scorecard import Scorecard
from leadpact.insight.learning.taught import Taught, Trial
from leadpact.insight.what_if import Past, WhatIf

#: A longer log is not looked at as a whole.
MOST_ROWS_TO_LEARN = 10_000_000
#: What was learned may make so many times the MQLs of today; it is looked at over whole lives.
_AS_MANY = 1.1
_Try = Callable[[Agreement], WhatIf]


def learn(
    loaded: Loaded, history: History, *, as_of: datetime | None = None, tell: Progress
) -> Taught:
    """Evaluate the history under an agreement, learn from it, and try what was learned.

    Raises AgreementError for an agreement with an error.
    """
    if loaded.agreement is None:
        raise AgreementError(loaded.problems)
    compile_engine(tell)
    tell(0.3, f"Evaluating {history.rows:,} rows as they were")
    result = evaluate([loaded.agreement], history, as_of=as_of)
    tell(0.5, "Looking at what customers had in common")
    return teach(loaded, result, history)


def teach(loaded: Loaded, result: Result, history: History) -> Taught:
    """What a history teaches; `result` is its replay, `loaded` the version in force then."""
    if history.rows > MOST_ROWS_TO_LEARN or not isinstance(history.log, pa.Table):
        return Taught(
            None,
            f"A history of more than {MOST_ROWS_TO_LEARN:,} rows is too long to learn from.",
        )
    try:
        found = learned(result, history)
    except TooLittleError as error:
        return Taught(None, str(error))
    if not found.definitions and found.scorecard is None:
        return Taught(found)
    prepared = Prepared(history, as_of=result.as_of, simulate=True)
    past = Past(result, prepared.under([result.agreement]), history)

    def against(version: Agreement) -> WhatIf:
        return past.against(prepared.under([version]))

    return Taught(
        found,
        definition=_try_definitions(loaded, found, against) if found.definitions else None,
        scorecard=_try_scorecard(loaded, found, found.scorecard, against)
        if found.scorecard
        else None,
    )


def _try_definitions(loaded: Loaded, found: Learned, against: _Try) -> Trial[Definition] | None:
    """The widest definition that makes no more MQLs than there are today; else the narrowest.

    A lead goes on acting after the moment at which it was looked at, so that over its whole life
    more fulfil a condition than then.
    """
    trial = None
    for each in found.definitions:
        version = with_definition(loaded, each, found.types)
        if version.agreement is None:
            continue
        trial = Trial(each, version, against(version.agreement))
        if trial.found.then.mqls <= _AS_MANY * trial.found.now.mqls:
            break
    return trial


def _try_scorecard(
    loaded: Loaded, found: Learned, scorecard: Scorecard, against: _Try
) -> Trial[Scorecard] | None:
    """The scorecard with the lowest threshold that makes no more MQLs than there are today."""
    first = with_scorecard(loaded, scorecard, found.types).agreement
    if first is None:
        return None
    levels = [level for level in scorecard.levels if level >= scorecard.threshold]
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        tried = against(with_threshold(first, levels[middle]))
        if tried.then.mqls <= _AS_MANY * tried.now.mqls:
            high = middle
        else:
            low = middle + 1
    chosen = replace(scorecard, threshold=levels[low])
    version = with_scorecard(loaded, chosen, found.types)
    assert version.agreement is not None, "another threshold makes no error"
    return Trial(chosen, version, against(version.agreement))
