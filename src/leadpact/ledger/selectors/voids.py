"""The voids that concern some rows, found by what they name: a log has any number of others."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import IsNull

from leadpact.engine.voids import withdrawn_by
from leadpact.ledger.lookups import Among
from leadpact.ledger.models import Event
from leadpact.ledger.models.events import NamedByVoid

Name = tuple[str, str]
_NAMED = NamedByVoid("properties")


def naming(ids: Iterable[str]) -> list[Event]:
    """Voids of rows with these ids, of whichever source, and voids of those voids."""
    found: dict[int, Event] = {}
    ahead = set(ids)
    while ahead:
        voids = _voids().filter(Among(_NAMED, sorted(ahead)))
        fresh = [void for void in voids if void.pk not in found]
        found |= {void.pk: void for void in fresh}
        ahead = {void.event_id for void in fresh}
    return list(found.values())


def of_imports() -> list[Event]:
    """Voids that name an import, or nothing."""
    return list(_voids().filter(IsNull(_NAMED, True)))


def withdrawn_imports() -> set[str]:
    """The keys of imports that are withdrawn."""
    voids = of_imports()
    about = [*voids, *naming(void.event_id for void in voids)]
    return withdrawn_by([_told(void) for void in about], ()).batches


def withdrawn(rows: Iterable[Event]) -> set[Name]:
    """Of these rows those that are voided, by source and event id."""
    asked = {(row.source, row.event_id): row.batch_id for row in rows}
    about = [*of_imports(), *naming(event_id for _, event_id in asked)]
    found = withdrawn_by([_told(void) for void in about], ())
    return {name for name, batch in asked.items() if name in found.rows or batch in found.batches}


def _told(void: Event) -> dict[str, object]:
    return {
        "kind": void.kind,
        "source": void.source,
        "event_id": void.event_id,
        "batch": void.batch_id,
        "moment": void.happened,
        "stated": json.loads(void.properties),
    }


def _voids() -> QuerySet[Event]:
    # The kind stands in the statement itself: SQLite does not use the index for a parameter.
    are_voids = RawSQL("kind = 'fact.voided'", (), output_field=BooleanField())
    return Event.objects.filter(are_voids).order_by("pk")
