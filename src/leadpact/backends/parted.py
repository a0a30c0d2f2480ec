"""A log in parts of leads that do not depend on each other, and what is asked of every part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leadpact.agreement.spec import Agreement
from leadpact.engine import evaluate as engine
from leadpact.engine import hygiene
from leadpact.engine.questions import Questions
from leadpact.engine.reading import read_log
from leadpact.engine.result import Result

if TYPE_CHECKING:
    import pyarrow as pa

#: Told which part comes next or is done, and of how many.
Tell = Callable[[int, int], None]


class Answer(NamedTuple):
    """What a part says, and when the last of its rows that count happened, in microseconds."""

    result: Result
    latest: int


@dataclass(frozen=True)
class Question:
    """What is asked of every part, with what it must be told of the whole log.

    `last` is the moment of evaluation in microseconds, `holders` everybody to whom leads are given
    in the order in which one evaluation meets them.
    """

    versions: tuple[Agreement, ...]
    as_of: datetime | None
    known_at: datetime | None
    simulate: bool
    last: int
    holders: tuple[str, ...]

    def of(self, part: Any) -> Answer:
        """The answer of a part: a table or a data set of the columns of LOG_SCHEMA."""
        questions = Questions(self.versions)
        for name in self.holders:
            questions.holders.number(name)
        log = read_log(part, questions, self.as_of, self.known_at, self.simulate)
        judged = hygiene.apply(self.versions, replace(log, last=self.last))
        found = engine.result_of_judged(list(self.versions), judged, self.simulate)
        return Answer(found, log.last)


@dataclass(frozen=True, eq=False)
class Parted(ABC):
    """A log in files that was parted. It may be used as the data set that it was made of.

    What concerns all leads is in every part. `room` is a folder for what is made of it.
    """

    whole: Any
    room: Path

    @abstractmethod
    def answers(self, question: Question, tell: Tell) -> Iterator[Answer]:
        """The answers of all parts, each once."""

    @property
    def files(self) -> list[str]:
        """The files that were parted."""
        return list(self.whole.files)

    @property
    def schema(self) -> pa.Schema:
        """Their columns."""
        return self.whole.schema

    def count_rows(self) -> int:
        """How many rows they have."""
        return int(self.whole.count_rows())

    def scanner(self, **asked: Any) -> Any:
        """As of a data set."""
        return self.whole.scanner(**asked)

    def to_table(self) -> pa.Table:
        """As of a data set."""
        return self.whole.to_table()
