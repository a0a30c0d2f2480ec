"""What Leadpact itself wrote into a customer system, recognised when it is read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from leadpact.ledger.models import CrmWrite
from leadpact.sources.crm.records import Record, Version

#: So far the times of a writing may differ when the value that was written is recognised.
_SKEW = timedelta(minutes=10)
#: Times of one writing, as the system's answer and its record tell them, are no further apart.
_SAME_TIME = timedelta(seconds=5)


@dataclass(frozen=True)
class Ours:
    """Tells what Leadpact wrote itself: by the system's mark, else by value and time.

    `written` has the fields that were written of each record by number. What the system says that
    somebody else wrote than a program of our kind is never ours. Its
    clock, by which versions have their times, is `ahead` of ours.
    """

    own_mark: str
    written: Mapping[str, Mapping[str, CrmWrite]]
    ahead: timedelta

    def __call__(self, record: Record, name: str, version: Version) -> bool:
        if version.by and version.by == self.own_mark:
            return True
        row = self.written.get(record.id, {}).get(name)
        if row is None or self._is_of_others(version):
            return False
        same_as_written = row.written is not None and row.written == version.value
        if same_as_written and row.written_at and abs(row.written_at - version.at) <= _SKEW:
            return True
        tried = row.open and row.attempts > 0 and row.wanted == version.value
        return tried and version.at >= row.wanted_at + self.ahead - _SKEW

    def later(self, record: Record) -> dict[str, str]:
        """What Leadpact wrote after a record was found: pages may show what was long before."""
        return {
            name: row.written
            for name, row in self.written.get(record.id, {}).items()
            if row.written is not None and row.written_at
            if row.written_at - _SAME_TIME > record.modified_at
        }

    def _is_of_others(self, version: Version) -> bool:
        kind, ours = (mark.partition(":")[0] for mark in (version.by, self.own_mark))
        return bool(kind and ours and kind != ours)
