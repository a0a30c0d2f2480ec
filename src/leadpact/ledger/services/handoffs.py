"""Handoffs are noted, and who was given a lead; two workers never give away the same lead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction

from leadpact.engine.routing.decision import Decision
from leadpact.ledger.models import Handoff, Standing

_LOCK = 0x1EAD_9AC8


def one_router_at_a_time() -> None:
    """Wait for the right to route, held until the transaction ends.

    What was given before is thereby known, so that caps and shares hold. On SQLite whoever writes
    has that right.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the right to route ends with its transaction, so it needs one")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def open_handoffs(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Handoff]:
    """The handoffs of these leads and episodes that are known."""
    wanted = set(keys)
    rows = Handoff.objects.filter(lead_id__in={lead for lead, _ in wanted})
    found = {(row.lead_id, row.episode): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def note(
    lead: str, episode: int, at: datetime, *, bulk: bool, person: str | None, since: datetime | None
) -> Handoff:
    """A handoff that was found in the log; `person` holds the lead already, `since` then."""
    row, _ = Handoff.objects.update_or_create(
        lead_id=lead,
        episode=episode,
        defaults={"handed_off_at": at, "person": person, "assigned_at": since},
        create_defaults={
            "handed_off_at": at, "person": person, "assigned_at": since, "bulk": bulk
        },
    )  # fmt: skip
    return row


def forget(lead: str, episode: int) -> None:
    """A handoff was withdrawn, so that the lead can be handed over anew."""
    Handoff.objects.filter(lead_id=lead, episode=episode).delete()


def routed(row: Handoff, decision: Decision, *, now: datetime) -> None:
    """Write down where a lead went, or in which queue it waits, and how that was found."""
    row.person, row.team = decision.to_person, decision.team
    row.queue, row.look_at = decision.to_queue, decision.look_again
    row.route = decision.route
    row.assigned_at = now if decision.to_person else None
    row.steps = json.dumps(decision.sentences, ensure_ascii=False)
    row.save()
    if decision.pool and decision.to_person:
        _share(decision.pool.team, decision.pool.bulk, decision.to_person, decision.shares)


def _share(team: str, bulk: bool, to: str, shares: Mapping[str, float]) -> None:
    for person, part in shares.items():
        standing, _ = Standing.objects.get_or_create(team=team, bulk=bulk, person=person)
        standing.due += part
        standing.had += person == to
        standing.save()


def queue() -> list[Handoff]:
    """Leads that wait for somebody and still stand in the funnel, in the episode handed over."""
    rows = Handoff.objects.filter(person=None, lead__state__status="open")
    return [
        row
        for row in rows.select_related("lead__state").order_by("handed_off_at", "lead_id")
        if row.lead.state.episode == row.episode
    ]
