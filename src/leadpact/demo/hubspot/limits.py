"""What the stand-in allows, as HubSpot documents it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Limits:
    """Calls in ten seconds, searches in one, calls a day. `ticking` tells seconds."""

    ticking: Callable[[], float]
    in_ten_seconds: int = 190
    searches_a_second: int = 5
    of_a_day: int = 1_000_000
    used: int = 0
    refused: int = 0
    by_path: dict[str, int] = field(default_factory=dict)
    _calls: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)

    def take(self, path: str, *, search: bool) -> str:
        """Count a call; the limit that it exceeds, empty where it may go on."""
        at = self.ticking()
        _forget(self._calls, at - 10)
        _forget(self._searches, at - 1)
        if self.used >= self.of_a_day:
            self.refused += 1
            return "DAILY"
        if len(self._calls) >= self.in_ten_seconds:
            self.refused += 1
            return "TEN_SECONDLY_ROLLING"
        if search and len(self._searches) >= self.searches_a_second:
            self.refused += 1
            return "SECONDLY"
        self._calls.append(at)
        if search:
            self._searches.append(at)
        self.used += 1
        self.by_path[path] = self.by_path.get(path, 0) + 1
        return ""

    def headers(self) -> dict[str, str]:
        """What every answer tells of the limits."""
        return {
            "X-HubSpot-RateLimit-Daily": str(self.of_a_day),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.of_a_day - self.used)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(self.in_ten_seconds),
            "X-HubSpot-RateLimit-Remaining": str(max(0, self.in_ten_seconds - len(self._calls))),
        }


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
