"""What follows for the first time from what the engine found: the facts that the system decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import OPT_OUT
from leadpact.engine.log import History
from leadpact.engine.nurture import Entry, Found
from leadpact.engine.nurtured import EXIT, QUALIFIED
from leadpact.engine.programs import ENTERED, LEFT
from leadpact.engine.result import VOIDED, Result
from leadpact.ledger.facts import Decided
from leadpact.ledger.models import Installation

#: Source of every fact that the system decides, but for those of hygiene.
SYSTEM = "leadpact"
HYGIENE = "hygiene"
#: What a decision that is made anew has after its id.
_NUMBER = re.compile(r" \(\d+\)$")


@dataclass(frozen=True)
class Recorded:
    """What the log has of decisions already, so that none is made twice."""

    ids: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, history: History, result: Result) -> Recorded:
        """The decided rows of a log that were not withdrawn."""
        decided = history.log.filter(pc.fill_null(history.log["decided"], False))
        pairs = zip(decided["source"].to_pylist(), decided["event_id"].to_pylist(), strict=True)
        standing = set(pairs) - voided(result)
        return cls(frozenset((source, without_number(name)) for source, name in standing))

    def has(self, fact: Decided) -> bool:
        """Whether this decision is in the log."""
        return (fact.source, fact.event_id) in self.ids


def without_number(name: str) -> str:
    """The id of a decision as it was when it was first made."""
    return _NUMBER.sub("", name)


def voided(result: Result) -> set[tuple[str, str]]:
    """The rows, each by source and event id, that were withdrawn."""
    aside = result.set_aside.filter(pc.equal(result.set_aside["why"], VOIDED))
    return set(zip(aside["source"].to_pylist(), aside["event_id"].to_pylist(), strict=True))


def may_decide(installation: Installation) -> bool:
    """Whether the system acts: it is live, and not only watching."""
    return installation.live_since is not None and not installation.shadow


def decide(
    nurtured: Found,
    history: History,
    versions: Sequence[Agreement],
    installation: Installation,
    now: datetime,
) -> list[Decided]:
    """Decisions that are due and not in the log; none in shadow mode or before going live."""
    since = installation.live_since
    if since is None or not may_decide(installation):
        return []
    result = nurtured.result
    recorded = Recorded.of(history, result)
    found = [
        *exclusions(result, history),
        *_stages(result, versions, since),
        *_handoffs(result, versions, since, now),
        *_nurtured(nurtured.entries, history, since),
    ]
    return [fact for fact in found if not recorded.has(fact)]


def exclusions(result: Result, history: History) -> Iterable[Decided]:
    """Hygiene's verdicts, at each lead's first instant, so that they stand whatever comes."""
    stated = history.log.filter(pc.equal(history.log["kind"], "lead.excluded"))
    known = set(zip(stated["lead_id"].to_pylist(), stated["happened_at"].to_pylist(), strict=True))
    for row in result.exclusions.to_pylist():
        # A wish is followed as long as it stands; the engine reads it from the log each time.
        if row["reason"] != OPT_OUT and (row["lead_id"], row["at"]) not in known:
            told = {k: row[k] for k in ("reason", "detail", "duplicate_of") if row[k] is not None}
            yield Decided(HYGIENE, row["lead_id"], row["lead_id"], "lead.excluded", row["at"], told)


def _stages(
    result: Result, versions: Sequence[Agreement], live_since: datetime
) -> Iterable[Decided]:
    """Stages beyond the first that a rule let a lead enter since the installation is live."""
    firsts = {version.stages[0].name for version in versions}
    for row in _in_own_right(result):
        if not row["recorded"] and row["stage"] not in firsts and row["entered_at"] >= live_since:
            yield Decided(
                source=SYSTEM,
                event_id=f"{row['lead_id']} {row['episode']} {row['stage']}",
                lead=row["lead_id"],
                kind="stage.entered",
                happened_at=row["entered_at"],
                properties={
                    "stage": row["stage"], "episode": row["episode"], "version": row["version"]
                },
            )  # fmt: skip


def _handoffs(
    result: Result, versions: Sequence[Agreement], live_since: datetime, now: datetime
) -> Iterable[Decided]:
    """Leads that stand in the funnel and are qualified are handed over, once an episode.

    It happens now: from now on the clocks of sales run, and what was before is the system's delay.
    """
    standing = {
        (row["lead_id"], row["episode"])
        for row in result.lead_states.select(["lead_id", "episode", "status"]).to_pylist()
        if row["status"] == "open"
    }
    for row in _in_own_right(result):
        handoff = versions[row["version"]].handoff
        by_stage = row["stage"] == handoff.stage and handoff.recorded_by == "stage"
        standing_now = (row["lead_id"], row["episode"]) in standing
        if by_stage and standing_now and row["entered_at"] >= live_since:
            yield Decided(
                source=SYSTEM,
                event_id=f"{row['lead_id']} {row['episode']} handed off",
                lead=row["lead_id"],
                kind="lead.handed_off",
                happened_at=now,
                properties={"episode": row["episode"]},
            )


def _nurtured(
    entries: Iterable[Entry], history: History, live_since: datetime
) -> Iterable[Decided]:
    """Programs that a lead joined or left by their rules; what a row says needs no other.

    That the end of an episode ends a program's too, the log says with the episode.
    """
    kinds = history.log.filter(pc.is_in(history.log["kind"], pa.array([ENTERED, LEFT])))
    said = {(row["lead_id"], row["kind"], row["happened_at"]) for row in kinds.to_pylist()}
    for entry in entries:
        own = f"{entry.lead_id} {entry.episode}"
        told = {"program": entry.program, "episode": entry.episode}
        joined = (entry.lead_id, ENTERED, entry.entered_at)
        if entry.entered_at >= live_since and joined not in said:
            name = f"{own} joins {entry.program}"
            yield Decided(SYSTEM, name, entry.lead_id, ENTERED, entry.entered_at, told)
        left = (entry.lead_id, LEFT, entry.left_at)
        ended = entry.exit in (EXIT, QUALIFIED) and entry.left_at is not None
        if ended and entry.left_at and entry.left_at >= live_since and left not in said:
            name, told = f"{own} leaves {entry.program}", {**told, "reason": entry.exit}
            yield Decided(SYSTEM, name, entry.lead_id, LEFT, entry.left_at, told)


def _in_own_right(result: Result) -> Iterable[dict[str, Any]]:
    rows: list[dict[str, Any]] = result.stage_entries.to_pylist()
    return (row for row in rows if not row["implied"])
