"""The ten leads of the what-if, their threshold at other places."""

from __future__ import annotations

from leadpact.agreement.thresholds import main_threshold
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.insight.sweep import Sweep, sweep
from leadpact.insight.what_if import Past
from tests.insight import test_what_if as ten


def history() -> History:
    """The log and deals of the ten leads."""
    return ten.history()


def actual() -> Result:
    """What happened."""
    return evaluate([ten.AGREEMENT], history(), as_of=ten.AS_OF)


def tried() -> Sweep:
    """Every place that the slider has."""
    threshold = main_threshold(ten.AGREEMENT)
    assert threshold
    past = Past(actual(), ten.simulated(ten.AGREEMENT), history())
    return sweep(ten.AGREEMENT, threshold, past, ten.simulated)


def tried_on_declared() -> Sweep:
    """The same where the CRM declared who is an MQL, and nobody has points."""
    rows = [ten.row(lead, "lead.created", 0) for lead in "AB"] + [
        ten.row(lead, "stage.entered", 1, stage="MQL") for lead in "AB"
    ]
    declared = History(ten.pa.Table.from_pylist(rows, schema=ten.LOG_SCHEMA))

    def simulate(agreement):
        return evaluate([agreement], declared, as_of=ten.AS_OF, simulate=True)

    replay = evaluate([ten.AGREEMENT], declared, as_of=ten.AS_OF)
    threshold = main_threshold(ten.AGREEMENT)
    assert threshold
    return sweep(
        ten.AGREEMENT, threshold, Past(replay, simulate(ten.AGREEMENT), declared), simulate
    )
