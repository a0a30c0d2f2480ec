"""What a meeting needs on paper: why it is held, what was settled, and the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.documents.paper.content import Paper, Part, part
from leadpact.documents.parts.advice import KEYS as ADVICE
from leadpact.documents.parts.diagnosis import KEY as DIAGNOSIS
from leadpact.documents.words import NOTHING, moment
from leadpact.insight.meetings import Held

#: Parts of a measurement that a meeting looks at, in this order.
SECTIONS = (
    DIAGNOSIS,
    *ADVICE.values(),
    "week",
    "goals",
    "attainment",
    "funnel",
    "answers",
    "quality",
    "sources",
    "wins",
    "open",
)
_MARKS = {"kept": "kept", "short": "short of target", "broken": "not kept"}


def pack(
    held: Held,
    zone: ZoneInfo,
    overview: Any,
    sections: Sequence[Any],
    settled: Sequence[Sequence[str]],
    measured: datetime | None,
) -> Paper:
    """The review pack of a meeting; `overview` and `sections` are published parts as JSON.

    `settled` has the actions that are open: what, who, until when, from which meeting.
    """
    meeting = held.meeting
    said = [f"{meeting.goal.rstrip('.')}." if meeting.goal else ""]
    said += [_text(each["answer"]) for each in sections if each["key"] == DIAGNOSIS]
    if overview:
        said += [overview["outlook"], overview["headline"], overview["newest"]]
    return Paper(
        title=f"{meeting.name}, {moment(held.begins, zone)}",
        purpose=" ".join(filter(None, said)),
        parts=[
            *_before(held, settled),
            *_advice(sections),
            *_promises(overview),
            *_figures(sections),
        ],
        signatures=[],
        foot=f"{meeting.name} · figures of {moment(measured, zone) if measured else NOTHING}",
    )


def _before(held: Held, settled: Sequence[Sequence[str]]) -> Iterator[Part]:
    if held.meeting.agenda:
        rows = [[str(place), point] for place, point in enumerate(held.meeting.agenda, 1)]
        yield part("Agenda", ["", "What is talked about"], rows)
    if settled:
        yield part("Actions that are open", ["What", "Who", "Until", "From"], settled)


def _promises(overview: Any) -> Iterator[Part]:
    for side in overview["sides"] if overview else ():
        rows = [
            [
                each["name"],
                _text(each["shown"]),
                each["asked"] or NOTHING,
                _MARKS.get(each["verdict"], "not judged"),
                _text(each["sentence"]),
            ]
            for each in side["lines"]
        ]
        if rows:
            title = f"Promises of {side['side']}, {overview['when']}"
            yield part(title, ["Promise", "Reached", "Promised", "Verdict", "In words"], rows)


def _advice(sections: Sequence[Any]) -> Iterator[Part]:
    """What may help, each with its reason and its lines."""
    rows = [
        [
            section["title"],
            _text(section["answer"]).strip(),
            "; ".join(section["try_out"]["lines"]) if section["try_out"] else NOTHING,
        ]
        for section in sections
        if section["key"] in ADVICE.values()
    ]
    if rows:
        yield part("What may help", ["Change", "Why", "Lines to change"], rows)


def _figures(sections: Sequence[Any]) -> Iterator[Part]:
    for section in sections:
        if section["key"] in ADVICE.values():
            continue
        for table in section["tables"]:
            rows = [[_text(cell) for cell in row] for row in table["rows"]]
            if rows:
                title = f"{section['title']}: {table['caption']}"
                yield part(title, table["header"], rows)


def _text(pieces: Any) -> str:
    """A text of a published part without what it opens to."""
    if isinstance(pieces, str):
        return pieces
    return "".join(each if isinstance(each, str) else str(each[0]) for each in pieces)
