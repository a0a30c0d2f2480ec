"""Nurture: who is in which program, which touch comes next, and how a lead left.

An entry is the clock of a promise that begins with what a program's `enters` says and ends with its
`exits`, so that it is reckoned by the very rules of §8. Touches are rows that tell of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.conditions import AnyOf, EventCondition
from leadpact.agreement.durations import SECOND, Term, TimeKind
from leadpact.agreement.spec import Agreement, Obligation, OnStage, Program
from leadpact.agreement.vocabulary import Side
from leadpact.engine.evaluate import Evaluation, examine
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.engine.tables import result_of
from leadpact.engine.values import normal

ENTERED, LEFT, TOUCHED = "nurture.entered", "nurture.left", "nurture.touched"
#: How a lead left: by the program's exit, as somebody said, by qualifying, as the episode ended.
EXIT, SAID, QUALIFIED = "exit", "left", "qualified"
#: Names of the promises that no agreement can have: an agreement's names are printed.
_MARK = "\u2063nurture "
_BY_STAGE = "\u2063 by stage"
#: The promise is about its begin and end; it never runs out.
_FOREVER = Term(TimeKind.CLOCK, 100 * 365 * 24 * 3600 * SECOND, "100 years")


@dataclass(frozen=True)
class Entry:
    """A lead's time in a program: since when, how many touches are done, which comes when.

    `next_step` and `next_touch_at` are None after the last touch and for a lead that left; a touch
    that was not reported by its time stays the next one.
    """

    lead_id: str
    episode: int
    program: str
    owner: str
    entered_at: datetime
    step: int
    next_step: str | None
    next_channel: str | None
    next_touch_at: datetime | None
    left_at: datetime | None
    exit: str | None


@dataclass(frozen=True)
class Found:
    """An evaluation with the entries into programs; the promises behind them are taken out."""

    evaluation: Evaluation
    result: Result
    entries: Sequence[Entry]


def evaluate_with_programs(
    versions: Sequence[Agreement], history: History, *, as_of: datetime
) -> Found:
    """As `evaluate`, with the entries into nurture programs."""
    evaluation = examine([_with_programs(version) for version in versions], history, as_of=as_of)
    result = result_of(evaluation)
    if not any(version.nurture for version in versions):
        return Found(evaluation, result, ())
    hidden = pc.starts_with(result.clocks["obligation"], _MARK)
    clocks = result.clocks.filter(hidden).to_pylist()
    cleaned = replace(
        result,
        clocks=result.clocks.filter(pc.invert(hidden)),
        clock_shares=result.clock_shares.filter(
            pc.invert(pc.starts_with(result.clock_shares["obligation"], _MARK))
        ),
    )
    return Found(evaluation, cleaned, _entries(clocks, evaluation.versions, result, history))


def _with_programs(version: Agreement) -> Agreement:
    promises = [promise for program in version.nurture for promise in _promises(program)]
    obligations = [*version.obligations, *promises]
    return version.model_copy(update={"obligations": obligations}) if promises else version


def _promises(program: Program) -> Iterable[Obligation]:
    """One that begins as the program says or as a row says; two where a stage begins it."""
    said = EventCondition(event=ENTERED, where={"program": program.name})
    by_stage = isinstance(program.enters, OnStage)
    starts = AnyOf(any=[program.enters, said]) if program.enters and not by_stage else said
    ends = EventCondition(event=LEFT, where={"program": program.name})
    stops = AnyOf(any=[program.exits, ends]) if program.exits else ends
    common = {"side": Side.MARKETING, "stops_on": stops, "within": _FOREVER}
    yield Obligation(name=f"{_MARK}{program.name}", starts_on=starts, **common)
    if by_stage:
        name = f"{_MARK}{program.name}{_BY_STAGE}"
        yield Obligation(name=name, starts_on=program.enters, **common)


def _entries(
    clocks: Iterable[Mapping[str, Any]],
    versions: Sequence[Agreement],
    result: Result,
    history: History,
) -> list[Entry]:
    episodes = {(row["lead_id"], row["episode"]): row for row in result.episodes.to_pylist()}
    told = _Told.of(result, history)
    found: dict[tuple[str, int, str], Entry] = {}
    for clock in sorted(clocks, key=lambda clock: clock["started_at"]):
        name = clock["obligation"].removeprefix(_MARK).removesuffix(_BY_STAGE)
        programs = {each.name: each for each in versions[clock["version"]].nurture}
        key = (clock["lead_id"], clock["episode"], name)
        episode = episodes.get(key[:2])
        if clock["already_in_contact"] or episode is None or key in found:
            continue
        entry = _entry(clock, programs[name], episode, told)
        if entry:
            found[key] = entry
    return [found[key] for key in sorted(found)]


def _entry(
    clock: Mapping[str, Any], program: Program, episode: Mapping[str, Any], told: _Told
) -> Entry | None:
    entered, lead = clock["started_at"], clock["lead_id"]
    qualified = episode["qualified_at"] if program.exits is None else None
    if qualified and qualified <= entered:
        return None
    ends = [
        (clock["stopped_at"], told.why_left(lead, program.name, clock["stopped_at"])),
        (qualified, QUALIFIED),
        (clock["closed_at"], _ending(episode, clock["closed_at"])),
    ]
    left, exit_ = min(((at, why) for at, why in ends if at), default=(None, None))
    touches = [
        (at, step) for at, step in told.touches(lead, program.name)
        if at >= entered and (left is None or at <= left)
    ]  # fmt: skip
    done, last = _progress(program, touches, entered)
    step = program.steps[done] if left is None and done < len(program.steps) else None
    return Entry(
        lead_id=lead,
        episode=clock["episode"],
        program=program.name,
        owner=program.owner,
        entered_at=entered,
        step=done,
        next_step=step.name if step else None,
        next_channel=step.channel if step else None,
        next_touch_at=last + timedelta(microseconds=step.after.microseconds) if step else None,
        left_at=left,
        exit=exit_,
    )


def _ending(episode: Mapping[str, Any], closed: datetime | None) -> str:
    """How the episode ended; a clock that was closed before its end was of a lead left out."""
    return str(episode["ending"]) if episode["ended_at"] == closed else "excluded"


def _progress(
    program: Program, touches: Iterable[tuple[datetime, str | None]], entered: datetime
) -> tuple[int, datetime]:
    """How many touches are done, those passed over included, and when the last was."""
    places = {normal(step.name): place for place, step in enumerate(program.steps, start=1)}
    done, last = 0, entered
    for at, step in touches:
        after = done + 1 if step is None else places.get(normal(step), 0)
        if after > done:
            done, last = min(after, len(program.steps)), at
    return done, last


@dataclass(frozen=True)
class _Told:
    """What rows say of programs, by the lead whose rows they are in the end, and program."""

    touched: Mapping[tuple[str, str], list[tuple[datetime, str | None]]]
    left: Mapping[tuple[str, str, datetime], str]

    @classmethod
    def of(cls, result: Result, history: History) -> _Told:
        rows = history.log.filter(pc.is_in(history.log["kind"], pa.array([TOUCHED, LEFT])))
        aside = result.set_aside
        voided = set(zip(aside["source"].to_pylist(), aside["event_id"].to_pylist(), strict=True))
        heirs = {
            row["lead_id"]: row["merged_into"]
            for row in result.lead_states.select(["lead_id", "merged_into"]).to_pylist()
        }
        touched: dict[tuple[str, str], list[tuple[datetime, str | None]]] = defaultdict(list)
        left: dict[tuple[str, str, datetime], str] = {}
        for row in sorted(rows.to_pylist(), key=lambda row: (row["happened_at"], row["event_id"])):
            said, at = _properties(row), row["happened_at"]
            if (row["source"], row["event_id"]) in voided or at > result.as_of:
                continue
            lead, program = heirs.get(row["lead_id"]) or row["lead_id"], normal(said["program"])
            if row["kind"] == LEFT:
                left[lead, program, at] = said["reason"] or SAID
            else:
                touched[lead, program].append((at, said["step"] or None))
        return cls(touched, left)

    def touches(self, lead: str, program: str) -> Sequence[tuple[datetime, str | None]]:
        """Touches in order of time, each with the step it names."""
        return self.touched.get((lead, normal(program)), ())

    def why_left(self, lead: str, program: str, at: datetime | None) -> str:
        """The reason of the row that ended it; the program's exit where no row says so."""
        return self.left.get((lead, normal(program), at), EXIT) if at else EXIT


def _properties(row: Mapping[str, Any]) -> dict[str, str]:
    said = json.loads(row["properties"] or "{}")
    return {name: str(said.get(name) or "") for name in ("program", "step", "reason")}


@dataclass(frozen=True)
class ProgramFigures:
    """What became of the leads of a program; days are of those that qualified while in it."""

    program: str
    entries: int
    inside: int
    touches_late: int
    exits: Mapping[str, int]
    qualified: int
    median_days_to_qualify: float | None


def figures(
    entries: Iterable[Entry],
    qualified_at: Mapping[tuple[str, int], datetime],
    now: datetime,
) -> list[ProgramFigures]:
    """Figures of each program. An entry counts as qualified when its episode qualified after the
    entry and not after the lead had left.
    """
    by_program: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_program[entry.program].append(entry)
    return [_figures(name, some, qualified_at, now) for name, some in sorted(by_program.items())]


def _figures(
    program: str,
    entries: Sequence[Entry],
    qualified_at: Mapping[tuple[str, int], datetime],
    now: datetime,
) -> ProgramFigures:
    lengths = []
    for entry in entries:
        at = qualified_at.get((entry.lead_id, entry.episode))
        if at and at >= entry.entered_at and (entry.left_at is None or at <= entry.left_at):
            lengths.append((at - entry.entered_at) / timedelta(days=1))
    exits: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.left_at is not None:
            exits[entry.exit or EXIT] += 1
    return ProgramFigures(
        program=program,
        entries=len(entries),
        inside=sum(entry.left_at is None for entry in entries),
        touches_late=sum(
            entry.next_touch_at is not None and entry.next_touch_at < now for entry in entries
        ),
        exits=dict(sorted(exits.items())),
        qualified=len(lengths),
        median_days_to_qualify=median(lengths) if lengths else None,
    )
