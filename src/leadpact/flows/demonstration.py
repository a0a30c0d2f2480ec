"""The sample company and the template that goes with it, run as any other."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

from leadpact.agreement import templates
from leadpact.agreement.loading import load
from leadpact.demo.present import generate_until
from leadpact.engine.result import Result
from leadpact.flows.output import publish
from leadpact.flows.recorded import LOG, read_log
from leadpact.flows.run import Run, run
from leadpact.flows.starting import Progress

TEMPLATE = "b2b-saas"
AGREEMENT = "agreement.yaml"
REMARK = "The company, its people and their figures are made up."
_BEGINS, _ENDS = (
    re.compile(r"(?<=from: )\d{4}-\d\d-\d\d"),
    re.compile(r"(?<=until: )\d{4}-\d\d-\d\d"),
)
_CAP = re.compile(r"(?<=cap: )\d+")
#: Its reps let leads lie that others would give back, and so hold more of them.
_HOLDS_MORE = 3
_NAME = re.compile(r"(?m)(?<=^name: )(.*) \d{4}$")


def worth_explaining(result: Result) -> str:
    """The first lead with promises that were kept and one that was not; else any with a promise."""
    outcomes: dict[str, set[str]] = {}
    for lead, outcome in zip(
        result.clocks["lead_id"].to_pylist(), result.clocks["outcome"].to_pylist(), strict=True
    ):
        outcomes.setdefault(lead, set()).add(outcome)
    mixed = [lead for lead, came in outcomes.items() if {"met", "missed"} <= came]
    leads = mixed or list(outcomes) or result.lead_states["lead_id"].to_pylist()
    return str(min(leads))


def demonstrate(folder: Path, *, seed: int, leads: int, until: datetime, tell: Progress) -> Run:
    """Make the company, run the template over the year that ends at `until`, and write it all.

    Written are `agreement.yaml`, `log.parquet`, `deals.parquet`, the hidden truth of the company
    (`planted.json`, which nothing here reads), and what every run writes. Raises OutputError.
    """
    done: list[Run] = []

    def write(room: Path) -> None:
        tell(0.0, f"Making up a company with {leads:,} leads")
        generate_until(until, seed, leads).write(room)
        (room / AGREEMENT).write_text(agreement_of(until), encoding="utf-8")
        found = read_log(room / LOG, (REMARK,))
        finished = run([load(room / AGREEMENT)], found, tell=tell)
        finished.write(room, tell)
        done.append(finished)

    publish(folder, write)
    return done[0]


def agreement_of(until: datetime) -> str:
    """The template, in force for the four quarters of which the moment lies in the last."""
    quarter = date(until.year, until.month - (until.month - 1) % 3, 1)
    begins = _months_later(quarter, -9)
    ends = _months_later(quarter, 3) - timedelta(days=1)
    text = _BEGINS.sub(begins.isoformat(), templates.text(TEMPLATE), count=1)
    text = _ENDS.sub(ends.isoformat(), text, count=1)
    text = _CAP.sub(lambda cap: str(_HOLDS_MORE * int(cap[0])), text)
    return _NAME.sub(rf"\1 {ends.year}", text, count=1)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1)
