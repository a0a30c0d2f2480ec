"""What was imported: every batch, whether it was withdrawn, and where its rejects are listed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from leadpact.ledger.models import Batch, Upload
from leadpact.ledger.selectors import voids

_MOST = 200


@dataclass(frozen=True)
class ImportShown:
    """A batch; `upload` is the key of the files that came through pages, empty for others."""

    batch: Batch
    withdrawn: bool
    upload: str


def imports_with_files() -> list[ImportShown]:
    """The latest imports, the newest first."""
    withdrawn = {json.loads(void.properties).get("batch") for void in voids.of_imports()}
    sent = dict(Upload.objects.exclude(batch="").order_by("pk").values_list("batch", "key"))
    return [
        ImportShown(batch, batch.key in withdrawn, sent.get(batch.key, ""))
        for batch in Batch.objects.order_by("-started_at")[:_MOST]
    ]
