"""What Leadpact writes into the customer system, or would write: every field with both values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, QuerySet, Subquery, When
from django.http import HttpResponseBase
from django.shortcuts import render

from leadpact.flows import crm
from leadpact.flows.crm_reading import NAMES
from leadpact.flows.crm_wanted import NOTE, TASK, own_properties
from leadpact.ledger.models import CrmConnection, CrmOwner, CrmWrite, Lead
from leadpact.ledger.selectors.finding import with_text
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services import crm_writes
from leadpact.sources.crm.loading import parse_crm
from leadpact.sources.crm.records import moment_of
from leadpact.web.lists import cells
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing
from leadpact.web.lists.showing import answer
from leadpact.web.pages.leads import name_of
from leadpact.web.pages.reconciliation import READERS
from leadpact.web.registry import PageRequest, page

_WAITS, _UNDONE, _REFUSED = "waits", "undone", "refused"
_AS_TIME = len("2026-03-02T09:00:00")


def _rows(request: PageRequest) -> QuerySet[CrmWrite]:
    """Fields that are not as they should be, of leads that the reader may see."""
    there = CrmWrite.objects.filter(record__connection__cut_at=None)
    found = there.filter(open=True) | there.exclude(error="")
    if not request.caller.sees_before_handoff:
        found = found.filter(record__lead__in=leads_for(request.caller))
    owner = CrmOwner.objects.filter(connection=OuterRef("record__connection"))
    person = Subquery(owner.filter(number=OuterRef("wanted")).values("name")[:1])
    names = Case(When(field__in=_holders(), then=person), output_field=CharField(null=True))
    told = found.select_related("record__connection", "record__lead__state")
    return told.annotate(person=names, lead_id=F("record__lead"))


def _holders() -> list[str]:
    """The properties that say who holds a record."""
    mappings = [crm.mapping_of(row) for row in CrmConnection.objects.all()]
    people = [each for mapping in mappings for each in mapping.people.values()]
    return sorted({each.holder.property for each in people if each.holder})


def _field(row: CrmWrite) -> str:
    made, _, rest = row.field.partition(" ")
    if made == TASK:
        return f"task: {rest.partition(' ')[2]}"
    if made == NOTE:
        return "note on the timeline"
    return _labels(row.record.connection.mapping).get(row.field, row.field)


@lru_cache(maxsize=4)
def _labels(mapping: str) -> dict[str, str]:
    """What fields of a mapping, given as its text, are called by people."""
    told = parse_crm(mapping, "crm.yaml").crm
    found = {own.name: own.label for own in own_properties(told)}
    for people in told.people.values():
        found |= {people.stages.property: "stage"} if people.stages else {}
        found |= {people.holder.property: "holder"} if people.holder else {}
    return found


def _there(row: CrmWrite) -> Any:
    if " " in row.field:
        return "made by Leadpact" if row.made else ""
    return _value(str(json.loads(row.record.values).get(row.field) or ""))


def _wanted(row: CrmWrite) -> Any:
    person: str | None = getattr(row, "person", None)
    if " " not in row.field:
        return person or _value(row.wanted) or "empty"
    told = json.loads(row.wanted)
    if not told.get("open", True):
        return "done"
    return _value(told.get("due", "")) or told["text"]


def _value(text: str) -> datetime | str:
    return (moment_of(text) if len(text) >= _AS_TIME and text[4:5] == "-" else None) or text


def _kinds(request: PageRequest) -> Sequence[Choice]:
    told = _rows(request).order_by().values_list("field").annotate(n=Count("pk"))
    counts: dict[str, int] = {}
    for field, n in told:
        kind = field.partition(" ")[0]
        counts[kind] = counts.get(kind, 0) + n
    mappings = CrmConnection.objects.values_list("mapping", flat=True)
    labels = {name: label for text in mappings for name, label in _labels(text).items()}
    return [(kind, f"{labels.get(kind, kind)} ({n:,})") for kind, n in sorted(counts.items())]


def _of_kind(rows: QuerySet[CrmWrite], kind: str) -> QuerySet[CrmWrite]:
    return rows.filter(field=kind) | rows.filter(field__startswith=f"{kind} ")


def _state(row: CrmWrite) -> str:
    if row.error:
        return f"refused: {row.error}"
    if crm_writes.is_answered(row):
        return f"waits: {row.undone} times written and changed back there, by a workflow perhaps"
    return "waits"


def _in_state(rows: QuerySet[CrmWrite], value: str) -> QuerySet[CrmWrite]:
    if value == _UNDONE:
        return rows.filter(open=True, undone__gte=crm_writes.ANSWERED)
    return rows.filter(open=value == _WAITS)


WRITES: Listing[CrmWrite] = Listing(
    name="crm_writes",
    title="What is to be written",
    rows=_rows,
    columns=(
        Column("lead", "Lead", lambda row: name_of(row.record.lead) if row.record.lead else "",
               "record__lead", cells.of_lead),
        Column("key", "Lead's key", lambda row: row.record.lead_id or "", on_page=False),
        Column("record", "Record there", lambda row: f"{row.record.object} {row.record.number}",
               "record__number", "lists/cells/record_written.html"),
        Column("field", "Field", _field, "field"),
        Column("there", "Stands there", _there),
        Column("wanted", "To be written", _wanted),
        Column("property", "Property", lambda row: row.field, on_page=False),
        Column("since", "Since", lambda row: row.wanted_at, "wanted_at", on_page=False),
        Column("state", "State", _state, "error"),
    ),
    order="-since",
    filters=(
        Filter("field", "Field", _kinds, _of_kind),
        Filter("state", "State", lambda _: [(_WAITS, "waits"), (_REFUSED, "refused"),
                                            (_UNDONE, "changed back there each time")],
               _in_state),
    ),
    search=lambda rows, text: (
        rows.filter(record__number__icontains=text)
        | rows.filter(record__lead__in=with_text(Lead.objects.all(), text))
    ),
    searched="Name, email or record",
    empty=Empty(
        "Nothing is to be written",
        "As far as it was read, everything stands in the customer system as it should.",
    ),
)  # fmt: skip


@page("reconciliation/writes", name="crm_writes", roles=READERS)
def writes(request: PageRequest) -> HttpResponseBase:
    """Every field that is to have another value there; in shadow all that would be written."""
    rows = list(CrmConnection.objects.order_by("system"))
    if not rows:
        return render(request, "figures/unconnected.html", {"title": WRITES.title})
    of = _rows(request)
    told = [
        {
            "name": NAMES.get(row.system, row.system),
            "row": row,
            "waiting": of.filter(record__connection=row, open=True).count(),
            "refused": of.filter(record__connection=row).exclude(error="").count(),
        }
        for row in rows
    ]
    beside = {"systems": told, "some_leads": not request.caller.sees_before_handoff}
    return answer(request, WRITES, "figures/crm_writes.html", beside=lambda _: beside)
