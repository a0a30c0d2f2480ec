"""Nurture (§17): an entry is a clock of marketing that never runs out, with touches and an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from leadpact.agreement.conditions import AnyOf, EventCondition
from leadpact.agreement.durations import Term, TimeKind
from leadpact.agreement.spec import Agreement, Obligation, OnStage, Program
from leadpact.agreement.vocabulary import Side

from .facts import Row

Line = dict[str, Any]
_IN, _BY_STAGE = "\u2063in ", "\u2063by stage into "
_AGES = Term(TimeKind.CLOCK, 200 * 365 * 24 * 3600 * 10**6, "200 years")


def with_programs(agreement: Agreement) -> Agreement:
    """The agreement with an obligation for every way into a program."""
    ways = [way for program in agreement.nurture for way in _ways(program)]
    return agreement.model_copy(update={"obligations": [*agreement.obligations, *ways]})


def _ways(program: Program) -> list[Obligation]:
    def says(kind: str) -> EventCondition:
        return EventCondition(event=kind, where={"program": program.name})

    leaves = [says("nurture.left")] + ([program.exits] if program.exits else [])
    joins: list[Any] = [says("nurture.entered")]
    if program.enters is not None and not isinstance(program.enters, OnStage):
        joins.append(program.enters)
    starts = [(_IN, AnyOf(any=joins))]
    if isinstance(program.enters, OnStage):
        starts.append((_BY_STAGE, program.enters))
    return [
        Obligation(
            name=f"{mark}{program.name}",
            side=Side.MARKETING,
            starts_on=start,
            stops_on=AnyOf(any=leaves),
            within=_AGES,
        )
        for mark, start in starts
    ]


def is_way(line: Line) -> bool:
    """Whether a clock, or a share of one, is of a program."""
    return str(line["obligation"]).startswith((_IN, _BY_STAGE))


def entries(
    clocks: list[Line],
    episodes: list[Line],
    states: list[Line],
    versions: list[Agreement],
    rows: list[Row],
) -> list[Line]:
    """The entries behind clocks of programs, of which `versions` are those in order of effect."""
    facts = {(line["lead_id"], line["episode"]): line for line in episodes}
    heir = {line["lead_id"]: line.get("merged_into") or line["lead_id"] for line in states}
    told = [row for row in rows if row.kind.startswith("nurture.") and row.lead in heir]
    told.sort(key=lambda row: row.place)
    found: dict[tuple[str, int, str], Line] = {}
    for clock in sorted(clocks, key=lambda clock: clock["started_at"]):
        name = clock["obligation"].removeprefix(_IN).removeprefix(_BY_STAGE)
        program = next(p for p in versions[clock["version"]].nurture if p.name == name)
        key = (clock["lead_id"], clock["episode"], name)
        own = [r for r in told if (heir[r.lead], r.says("program")) == (key[0], name.casefold())]
        if key not in found and not clock["already_in_contact"]:
            made = _entry(clock, program, facts[key[:2]], own)
            found |= {key: made} if made else {}
    return list(found.values())


def _entry(clock: Line, program: Program, episode: Line, rows: list[Row]) -> Line | None:
    entered: datetime = clock["started_at"]
    qualified = None if program.exits else episode["qualified_at"]
    if qualified and qualified <= entered:
        return None
    left, how = None, None
    if clock["closed_at"]:
        left, how = clock["closed_at"], "excluded"
        if episode["ended_at"] == left:
            how = episode["ending"]
    if qualified and (left is None or qualified <= left):
        left, how = qualified, "qualified"
    if clock["stopped_at"] and (left is None or clock["stopped_at"] <= left):
        left, how = clock["stopped_at"], "exit"
        said = [row for row in rows if row.kind == "nurture.left" and row.at == left]
        if said:
            how = str(said[-1].properties.get("reason") or "").strip() or "left"
    done, last = 0, entered
    for row in rows:
        inside = entered <= row.at and (left is None or row.at <= left)
        if row.kind == "nurture.touched" and inside:
            names = [step.name.casefold() for step in program.steps]
            named = row.says("step")
            to = names.index(named) + 1 if named in names else 0 if named else done + 1
            if to > done:
                done, last = min(to, len(names)), row.at
    step = program.steps[done] if left is None and done < len(program.steps) else None
    return {
        "lead_id": clock["lead_id"],
        "episode": clock["episode"],
        "program": program.name,
        "owner": program.owner,
        "segment": clock["segment"],
        "entered_at": entered,
        "step": done,
        "next_step": step and step.name,
        "next_channel": step and step.channel,
        "next_touch_at": step and last + timedelta(microseconds=step.after.microseconds),
        "left_at": left,
        "exit": how,
    }
