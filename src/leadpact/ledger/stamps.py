"""When a form was shown, signed, so that a sender can neither make it up nor change it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from leadpact.ledger.instants import instant, ticks

#: A page that was open for longer is shown again before it is sent.
OLDEST = timedelta(hours=24)
_SALT = "leadpact.form"


class StampError(Exception):
    """A stamp that does not hold: `missing`, `wrong` or `old`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Shown:
    """A showing of a form: when, and a number of its own."""

    at: datetime
    number: str


def stamp(form: str, *, now: datetime) -> str:
    """A stamp for showing a form now."""
    told = {"f": form, "t": ticks(now), "n": secrets.token_urlsafe(9)}
    return Signer(salt=_SALT).sign_object(told)


def opened(text: str, form: str, *, now: datetime) -> Shown:
    """What a stamp of this form tells. Raises StampError."""
    if not text:
        raise StampError("missing")
    try:
        told = Signer(salt=_SALT).unsign_object(text)
        shown = Shown(instant(int(told["t"])), str(told["n"]))
        of_form = told["f"] == form
    except (BadSignature, ValueError, KeyError, TypeError):
        raise StampError("wrong") from None
    if not of_form or shown.at > now:
        raise StampError("wrong")
    if now - shown.at > OLDEST:
        raise StampError("old")
    return shown
