"""The parts of a report as plain JSON, for pages that are read long after they were counted.

A figure that opens is a pair: its text, and the key of the list behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from leadpact.documents.blocks import (
    Behind,
    Group,
    Kept,
    Opened,
    Said,
    Section,
    Slider,
    Source,
    Table,
    Text,
    Whole,
    pieces_of,
    plain,
)
from leadpact.documents.first_screen import opened_line
from leadpact.documents.long_lists import OwnCases, Piece, case_as_json, packed, pieces
from leadpact.documents.parts.shared import SIDES, when
from leadpact.documents.report import Report
from leadpact.documents.verdicts import Line
from leadpact.insight.hurdles import target
from leadpact.insight.sentences import outlook_of
from leadpact.insight.standing import GoalStanding

#: Cases of a group that a stored list names itself; all of them lie in pieces.
MOST_CASES = 100
OVERVIEW = "overview"
Json = Any


class Stored:
    """What pages read: `parts` by key, and the `lists` that their figures open to, by key.

    `places` has for each list with a group of more than MOST_CASES where their cases lie in pieces.
    """

    def __init__(self) -> None:
        self.parts: dict[str, Json] = {}
        self.lists: dict[str, Json] = {}
        self.places: dict[str, bytes] = {}
        self._sources: dict[str, Source] = {}

    @classmethod
    def of(cls, report: Report) -> Stored:
        """The first screen and every part of a report."""
        stored = cls()
        stored.parts[OVERVIEW] = stored._overview(report)
        for section in report.sections:
            stored.add(section)
        return stored

    def add(self, section: Section) -> None:
        """Store one part more."""
        self.parts[section.key] = self._section(section)

    def pieces(self) -> Iterator[Piece]:
        """The cases of every list that is longer than a page."""
        for source in self._sources.values():
            yield from pieces(source)

    def _overview(self, report: Report) -> Json:
        said, book = report.overview, report.book
        return {
            "outlook": said.outlook,
            "off_course": [_off_course(each) for each in said.off_course],
            "headline": said.headline,
            "newest": said.newest,
            "before": said.before,
            "when": when(said.stretch),
            "sides": [
                {
                    "side": side,
                    "lines": [
                        self._line(line, opened_line(book, said.stretch, line))
                        for line in said.of_side(side)
                    ],
                }
                for side in SIDES
            ],
        }

    def _line(self, line: Line, figures: Any) -> Json:
        notes = (figures.where, figures.note, figures.before)
        return {
            "name": line.name,
            "verdict": line.verdict.name.lower(),
            "verdict_in_words": line.verdict.value,
            "sentence": self._text(figures.said),
            "shown": self._text(figures.shown) if line.shown else [],
            "asked": line.asked,
            "remark": line.remark,
            "achieved": line.achieved,
            "promised": line.promised,
            "notes": [self._text(note) for note in (*figures.terms, *notes) if plain(note)],
        }

    def _section(self, section: Section) -> Json:
        return {
            "key": section.key,
            "title": section.title,
            "answer": self._text(section.answer),
            "text": [self._text(each) for each in section.text],
            "slider": self._slider(section.slider) if section.slider else None,
            "charts": [
                {
                    "key": each.key,
                    "title": each.title,
                    "verdict": each.verdict,
                    "summary": self._text(each.summary),
                    "summary_alone": plain(each.summary),
                    "spec": each.spec,
                    "table": self._table(each.table),
                }
                for each in section.charts
            ],
            "tables": self._tables(section.tables),
            "aside": self._tables(section.aside),
            "code": section.code,
            "try_out": asdict(section.try_out) if section.try_out else None,
        }

    def _slider(self, slider: Slider) -> Json:
        return {
            "key": slider.key,
            "label": slider.label,
            "figures": list(slider.figures),
            "places": [
                [
                    each.value,
                    self._text(each.sentence),
                    *(self._text(figure)[0] for figure in each.figures),
                ]
                for each in slider.places
            ],
            "now": slider.now,
        }

    def _tables(self, tables: Iterable[Table]) -> list[Json]:
        return [self._table(each) for each in tables if each.rows]

    def _table(self, table: Table) -> Json:
        rows = [[self._text(cell) for cell in row] for row in table.rows]
        return {
            "caption": table.caption,
            "header": list(table.header),
            "rows": rows,
            "words": table.words,
        }

    def _text(self, text: Text) -> list[Json]:
        return [self._piece(piece) for piece in pieces_of(text) if str(piece)]

    def _piece(self, piece: Said) -> Json:
        if isinstance(piece, Kept):
            return [piece.text, piece.key]
        return [piece.text, self.keep(piece.behind)] if isinstance(piece, Opened) else piece

    def keep(self, behind: Behind) -> str:
        """Store what a figure opens to; the key under which it lies."""
        key = hashlib.sha256(f"{behind.title}\0{behind.query}".encode()).hexdigest()[:20]
        if key not in self.lists:
            groups = [each for each in behind.groups if each.total]
            long = {
                place: _whole(key, place, each)
                for place, each in enumerate(groups)
                if each.total > MOST_CASES
            }
            self._sources |= {each.source.key: each.source for each in long.values()}
            if long:
                self.places[key] = packed(list(long.values()))
            self.lists[key] = {
                "title": behind.title,
                "counted": behind.counted,
                "doubt": behind.doubt,
                "when": behind.when,
                "groups": [
                    [each.name, each.total, [case_as_json(one) for one in each.first[:MOST_CASES]]]
                    for each in groups
                ],
                "sources": {place: each.source.key for place, each in long.items()},
            }
        return key


def said(text: Json) -> str:
    """A stored text alone, without what its figures open to."""
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in text)


def _whole(key: str, place: int, group: Group) -> Whole:
    """All cases of a group; one that has them already is a source of its own."""
    return group.whole or OwnCases(f"{key} {place}", group).whole()


def _off_course(standing: GoalStanding) -> Json:
    aim = target(standing.hurdles)
    return {
        "side": standing.side,
        "short": standing.short,
        "stands": outlook_of(aim) if aim else "",
    }
