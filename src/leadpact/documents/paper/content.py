"""What stands on paper: the agreement whole, who accepted it, and which text it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadpact.agreement.spec import Agreement
from leadpact.documents.blocks import Table, plain
from leadpact.documents.parts.agreement import tables_of

SIDES = ("marketing", "sales")
#: Characters that stand beside each other on a page, and the most that a column asks for.
_ACROSS, _WIDEST = 100, 60
_LONGEST_WORD = 30
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Part:
    """A table under its heading; `widths` say how wide its columns are beside each other."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Signature:
    """Who accepts for a side, and when that was done; an empty `accepted` leaves a line to sign."""

    side: str
    head: str
    accepted: str


@dataclass(frozen=True)
class Paper:
    """A document as every format shows it; all of it is plain text."""

    title: str
    purpose: str
    parts: Sequence[Part]
    signatures: Sequence[Signature]
    foot: str


def paper(agreement: Agreement, sha256: str, accepted: Mapping[str, str] | None = None) -> Paper:
    """The agreement on paper; `accepted` says for a side by whom and when it was accepted."""
    told = accepted or {}
    return Paper(
        title=_printable(agreement.name),
        purpose=_printable(agreement.purpose or ""),
        parts=[_part(table) for table in tables_of(agreement)],
        signatures=[
            Signature(side, _head(agreement, side), _printable(told.get(side, "")))
            for side in SIDES
        ],
        foot=f"{_printable(agreement.name)} · checksum {sha256[:12]}",
    )


def _head(agreement: Agreement, side: str) -> str:
    if not agreement.parties:
        return ""
    head = getattr(agreement.parties, side).head
    return _printable(", ".join(filter(None, (head.name, head.role))))


def _part(table: Table) -> Part:
    rows = [[plain(cell) for cell in row] for row in table.rows]
    return part(table.caption, table.header, rows)


def part(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Part:
    """A table of texts under its heading."""
    printed = [[_printable(cell) for cell in line] for line in (header, *rows)]
    return Part(_printable(title), printed[0], printed[1:], _widths(printed))


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    """Every column has room for its longest word; what is left goes to those with long texts."""
    columns = list(zip(*lines, strict=True))
    words = [
        min(_LONGEST_WORD, max(len(word) for cell in column for word in ("", *cell.split())))
        for column in columns
    ]
    longest = [min(_WIDEST, max(map(len, column))) for column in columns]
    needed = [word + 2 for word in words]
    wanted = [max(0, most - least) for most, least in zip(longest, needed, strict=True)]
    spare = max(0, _ACROSS - sum(needed)) / max(1, sum(wanted))
    return [least + round(spare * most) for least, most in zip(needed, wanted, strict=True)]


def _printable(text: str) -> str:
    """A text without what no document can hold."""
    return _CONTROL.sub("", text)
