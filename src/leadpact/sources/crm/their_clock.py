"""The clock of a customer system, which may go otherwise than this machine's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class TheirClock:
    """Tells the system's time by the `Date` of its last answer (RFC 9110, whole seconds).

    `ticking` counts seconds and never goes back.
    """

    def __init__(self, ticking: Callable[[], float]) -> None:
        self._ticking = ticking
        self._heard: tuple[datetime, float] | None = None

    def hear(self, date: str | None) -> None:
        """Take the `Date` of an answer; what is none says nothing."""
        try:
            told = parsedate_to_datetime(date or "")
        except ValueError:
            return
        at = told if told.tzinfo else told.replace(tzinfo=UTC)
        self._heard = at.astimezone(UTC), self._ticking()

    @property
    def now(self) -> datetime | None:
        """The present moment there; None before the first answer."""
        if self._heard is None:
            return None
        at, heard = self._heard
        return at + timedelta(seconds=self._ticking() - heard)
