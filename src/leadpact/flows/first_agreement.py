"""The text of a first, basic agreement whose numbers come from the data that was read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from leadpact.engine.log import History
from leadpact.flows.first_figures import FEW, Figures, Promise, figures_of, usual_days
from leadpact.flows.first_mapping import ExportFile, Guess, stage_columns
from leadpact.flows.starting import Progress
from leadpact.flows.yaml_words import word

_FEWEST_MONTHS = 3
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
class _Funnel:
    """The stages, and the one that marketing hands over: None where the data tells of none."""

    stages: list[_Stage]
    handed: _Stage | None
    recorded: bool

    @property
    def counted(self) -> _Stage:
        """The stage of which marketing promises a number."""
        return self.handed or self.stages[0]


def write_agreement(
    history: History, leads: ExportFile, sales: ExportFile | None, guess: Guess, tell: Progress
) -> tuple[str, list[str]]:
    """A basic agreement, and in sentences what its numbers come from.

    They are what `leadpact run` makes of the same agreement and the same data.
    """
    funnel = _funnel_of(leads, sales)
    promise = _promise(history, funnel, ZoneInfo(guess.timezone))
    metric = _metric(funnel.counted)
    plain = Figures(None, {})
    draft = _text(history, leads, sales, guess, funnel, promise, plain)
    figures = figures_of(draft, history, metric, tell)
    text = _text(history, leads, sales, guess, funnel, promise, figures)
    return text, _findings(funnel, promise, figures)


def _text(
    history: History,
    leads: ExportFile,
    sales: ExportFile | None,
    guess: Guess,
    funnel: _Funnel,
    promise: Promise | None,
    figures: Figures,
) -> str:
    lines = [
        *_head(history, leads, guess, ZoneInfo(guess.timezone)),
        *_definitions(funnel.stages, leads, handed=funnel.handed is not None),
        *_stage_lines(funnel, sales),
        *_obligation(promise, figures),
        *_goal(funnel.counted, figures.months),
        "",
    ]
    return "\n".join(lines)


def _funnel_of(leads: ExportFile, sales: ExportFile | None) -> _Funnel:
    stages = _stages(leads, sales)
    by_role = {stage.role: stage for stage in stages}
    handed = next((by_role[role] for role in ("mql", "sal", "sql") if role in by_role), None)
    return _Funnel(stages, handed, "handed_at" in leads.export.roles)


def _promise(history: History, funnel: _Funnel, zone: ZoneInfo) -> Promise | None:
    """The promise of sales that the data can measure: from the handoff, else from the beginning."""
    handed = funnel.handed is not None or funnel.recorded
    starts = "handoff" if handed else f"{{stage: {word(funnel.stages[0].name)}}}"
    kinds = set(history.log["kind"].unique().to_pylist())
    event = next((kind for kind in ("sales.connected", "sales.attempted") if kind in kinds), None)
    if event is None:
        return None
    verb = "Connect with" if event == "sales.connected" else "Reach out to"
    whom = word(funnel.counted.name) if handed else "new lead"
    days = usual_days(history.log, _beginnings(funnel, handed), event, zone)
    return Promise(f"{verb} every {whom}".replace('"', ""), starts, event, days)


def _beginnings(funnel: _Funnel, handed: bool) -> tuple[str, str | None]:
    """The kind of the row, and the stage it names, from which an answer is awaited."""
    if funnel.handed is not None:
        return "stage.entered", funnel.handed.name
    return ("lead.handed_off" if handed else "lead.created"), None


def _stages(leads: ExportFile, sales: ExportFile | None) -> list[_Stage]:
    first = next((name for role, name, _ in leads.export.stages if role == "lead"), "Lead")
    stages = [_Stage(None, first, "marketing")]
    for role, name, _ in stage_columns(leads.export):
        side = "marketing" if role == "mql" else "sales"
        stages.append(_Stage(role, name, side, _deal_event(role) if sales else None))
    if sales:
        there = {stage.role for stage in stages} | _beyond_the_deals(leads, sales)
        for role, name in (("opportunity", "Opportunity"), ("customer", "Customer")):
            if role not in there:
                at = len(stages) if role == "customer" else _before_customer(stages)
                stages.insert(at, _Stage(role, name, "sales", _deal_event(role)))
    return stages


def _beyond_the_deals(leads: ExportFile, sales: ExportFile) -> set[str | None]:
    """Stages that the deals cannot bring a lead into: they have no date, or name no lead."""
    roles = sales.export.roles
    if "deals" not in leads.export.roles and "leads" not in roles:
        return {"opportunity", "customer"}
    dated = {"opportunity": "opened", "customer": "closed"}
    return {stage for stage, date_column in dated.items() if date_column not in roles}


def _deal_event(role: str) -> str | None:
    return {"opportunity": "deal.opened", "customer": "deal.won"}.get(role)


def _before_customer(stages: list[_Stage]) -> int:
    places = [at for at, stage in enumerate(stages) if stage.role == "customer"]
    return places[0] if places else len(stages)


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


def _definitions(stages: list[_Stage], leads: ExportFile, *, handed: bool) -> Iterator[str]:
    columns = {name: column for _, name, column in stage_columns(leads.export)}
    named = [stage.name for stage in stages[1:] if stage.name in columns]
    first = stages[0].name
    if named or not handed:
        yield "# What each word means to both teams; so far it is what the CRM recorded."
        yield "definitions:"
        for name in named:
            said = f"A lead that the CRM dates in “{columns[name]}”."
            yield f"  {word(name)}: {json.dumps(said, ensure_ascii=False)}"
        if not handed:
            yield f"  {word(first)}: Everybody whom the export lists."
        yield ""


def _stage_lines(funnel: _Funnel, sales: ExportFile | None) -> Iterator[str]:
    yield "# The stages that the export knows, in order, with the side that answers for each."
    yield "stages:"
    for stage in funnel.stages:
        parts = [f"name: {word(stage.name)}", f"side: {stage.side}"]
        if stage.role:
            parts.append(f"role: {stage.role}")
        if stage.role == "customer":
            parts.append("outcome: won")
        if stage.event:
            parts.append(f"when: {{event: {stage.event}}}")
        yield f"  - {{{', '.join(parts)}}}"
    yield ""
    yield from _handoff(funnel)
    yield ""
    if sales:
        yield "disqualification:"
        yield "  closed_lost: {event: deal.lost}"
        yield ""


def _handoff(funnel: _Funnel) -> Iterator[str]:
    if funnel.handed is not None:
        yield f"handoff: {{stage: {word(funnel.handed.name)}}}   # from here on the lead is sales'"
        return
    if funnel.recorded:
        yield "# A lead is sales' from the moment that the export dates, whatever its stage."
    else:
        yield "# In no column did init recognise when a lead became an MQL or was handed over."
        yield "# Where you know it, map it in sources.yaml: as a stage, which you then name here,"
        yield "# or as the event `lead.handed_off`. Until then no lead counts as handed over."
    first = word(funnel.stages[0].name)
    yield f"handoff: {{stage: {first}, recorded_by: event}}"


def _obligation(promise: Promise | None, figures: Figures) -> Iterator[str]:
    if promise is None:
        yield "# In no column did init recognise when sales first spoke with a lead, so no promise"
        yield "# about that can be measured yet. Where you know it, map it to `sales.connected`"
        yield "# under `events` in sources.yaml, and add a promise here."
        yield ""
        return
    known = figures.answered
    lines = [
        "obligations:",
        f"  - name: {promise.name}",
        "    side: sales",
        f"    starts_on: {promise.starts}",
        f"    stops_on: {{event: {promise.event}}}",
        f"    within: {promise.term}",
    ]
    if known is not None and known.decided < FEW:
        of = f"{known.met:,} of {known.decided:,} leads" if known.decided else "none yet"
        yield f"# Too little data to promise from: sales answered {of} within {promise.term}."
        yield "# Take away the # of the lines below once both sides know what they can keep."
        yield from (f"# {line}" for line in lines)
        yield ""
        return
    share = known.met / known.decided if known else 0.0
    minimum = max(5, min(85, math.floor(share * 20) * 5))
    if known:
        yield f"# From the data: sales {promise.verb} {known.met:,} of {known.decided:,} leads"
        yield f"# within {promise.term}, {round(100 * share)} %. Hurdles to begin with:"
    yield from lines
    yield (
        f"    hurdles: {{minimum: {minimum} %, target: {min(minimum + 10, 92)} %, "
        f"stretch: {min(minimum + 20, 97)} %}}"
    )
    yield ""


def _goal(counted: _Stage, months: dict[str, int]) -> Iterator[str]:
    lines = [
        "goals:",
        f"  - name: {_goal_name(counted)} each month",
        "    side: marketing",
        f"    metric: {_metric(counted)}",
        "    per: month",
    ]
    if not _enough(months):
        yield f"# Too little data to promise a number of {_PLURALS[_metric(counted)]} from:"
        yield f"# it takes {_FEWEST_MONTHS} whole months with {FEW} in all. To promise one, put in"
        yield "# what you expect, and take away the # of the lines below."
        yield from (f"# {line}" for line in lines)
        yield "#     hurdles: {minimum: …, target: …, stretch: …}"
        return
    usual, least, most = _usual(months), min(months.values()), max(months.values())
    minimum, target, stretch = _rising(usual)
    yield f"# From the data: the middle month from {min(months)} to {max(months)} had {usual:,} of"
    yield f"# them, the leanest {least:,}, the best {most:,}. Minimum: as many; target:"
    yield f"# {_more(target, usual)}; stretch: {_more(stretch, usual)}."
    yield from lines
    yield f"    hurdles: {{minimum: {minimum}, target: {target}, stretch: {stretch}}}"


def _enough(months: dict[str, int]) -> bool:
    return len(months) >= _FEWEST_MONTHS and sum(months.values()) >= FEW and _usual(months) > 0


def _usual(months: dict[str, int]) -> int:
    return math.floor(median(months.values()))


def _more(hurdle: int, usual: int) -> str:
    return f"{round(100 * (hurdle / usual - 1))} % more"


def _goal_name(counted: _Stage) -> str:
    if counted.role is None:
        return "New contacts"
    plural = counted.name.split()[-1].lower() in ("mql", "sal", "sql", "lead")
    return f"{counted.name}s" if plural else f"Leads to {counted.name}"


def _metric(counted: _Stage) -> str:
    return {"mql": "mqls", "sal": "sals", "sql": "sqls"}.get(counted.role or "", "contacts_added")


def _rising(usual: int) -> tuple[int, int, int]:
    target = max(usual + 1, math.ceil(usual * 1.1))
    return usual, target, max(target + 1, math.ceil(usual * 1.25))


def _findings(funnel: _Funnel, promise: Promise | None, figures: Figures) -> list[str]:
    what = _PLURALS[_metric(funnel.counted)]
    found = [f"Too little data to promise a number of {what} from."]
    if _enough(figures.months):
        found = [f"A usual month has {_usual(figures.months):,} {what}."]
    if promise and (known := figures.answered) and known.decided:
        found.append(
            f"Sales {promise.verb} {known.met:,} of {known.decided:,} leads within {promise.term}"
            f"{'.' if known.decided >= FEW else ': too few to promise from.'}"
        )
    return found
