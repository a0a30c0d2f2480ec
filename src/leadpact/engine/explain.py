"""What happened to one lead, and why: the fold, run again for it alone, with its trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.engine import hygiene
from leadpact.engine.compile.program import in_order
from leadpact.engine.evaluate import examine_judged
from leadpact.engine.explaining import choosing, words
from leadpact.engine.explaining.attributes import Attributes
from leadpact.engine.explaining.moments import Moment, Moments
from leadpact.engine.explaining.page import Page
from leadpact.engine.explaining.passages import Passage, Passages
from leadpact.engine.explaining.points import Points
from leadpact.engine.explaining.promises import Promise, Promises
from leadpact.engine.explaining.reasons import Reasons
from leadpact.engine.explaining.record import as_record
from leadpact.engine.explaining.rows import (
    Row,
    copies_of,
    rows_in_log,
    rows_set_aside,
    rows_withdrawn,
    voided_by,
)
from leadpact.engine.explaining.standing import Standing, Standings
from leadpact.engine.explaining.story import Story
from leadpact.engine.log import History
from leadpact.engine.questions import Questions
from leadpact.engine.reading import read_log
from leadpact.engine.tables import result_of

#: Room for this many changes of points at first; the fold asks for more when it has more to tell.
_TRACE = 4096
_AS_EXPORTED = (
    "Attributes are known only as of the export: what they say of earlier moments is taken from it."
)


@dataclass(frozen=True)
class Explanation:
    """One lead's story. Instants are microseconds since 1970, points are thousandths."""

    lead: str
    agreement: str
    as_of: int
    zone: str
    notes: list[str]
    standing: Standing
    passages: list[Passage]
    promises: list[Promise]
    moments: list[Moment]
    voided: list[tuple[Row, str]]
    idle: list[tuple[Row, str]]
    copies: int
    rows: Mapping[int, Row]
    attributes: Attributes

    def as_text(self) -> str:
        """The story as a page for people."""
        return Page(self).text()

    def as_json(self) -> dict[str, Any]:
        """The story as data: instants in UTC, points and seconds as numbers."""
        return as_record(self)

    @property
    def scored(self) -> bool:
        """Whether any version of the agreement gives points."""
        versions = self.attributes.story.versions
        return any(version.gives_points for version in versions)

    def asked_of(self, row: Row) -> Iterable[str]:
        """Properties of such a row, or attributes that it states, that the agreement asks about."""
        questions = self.attributes.story.book.questions
        if row.kind in ("lead.created", "lead.updated"):
            return [prop.name for prop in questions.fields.values()]
        keys = questions.properties_of(row.kind)
        return [questions.properties[key].name for key in keys if key in questions.properties]


def explain(
    versions: Sequence[Agreement],
    history: History,
    lead: str,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Explanation:
    """Explains a lead by its key, as of a moment, under the versions of an agreement.

    `as_of` and `known_at` are as for `evaluate`, and so is every figure told. Raises LookupError,
    with a sentence that names near matches, for a lead not in the log; ValueError without versions.
    """
    if not versions:
        raise ValueError("at least one version of an agreement is needed")
    ordered = in_order(list(versions))
    log = read_log(history.log, Questions(ordered), as_of, known_at, simulate=False)
    number = choosing.require(log, lead)
    judged = choosing.restricted(hygiene.apply(ordered, log), number)
    evaluation = examine_judged(ordered, judged, trace=_TRACE)
    notes = [_AS_EXPORTED] if history.attributes_as_exported else []
    (place,) = evaluation.log.leads.find([lead])
    return _told(Story(evaluation, place), notes)


def passages_of(
    versions: Sequence[Agreement], history: History, leads: Iterable[str], as_of: datetime
) -> dict[str, list[Passage]]:
    """The passages of several leads, each told as `explain` tells them; unknown keys are left out.

    `history` has the leads with those that were merged with them.
    """
    ordered = in_order(list(versions))
    log = read_log(history.log, Questions(ordered), as_of, None, simulate=False)
    evaluation = examine_judged(ordered, hygiene.apply(ordered, log), trace=_TRACE)
    rows = rows_in_log(evaluation.log)
    wanted = list(leads)
    places = evaluation.log.leads.find(wanted)
    return {
        lead: _passages(Story(evaluation, int(place)), rows)
        for lead, place in zip(wanted, places, strict=True)
        if place >= 0
    }


def _passages(story: Story, rows: Mapping[int, Row]) -> list[Passage]:
    points = Points(story)
    return Passages(points, Reasons(points, rows, Attributes(story))).all()


def _told(story: Story, notes: list[str]) -> Explanation:
    evaluation = story.evaluation
    rows = rows_in_log(evaluation.log)
    attributes = Attributes(story)
    points = Points(story)
    reasons = Reasons(points, rows, attributes)
    telling = Passages(points, reasons)
    passages, promises = telling.all(), Promises(story, rows).all()
    result = result_of(evaluation)
    nurtured = _of_lead(result.nurture, story.name)
    moments, idle = Moments(points, rows, passages, promises, nurtured).all()
    line = result.lead_states.slice(story.lead, 1).to_pylist()[0]
    exclusions = _of_lead(evaluation.judged.exclusions, story.name)
    standing = Standings(points, reasons, telling).now(line, passages, promises, exclusions)
    return Explanation(
        lead=story.name,
        agreement=result.agreement.name,
        as_of=evaluation.log.last,
        zone=story.zone.key,
        notes=notes,
        standing=standing,
        passages=passages,
        promises=promises,
        moments=moments,
        voided=list(_voided(story)),
        idle=[*_set_aside(story), *idle],
        copies=copies_of(evaluation.log),
        rows=rows,
        attributes=attributes,
    )


def _of_lead(table: pa.Table, lead: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = table.filter(pc.equal(table["lead_id"], lead)).to_pylist()
    return lines


def _voided(story: Story) -> Iterator[tuple[Row, str]]:
    log = story.evaluation.log
    for row in filter(story.has, rows_withdrawn(log)):
        void = voided_by(log, row)
        if void is None:
            yield row, "voided" if row.kind != "lead.merged" else "voided: the merge was undone"
            continue
        when = words.moment(story.told(void["moment"]), story.zone)
        why = words.cut(str(void["stated"].get("reason") or ""), 80)
        yield row, f"voided on {when}{f': {why}' if why else ''}"


def _set_aside(story: Story) -> list[tuple[Row, str]]:
    log, aside = story.evaluation.log, story.evaluation.judged.set_aside
    told = rows_set_aside(log, aside)
    return [(row, f"set aside as a machine’s: {why}") for row, why in told if story.has(row)]
