"""The published figures: the whole log evaluated as of a moment, as `leadpact run` does it.

What is found replaces what was published before. Whoever asks for figures reads those, and waits
for no evaluation.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock
from typing import get_args

import pyarrow.compute as pc

from leadpact.documents.parts.campaigns import campaigns
from leadpact.documents.parts.credit import credit
from leadpact.documents.parts.kept_when import kept_when
from leadpact.documents.parts.loops import LOOPS, choices, loops
from leadpact.documents.parts.months import months
from leadpact.documents.parts.people import people
from leadpact.documents.parts.rulings import rulings
from leadpact.documents.parts.week import week
from leadpact.documents.parts.wins import LARGE, large_deals, wins
from leadpact.documents.plan import HISTORY
from leadpact.documents.plan_cases import cases_of_plan
from leadpact.documents.report import Report
from leadpact.documents.stored import Stored
from leadpact.engine.evaluate import evaluate
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.measures import Measures, Span
from leadpact.engine.metrics.metric import Split
from leadpact.engine.result import Result
from leadpact.flows.measuring_daily import daily
from leadpact.flows.starting import Progress
from leadpact.insight.plan_history import known
from leadpact.ledger.models import (
    PublishedList,
    PublishedMetric,
    PublishedPart,
    PublishedPiece,
    PublishedStanding,
)
from leadpact.ledger.selectors import agreements, figures, logs
from leadpact.ledger.selectors.teams import PERSONAL
from leadpact.ledger.services import figures as publishing

#: Of one dimension so many values are published, those with the most cases: a campaign's name
#: comes from an address that anybody can type.
MOST_VALUES = 200
_SPANS: tuple[Span, ...] = ("all", "quarter", "month")
_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True)
class Measurement:
    """What was published: as of when, from how many rows, how much of it, in what time."""

    as_of: datetime
    rows: int
    figures: int
    standings: int
    seconds: float


def measure(
    now: datetime, name: str, tell: Progress, *, take_over: bool = False
) -> Measurement | None:
    """Measure and publish as of now; `name` says who does.

    None where no agreement is published, or somebody else measures, which `take_over` passes over.
    """
    versions = agreements.published()
    at = publishing.lease(name, now=now, take_over=take_over) if versions else None
    if at is None:
        return None
    began = time.monotonic()
    tell(0.3, "Reading the log")
    history = logs.whole_history()
    tell(0.5, f"Evaluating {history.log.num_rows:,} rows")
    result = evaluate([each.agreement for each in versions], history, as_of=now)
    tell(0.8, "Counting")
    in_force = agreements.in_force(now) or versions[0]
    report = Report(result, history, in_force.sha256)
    told = report.as_json()
    tell(0.9, "Writing pages")
    stored = Stored.of(report)
    for part in (week, months, credit, rulings, campaigns, wins):
        stored.add(part(report.book))
    stored.parts[LOOPS] = choices(report.book)
    stored.parts[LARGE] = {"deals": large_deals(report.book)}
    rates = known(report.measures)
    opens = {name: stored.keep(each) for name, each in cases_of_plan(report.book, rates).items()}
    stored.parts[HISTORY] = {"known": rates.as_json(), "opens": opens}
    for each in loops(report.book):
        stored.add(each)
    stored.add(kept_when(report.book, report.overview.stretch))
    stored.add(people(report.book, PERSONAL))
    parts = [_part(key, value, report) for key, value in stored.parts.items()]
    lists, (fresh, kept) = list(_lists(stored)), _pieces(stored)
    again = daily(in_force, report, history)
    for name_of_part, made in again.made.items():
        parts += [_part(key, value, report) for key, value in made.parts.items()]
        lists += _lists(made, name_of_part)
        fresh_too, kept_too = _pieces(made, name_of_part)
        fresh, kept = fresh + fresh_too, kept | kept_too
    found = publishing.Measured(
        as_of=now,
        agreement=in_force.id,
        next_at=_next(result, report.measures),
        counts=told["counts"],
        figures=list(_rows(report.measures)),
        standings=[
            *_standings(PublishedStanding.Kind.OBLIGATION, told["obligations"]),
            *_standings(PublishedStanding.Kind.GOAL, told["goals"]),
        ],
        parts=parts,
        lists=lists,
        pieces=fresh,
        kept=kept,
        apart=again.stay,
        traits=again.traits,
        seconds=time.monotonic() - began,
    )
    if not publishing.publish(name, at, found):
        return None
    rows, published = history.log.num_rows, len(found.figures)
    return Measurement(now, rows, published, len(found.standings), found.seconds)


def _part(key: str, value: object, report: Report) -> PublishedPart:
    made_at = report.measures.result.as_of
    return PublishedPart(key=key, value=_json(value), made_at=made_at, sha256=report.sha256)


def _lists(stored: Stored, part: str = "") -> Iterator[PublishedList]:
    for key, listed in stored.lists.items():
        value, places = _json(listed), stored.places.get(key)
        digest = hashlib.sha256(value.encode() + (places or b"")).hexdigest()[:32]
        yield PublishedList(key=key, part=part, value=value, places=places, digest=digest)


def _pieces(stored: Stored, part: str = "") -> tuple[list[PublishedPiece], set[tuple[str, int]]]:
    """Pieces of cases that changed since they were published, and those that did not."""
    known = figures.digests()
    fresh, kept = [], set()
    for piece in stored.pieces():
        name = piece.source, piece.number
        if known.get(name) == piece.digest:
            kept.add(name)
        else:
            value = _json(piece.made())
            fresh.append(PublishedPiece(
                part=part,
                source=piece.source,
                number=piece.number,
                value=value,
                digest=piece.digest,
            ))  # fmt: skip
    return fresh, kept


def _next(result: Result, measures: Measures) -> datetime:
    """When time alone moves a figure: a clock runs out, or the day ends, and with it a period."""
    as_of = result.as_of
    tomorrow = as_of.astimezone(measures.zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, wall_clock(), measures.zone).astimezone(UTC)
    clocks = result.clocks.filter(pc.equal(result.clocks["outcome"], "running"))
    dues: list[datetime] = [
        due for due in clocks["due_at"].to_pylist() if due is not None and due >= as_of
    ]
    return min([midnight, *(due + _JUST_AFTER for due in dues)])


def _rows(measures: Measures) -> Iterator[PublishedMetric]:
    for span in _SPANS:
        yield from map(_row, measures.figures(span))
    for split in get_args(Split):
        if split == "segment" and not measures.result.agreement.segments:
            continue
        yield from map(_row, _most(measures.figures("all", split)))


def _most(figures: Sequence[Figure]) -> Iterable[Figure]:
    """The figures of those values of a dimension that have the most cases."""
    cases: dict[str | None, int] = defaultdict(int)
    for figure in figures:
        cases[figure.group] += figure.n
    if len(cases) <= MOST_VALUES:
        return figures
    kept = set(sorted(cases, key=lambda group: (-cases[group], str(group)))[:MOST_VALUES])
    return [figure for figure in figures if figure.group in kept]


def _row(figure: Figure) -> PublishedMetric:
    return PublishedMetric(
        name=_text(figure.name),
        period=figure.period,
        by=figure.by or "",
        group=_text(figure.group or ""),
        value=figure.value,
        unit=figure.unit,
        n=figure.n,
        low=figure.low,
        high=figure.high,
    )


def _standings(kind: str, told: Sequence[Mapping[str, object]]) -> Iterator[PublishedStanding]:
    for place, each in enumerate(told):
        yield PublishedStanding(
            kind=kind,
            place=place,
            name=_text(str(each["name"])),
            value=_json(each),
        )


def _json(value: object) -> str:
    return _text(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def _text(text: str) -> str:
    # PostgreSQL takes no text with a NUL in it.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
