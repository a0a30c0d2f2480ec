"""What leads stated of themselves, in the words of their log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine import threads
from leadpact.engine.delivered import Delivered, beside, figure, text
from leadpact.engine.questions import Questions
from leadpact.engine.values import BLANKS, read

#: So many texts show whether they repeat.
_TELLING = 1 << 15

#: Kinds of rows that state attributes.
STATING = ("lead.created", "lead.updated")


def names_stated(questions: Questions) -> list[str]:
    """The attributes that some version knows or tests."""
    known = (name for types in questions.field_types for name in types)
    return list(dict.fromkeys([*known, *(prop.name for prop in questions.fields.values())]))


class Column:
    """An attribute as some rows state it: numbers where its column holds them, else texts.

    A text has no blanks around it, and is NULL where a row states nothing. `texts` are plain, or
    each different one once.
    """

    def __init__(self, texts: pa.Array, numbers: NDArray[np.float64] | None = None) -> None:
        self._texts, self.numbers = texts, numbers

    @property
    def says(self) -> NDArray[np.bool_]:
        """[line] whether the row states anything."""
        found: NDArray[np.bool_] = self._texts.is_valid().to_numpy(zero_copy_only=False)
        return found if self.numbers is None else found | ~np.isnan(self.numbers)

    def as_numbers(self, kind: str) -> NDArray[np.float64]:
        """[line] the number, or the number of the day, that the text says; NaN for none."""
        if self.numbers is not None and kind == "number" and self._texts.null_count == len(self):
            return self.numbers
        spelt = self._spelt()
        found = [read(each, kind) for each in spelt.dictionary.to_pylist()]
        known = np.array([*(np.nan if one is None else one for one in found), np.nan], np.float64)
        numbers: NDArray[np.float64] = known[codes(spelt)]
        return numbers

    def _spelt(self) -> pa.DictionaryArray:
        """The texts, numbers among them spelt."""
        texts = self._texts
        if self.numbers is not None:
            spelt = pc.cast(pa.array(self.numbers, mask=np.isnan(self.numbers)), pa.string())
            texts = pc.coalesce(spelt, texts.cast(pa.string()))
        return texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()

    def as_texts(self) -> pa.Array:
        """[line] the text, numbers spelt."""
        texts = self._texts if self.numbers is None else self._spelt()
        return texts.cast(pa.string())

    def distinct(self) -> tuple[list[str], NDArray[np.int64]]:
        """The different texts, and [line] the place among them; -1 where nothing is stated."""
        spelt = self._spelt()
        return spelt.dictionary.to_pylist(), codes(spelt)

    def any_text(self) -> str | None:
        """A text that some row states; None where there is none."""
        stating = np.flatnonzero(self.says)[:1]
        return self.take(stating).as_texts()[0].as_py() if len(stating) else None

    def take(self, lines: NDArray[np.int64]) -> Column:
        """The column at some lines; -1 for nothing stated."""
        missing = lines < 0
        texts = self._texts.take(pa.array(lines, mask=missing))
        if self.numbers is None:
            return Column(texts)
        return Column(texts, np.append(self.numbers, np.nan)[lines])

    def __len__(self) -> int:
        return len(self._texts)


def _kept(texts: pa.Array) -> pa.Array:
    """Texts in the form that takes less room: each different one once where they repeat.

    Those of some tens of thousands of rows show whether they do.
    """
    for some in (texts.slice(0, _TELLING), texts):
        coded = some.dictionary_encode()
        if 2 * len(coded.dictionary) > len(some) - some.null_count:
            return texts
    return coded


def codes(column: pa.DictionaryArray) -> NDArray[np.int64]:
    """[line] place of its text in the dictionary; -1 for NULL."""
    found: NDArray[np.int64] = pc.fill_null(column.indices, -1).to_numpy().astype(np.int64)
    return found


@dataclass(frozen=True)
class Stated:
    """The rows that state attributes: one line each, in the order of delivery."""

    rows: NDArray[np.int32]
    lead_ids: pa.Array
    columns: dict[str, Column]

    def lines_of(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """The line of each row; -1 for one that is none of these, such as a supplied one."""
        if not len(self.rows):
            return np.full(len(rows), -1, np.int64)
        lines = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[lines] == rows, lines, -1)


def read_stated(delivered: Delivered, questions: Questions, rows: NDArray[np.int32]) -> Stated:
    """What some rows, in the order of delivery, state; texts without the blanks around them."""
    names = names_stated(questions)
    numeric = {
        name
        for name in names
        if delivered.holds_numbers(name) and questions.asks_only_numbers_of(name)
    }
    texts = {name: beside(name) if name in numeric else text(name) for name in names}
    wanted = ["lead_id", *texts.values(), *map(figure, numeric)]
    table = delivered.fetch(rows, wanted, STATING)

    def column(name: str) -> Column:
        return _column(table[texts[name]], table[figure(name)] if name in numeric else None)

    columns = threads.together(len(rows), *(partial(column, name) for name in names))
    lead_ids = table["lead_id"].combine_chunks()
    return Stated(rows, lead_ids, dict(zip(names, columns, strict=True)))


def stated_texts(texts: pa.ChunkedArray) -> pa.Array:
    """Raw texts without the blanks around them; NULL where one says nothing."""
    plain = pc.utf8_trim(texts.combine_chunks(), BLANKS)
    return pc.if_else(pc.equal(plain, ""), None, plain)


def _column(texts: pa.ChunkedArray, numbers: pa.ChunkedArray | None) -> Column:
    plain = stated_texts(texts)
    if numbers is None:
        return Column(_kept(plain))
    return Column(_kept(plain), pc.fill_null(numbers, np.nan).to_numpy())
