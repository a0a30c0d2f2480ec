"""Hygiene: who is left out of every figure, and which rows a machine caused.

Leads are judged by how they came (`judging.arrivals`), forms and openings by what only machines
do (`judging.machines`), and those who opt out from that instant on (`judging.opting_out`). The
verdicts enter the log as decided rows, so that the fold knows no hygiene; nothing depends on rows
outside the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.engine import threads
from leadpact.engine.arranged import SUPPLIED, Log
from leadpact.engine.judging import machines
from leadpact.engine.judging.arrivals import comers, judge_arrivals, settle_merges
from leadpact.engine.judging.asking import InForce, in_force
from leadpact.engine.judging.decisions import Decision, Record, exclusions
from leadpact.engine.judging.opting_out import judge_wishes, wishes_of
from leadpact.engine.merges import merges_of
from leadpact.engine.prints import Print, names_asked
from leadpact.engine.result import SET_ASIDE
from leadpact.engine.rewriting import Extras, rewritten


@dataclass(frozen=True)
class Judged:
    """A log without the rows of machines and with the decisions of hygiene, and both told apart.

    `exclusions` has one row an exclusion, by hygiene or on record; `set_aside` one a row taken out.
    """

    log: Log
    exclusions: pa.Table
    set_aside: pa.Table


def apply(versions: Sequence[Agreement], log: Log) -> Judged:
    """Judges the leads and rows of a log.

    `versions` are in order of their effect, at least one. Each lead is judged by the version in
    force at its first instant, each row and each opt-out by the one in force at its own.
    """
    periods = in_force(versions)
    record, merges = Record(log), merges_of(log)
    rows = len(log.rows.at)
    (bots, aside), came, wished = threads.together(
        rows,
        partial(_machines, periods, log),
        partial(comers, periods, log),
        partial(wishes_of, periods, log),
    )

    def verdicts_on_leads() -> list[Decision]:
        verdicts = judge_arrivals(periods, log, came, bots, record, merges)
        verdicts += settle_merges(verdicts, record, merges, log)
        return [*verdicts, *judge_wishes(wished, log, verdicts, record)]

    verdicts, set_aside = threads.together(rows, verdicts_on_leads, partial(_set_aside, log, aside))
    judged, excluded = threads.together(
        rows,
        partial(_rewritten, log, aside, verdicts),
        lambda: exclusions([*record.all(), *verdicts], log),
    )
    return Judged(judged, excluded, set_aside)


def _machines(periods: Sequence[InForce], log: Log) -> tuple[dict[int, str], machines.Aside]:
    """Leads that are bots, each with why, and the rows that machines caused."""
    crawled = machines.crawled(periods, log)
    forms = machines.judge_forms(periods, log, crawled)
    mail = machines.judge_mail(periods, log, crawled)
    return forms.leads, machines.together([forms.aside, mail])


def unjudged(log: Log) -> Judged:
    """A log as it is, with the exclusions on record."""
    return Judged(log, exclusions(Record(log).all(), log), SET_ASIDE.empty_table())


def _set_aside(log: Log, aside: machines.Aside) -> pa.Table:
    by_time = np.argsort(log.rows.at[aside.places], kind="stable")
    places = aside.places[by_time]
    prints = log.rows.prints[places]
    kinds = pa.array([each.kind for each in log.prints], pa.string())
    told = log.columns(places, ["event_id", "source"], kinds.take(np.unique(prints)).to_pylist())
    columns = {
        **{name: told[name] for name in told.column_names},
        "kind": kinds.take(prints),
        "lead_id": log.leads.array.take(pa.array(log.lead_of(places))),
        "why": pa.array(aside.why[by_time], pa.string()),
    }
    return pa.table(columns).select(SET_ASIDE.names).cast(SET_ASIDE)


def _rewritten(log: Log, aside: machines.Aside, verdicts: Sequence[Decision]) -> Log:
    """The log without rows of machines, and with the decisions as rows of its own."""
    if not len(aside.places) and not verdicts:
        return log
    asked = set(names_asked(log.questions)) & {"reason", "detail", "duplicate_of"}
    prints: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
    numbers = []
    for each in verdicts:
        said = frozenset((name, told) for name, told in each.said.items() if name in asked)
        numbers.append(prints.setdefault((each.kind, said), len(prints)))
    extras = Extras(
        lead=np.array([each.lead for each in verdicts], np.int64),
        at=np.array([each.at for each in verdicts], np.int64),
        prints=np.array(numbers, np.int32),
        row=np.arange(SUPPLIED - 1, SUPPLIED - 1 - len(verdicts), -1, dtype=np.int32),
        names=[(each.source, each.event_id) for each in verdicts],
    )
    told = [Print(kind, decided=True, texts=dict(said)) for kind, said in prints]
    rows = [each.row(log.leads[each.lead]) for each in verdicts]
    return rewritten(log, aside.places, extras, told, rows)
