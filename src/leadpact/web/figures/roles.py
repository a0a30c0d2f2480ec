"""Who reads the figures of everybody: all but reps, who are shown what is their own."""

from __future__ import annotations

from leadpact.ledger.models import Role

READERS = frozenset(Role.values) - {Role.REP.value}
