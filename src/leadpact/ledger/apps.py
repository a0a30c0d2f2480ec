"""The ledger as an application of Django."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Its tables are named `ledger_…`."""

    name = "leadpact.ledger"
    label = "ledger"
    verbose_name = "Leadpact"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lookups of its own are known from now on."""
        from leadpact.ledger import lookups  # noqa: F401 it registers them
