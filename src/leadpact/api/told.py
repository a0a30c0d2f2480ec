"""What pages of figures tell, as texts: the closed loop, other thresholds, and a diagnosis."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import reader_of_all
from leadpact.api.endpoints import answers, router
from leadpact.api.problems import Faulty
from leadpact.documents.parts.advice import KEYS, NOT_ADVISED
from leadpact.documents.parts.diagnosis import KEY as DIAGNOSIS
from leadpact.documents.parts.loops import ALL, LOOPS, key_of
from leadpact.documents.stored import said
from leadpact.flows.measuring_daily import EMPTY, THRESHOLD
from leadpact.ledger.selectors import figures


class TableOut(Schema):
    """A table of texts, with `–` for what cannot be told."""

    caption: str
    header: list[str]
    rows: list[list[str]]


class LoopOut(Schema):
    """What became of leads by where they came from: counts, conversion, who gets the credit."""

    as_of: datetime | None
    title: str
    how: str
    tables: list[TableOut]


class ThresholdOut(Schema):
    """One threshold: its figures by name, as texts with `–` for what cannot be told."""

    points: str
    in_force: bool
    sentence: str
    figures: dict[str, str]


class Thresholds(Schema):
    """What each threshold would have done, counted at `as_of`; no `items` where none was tried."""

    as_of: datetime | None
    what: str | None
    how: str
    items: list[ThresholdOut]


class AdviceOut(Schema):
    """A change that the evidence carries: why, the lines to change, what tries it, and the past."""

    key: str
    title: str
    why: str
    lines: list[str]
    command: str | None
    tables: list[TableOut]


class DiagnosisOut(Schema):
    """Who falls short and why, measured at `as_of`; what may help, tried at `tried_at`."""

    as_of: datetime | None
    sentence: str
    how: str
    tables: list[TableOut]
    tried_at: datetime | None
    recommended: list[AdviceOut]
    not_recommended: list[TableOut]


@router.get("/loops", response=answers(LoopOut), tags=["metrics"])
def loop(request: HttpRequest, by: str = "source", period: str = ALL) -> Any:
    """The closed loop by a dimension, over all time or in one of the last quarters (`2026-Q1`)."""
    reader_of_all(request)
    part, choices = figures.part(key_of(by, period)), figures.part(LOOPS)
    if choices is None:
        return LoopOut(as_of=None, title="", how="Nothing was measured yet.", tables=[])
    if part is None:
        raise Faulty(_choice(json.loads(choices.value)), status=404)
    told = json.loads(part.value)
    return LoopOut(
        as_of=part.made_at,
        title=told["title"],
        how=" ".join(said(each) for each in told["text"]),
        tables=[_table(each) for each in told["tables"]],
    )


def _choice(found: Any) -> str:
    by, periods = (", ".join(value for value, _ in found[each]) for each in ("by", "times"))
    return f"There is no such loop: `by` is one of {by}, `period` one of {periods}."


def _table(told: Any) -> TableOut:
    rows = [[said(cell) for cell in row] for row in told["rows"]]
    return TableOut(caption=told["caption"], header=told["header"], rows=rows)


@router.get("/thresholds", response=answers(Thresholds), tags=["metrics"])
def thresholds(request: HttpRequest) -> Any:
    """What other thresholds of the score would have done; counted anew once a day."""
    reader_of_all(request)
    part = figures.part(THRESHOLD)
    if part is None or part.value == EMPTY:
        return Thresholds(as_of=None, what=None, how="No threshold was tried yet.", items=[])
    told = json.loads(part.value)
    slider, how = told["slider"], " ".join(said(each) for each in told["text"])
    if slider is None:
        return Thresholds(as_of=part.made_at, what=None, how=how, items=[])
    items = [_place(slider, place) for place in range(len(slider["places"]))]
    return Thresholds(as_of=part.made_at, what=slider["label"], how=how, items=items)


def _place(slider: Any, place: int) -> ThresholdOut:
    points, sentence, *shown = slider["places"][place]
    told = {name: said([each]) for name, each in zip(slider["figures"], shown, strict=True)}
    return ThresholdOut(
        points=points, in_force=place == slider["now"], sentence=said(sentence), figures=told
    )


@router.get("/diagnosis", response=answers(DiagnosisOut), tags=["metrics"])
def diagnosis(request: HttpRequest) -> Any:
    """Which side fell short in the last whole quarter and why, and what may help."""
    reader_of_all(request)
    rows = {row.key: row for row in figures.parts((DIAGNOSIS, *KEYS.values(), NOT_ADVISED))}
    told = {key: json.loads(row.value) for key, row in rows.items() if row.value != EMPTY}
    found, refused = told.get(DIAGNOSIS), told.get(NOT_ADVISED)
    if found is None:
        return DiagnosisOut(
            as_of=None,
            sentence="Nothing was measured yet.",
            how="",
            tables=[],
            tried_at=None,
            recommended=[],
            not_recommended=[],
        )
    return DiagnosisOut(
        as_of=rows[DIAGNOSIS].made_at,
        sentence=said(found["answer"]),
        how=" ".join(said(each) for each in found["text"]),
        tables=[_table(each) for each in (*found["tables"], *found["aside"])],
        tried_at=rows[NOT_ADVISED].made_at if refused else None,
        recommended=[_advice(told[key]) for key in KEYS.values() if key in told],
        not_recommended=[_table(each) for each in refused["tables"]] if refused else [],
    )


def _advice(section: Any) -> AdviceOut:
    change = section["try_out"] or {"lines": [], "command": None}
    return AdviceOut(
        key=section["key"],
        title=section["title"],
        why=said(section["answer"]).strip(),
        lines=change["lines"],
        command=change["command"],
        tables=[_table(each) for each in section["tables"]],
    )
