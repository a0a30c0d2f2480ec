"""Verdicts on decisions are remembered by all that they rest on: the same asked again is the same.

A lead of which a row was withdrawn is judged at every look, though only a clock may have come due.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from leadpact.agreement.spec import Agreement

_VERDICTS, _AGREEMENTS = 200_000, 4


def print_of(row: Mapping[str, Any]) -> bytes:
    """A row with all that it says, in few bytes."""
    return _digest(repr(list(row.items())).encode())


class Verdicts:
    """What was found under some versions of the agreement, as long as they are these."""

    def __init__(self, versions: Sequence[Agreement]) -> None:
        # Held, so that no other version gets their place in memory.
        self.versions = tuple(versions)
        self._found: OrderedDict[bytes, bool] = OrderedDict()

    def of(self, rests_on: Iterable[bytes], judge: Callable[[], bool]) -> bool:
        """The verdict on what rests on all this, judged where it is not known."""
        asked = _digest(b"".join(rests_on))
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = judge()
            if len(self._found) > _VERDICTS:
                self._found.popitem(last=False)
        return found


_KNOWN: OrderedDict[tuple[int, ...], Verdicts] = OrderedDict()


def under(versions: Sequence[Agreement]) -> Verdicts:
    """What this process found under these versions so far."""
    known = _KNOWN.setdefault(tuple(map(id, versions)), Verdicts(versions))
    if len(_KNOWN) > _AGREEMENTS:
        _KNOWN.popitem(last=False)
    return known


def _digest(told: bytes) -> bytes:
    return blake2b(told, digest_size=16).digest()
