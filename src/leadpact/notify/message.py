"""A message, and what became of sending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Something that the reader can do, and where."""

    label: str
    url: str


@dataclass(frozen=True)
class Message:
    """What somebody is told: a subject, a few plain sentences, what they can do about it.

    `key` stays the same when a message is sent again, so that a receiver can tell.
    """

    key: str
    subject: str
    lines: Sequence[str]
    links: Sequence[Link] = ()

    @property
    def text(self) -> str:
        """The message as plain text."""
        links = [f"{link.label}: {link.url}" for link in self.links]
        return "\n".join([*self.lines, *([""] if links else []), *links])


class SendError(Exception):
    """A message that did not get through; `again` says whether another try may help."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
