"""Decisions follow their cause: what rested on rows that were withdrawn is withdrawn with them.

A decision is judged by the rows that were known when it was recorded, without those that are
withdrawn, through the very function that made it. So neither a late row nor another version of the
agreement ever takes one back. An exclusion by hygiene stays until a person takes it back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.engine.nurture import evaluate_with_programs
from leadpact.engine.programs import ENTERED, LEFT
from leadpact.flows.deciding import SYSTEM, decide, may_decide, without_number
from leadpact.flows.verdicts import print_of, under
from leadpact.ledger.facts import Decided
from leadpact.ledger.models import Installation
from leadpact.ledger.services import handoffs
from leadpact.ledger.services.identities import merged_into

Row = Mapping[str, Any]
Pair = tuple[str, str]
_JUDGED = ("stage.entered", ENTERED, LEFT)
#: What people did with a lead that was handed over: then the handoff stays.
_BY_PEOPLE = ("sales.", "deal.")


def withdraw(
    versions: Sequence[Agreement],
    history: History,
    voided: set[Pair],
    installation: Installation,
    now: datetime,
) -> list[Decided]:
    """Voids of decisions that stand though their cause was withdrawn."""
    if not voided or not may_decide(installation):
        return []
    families = _families(history)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in history.log.filter(pc.is_valid(history.log["lead_id"])).to_pylist():
        rows[families.get(row["lead_id"], row["lead_id"])].append(row)
    found: list[Decided] = []
    for _, own in sorted(rows.items()):
        gone_since = min((_known(row) for row in own if _pair(row) in voided), default=None)
        if gone_since is not None:
            known = [row for row in own if _pair(row) not in voided]
            prints = {_pair(row): print_of(row) for row in known}
            for lead in sorted({row["lead_id"] for row in known}):
                judging = _Judging(lead, known, prints, gone_since, versions, installation)
                found += judging.withdrawn(now)
    return found


def _families(history: History) -> dict[str, str]:
    """Leads of a log that were merged, and those they live in, each with one that all share."""
    leads = pc.unique(history.log["lead_id"]).drop_null().to_pylist()
    into = merged_into(leads)
    return into | {lead: lead for lead in into.values()}


@dataclass(frozen=True)
class _Judging:
    """One lead's decisions, with the standing rows of the lead and its relatives, and their prints.

    What was decided before `gone_since` rested on nothing that is withdrawn.
    """

    lead: str
    rows: Sequence[Row]
    prints: Mapping[Pair, bytes]
    gone_since: datetime
    versions: Sequence[Agreement]
    installation: Installation

    def withdrawn(self, now: datetime) -> list[Decided]:
        ours = [row for row in self.rows if _ours(row) and row["lead_id"] == self.lead]
        in_question = [row for row in ours if _known(row) >= self.gone_since]
        gone: list[Row] = []
        for row in sorted(in_question, key=lambda row: (_known(row), row["event_id"])):
            if row["kind"] in _JUDGED and not self._stands(row, gone):
                gone.append(row)
        for row in [row for row in gone if self._hands_over(row)]:
            gone += self._handoff_of(int(_properties(row)["episode"]), ours)
        return [_void(row, now) for row in gone]

    def _stands(self, decision: Row, gone: Sequence[Row]) -> bool:
        """Whether it would be made again from what was known then and is not withdrawn."""
        then = _known(decision)
        taken = {_pair(row) for row in gone}
        known = [
            row
            for row in self.rows
            if _known(row) <= then
            and _pair(row) not in taken
            and not (_ours(row) and _known(row) >= then)
        ]
        if not any(row["lead_id"] == self.lead and not _ours(row) for row in known):
            return False
        rests_on = [self._terms, print_of(decision), *(self.prints[_pair(row)] for row in known)]
        return under(self.versions).of(rests_on, lambda: self._made_again(decision, known))

    @property
    def _terms(self) -> bytes:
        return f"{self.lead} {self.installation.live_since}".encode()

    def _made_again(self, decision: Row, known: Sequence[Row]) -> bool:
        """Whether the rows that were known lead to the decision."""
        then = _known(decision)
        log = History(pa.Table.from_pylist(known, schema=LOG_SCHEMA), DEALS_SCHEMA.empty_table())
        found = evaluate_with_programs(self.versions, log, as_of=then)
        again = decide(found, log, self.versions, self.installation, then)
        name = without_number(decision["event_id"])
        return any(fact.kind == decision["kind"] and fact.event_id == name for fact in again)

    def _hands_over(self, row: Row) -> bool:
        if row["kind"] != "stage.entered":
            return False
        stages = {version.handoff.stage for version in self.versions}
        return _properties(row).get("stage") in stages

    def _handoff_of(self, episode: int, ours: Sequence[Row]) -> list[Row]:
        """The handoff and the assignments of an episode, where no person has acted on them."""
        own = f"{self.lead} {episode} "
        found = [
            row
            for row in ours
            if row["kind"] in ("lead.handed_off", "lead.assigned")
            and row["event_id"].startswith(own)
        ]
        begun = min((row["happened_at"] for row in found), default=None)
        acted = begun is not None and any(
            row["kind"].startswith(_BY_PEOPLE) and row["happened_at"] >= begun for row in self.rows
        )
        if begun is None or acted:
            return []
        handoffs.forget(self.lead, episode)
        return found


def _properties(row: Row) -> dict[str, Any]:
    return dict(json.loads(row["properties"] or "{}"))


def _ours(row: Row) -> bool:
    return bool(row["decided"]) and row["source"] == SYSTEM


def _known(row: Row) -> datetime:
    at: datetime = row["recorded_at"] or row["happened_at"]
    return at


def _pair(row: Row) -> Pair:
    return row["source"], row["event_id"]


def _void(row: Row, now: datetime) -> Decided:
    why = "its cause is withdrawn"
    told = {"source": row["source"], "event_id": row["event_id"], "reason": why}
    name = f"{row['source']} {row['event_id']} withdrawn"
    return Decided(SYSTEM, name, None, "fact.voided", now, told)
