"""The next version of the agreement as somebody is writing it: a text of theirs alone."""

from __future__ import annotations

from leadpact.ledger.selectors import agreements
from leadpact.web.registry import PageRequest

_DRAFT, _BASE = "draft of the agreement", "version that the draft began with"
_LONGEST = 1_000_000


def of(request: PageRequest) -> str | None:
    """The reader's draft, if there is one."""
    text = request.session.get(_DRAFT)
    return text if isinstance(text, str) else None


def overtaken(request: PageRequest) -> bool:
    """Whether somebody published another version since the reader's draft was begun."""
    return of(request) is not None and request.session.get(_BASE) != _in_force(request)


def keep(request: PageRequest, text: str) -> bool:
    """Let a text be the reader's draft, until it is published or thrown away; not one too long."""
    if len(text) > _LONGEST:
        return False
    if of(request) is None:
        request.session[_BASE] = _in_force(request)
    request.session[_DRAFT] = text
    return True


def drop(request: PageRequest) -> None:
    """Let there be no draft."""
    for name in (_DRAFT, _BASE):
        request.session.pop(name, None)


def _in_force(request: PageRequest) -> int | None:
    version = agreements.in_force(request.now)
    return version.id if version else None
