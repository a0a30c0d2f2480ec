"""Exclusions and restorations: those on record, and those that hygiene decides."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from leadpact.agreement.vocabulary import OPT_OUT, rank_of
from leadpact.engine.arranged import Log
from leadpact.engine.delivered import text
from leadpact.engine.result import EXCLUSIONS

EXCLUDED, RESTORED = "lead.excluded", "lead.restored"
DUPLICATE, BOT = "duplicate", "bot"

#: Source of the rows that hygiene adds to the log.
SOURCE = "hygiene"


#: What an exclusion says.
SAID = ("reason", "detail", "duplicate_of")


@dataclass(frozen=True)
class Decision:
    """A lead is left out, for a `reason` that `detail` explains, or taken back, from `at` on.

    What is `overruled` has no effect: a finding on record after a person had restored the lead.
    """

    lead: int
    at: int
    kind: str
    event_id: str
    source: str = SOURCE
    decided: bool = True
    reason: str | None = None
    detail: str | None = None
    duplicate_of: str | None = None
    overruled: bool = False

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Place among the rows of the log."""
        return self.at, rank_of(self.kind), self.source, self.event_id

    @property
    def is_final(self) -> bool:
        """Whether the system itself had recorded it, so that the lead is not judged anew."""
        return self.decided and self.kind == EXCLUDED

    @property
    def is_finding(self) -> bool:
        """Whether it leaves the lead out by a rule, and not because the lead wished it."""
        return self.is_final and self.reason != OPT_OUT

    @property
    def is_word_of_person(self) -> bool:
        """Whether a person takes the lead back."""
        return self.kind == RESTORED and not self.decided

    @property
    def said(self) -> dict[str, str]:
        """What the row says."""
        told = {"reason": self.reason, "detail": self.detail, "duplicate_of": self.duplicate_of}
        return {name: text for name, text in told.items() if text is not None}

    def row(self, lead_id: str) -> dict[str, Any]:
        """The row, under the names by which columns are fetched."""
        return {
            "source": self.source,
            "event_id": self.event_id,
            "lead_id": lead_id,
            "kind": self.kind,
            "decided": True,
            "moment": self.at,
            "recorded": self.at,
            "properties": json.dumps(self.said),
            **{text(name): said for name, said in self.said.items()},
        }


class Record:
    """The exclusions and restorations of the log, by lead and in order."""

    def __init__(self, log: Log) -> None:
        self._of: dict[int, list[Decision]] = defaultdict(list)
        places = log.places_of((EXCLUDED, RESTORED))
        columns = ["moment", "kind", "event_id", "source", "decided", "properties"]
        typed = [name for name in map("p_{}".format, SAID) if name in log.delivered.typed]
        told = log.columns(places, [*columns, *typed]).to_pylist()
        for lead, row in zip(log.lead_of(places).tolist(), told, strict=True):
            decision = _read(lead, row)
            before = self._of[decision.lead]
            if decision.is_finding and any(each.is_word_of_person for each in before):
                decision = replace(decision, overruled=True)
            before.append(decision)

    def of(self, lead: int) -> list[Decision]:
        """What is on record for a lead."""
        return self._of.get(lead, [])

    def all(self) -> list[Decision]:
        """What is on record for any lead."""
        return [decision for decisions in self._of.values() for decision in decisions]

    def is_judged(self, lead: int) -> bool:
        """Whether the system once excluded the lead; that verdict stays, also when taken back."""
        return any(decision.is_finding for decision in self.of(lead))

    def is_restored(self, lead: int) -> bool:
        """Whether anybody ever took the lead back."""
        return any(decision.kind == RESTORED for decision in self.of(lead))

    def stands_excluded(self, lead: int) -> bool:
        """Whether the last word on record leaves the lead out, for another reason than its wish."""
        last = [decision for decision in self.of(lead) if not decision.overruled][-1:]
        return any(d.kind == EXCLUDED and d.reason != OPT_OUT for d in last)


def _read(lead: int, row: Mapping[str, Any]) -> Decision:
    """A row of the log as a decision; a column of its own counts before the row's JSON."""
    told = json.loads(row["properties"] or "{}")
    stated = told if isinstance(told, dict) else {}
    said = {}
    for name in SAID:
        column = row.get(f"p_{name}")
        said[name] = _text(stated.get(name) if column is None else column)
    return Decision(
        lead,
        row["moment"],
        row["kind"],
        row["event_id"],
        row["source"],
        row["decided"],
        reason=said["reason"],
        detail=said["detail"],
        duplicate_of=said["duplicate_of"],
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def exclusions(decisions: Iterable[Decision], log: Log) -> pa.Table:
    """Every exclusion, by lead and in order, with whether it is undone or overruled."""
    rows: list[tuple[Decision, bool]] = []
    restored: set[int] = set()
    for decision in sorted(decisions, key=lambda d: (d.lead, d.order), reverse=True):
        if decision.kind == RESTORED:
            restored.add(decision.lead)
        else:
            rows.append((decision, decision.overruled or decision.lead in restored))
    rows.reverse()
    at = pa.array([d.at for d, _ in rows], pa.int64())
    return pa.table(
        {
            "lead_id": [log.leads[d.lead] for d, _ in rows],
            "reason": [d.reason for d, _ in rows],
            "at": at.cast(EXCLUSIONS.field("at").type),
            "duplicate_of": [d.duplicate_of for d, _ in rows],
            "detail": [d.detail for d, _ in rows],
            "restored": [back for _, back in rows],
        },
        schema=EXCLUSIONS,
    )
