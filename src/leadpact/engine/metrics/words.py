"""Texts as small numbers, so that millions of cases are grouped by integers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.values import normal

Codes = NDArray[np.int32]


class Words:
    """Texts numbered as they come up; 0 is none.

    Names of people are `folded`: they may differ in case and blanks, and the first spelling stays.
    """

    def __init__(self, texts: Iterable[str] = (), folded: bool = False) -> None:
        self.texts: list[str | None] = [None]
        self._folded = folded
        self._codes: dict[str, int] = {}
        for text in texts:
            self.code(text)

    def code(self, text: str | None) -> int:
        """The number of a text, given now if it is new."""
        if text is None or not (key := normal(text) if self._folded else text):
            return 0
        if key not in self._codes:
            self._codes[key] = len(self.texts)
            self.texts.append(text)
        return self._codes[key]

    def like(self, texts: Iterable[str]) -> list[int]:
        """The numbers of the texts that are equal to one of these but for case and blanks."""
        wanted = {normal(text) for text in texts}
        known = enumerate(self.texts)
        return [code for code, text in known if text is not None and normal(text) in wanted]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> tuple[Self, Codes]:
        """The texts of a column, numbered in their order, and the number of each."""
        encoded = column.combine_chunks().dictionary_encode()
        words = cls(sorted(encoded.dictionary.to_pylist()))
        return words, words._numbers(encoded)

    def codes(self, column: pa.ChunkedArray) -> Codes:
        """The number of every text of a column."""
        return self._numbers(column.combine_chunks().dictionary_encode())

    def _numbers(self, encoded: pa.DictionaryArray) -> Codes:
        known = [self.code(text) for text in encoded.dictionary.to_pylist()]
        places = encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        codes: Codes = np.array([*known, 0], np.int32)[places]
        return codes

    def column(self, codes: NDArray[np.integer]) -> pa.Array:
        """The texts behind the numbers; NULL for none."""
        return pa.array(self.texts, pa.string()).take(pa.array(codes))

    def __len__(self) -> int:
        return len(self.texts)
