"""Hygiene: who is left out of every figure, and which rows a machine caused.

Leads are judged by how they came (`judging.arrivals`), forms and openings by what only machines
do (`judging.machines`), and those who opt out from that instant on (`judging.opting_out`). The
verdicts enter the log as decided rows, so that the fold knows no hygiene; nothing depends on rows
outside the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.engine.judging import machines, statements
from leadpact.engine.judging.arrivals import judge_arrivals, settle_merges
from leadpact.engine.judging.asking import in_force, rows_of
from leadpact.engine.judging.decisions import Decision, Record, exclusions, table
from leadpact.engine.judging.opting_out import judge_wishes
from leadpact.engine.merges import merges_of
from leadpact.engine.result import SET_ASIDE
from leadpact.engine.shape import Log


@dataclass(frozen=True)
class Judged:
    """A log without the rows of machines and with the decisions of hygiene, and both told apart.

    `exclusions` has one row an exclusion, by hygiene or on record; `set_aside` one a row taken out.
    """

    log: Log
    exclusions: pa.Table
    set_aside: pa.Table


def apply(versions: Sequence[Agreement], log: Log) -> Judged:
    """Judges the leads and rows of a log; its table `log` is replaced.

    `versions` are in order of their effect, at least one. Each lead is judged by the version in
    force at its first instant, each row and each opt-out by the one in force at its own.
    """
    periods = in_force(versions)
    record, merges = Record(log), merges_of(log)
    crawlers = machines.known_crawlers(periods, log)
    forms = machines.judge_forms(periods, log, crawlers)
    aside = machines.together([forms.aside, machines.judge_mail(periods, log, crawlers)])
    verdicts = judge_arrivals(periods, log, forms.leads, record, merges)
    verdicts += settle_merges(verdicts, record, merges, log)
    verdicts += judge_wishes(periods, log, verdicts, record)
    set_aside = _set_aside(log, aside)
    _rewrite(log, verdicts)
    return Judged(log, exclusions([*record.all(), *verdicts], log), set_aside)


def unjudged(log: Log) -> Judged:
    """A log as it is, with the exclusions on record."""
    return Judged(log, exclusions(Record(log).all(), log), SET_ASIDE.empty_table())


def _set_aside(log: Log, aside: pa.Table) -> pa.Table:
    log.connection.register("aside", aside)
    return rows_of(log, statements.SET_ASIDE).select(SET_ASIDE.names).cast(SET_ASIDE)


def _rewrite(log: Log, verdicts: Iterable[Decision]) -> None:
    """Takes rows out of the log and decisions into it, without sorting it anew by its texts."""
    log.connection.register("decisions", table(verdicts))
    log.connection.execute(statements.ANCHORED)
    log.connection.execute(statements.ANCHORED_BETWEEN)
    log.connection.execute(statements.JUDGED)
