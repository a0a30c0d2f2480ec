"""How the nurture programs do, from what is known of their entries."""

from __future__ import annotations

from datetime import datetime

from leadpact.engine import nurture
from leadpact.engine.nurture import Entry, ProgramFigures
from leadpact.ledger.models import Episode, NurtureEntry

_TOLD = [
    *("lead_id", "episode", "program", "owner", "entered_at", "step", "next_step"),
    *("next_channel", "next_touch_at", "left_at", "exit"),
]


def figures_of_programs(now: datetime) -> list[ProgramFigures]:
    """Of each program: entries, exits by reason, late touches, and how soon its leads qualified."""
    entries = [Entry(**row) for row in NurtureEntry.objects.values(*_TOLD)]
    qualified = Episode.objects.filter(
        lead__nurture_entries__isnull=False, qualified_at__isnull=False
    ).distinct()
    rows = qualified.values_list("lead_id", "episode", "qualified_at")
    known = {(lead, number): at for lead, number, at in rows if at is not None}
    return nurture.figures(entries, known, now)
