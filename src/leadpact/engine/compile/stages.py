"""The funnel as tables: order, conditions and segments of every version."""

from __future__ import annotations

from typing import Any

import numpy as np

from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.book import Book
from leadpact.engine.compile.lists import column
from leadpact.engine.compile.scoring import group_places
from leadpact.engine.kernels import bundles as b
from leadpact.engine.questions import DECIDED, place_in


def segment_table(book: Book, versions: list[Agreement]) -> Any:
    """[v, a] number of the first segment that matches, 0 for none."""
    table = np.zeros((len(versions), len(book.attributes.of)), np.int32)
    for v, version in enumerate(versions):
        for number, segment in reversed(list(enumerate(version.segments, start=1))):
            table[v, book.where_holds(segment.when, v)] = number
    return table


def stage_formulas(book: Book, version: Agreement, v: int, segments: int) -> list[list[int]]:
    """[segment][position] formula of each stage's condition; -1 where only facts enter it."""
    groups = group_places(version)
    plain = [book.of_state(stage.when, v, groups) if stage.when else -1 for stage in version.stages]
    table = [plain]
    for segment in version.segments:
        own = {name: book.of_state(o.when, v, groups) for name, o in segment.stages.items()}
        table.append([own.get(stage.name, plain[i]) for i, stage in enumerate(version.stages)])
    return table + [plain] * (segments - len(table))


def stage_tables(
    book: Book, versions: list[Agreement], formulas: list[list[list[int]]], segments: Any
) -> b.Stages:
    """The kernels' form of the funnel."""
    widest = max(len(version.stages) for version in versions)
    names = book.questions.stages
    place = place_in(names)
    at = [[place(stage.name) for stage in version.stages] for version in versions]
    return b.Stages(
        count=column(len(version.stages) for version in versions),
        at=_padded(at, widest, -1),
        position=_positions(at, len(names)),
        formula=np.array([_padded(table, widest, -1) for table in formulas], np.int32),
        wins=_padded(
            [[s.outcome == "won" for s in v.stages] for v in versions], widest, False, np.bool_
        ),
        handoff=column(position_of_handoff(version) for version in versions),
        handed_by_stage=column((v.handoff.recorded_by == "stage" for v in versions), np.bool_),
        segment=segments,
        customer=_customers(book, versions),
        declared=column(_declared(book, p) for p in range(len(book.rows.of))),
        decided_for=column(_decided_for(book, p) for p in range(len(book.rows.of))),
    )


def position_of_handoff(version: Agreement) -> int:
    names = [stage.name for stage in version.stages]
    return names.index(version.handoff.stage) if version.handoff.stage in names else -1


def _positions(at: list[list[int]], stages: int) -> Any:
    """[v, stage] its position, or that of the nearest earlier stage that v has, else the first."""
    table = np.zeros((len(at), stages), np.int32)
    for v, order in enumerate(at):
        for stage in range(stages):
            table[v, stage] = _nearest(stage, order, at)
    return table


def _nearest(stage: int, order: list[int], at: list[list[int]]) -> int:
    if stage in order:
        return order.index(stage)
    home = next((other for other in reversed(at) if stage in other), [])
    earlier = [s for s in home[: home.index(stage)] if s in order] if home else []
    return order.index(earlier[-1]) if earlier else 0


def _customers(book: Book, versions: list[Agreement]) -> Any:
    kept_out = [version.handoff.existing_customers == "keep out" for version in versions]
    customers = book.by_attributes(book.of_customers())
    return np.array([customers if out else np.zeros_like(customers) for out in kept_out], np.bool_)


def _declared(book: Book, pattern: int) -> int:
    kind, _ = book.rows.of[pattern]
    return int(book.rows.look_up(pattern, "stage")) if kind == "stage.entered" else -1


def _decided_for(book: Book, pattern: int) -> int:
    """The episode for which the system decided the entry; -1 decided, but it names no episode."""
    kind, _ = book.rows.of[pattern]
    if kind != "stage.entered" or not book.rows.look_up(pattern, DECIDED):
        return 0
    return int(book.rows.look_up(pattern, "episode")) or -1


def _padded(rows: list[list[Any]], width: int, fill: Any, dtype: Any = np.int32) -> Any:
    return np.array([row + [fill] * (width - len(row)) for row in rows], dtype)
