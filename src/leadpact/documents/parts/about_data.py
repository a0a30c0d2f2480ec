"""What a reader must know to trust the figures."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc

from leadpact.documents import words
from leadpact.documents.blocks import Section
from leadpact.documents.case_book import CaseBook
from leadpact.documents.goals import not_judged
from leadpact.engine.result import VOIDED


def about_data(book: CaseBook, notes: Sequence[str]) -> Section:
    """When, how much, what is missing, and what is not judged."""
    result, history = book.measures.result, book.measures.history
    voided = pc.sum(pc.equal(result.set_aside["why"], VOIDED)).as_py() or 0
    zone = book.measures.zone
    said = [
        f"Everything is as of {words.moment(result.as_of, zone)} ({zone.key}).",
        f"{words.plural(history.rows, 'row')} of history and "
        f"{words.plural(history.deals.num_rows, 'deal')} were read.",
    ]
    if history.attributes_as_exported:
        said.append(
            "Attributes of leads are known only as they were exported: figures about the past that "
            "use them (scores, segments, sources) take today's values for those of then."
        )
    if voided:
        said.append(
            f"{words.plural(voided, 'row was', 'rows were')} voided and count nowhere; they are "
            "among the rows set aside."
        )
    unjudged = not_judged(result.agreement)
    if unjudged:
        said.append(f"Goals not judged here: {words.listed(unjudged)}.")
    return Section("data", "About the data", text=[*said, *history.notes, *notes])
