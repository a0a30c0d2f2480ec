"""What pages of figures tell, as texts: the closed loop, and what other thresholds would do."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import reader_of_all
from leadpact.api.endpoints import answers, router
from leadpact.api.problems import Faulty
from leadpact.documents.parts.loops import ALL, LOOPS, key_of
from leadpact.documents.stored import said
from leadpact.flows.measuring import THRESHOLD
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
    if part is None:
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
