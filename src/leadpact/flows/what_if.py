"""What a changed agreement would have done: evaluate twice, and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadpact.agreement.changing import Change, changed
from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.backends.evaluating import evaluate, prepared
from leadpact.engine.log import History
from leadpact.flows.checking import AgreementError, warnings
from leadpact.flows.starting import Progress, compile_engine
from leadpact.insight.what_if import Past, WhatIf


@dataclass(frozen=True)
class Tried:
    """A change, what it would have done, and the changed agreement."""

    before: Loaded
    after: Loaded
    changes: Sequence[Change]
    found: WhatIf


def try_changes(
    loaded: Loaded,
    history: History,
    settings: Sequence[str],
    *,
    now: datetime,
    as_of: datetime | None = None,
    tell: Progress,
) -> Tried:
    """Apply each `path=value` and compare over the history; `now` is when lint looks at it.

    Raises ChangeError for a path that leads nowhere, AgreementError when the changed agreement
    has an error.
    """
    after, changes = changed(loaded, settings)
    return _tried(loaded, after, changes, history, now, as_of, tell)


def try_other(
    loaded: Loaded,
    other: Loaded,
    history: History,
    *,
    now: datetime,
    as_of: datetime | None = None,
    tell: Progress,
) -> Tried:
    """Compare with another agreement over the history; raises AgreementError for its errors."""
    whole = Change(loaded.file, loaded.file, other.file)
    return _tried(loaded, other, [whole], history, now, as_of, tell)


def _tried(
    loaded: Loaded,
    after: Loaded,
    changes: Sequence[Change],
    history: History,
    now: datetime,
    as_of: datetime | None,
    tell: Progress,
) -> Tried:
    warnings([after], now)
    before, then = _agreement(loaded), _agreement(after)
    compile_engine(tell)
    tell(0.3, f"Evaluating {history.rows:,} rows as they were")
    actual = evaluate([before], history, as_of=as_of)
    tell(0.5, "Asking what the rules alone would have done")
    rules = prepared(history, as_of=as_of, simulate=True)
    past = Past(actual, rules([before]), history)
    tell(0.7, "Trying the change")
    found = past.against(rules([then]))
    return Tried(loaded, after, changes, found)


def _agreement(loaded: Loaded) -> Agreement:
    if loaded.agreement is None:
        raise AgreementError(loaded.problems)
    return loaded.agreement
