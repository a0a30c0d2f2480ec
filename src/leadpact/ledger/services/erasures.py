"""People who were erased stay so: what happened before is not taken again, from wherever it comes.

What they do later is a new lead's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from leadpact.ledger.facts import Fact
from leadpact.ledger.home import secret
from leadpact.ledger.models import Erased
from leadpact.ledger.services.identities import Key, keys_of


def remember(keys: Iterable[Key], *, at: datetime) -> None:
    """These keys belonged to somebody who is erased now."""
    for kind, value in set(keys):
        Erased.objects.update_or_create(digest=_digest((kind, value)), defaults={"at": at})


def nobody() -> bool:
    """Whether nobody was ever erased."""
    return not Erased.objects.exists()


def erased_at(keys: Iterable[Key]) -> dict[Key, datetime]:
    """When those of the keys that belonged to somebody erased were."""
    if nobody():
        return {}
    digests = {_digest(key): key for key in keys}
    rows = Erased.objects.filter(digest__among=list(digests))
    return {digests[digest]: at for digest, at in rows.values_list("digest", "at")}


def before_erasure(facts: Sequence[Fact]) -> list[bool]:
    """Of each fact whether it is of somebody's time before they were erased."""
    named = [keys_of(fact.lead) if fact.lead else [] for fact in facts]
    known = erased_at(key for keys in named for key in keys)
    return [_is_before(fact, keys, known) for fact, keys in zip(facts, named, strict=True)]


def _is_before(fact: Fact, keys: Sequence[Key], known: Mapping[Key, datetime]) -> bool:
    return any(fact.happened_at <= known[key] for key in keys if key in known)


def _digest(key: Key) -> str:
    told = f"{key[0]} {key[1]}".encode()
    return hmac.new(secret().encode(), told, hashlib.sha256).hexdigest()
