"""The sample company and the template that goes with it, run as any other."""

from __future__ import annotations

from pathlib import Path

from leadpact.agreement import templates
from leadpact.agreement.loading import load
from leadpact.demo.company import generate
from leadpact.engine.result import Result
from leadpact.flows.output import publish
from leadpact.flows.recorded import LOG, read_log
from leadpact.flows.run import Run, run
from leadpact.flows.starting import Progress

TEMPLATE = "b2b-saas"
AGREEMENT = "agreement.yaml"
_REMARK = "The company, its people and their figures are made up."


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


def demonstrate(folder: Path, *, seed: int, leads: int, tell: Progress) -> Run:
    """Make the company, run the template over its year, and write it all into the folder.

    Written are `agreement.yaml`, `log.parquet`, `deals.parquet`, the hidden truth of the company
    (`planted.json`, which nothing here reads), and what every run writes. Raises OutputError.
    """
    done: list[Run] = []

    def write(room: Path) -> None:
        tell(0.0, f"Making up a company with {leads:,} leads")
        generate(seed=seed, leads=leads).write(room)
        (room / AGREEMENT).write_text(templates.text(TEMPLATE), encoding="utf-8")
        finished = run([load(room / AGREEMENT)], read_log(room / LOG, (_REMARK,)), tell=tell)
        finished.write(room, tell)
        done.append(finished)

    publish(folder, write)
    return done[0]
