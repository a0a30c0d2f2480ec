"""What people said against the clocks: waivers, disputes, and how they were ruled on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Case, Group, Said, Section, Table, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.shared import MOST_ROWS, cut
from leadpact.engine.metrics.tables import microseconds
from leadpact.engine.result import VOIDED

_DISPUTED, _RULED, _WAIVED = "clock.disputed", "dispute.ruled", "clock.waived"


@dataclass(frozen=True)
class Word:
    """What somebody said of a promise or a stage of a lead; `told` are the fact's properties."""

    lead: str
    at: datetime
    actor: str
    told: dict[str, Any]

    @property
    def about(self) -> str:
        """The obligation or the stage that it is about."""
        return str(self.told.get("obligation") or self.told.get("stage") or words.NOTHING)

    @property
    def reason(self) -> str:
        """Why, in the words of who said it."""
        return str(self.told.get("reason") or words.NOTHING)


def rulings(book: CaseBook) -> Section:
    """Disputes that wait for a ruling, those that were ruled on, and waivers; the latest first."""
    disputed, ruled, waived = (_said(book, kind) for kind in (_DISPUTED, _RULED, _WAIVED))
    verdicts = {(each.lead, each.about): each for each in reversed(ruled)}
    waiting = [each for each in disputed if not _ruled_after(each, verdicts)]
    closed = [each for each in disputed if _ruled_after(each, verdicts)]
    upheld = [each for each in ruled if each.told.get("upheld")]
    said: list[Said] = [
        _all("Disputes without a ruling", waiting, "disputes wait for a ruling of a head"),
        "; ",
        _all("Disputes that were ruled on", closed, "were ruled on"),
        ", ",
        opened(f"{len(upheld):,} of the rulings", _behind("Rulings for who disputed", upheld)),
        " for who disputed. ",
        _all("Waivers", waived, "waivers"),
        " took a promise out of the figures.",
    ]
    tables = [
        _table(book, "Disputes that wait for a ruling", waiting),
        _table(book, "Rulings", ruled),
        _table(book, "Waivers", waived),
    ]
    return Section(
        "rulings",
        "Disputes, rulings and waivers",
        text=[said] if disputed or waived else ["Nothing was disputed or waived."],
        tables=[tables[0]] if tables[0].rows else [],
        aside=[table for table in tables[1:] if table.rows],
    )


def _ruled_after(word: Word, verdicts: dict[tuple[str, str], Word]) -> bool:
    verdict = verdicts.get((word.lead, word.about))
    return verdict is not None and verdict.at >= word.at


def _said(book: CaseBook, kind: str) -> list[Word]:
    """What was said in facts of a kind that stand."""
    result = book.measures.result
    log = book.measures.history.log
    rows = log.filter(pc.fill_null(pc.equal(log["kind"], kind), False))
    aside = result.set_aside.filter(pc.equal(result.set_aside["why"], VOIDED))
    gone = set(zip(aside["source"].to_pylist(), aside["event_id"].to_pylist(), strict=True))
    return [
        Word(row["lead_id"], row["happened_at"], row["actor"] or "", _told(row["properties"]))
        for row in _latest_first(rows)
        if row["lead_id"]
        and (row["source"], row["event_id"]) not in gone
        and row["happened_at"] <= result.as_of
    ]


def _latest_first(rows: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows.sort_by(
        [("happened_at", "descending"), ("lead_id", "ascending")]
    ).to_pylist()
    return found


def _told(properties: str | None) -> dict[str, Any]:
    told = json.loads(properties or "{}")
    return told if isinstance(told, dict) else {}


def _all(title: str, found: Sequence[Word], what: str) -> Said:
    return opened(f"{len(found):,} {what}", _behind(title, found))


def _behind(title: str, found: Sequence[Word]) -> Behind:
    cases = [
        Case(each.lead, microseconds(each.at), f"{each.about}: {each.reason}, by {each.actor}")
        for each in found
    ]
    counted = "Counts: facts that people recorded and nobody withdrew. Placed by: when they were."
    return Behind(title, [Group("", len(cases), cases)], counted, title)


def _table(book: CaseBook, caption: str, found: Sequence[Word]) -> Table:
    rows = [
        [
            opened(each.lead, _behind(f"{caption}: {each.lead}", [each])),
            each.about,
            each.reason if "upheld" not in each.told else _verdict(each),
            each.actor or words.NOTHING,
            words.moment(each.at, book.measures.zone),
        ]
        for each in found[:MOST_ROWS]
    ]
    header = ["Lead", "About", "Why", "By", "When"]
    return Table(f"{caption}{cut(len(found))}", header, rows, words=5)


def _verdict(word: Word) -> str:
    return "upheld: it counts no more" if word.told["upheld"] else "not upheld: it counts"
