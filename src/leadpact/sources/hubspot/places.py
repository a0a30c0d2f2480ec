"""Where a search for changes stands: at an instant, or among the many records of one instant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from leadpact.sources.hubspot import shapes

_NUMBER = "hs_object_id"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The finest difference of two instants that HubSpot tells.
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Place:
    """Changes from `begin` on; with a `number`, those of that instant whose number is higher."""

    begin: datetime
    number: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """A place as `str` writes it."""
        begin, number = json.loads(text)
        return cls(datetime.fromisoformat(begin), number)

    def __str__(self) -> str:
        return json.dumps([shapes.moment(self.begin), self.number])

    def search(self, of: str, limit: int) -> dict[str, Any]:
        """The body of the search that goes on here."""
        changed = shapes.modified_name(of)
        stamp = str((self.begin - _EPOCH) // _MILLISECOND)
        filters = [_filter(changed, "EQ" if self.number else "GTE", stamp)]
        filters += [_filter(_NUMBER, "GT", self.number)] if self.number else []
        order = _NUMBER if self.number else changed
        return {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
            "properties": [changed],
            "limit": limit,
        }

    def following(self, of: str, found: Sequence[Mapping[str, Any]], *, more: bool) -> str:
        """Where the search after this one goes on, of which `more` may be told; empty: nowhere."""
        if self.number:
            further = Place(self.begin, str(found[-1]["id"])) if found else self
            return str(further if more else Place(self.begin + _MILLISECOND))
        if not more:
            return ""
        last = Place(shapes.found_at(of, found[-1]))
        # A page of one instant alone would come again and again: from here on by number.
        return str(last if str(last) != str(self) else Place(self.begin, "0"))


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": value}
