"""Lists too long for one page: their cases are stored once for all lists, in pieces.

A list knows the places of its cases in a source, so that a page of it is read from the few pieces
in which they lie, however long the list and its source are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact.documents.blocks import Case, Group, Source, Whole
from leadpact.engine.metrics.tables import EPOCH

#: Cases of a piece: a page of scattered cases reads as many pieces as it has cases.
CASES_OF_A_PIECE = 250
#: Prints of a piece: a search reads all that a source has.
PRINTS_OF_A_PIECE = 10_000
Json = Any
Prints = NDArray[np.uint32]
Places = NDArray[np.int32]


@dataclass(frozen=True)
class Piece:
    """Some cases of a source: `number` counts pieces, `made` gives them once they are wanted."""

    source: str
    number: int
    digest: str
    made: Callable[[], Json]


def pieces(source: Source) -> Iterator[Piece]:
    """All cases of a source, and the prints of their leads, by which those of a lead are found.

    A piece in which nothing changed has the digest it had before.
    """
    for number, (begin, end) in enumerate(_cut(len(source), CASES_OF_A_PIECE)):
        yield Piece(source.key, number, source.digest(begin, end), _told(source, begin, end))
    for number, (begin, end) in enumerate(_cut(len(source), PRINTS_OF_A_PIECE)):
        prints = prints_of(source.leads(begin, end))
        yield Piece(
            key_of_prints(source.key),
            number,
            hashlib.sha256(prints.tobytes()).hexdigest(),
            partial(_as_text, prints),
        )


def _cut(length: int, most: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + most, length)) for begin in range(0, length, most))


def key_of_prints(source: str) -> str:
    """The key of the source of prints that belongs to a source of cases."""
    return f"leads of {source}"


def prints_of(leads: Iterable[str | None]) -> Prints:
    """A number for each lead: the same for the same lead, seldom for another."""
    texts = ((lead or "").encode(errors="surrogatepass") for lead in leads)
    return np.fromiter(map(zlib.crc32, texts), "<u4")


def _as_text(prints: Prints) -> str:
    return base64.b64encode(prints.tobytes()).decode()


def of_leads(places: Places, leads: Iterable[str], found: Mapping[int, str]) -> Places:
    """Those of the places where one of these leads may lie; `found` has every piece of prints."""
    prints = np.zeros((max(found, default=-1) + 1) * PRINTS_OF_A_PIECE, "<u4")
    for number, text in found.items():
        some = np.frombuffer(base64.b64decode(json.loads(text)), "<u4")
        prints[number * PRINTS_OF_A_PIECE :][: len(some)] = some
    there = places[places < len(prints)]
    return there[np.isin(prints[there], prints_of(leads))]


def _told(source: Source, begin: int, end: int) -> Callable[[], Json]:
    return lambda: [case_as_json(each) for each in source.told(begin, end)]


def case_as_json(case: Case) -> Json:
    """A case as lists and pieces hold it."""
    at = None if case.at is None else (EPOCH + timedelta(microseconds=case.at)).isoformat()
    return [case.lead, at, case.why]


def packed(groups: Sequence[Whole]) -> bytes:
    """The places of the cases of some groups, one after the other."""
    steps = [np.diff(each.places, prepend=np.int32(0)).astype("<i4") for each in groups]
    return zlib.compress(np.concatenate(steps).tobytes()) if steps else b""


def unpacked(text: bytes, totals: Sequence[int]) -> list[Places]:
    """The places again, group by group."""
    steps = np.frombuffer(zlib.decompress(text), "<i4") if text else np.zeros(0, np.int32)
    ends = np.cumsum(totals)
    return [
        np.cumsum(steps[end - total : end], dtype=np.int32)
        for end, total in zip(ends, totals, strict=True)
    ]


def pieces_with(places: Places) -> list[int]:
    """The numbers of the pieces in which these places lie."""
    return [int(number) for number in np.unique(places // CASES_OF_A_PIECE)]


def cases_at(places: Places, found: Mapping[int, str]) -> list[Json]:
    """The cases at these places; `found` has the text of each piece, or lacks one that is gone."""
    told = {number: json.loads(text) for number, text in found.items()}
    cases = []
    for place in places.tolist():
        piece = told.get(place // CASES_OF_A_PIECE, ())
        number = place % CASES_OF_A_PIECE
        cases.append(piece[number] if number < len(piece) else [None, None, GONE])
    return cases


#: What is said of a case that was taken away since, as when somebody was erased.
GONE = "not kept any more"


class OwnCases:
    """A source that serves one list alone, which has them all already."""

    def __init__(self, key: str, group: Group) -> None:
        self.key, self._cases = key, list(group.first)[::-1]

    def __len__(self) -> int:
        return len(self._cases)

    def told(self, begin: int, end: int) -> Sequence[Case]:
        """The cases at these places."""
        return self._cases[begin:end]

    def leads(self, begin: int, end: int) -> Sequence[str | None]:
        """The leads of the cases at these places."""
        return [each.lead for each in self._cases[begin:end]]

    def digest(self, begin: int, end: int) -> str:
        """A text that changes whenever one of the cases at these places does."""
        told = json.dumps([case_as_json(each) for each in self._cases[begin:end]])
        return hashlib.sha256(told.encode()).hexdigest()

    def whole(self) -> Whole:
        """All of them, in the order of the list."""
        return Whole(self, np.arange(len(self._cases), dtype=np.int32)[::-1])
