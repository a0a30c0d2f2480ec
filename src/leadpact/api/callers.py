"""Who asks: a key in the header, or the session of somebody who signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from leadpact.ledger.models import User
from leadpact.ledger.services import access
from leadpact.ledger.services.permits import Act, Caller, of_key, of_user


class Key(HttpBearer):
    """`Authorization: Bearer lp_…`."""

    openapi_description = "A key made by `leadpact key create`."

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002
        """The program that has this key."""
        key = access.key_of(token, now=now())
        return of_key(key) if key else None


class Session(SessionAuth):
    """The cookie of somebody who signed in on the pages."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:  # noqa: ARG002
        """The user of the session."""
        user = request.user
        return of_user(user) if isinstance(user, User) and user.is_active else None


class NotAllowed(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """The caller is known and may not do this."""

    def __init__(self, act: Act | str) -> None:
        super().__init__(f"This needs the right to {act}.")


def caller_of(request: HttpRequest, act: Act) -> Caller:
    """Whoever asks, if they may do this. Raises NotAllowed."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    if not caller.may(act):
        raise NotAllowed(act)
    return caller


def reader_of_all(request: HttpRequest) -> Caller:
    """Whoever asks, if they may read what is of everybody, as reps may not. Raises NotAllowed."""
    caller = caller_of(request, Act.READ)
    if not caller.sees_all:
        raise NotAllowed("read what is of everybody")
    return caller


def now() -> datetime:
    """The present moment: surfaces read the clock, and nothing below them does."""
    return datetime.now(UTC)
