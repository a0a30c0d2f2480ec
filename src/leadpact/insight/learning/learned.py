"""All that is learned from a history: what sets customers apart, a definition, a scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import History
from leadpact.engine.questions import property_types
from leadpact.engine.result import Result
from leadpact.insight.learning.apart import Compared, compare
from leadpact.insight.learning.cases import Cases, TooLittleError, cases
from leadpact.insight.learning.definition import Definition, define
from leadpact.insight.learning.held_back import Halves, halves
from leadpact.insight.learning.scorecard import Scorecard, learn
from leadpact.insight.learning.traits import traits


@dataclass(frozen=True, eq=False)
class Learned:
    """What a history teaches. Without definitions or a scorecard a sentence says why.

    `definitions` are those that could be suggested, the widest first; both are learned from and
    judged on the halves of `split`.

    `left_out` are attributes that are not used, each with why; `types` those of the others.
    """

    cases: Cases
    compared: Sequence[Compared]
    left_out: Mapping[str, str]
    types: Mapping[str, str]
    definitions: Sequence[Definition]
    why_no_definition: str
    scorecard: Scorecard | None
    why_no_scorecard: str
    as_exported: bool
    agreement: Agreement
    split: Halves | None


def learned(result: Result, history: History) -> Learned:
    """What the history teaches; `result` is its replay, and its log a table.

    Raises TooLittleError where it does not even tell who became a customer and who not.
    """
    known = cases(result, history)
    found = traits(known, property_types(result.agreement))
    definitions: list[Definition] = []
    scorecard, split = None, None
    why_no_definition = why_no_scorecard = ""
    try:
        split = halves(known)
    except TooLittleError as error:
        why_no_definition = why_no_scorecard = str(error)
    else:
        try:
            definitions = define(known, found.found, split)
        except TooLittleError as error:
            why_no_definition = str(error)
        try:
            scorecard = learn(known, found.found, split)
        except TooLittleError as error:
            why_no_scorecard = str(error)
    return Learned(
        cases=known,
        compared=compare(found.found, known.won),
        left_out=found.left_out,
        types=found.types,
        definitions=definitions,
        why_no_definition=why_no_definition,
        scorecard=scorecard,
        why_no_scorecard=why_no_scorecard,
        as_exported=history.attributes_as_exported,
        agreement=result.agreement,
        split=split,
    )
