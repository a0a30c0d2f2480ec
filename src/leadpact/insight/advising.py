"""Every lever of semantics §22 over one history."""

from __future__ import annotations

from leadpact.agreement.loading import Loaded
from leadpact.agreement.thresholds import main_threshold
from leadpact.insight.advice import Advice, Advised, Lever, Refused
from leadpact.insight.answering_late import faster
from leadpact.insight.diagnosis import Diagnosis
from leadpact.insight.evidence import Evidence
from leadpact.insight.moving import Thresholds
from leadpact.insight.segmenting import Segments
from leadpact.insight.splitting import Simulate, Splits
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import Fates, Past

_TOO_LONG = (
    "The history is too long to try every threshold at once: `leadpact what-if --set threshold=…` "
    "tries one."
)


def advise(
    evidence: Evidence,
    diagnosis: Diagnosis,
    loaded: Loaded,
    past: Past | None,
    sweep: Sweep | None,
    simulate: Simulate,
) -> Advised:
    """What a changed agreement could help, each lever run over the history.

    Without a `sweep` nothing is said of thresholds, and without a `past` of quality either.
    """
    result = evidence.measures.result
    fates = past.fates if past else Fates(result, evidence.measures.history)
    found: list[Advice | Refused] = [faster(evidence, diagnosis, fates)]
    if main_threshold(result.agreement) and not sweep:
        found.append(Refused(Lever.RAISE, _TOO_LONG))
    if sweep:
        found += Thresholds(sweep, result.agreement, diagnosis, fates.has_sqls).advice()
    if past and sweep and result.agreement.segments:
        found.append(Segments(loaded, result.agreement, past, simulate).advice())
    if past and result.agreement.gives_points:
        found.append(Splits(loaded, result.agreement, past, simulate).advice())
    order = list(Lever)
    found.sort(key=lambda each: order.index(each.lever))
    return Advised(
        [each for each in found if not isinstance(each, Refused)],
        [each for each in found if isinstance(each, Refused)],
        "SQL" if fates.has_sqls else "won",
    )
