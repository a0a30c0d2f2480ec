"""The next version of the agreement as somebody is writing it: a text of theirs alone."""

from __future__ import annotations

from leadpact.web.registry import PageRequest

_DRAFT = "draft of the agreement"
_LONGEST = 1_000_000


def of(request: PageRequest) -> str | None:
    """The reader's draft, if there is one."""
    text = request.session.get(_DRAFT)
    return text if isinstance(text, str) else None


def keep(request: PageRequest, text: str) -> None:
    """Let a text be the reader's draft, until it is published or thrown away."""
    if len(text) <= _LONGEST:
        request.session[_DRAFT] = text


def drop(request: PageRequest) -> None:
    """Let there be no draft."""
    request.session.pop(_DRAFT, None)
