"""The text of a first, basic agreement whose numbers come from the data that was read."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.log import History
from leadpact.flows.first_mapping import ExportFile, Guess, stage_columns, word

_RIPE = timedelta(days=21)
_LONGEST_TERM = 10
_PLURALS = {
    "mqls": "MQLs",
    "sals": "accepted leads",
    "sqls": "SQLs",
    "contacts_added": "new contacts",
}


@dataclass(frozen=True)
class _Stage:
    role: str | None
    name: str
    side: str
    event: str | None = None


@dataclass(frozen=True)
class _Answer:
    """How sales answered: the working days in which three of four who were reached were reached."""

    event: str
    handed_over: int
    reached: int
    days: int
    in_time: int

    @property
    def share(self) -> float:
        """Share of all that were handed over."""
        return self.in_time / self.handed_over


def write_agreement(
    history: History, leads: ExportFile, sales: ExportFile | None, guess: Guess
) -> tuple[str, list[str]]:
    """A basic agreement, and in sentences what its numbers come from."""
    stages = _stages(leads, sales)
    handed = _handoff(stages)
    zone = ZoneInfo(guess.timezone)
    entries = _first_times(history.log, handed)
    counted = handed if entries else stages[0]
    months = _by_month(_first_times(history.log, counted).values(), zone)
    answer = _answer(history.log, entries, zone)
    lines = [
        *_head(history, leads, guess, zone),
        *_definitions(stages, leads),
        *_funnel(stages, handed, sales),
        *_obligation(handed, answer),
        *_goal(counted, months),
        "",
    ]
    return "\n".join(lines), _findings(counted, months, answer)


def _stages(leads: ExportFile, sales: ExportFile | None) -> list[_Stage]:
    first = next((name for role, name, _ in leads.export.stages if role == "lead"), "Lead")
    stages = [_Stage(None, first, "marketing")]
    for role, name, _ in stage_columns(leads.export):
        side = "marketing" if role == "mql" else "sales"
        stages.append(_Stage(role, name, side, _deal_event(role) if sales else None))
    if not {"mql", "sal", "sql"} & {stage.role for stage in stages}:
        stages.insert(1, _Stage("mql", "MQL", "marketing"))
    if sales:
        there = {stage.role for stage in stages}
        for role, name in (("opportunity", "Opportunity"), ("customer", "Customer")):
            if role not in there:
                at = len(stages) if role == "customer" else _before_customer(stages)
                stages.insert(at, _Stage(role, name, "sales", _deal_event(role)))
    return stages


def _deal_event(role: str) -> str | None:
    return {"opportunity": "deal.opened", "customer": "deal.won"}.get(role)


def _before_customer(stages: list[_Stage]) -> int:
    places = [at for at, stage in enumerate(stages) if stage.role == "customer"]
    return places[0] if places else len(stages)


def _handoff(stages: list[_Stage]) -> _Stage:
    """The stage that is handed over: the MQL if there is one, else the SQL."""
    by_role = {stage.role: stage for stage in stages}
    return next(by_role[role] for role in ("mql", "sal", "sql") if role in by_role)


def _first_times(log: pa.Table, stage: _Stage) -> dict[str, datetime]:
    """When each lead first entered the stage."""
    if stage.role is None:
        rows = log.filter(pc.equal(log["kind"], "lead.created"))
    else:
        named = pc.match_substring(log["properties"], f'"stage": "{stage.name}"')
        rows = log.filter(pc.and_(pc.equal(log["kind"], "stage.entered"), named))
    return _earliest(rows)


def _earliest(rows: pa.Table) -> dict[str, datetime]:
    first = rows.group_by("lead_id").aggregate([("happened_at", "min")])
    return dict(
        zip(first["lead_id"].to_pylist(), first["happened_at_min"].to_pylist(), strict=True)
    )


def _by_month(moments: Iterable[datetime], zone: ZoneInfo) -> dict[str, int]:
    """How many in each whole month, the first and last month of the data left out."""
    days = sorted(moment.astimezone(zone) for moment in moments)
    if not days:
        return {}
    counts = Counter(f"{day:%Y-%m}" for day in days)
    year, month, found = days[0].year, days[0].month, {}
    while (year, month) <= (days[-1].year, days[-1].month):
        key = f"{year}-{month:02}"
        found[key] = counts[key]
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    whole = dict(list(found.items())[1:-1])
    return whole or found


def _answer(log: pa.Table, entries: dict[str, datetime], zone: ZoneInfo) -> _Answer | None:
    """How long sales took to answer those handed over long enough before the end of the data."""
    kinds = set(log["kind"].unique().to_pylist())
    event = next((kind for kind in ("sales.connected", "sales.attempted") if kind in kinds), None)
    if event is None or not entries:
        return None
    answers = _earliest(log.filter(pc.equal(log["kind"], event)))
    end = pc.max(log["happened_at"]).as_py() - _RIPE
    ripe = {lead: at for lead, at in entries.items() if at <= end} or entries
    taken = sorted(
        _working_days(at, answers[lead], zone) for lead, at in ripe.items() if lead in answers
    )
    if not taken:
        return None
    days = max(1, min(_LONGEST_TERM, taken[math.ceil(0.75 * len(taken)) - 1]))
    in_time = sum(each <= days for each in taken)
    return _Answer(event, len(ripe), len(taken), days, in_time)


def _working_days(start: datetime, end: datetime, zone: ZoneInfo) -> int:
    """The fewest weekdays within which an answer came, holidays not looked at."""
    if end <= start:
        return 0
    start, end = start.astimezone(zone), end.astimezone(zone)
    if not np.is_busday(start.date()):
        start = start.replace(hour=0, minute=0)
    days = int(np.busday_count(start.date(), end.date()))
    return days if end.time() <= start.time() else days + 1


def _head(history: History, leads: ExportFile, guess: Guess, zone: ZoneInfo) -> Iterator[str]:
    last = pc.max(history.log["happened_at"]).as_py().astimezone(zone)
    begins = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    yield f"# A first agreement. Its numbers come from {leads.table.file}: they say what was,"
    yield "# not what should be. Agree on better ones, then run: leadpact check agreement.yaml"
    yield "leadpact: 1"
    yield "name: Basic agreement between marketing and sales"
    yield f"term: {{from: {begins}, review_every: quarter}}   # the month after the data ends"
    yield ""
    yield "calendar:"
    yield f"  timezone: {word(guess.timezone)}   # {guess.reason}"
    yield '  hours: {mon-fri: ["09:00-17:00"]}   # usual office hours; the data does not say'
    if guess.country:
        yield f"  holidays: {{country: {guess.country}}}"
    yield ""


def _definitions(stages: list[_Stage], leads: ExportFile) -> Iterator[str]:
    columns = {name: column for _, name, column in stage_columns(leads.export)}
    yield "# What each word means to both teams; so far it is what the CRM recorded."
    yield "definitions:"
    for stage in stages[1:]:
        if stage.name in columns:
            said = f"A lead that the CRM dates in “{columns[stage.name]}”."
            yield f"  {word(stage.name)}: {json.dumps(said, ensure_ascii=False)}"
        elif stage.role == "mql":
            yield "  MQL: A lead that marketing has checked and marked as ready for sales."
    yield ""


def _funnel(stages: list[_Stage], handed: _Stage, sales: ExportFile | None) -> Iterator[str]:
    yield "# The stages that the export knows, in order, with the side that answers for each."
    yield "stages:"
    for stage in stages:
        parts = [f"name: {word(stage.name)}", f"side: {stage.side}"]
        if stage.role:
            parts.append(f"role: {stage.role}")
        if stage.role == "customer":
            parts.append("outcome: won")
        if stage.event:
            parts.append(f"when: {{event: {stage.event}}}")
        yield f"  - {{{', '.join(parts)}}}"
    yield ""
    yield f"handoff: {{stage: {word(handed.name)}}}   # from here on the lead is sales'"
    yield ""
    if sales:
        yield "disqualification:"
        yield "  closed_lost: {event: deal.lost}"
        yield ""


def _obligation(handed: _Stage, answer: _Answer | None) -> Iterator[str]:
    if answer is None:
        yield "# No column says when sales first spoke with a lead, so no promise about that can be"
        yield "# measured yet. Export the date of the first engagement, and map it to"
        yield "# `sales.connected`, to add one here."
        yield ""
        return
    verb = "Connect with" if answer.event == "sales.connected" else "Reach out to"
    minimum = max(5, min(85, math.floor(answer.share * 20) * 5))
    yield f"# From the data: of {answer.handed_over:,} leads handed over, {answer.reached:,} were"
    yield f"# reached, 3 of 4 of these within {_days(answer.days)}: {_percent(answer)} of all."
    yield "obligations:"
    yield f"  - name: {verb} every {word(handed.name)}".replace('"', "")
    yield "    side: sales"
    yield "    starts_on: handoff"
    yield f"    stops_on: {{event: {answer.event}}}"
    yield f"    within: {_days(answer.days)}"
    yield (
        f"    hurdles: {{minimum: {minimum} %, target: {min(minimum + 10, 92)} %, "
        f"stretch: {min(minimum + 20, 97)} %}}"
    )
    yield ""


def _percent(answer: _Answer) -> str:
    return f"{round(100 * answer.share)} %"


def _days(count: int) -> str:
    return f"{count} business day{'s' if count > 1 else ''}"


def _goal(handed: _Stage, months: dict[str, int]) -> Iterator[str]:
    usual = math.floor(median(months.values())) if months else 0
    metric = _metric(handed)
    hurdles = _rising(usual)
    if months:
        first, last = min(months), max(months)
        yield f"# From the data: the middle month from {first} to {last} had {usual:,} of them, the"
        yield f"# leanest {min(months.values()):,}, the best {max(months.values()):,}."
    else:
        yield "# The data has none yet; put in what you expect."
    yield "# Minimum: as many as usual; target: 10 % more; stretch: 25 % more."
    yield "goals:"
    yield f"  - name: {_goal_name(handed)} each month"
    yield "    side: marketing"
    yield f"    metric: {metric}"
    yield "    per: month"
    yield f"    hurdles: {{minimum: {hurdles[0]}, target: {hurdles[1]}, stretch: {hurdles[2]}}}"


def _goal_name(handed: _Stage) -> str:
    if handed.role is None:
        return "New contacts"
    plural = handed.name.split()[-1].lower() in ("mql", "sal", "sql", "lead")
    return f"{handed.name}s" if plural else f"Leads to {handed.name}"


def _metric(handed: _Stage) -> str:
    return {"mql": "mqls", "sal": "sals", "sql": "sqls"}.get(handed.role or "", "contacts_added")


def _rising(usual: int) -> tuple[int, int, int]:
    minimum = max(1, usual)
    target = max(minimum + 1, math.ceil(minimum * 1.1))
    return minimum, target, max(target + 1, math.ceil(minimum * 1.25))


def _findings(handed: _Stage, months: dict[str, int], answer: _Answer | None) -> list[str]:
    found = []
    if months:
        usual = math.floor(median(months.values()))
        found.append(f"A usual month has {usual:,} {_PLURALS[_metric(handed)]}.")
    if answer:
        found.append(
            f"Sales reached {answer.in_time:,} of {answer.handed_over:,} within "
            f"{_days(answer.days)}."
        )
    return found
