"""What was imported: every batch, whether it was withdrawn, and where its rejects are listed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from leadpact.ledger.models import Batch, Event, Upload

_MOST = 200


@dataclass(frozen=True)
class ImportShown:
    """A batch; `upload` is the key of the files that came through pages, empty for others."""

    batch: Batch
    withdrawn: bool
    upload: str


def imports_with_files() -> list[ImportShown]:
    """The latest imports, the newest first."""
    voids = Event.objects.filter(lead=None, kind="fact.voided")
    told = voids.values_list("properties", flat=True)
    withdrawn = {json.loads(text).get("batch") for text in told if '"batch"' in text}
    sent = dict(Upload.objects.exclude(batch="").order_by("pk").values_list("batch", "key"))
    return [
        ImportShown(batch, batch.key in withdrawn, sent.get(batch.key, ""))
        for batch in Batch.objects.order_by("-started_at")[:_MOST]
    ]
