"""Promises about single leads: kept or not, and how long the answer took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.case_tables import CaseTable, Column
from leadpact.engine.metrics.records import NEVER, Numbers, Records, flags, instants, whole
from leadpact.engine.metrics.words import Codes, Words

#: Outcomes with a verdict.
DECIDED = ("met", "missed", "overdue")
NO_STEP = -1


@dataclass(frozen=True)
class Clocks:
    """Every clock, in the order of the result's table; `step` is -1 for an obligation's.

    `timed`: the time to answer counts; `answered`: it is known.
    """

    episode: Numbers
    obligation: Codes
    outcome: Codes
    of_sales: NDArray[np.bool_]
    segment: Codes
    person: Codes
    started: Numbers
    due: Numbers
    stopped: Numbers
    closed: Numbers
    step: Numbers
    in_contact: NDArray[np.bool_]
    by_protocol: NDArray[np.bool_]
    timed: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    seconds: NDArray[np.float64]
    obligations: Words
    outcomes: Words

    def came_to(self, *outcomes: str) -> NDArray[np.bool_]:
        """Whether a clock had one of the outcomes."""
        return np.isin(self.outcome, self.outcomes.like(outcomes))


def clocks(records: Records) -> Clocks:
    """The clocks of an evaluation, looked at once."""
    return records.once("clocks", lambda: _clocks(records))


def _clocks(records: Records) -> Clocks:
    table = records.result.clocks
    obligations, obligation = Words.of(table["obligation"])
    outcomes, outcome = Words.of(table["outcome"])
    in_contact, by_protocol = flags(table["already_in_contact"]), flags(table["by_protocol"])
    worked = table["working_seconds"]
    untimed = np.isin(outcome, outcomes.like(("waived", "not observed")))
    stopped = instants(table["stopped_at"])
    kept = np.isin(outcome, outcomes.like(("met", "missed")))
    return Clocks(
        episode=whole(table["episode"]).to_numpy().astype(np.int64),
        obligation=obligation,
        outcome=outcome,
        of_sales=flags(pc.equal(table["side"], "sales")),
        segment=records.segments.codes(table["segment"]),
        person=records.holders("clocks"),
        started=instants(table["started_at"]),
        due=instants(table["due_at"]),
        stopped=stopped,
        closed=instants(table["closed_at"]),
        step=whole(table["protocol_step"]).fill_null(NO_STEP).to_numpy().astype(np.int64),
        in_contact=in_contact,
        by_protocol=by_protocol,
        timed=~in_contact & flags(pc.is_valid(worked)) & ~untimed,
        answered=(stopped != NEVER) & kept & ~by_protocol,
        seconds=whole(worked).fill_null(0).to_numpy(),
        obligations=obligations,
        outcomes=outcomes,
    )


def promises(records: Records) -> CaseTable:
    """One case a clock of an obligation that came to a verdict, placed by its due time."""
    known = clocks(records)
    decided = np.flatnonzero(known.came_to(*DECIDED) & (known.step == NO_STEP))
    return _cases(
        records,
        decided,
        known.due,
        {
            "sales": known.of_sales.astype(np.int8),
            "met": known.came_to("met").astype(np.int8),
            "answered": (known.answered | known.in_contact).astype(np.int8),
        },
    )


def answers(records: Records) -> CaseTable:
    """One case a clock of an obligation whose time counts, placed by its start."""
    known = clocks(records)
    timed = np.flatnonzero(known.timed & (known.step == NO_STEP))
    own: dict[str, Column] = {
        "value": known.seconds,
        "observed": known.answered.astype(np.int8),
    }
    return _cases(records, timed, known.started, own)


def _cases(records: Records, rows: Numbers, at: Numbers, own: dict[str, Column]) -> CaseTable:
    known = clocks(records)
    shown = {name: column[rows] for name, column in own.items()}
    return CaseTable(
        {
            "lead": records.leads_of("clocks")[rows],
            "at": at[rows],
            "segment": known.segment[rows],
            "person": known.person[rows],
            "episode": known.episode[rows],
            "obligation": known.obligation[rows],
            **shown,
        },
        keys=("obligation", *own),
        words={"obligation": known.obligations},
        told={"outcome": known.outcomes.column(known.outcome[rows])},
    )


def steps(records: Records) -> pa.Table:
    """Clocks of the contact protocol, of leads that count; unknown instants are NULL."""
    known = clocks(records)
    rows = np.flatnonzero((known.step != NO_STEP) & counting(records))
    return pa.table(
        {
            "lead": records.leads_of("clocks")[rows],
            "episode": known.episode[rows],
            "step": known.step[rows],
            "outcome": known.outcomes.column(known.outcome[rows]),
            "stopped": _or_null(known.stopped[rows]),
            "closed": _or_null(known.closed[rows]),
        }
    )


def counting(records: Records) -> NDArray[np.bool_]:
    """[clock] whether its lead counts in figures of leads."""
    return np.append(records.counted, False)[records.leads_of("clocks")]


def _or_null(ticks: Numbers) -> pa.Array:
    return pa.array(ticks, pa.int64(), mask=ticks == NEVER)
