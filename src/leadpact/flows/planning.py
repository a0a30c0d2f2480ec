"""What a company's own history says of a plan."""

from __future__ import annotations

from datetime import datetime

from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.backends.evaluating import evaluate
from leadpact.engine.log import History
from leadpact.engine.metrics.measures import Measures
from leadpact.flows.checking import AgreementError
from leadpact.flows.starting import Progress, compile_engine
from leadpact.insight.plan_history import Known, known


def history_of(
    loaded: Loaded, history: History, as_of: datetime | None, tell: Progress
) -> tuple[Agreement, Known, datetime]:
    """The agreement, what its history tells of a plan, and as of when."""
    if loaded.agreement is None:
        raise AgreementError(loaded.problems)
    compile_engine(tell)
    tell(0.3, f"Evaluating {history.rows:,} rows")
    result = evaluate([loaded.agreement], history, as_of=as_of)
    tell(0.8, "Counting")
    return loaded.agreement, known(Measures(result, history)), result.as_of
