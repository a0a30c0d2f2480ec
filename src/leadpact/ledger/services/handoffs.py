"""Handoffs are noted, and who was given a lead; two workers never give away the same lead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import connection, models, transaction

from leadpact.engine.routing.decision import Decision
from leadpact.engine.routing.people import Pool
from leadpact.ledger.models import Handoff, Standing
from leadpact.ledger.services import bulk

Row = TypeVar("Row", bound=models.Model)
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


def known(keys: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of these leads and episodes that were handed over already."""
    wanted = set(keys)
    rows = Handoff.objects.filter(lead__key__among=sorted({lead for lead, _ in wanted}))
    return wanted & set(rows.values_list("lead_id", "episode"))


def open_handoffs(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Handoff]:
    """The handoffs of these leads and episodes that are known."""
    wanted = set(keys)
    rows = Handoff.objects.filter(lead__key__among=sorted({lead for lead, _ in wanted}))
    found = {(row.lead_id, row.episode): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


class Book:
    """What one turn, or one round of the queue, hands over: worked out first, then written at once.

    Whoever holds the right to route writes alone, so that nothing of it changes meanwhile.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], Handoff] = {}
        known = {(row.team, row.bulk, row.person): row for row in Standing.objects.all()}
        self._standings, self._shared = known, False

    @property
    def standings(self) -> list[Standing]:
        """What everybody was due and had, as it was found."""
        return list(self._standings.values())

    def note(
        self, lead: str, episode: int, at: datetime, *, bulk: bool, person: str | None,
        since: datetime | None,
    ) -> Handoff:  # fmt: skip
        """A handoff that was found in the log; `person` holds the lead already, `since` then."""
        row = Handoff(
            lead_id=lead, episode=episode, handed_off_at=at, person=person, assigned_at=since,
            bulk=bulk,
        )  # fmt: skip
        self._rows[lead, episode] = row
        return row

    def routed(self, row: Handoff, decision: Decision, *, now: datetime) -> None:
        """Where a lead went, or in which queue it waits, and how that was found."""
        row.person, row.team = decision.to_person, decision.team
        row.queue, row.look_at = decision.to_queue, decision.look_again
        row.route = decision.route
        row.assigned_at = now if decision.to_person else None
        row.steps = json.dumps(decision.sentences, ensure_ascii=False)
        self._rows[row.lead_id, row.episode] = row
        if decision.pool and decision.to_person:
            self._share(decision.pool, decision.to_person, decision.shares)

    def _share(self, pool: Pool, to: str, shares: Mapping[str, float]) -> None:
        self._shared = True
        for person, part in shares.items():
            key = (pool.team, pool.bulk, person)
            row = self._standings.setdefault(
                key, Standing(team=pool.team, bulk=pool.bulk, person=person)
            )
            row.due += part
            row.had += person == to

    def write(self) -> None:
        """Write everything that was noted; part of the transaction that found it."""
        fresh, there = _parted(self._rows.values())
        columns = {name: [getattr(row, name) for row in fresh] for name in _COLUMNS}
        bulk.insert(Handoff, columns)
        bulk.change(there, _ROUTED)
        if not self._shared:
            return
        new, known = _parted(self._standings.values())
        Standing.objects.bulk_create(new)
        bulk.change(known, ["due", "had"])


def _parted(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Rows that are new, and those that are there."""
    known = list(rows)
    return [row for row in known if row.pk is None], [row for row in known if row.pk is not None]


_COLUMNS = [field.attname for field in Handoff._meta.concrete_fields if not field.primary_key]
_ROUTED = ("person", "team", "queue", "look_at", "route", "assigned_at", "steps")


def forget(lead: str, episode: int) -> None:
    """A handoff was withdrawn, so that the lead can be handed over anew."""
    Handoff.objects.filter(lead_id=lead, episode=episode).delete()


def queue() -> list[Handoff]:
    """Leads that wait for somebody and still stand in the funnel, in the episode handed over."""
    rows = Handoff.objects.filter(person=None, lead__state__status="open")
    return [
        row
        for row in rows.select_related("lead__state").order_by("handed_off_at", "lead_id")
        if row.lead.state.episode == row.episode
    ]
