"""What is held on one person: handed out, and erased, by administrators alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema

from leadpact.api.callers import caller_of, now
from leadpact.api.endpoints import answers, router
from leadpact.api.problems import Faulty
from leadpact.flows import erasing
from leadpact.ledger.models import Lead
from leadpact.ledger.services.permits import Act


class ErasureOut(Schema):
    """Under which new keys the figures' share stays, how many rows it has, which still are open."""

    leads: list[str]
    rows: int
    open: list[str]


@router.get("/leads/{key}/record", response=answers(dict[str, Any]), tags=["leads"])
def record(request: HttpRequest, key: str) -> Any:
    """Everything held on the person that this lead is, from every table, as one object."""
    caller_of(request, Act.ADMINISTER)
    _make_sure_of(key)
    return erasing.export(key)


@router.delete("/leads/{key}", response=answers(ErasureOut, 409), tags=["leads"])
def erase(request: HttpRequest, key: str, even_if_figures_move: bool = False) -> Any:
    """Erase the person that this lead is; what figures are made from stays under a new key.

    There is no way back. 409 where a figure would move, unless that is accepted.
    """
    caller = caller_of(request, Act.ADMINISTER)
    _make_sure_of(key)
    try:
        done = erasing.erase(key, actor=caller.name, now=now(), even_if_moved=even_if_figures_move)
    except erasing.ErasureError as error:
        raise Faulty(str(error), status=409) from None
    return ErasureOut(leads=done.leads, rows=done.rows, open=done.open)


def _make_sure_of(key: str) -> None:
    if not Lead.objects.filter(key=key).exists():
        raise Faulty(f"There is no lead {key}.", status=404)
