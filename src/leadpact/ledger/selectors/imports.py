"""What was imported and what is on its way, with the files that came through pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from leadpact.ledger.models import Batch, Upload


def imports() -> QuerySet[Batch]:
    """Everything that was imported, those that are withdrawn as well."""
    return Batch.objects.all()


def on_the_way() -> QuerySet[Upload]:
    """Files that were sent in and are not imported yet, the newest first."""
    return Upload.objects.exclude(state=Upload.State.DONE).order_by("-created_at")


def files_of(batches: Iterable[Batch]) -> dict[str, str]:
    """Import → the key of its files, of those that came through pages."""
    sent = Upload.objects.filter(batch__in=[each.key for each in batches]).order_by("pk")
    return dict(sent.values_list("batch", "key"))
