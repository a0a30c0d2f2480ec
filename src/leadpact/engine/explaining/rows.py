"""The rows of the log as an explanation tells them: each on one line, its values cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import is_activity
from leadpact.engine.arranged import Log
from leadpact.engine.explaining import words

#: Longest that the properties of a row may be on its line.
_PROPERTIES_WIDTH = 76
_HIDDEN = ("user_agent",)

#: What the kinds with a fixed meaning say, in words.
_SAID = {
    "lead.created": "the lead was created",
    "lead.updated": "more became known",
    "lead.merged": "another lead was merged into this one",
    "lead.unmerged": "a merge was undone",
    "lead.excluded": "the lead was excluded",
    "lead.restored": "the lead was taken back",
    "stage.entered": "a stage was recorded",
    "lead.handed_off": "marketing handed the lead to sales",
    "lead.assigned": "the lead was assigned",
    "nurture.entered": "the lead joined a nurture program",
    "nurture.touched": "a nurture program’s step reached the lead",
    "nurture.left": "the lead left a nurture program",
    "sales.attempted": "sales tried to reach the lead",
    "sales.connected": "sales and the lead spoke",
    "sales.accepted": "sales accepted the lead",
    "sales.rejected": "sales rejected the lead",
    "sales.rated": "sales rated the lead",
    "sales.snoozed": "the lead asked to wait",
    "sales.resumed": "the wait was over",
    "deal.opened": "a deal was opened",
    "deal.won": "a deal was won",
    "deal.lost": "a deal was lost",
    "lead.recycled": "the lead went back to marketing",
    "lead.disqualified": "the lead was disqualified",
    "clock.disputed": "a clock or a stage was disputed",
    "dispute.ruled": "a dispute was ruled on",
    "clock.waived": "an obligation was waived",
}


@dataclass(frozen=True)
class Row:
    """One row of the log; `place` is None for one that was taken out. Times are microseconds."""

    place: int | None
    lead: str
    at: int
    delay: int
    kind: str
    decided: bool
    source: str
    event_id: str
    actor: str | None
    properties: Mapping[str, Any]
    batch: str | None = None

    @property
    def supplied(self) -> bool:
        """Whether the engine supplied it, since no row told of the lead's creation."""
        return not self.source and not self.event_id

    def phrase(self) -> str:
        """What happened, without its properties."""
        if self.supplied:
            return "the lead was first heard of (no row says that it was created)"
        return _SAID.get(self.kind, words.cut(self.kind, 60))

    def line(self, asked: Iterable[str] = ()) -> str:
        """What happened, on one line; the properties that the agreement asks about come first."""
        by = f", by {words.cut(self.actor, 40)}" if self.actor else ""
        system = " (decided by the system)" if self.decided else ""
        told = words.pairs(self._ordered(asked), _PROPERTIES_WIDTH)
        if not told:
            return f"{self.phrase()}{by}{system}"
        if is_activity(self.kind):
            return f"{self.phrase()} ({told}){by}{system}"
        return f"{self.phrase()}{by}: {told}{system}"

    def _ordered(self, asked: Iterable[str]) -> dict[str, Any]:
        shown = {
            name: each
            for name, each in self.properties.items()
            # How the system came to a decision is a list of sentences, and fits on no line.
            if each not in (None, "", [], {}) and not (self.decided and isinstance(each, list))
        }
        looked_at = set(asked)
        first = {name: each for name, each in shown.items() if name in looked_at}
        return first | {name: each for name, each in shown.items() if name not in _HIDDEN}


def rows_in_log(log: Log) -> dict[int, Row]:
    """Every row of a restricted log, by its place."""
    places = np.arange(len(log.rows.at))
    leads, at = log.lead_of(places), log.rows.at
    return {
        int(place): _row({**row, "place": int(place)}, log.leads[leads[place]], int(at[place]))
        for place, row in zip(places, _told(log, log.columns(places, _columns(log))), strict=True)
    }


def rows_withdrawn(log: Log) -> list[Row]:
    """Rows of these leads that were voided, in order."""
    return _of_leads(log, log.withdrawn)


def rows_set_aside(log: Log, aside: pa.Table) -> list[tuple[Row, str]]:
    """Rows of these leads that a machine caused, in order, each with why."""
    if not aside.num_rows:
        return []
    log.delivered.connection.register("set_aside", aside.select(["source", "event_id"]))
    found = log.delivered.rows_found(
        "select row from seen semi join set_aside using (source, event_id)"
    )
    why = {(r["source"], r["event_id"]): r["why"] for r in aside.to_pylist()}
    rows = _of_leads(log, np.setdiff1d(found, log.lost))
    return [(row, why[row.source, row.event_id]) for row in rows]


def copies_of(log: Log) -> int:
    """How many rows of these leads were delivered again and count once."""
    return len(_of_leads(log, log.lost))


def _of_leads(log: Log, rows: NDArray[np.int32]) -> list[Row]:
    """Those of some delivered rows that are these leads', in order."""
    if not len(rows):  # of most leads there are none, and to ask for them takes as long as for many
        return []
    told = _told(log, log.delivered.fetch(rows, [*_columns(log), "lead_id", "batch"]))
    known = set(log.leads)
    own = [_row(row, row["lead_id"], row["moment"]) for row in told if row["lead_id"] in known]
    return sorted(own, key=lambda row: (row.at, row.source, row.event_id))


def _columns(log: Log) -> list[str]:
    fixed = ["kind", "decided", "source", "event_id", "properties", "moment", "recorded"]
    return [*fixed, *sorted(log.delivered.typed)]


def _told(log: Log, table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    actors = _actors(log, {(row["source"], row["event_id"]) for row in rows if row["source"]})
    return [{**row, "actor": actors.get((row["source"], row["event_id"]))} for row in rows]


def _actors(log: Log, keys: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    wanted = pa.table(
        {
            "source": pa.array([source for source, _ in keys], pa.string()),
            "event_id": pa.array([event for _, event in keys], pa.string()),
        }
    )
    con = log.delivered.connection
    con.register("wanted", wanted)
    query = """
        select source, event_id, any_value(actor order by recorded_at, happened_at)
        from delivered semi join wanted using (source, event_id)
        where actor is not null group by source, event_id
    """
    return {(s, e): actor for s, e, actor in con.execute(query).fetchall()}


def _row(row: dict[str, Any], lead: str, at: int) -> Row:
    """A row in one piece; one that was never delivered says nothing but when."""
    told = json.loads(row["properties"] or "{}")
    properties = dict(told) if isinstance(told, dict) else {}
    typed = {name.removeprefix("p_"): v for name, v in row.items() if name.startswith("p_")}
    return Row(
        place=row.get("place"),
        lead=lead,
        at=at,
        delay=(row["recorded"] or at) - at,
        kind=row["kind"] or "lead.created",
        decided=bool(row["decided"]),
        source=row["source"] or "",
        event_id=row["event_id"] or "",
        actor=row["actor"],
        properties=properties | {k: v for k, v in typed.items() if v is not None},
        batch=row.get("batch"),
    )


def voided_by(log: Log, row: Row) -> dict[str, Any] | None:
    """The correction that withdrew a row: the `fact.voided` row in force that names it."""
    for void in log.organisation:
        stated = void["stated"]
        names_row = str(stated.get("event_id")) == row.event_id and row.source == str(
            stated.get("source") or void["source"]
        )
        names_batch = row.batch is not None and str(stated.get("batch")) == row.batch
        if void["kind"] == "fact.voided" and (names_row or names_batch):
            return void
    return None
