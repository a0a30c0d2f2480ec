"""Changed agreements over a history that was evaluated: other thresholds, and what may help."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from leadpact.agreement.loading import Loaded
from leadpact.agreement.spec import Agreement
from leadpact.agreement.thresholds import main_threshold
from leadpact.documents.blocks import Section
from leadpact.documents.parts.advice import advice_sections
from leadpact.documents.report import Report
from leadpact.documents.tried import TriedLeads
from leadpact.engine.evaluate import Prepared
from leadpact.engine.result import Result
from leadpact.insight.advising import advise
from leadpact.insight.sweep import Sweep, sweep
from leadpact.insight.what_if import Fates, Past

#: With more rows, to try some twenty thresholds takes minutes: `leadpact what-if` tries one.
MOST_ROWS_TO_SWEEP = 2_000_000


@dataclass(frozen=True)
class Tried:
    """The threshold at other places, None without one or for a long history; and what may help."""

    sweep: Sweep | None
    leads: TriedLeads | None
    advice: list[Section]


def try_out(report: Report, loaded: Loaded, most_rows: int = MOST_ROWS_TO_SWEEP) -> Tried:
    """Try what could be changed; `loaded` is the agreement in force, the report's own.

    A history of more than `most_rows` is not simulated.
    """
    measures = report.measures
    actual, history = measures.result, measures.history
    agreement = actual.agreement

    @cache
    def prepared() -> Prepared:
        return Prepared(history, as_of=actual.as_of, simulate=True)

    def simulate(version: Agreement) -> Result:
        return prepared().under([version])

    past, found = None, None
    threshold = main_threshold(agreement)
    if (agreement.gives_points or threshold) and history.rows <= most_rows:
        past = Past(actual, simulate(agreement), history)
        found = sweep(agreement, threshold, past, simulate) if threshold else None
    advised = advise(report.evidence, report.diagnosis, loaded, past, found, simulate)
    leads = TriedLeads(found) if found else None
    fates = past.fates if past else Fates(actual, history)
    sections = advice_sections(report.book, advised, loaded, fates.currency, leads)
    return Tried(found, leads, sections)
