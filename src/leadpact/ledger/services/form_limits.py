"""How often a form may be sent: from one network address, and over all."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db.models import F

from leadpact.ledger.home import secret
from leadpact.ledger.models import Form, FormCount

#: So often in such a stretch from one address; a form itself says how often in an hour over all.
FROM_ONE_ADDRESS = 10
_STRETCH = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
_FORGOTTEN = timedelta(hours=2)
#: An IPv6 network of this length is one household's or company's.
_NETWORK = 64


class TooMany(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """A form was sent too often; `until` is when it may be sent again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("sent too often")
        self.until = until


def count(form: Form, address: str, *, now: datetime) -> None:
    """Count a form that is sent. Raises TooMany, which undoes the transaction it is part of."""
    _one_more(f"{form.key} {_network(address)}", FROM_ONE_ADDRESS, _STRETCH, now)
    _one_more(form.key, form.per_hour, _HOUR, now)


def _one_more(what: str, most: int, stretch: timedelta, now: datetime) -> None:
    begins = datetime.fromtimestamp(now.timestamp() // stretch.seconds * stretch.seconds, UTC)
    told = f"{what} {stretch.seconds} {begins.isoformat()}"
    digest = hmac.new(secret().encode(), told.encode(), hashlib.sha256).hexdigest()
    row = FormCount.objects.filter(digest=digest)
    if not row.exists():
        FormCount.objects.filter(begins__lt=now - _FORGOTTEN).delete()
        FormCount.objects.bulk_create([FormCount(digest=digest, begins=begins)],
                                      ignore_conflicts=True)  # fmt: skip
    row.update(count=F("count") + 1)
    if row.get().count > most:
        raise TooMany(begins + stretch)


def _network(address: str) -> str:
    """The address, or of IPv6 the network it lies in."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ip_network((found, _NETWORK), strict=False))
