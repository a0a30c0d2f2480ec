"""What is compared with a customer system, read for many leads at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from leadpact.ledger.models import (
    Clock,
    CrmConnection,
    CrmDue,
    CrmOwner,
    CrmRecord,
    CrmWrite,
    Event,
    Handoff,
    Lead,
    LeadState,
)


def due_leads(connection: CrmConnection, limit: int) -> tuple[list[str], int]:
    """Leads to compare, oldest mark first, and the number of the last mark that was looked at."""
    due = CrmDue.objects.filter(connection=connection).order_by("id")
    rows = list(due.values_list("id", "lead_id")[:limit])
    return list(dict.fromkeys(lead for _, lead in rows)), rows[-1][0] if rows else 0


def records_of(
    connection: CrmConnection, objects: Iterable[str] | None, leads: Iterable[str]
) -> dict[str, list[CrmRecord]]:
    """The living records of each lead, those of leads that live in it among them.

    Of these objects alone, or (None) of all.
    """
    wanted = set(leads)
    heirs = _absorbed(wanted)
    rows = CrmRecord.objects.filter(
        connection=connection, lead_id__in=wanted | heirs.keys(), deleted_at=None, absorbed_by=""
    )
    rows = rows if objects is None else rows.filter(object__in=list(objects))
    found: dict[str, list[CrmRecord]] = defaultdict(list)
    for row in rows.order_by("pk"):
        lead = str(row.lead_id)
        found[heirs.get(lead) or lead].append(row)
    return found


def _absorbed(leads: Iterable[str]) -> dict[str, str]:
    """Leads that live in these by now, each with the one of these."""
    found: dict[str, str] = {}
    ahead = {lead: lead for lead in leads}
    while ahead:
        rows = Lead.objects.filter(merged_into_id__in=list(ahead))
        pairs = rows.values_list("key", "merged_into_id")
        ahead = {key: ahead[str(into)] for key, into in pairs if key not in found}
        found |= ahead
    return found


def states(leads: Iterable[str]) -> dict[str, LeadState]:
    """How leads stand."""
    return {row.lead_id: row for row in LeadState.objects.filter(lead__in=list(leads))}


def clocks_of_sales(leads: Iterable[str]) -> dict[str, list[Clock]]:
    """What sales owes or owed each lead."""
    found: dict[str, list[Clock]] = defaultdict(list)
    rows = Clock.objects.filter(lead__in=list(leads), side="sales").order_by("due_at", "obligation")
    for row in rows:
        found[row.lead_id].append(row)
    return found


def handoffs(leads: Iterable[str]) -> dict[tuple[str, int], Handoff]:
    """Handoffs by lead and episode."""
    rows = Handoff.objects.filter(lead__in=list(leads))
    return {(row.lead_id, row.episode): row for row in rows}


def last_assignments(leads: Iterable[str]) -> dict[str, Event]:
    """The row that named each lead's present holder, also one of a lead that it absorbed."""
    wanted = set(leads)
    heirs = _absorbed(wanted)
    rows = Event.objects.filter(lead__in=[*wanted, *heirs], kind="lead.assigned")
    found: dict[str, Event] = {}
    for row in rows.order_by("happened", "source", "event_id"):
        key = str(row.lead_id)
        if key in wanted or heirs[key] not in found or found[heirs[key]].lead_id != heirs[key]:
            found[heirs.get(key, key)] = row
    return found


def writes_of(records: Iterable[CrmRecord]) -> dict[int, dict[str, CrmWrite]]:
    """What was written and is to be, by record and field."""
    found: dict[int, dict[str, CrmWrite]] = defaultdict(dict)
    for row in CrmWrite.objects.filter(record__in=[record.pk for record in records]):
        found[row.record_id][row.field] = row
    return found


def owners_of(connection: CrmConnection) -> list[tuple[str, str, bool]]:
    """Owners: number, our person, whether active."""
    rows = CrmOwner.objects.filter(connection=connection).order_by("pk")
    return list(rows.values_list("number", "person", "active"))


def tasks_of_gone(connection: CrmConnection, leads: Iterable[str]) -> list[CrmWrite]:
    """Tasks that were made beside records of these leads which are deleted or merged by now."""
    gone = Q(record__deleted_at__isnull=False) | ~Q(record__absorbed_by="")
    rows = CrmWrite.objects.filter(
        gone, record__connection=connection, record__lead__in=list(leads), field__startswith="task "
    )
    return list(rows.exclude(made=""))
