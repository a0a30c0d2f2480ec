"""How everything that is set up stands, for the first page of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadpact.ledger.models import (
    ApiKey,
    Batch,
    Channel,
    CrmConnection,
    Form,
    Installation,
    Notice,
    Upload,
    Webhook,
)
from leadpact.ledger.selectors.access import GettingIn, getting_in


@dataclass(frozen=True)
class SetUp:
    """Counts of what is there, and of what does not work."""

    live_since: datetime | None
    shadow: bool
    getting_in: GettingIn
    imports: int
    uploads_running: int
    uploads_open: int
    uploads_failed: int
    connections: Sequence[CrmConnection]
    forms: int
    channels: int
    webhooks: int
    untold: int
    given_up: int
    keys: int


def set_up() -> SetUp:
    """What is set up: a dozen small counts, none of which grows with the log."""
    installation = Installation.objects.first()
    waiting, state = Upload.objects.exclude(state=Upload.State.DONE), Upload.State
    return SetUp(
        live_since=installation.live_since if installation else None,
        shadow=bool(installation and installation.shadow),
        getting_in=getting_in(),
        imports=Batch.objects.count(),
        uploads_running=waiting.filter(state__in=(state.WAITING, state.RUNNING)).count(),
        uploads_open=waiting.filter(state=state.MAPPING).count(),
        uploads_failed=waiting.filter(state=state.FAILED).count(),
        connections=list(CrmConnection.objects.order_by("system")),
        forms=Form.objects.filter(retired_at=None).count(),
        channels=Channel.objects.filter(active=True).count(),
        webhooks=Webhook.objects.filter(active=True).count(),
        untold=Notice.objects.filter(state=Notice.State.WAITING).count(),
        given_up=Notice.objects.filter(state=Notice.State.DEAD).count(),
        keys=ApiKey.objects.filter(revoked_at=None).count(),
    )
