"""Webhooks, signed as Standard Webhooks asks, so that the receiver can tell who calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import urllib3
from standardwebhooks.webhooks import Webhook

from leadpact.notify.message import SendError
from leadpact.notify.outgoing import Target, target_of

_PATIENCE = urllib3.Timeout(connect=5, read=15)
#: Answers after which another try cannot help: the receiver understood and will not have it.
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 413, 422})


def send(
    url: str,
    secret: str,
    key: str,
    body: Mapping[str, Any],
    *,
    now: datetime,
    private: bool = False,
) -> None:
    """Post the body as JSON, signed with the secret (`whsec_…`); `key` is its message id.

    Raises SendError unless the receiver answers with 2xx.
    """
    target = target_of(url, private=private)
    data = json.dumps(body, ensure_ascii=False, default=str, sort_keys=True)
    headers = {
        "Host": target.host if target.port in (80, 443) else f"{target.host}:{target.port}",
        "Content-Type": "application/json",
        "User-Agent": "Leadpact",
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, now, data),
    }
    status = _post(target, data.encode(), headers)
    if not 200 <= status < 300:
        raise SendError(f"{target.host} answered {status}.", again=status not in _FINAL)


def _post(target: Target, data: bytes, headers: Mapping[str, str]) -> int:
    """Post to the very address that was judged, whatever its name says meanwhile."""
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            target.address,
            target.port,
            timeout=_PATIENCE,
            retries=False,
            server_hostname=target.host,
            assert_hostname=target.host,
        )
    else:
        pool = urllib3.HTTPConnectionPool(
            target.address, target.port, timeout=_PATIENCE, retries=False
        )
    try:
        with pool:
            answer = pool.urlopen("POST", target.path, data, headers, redirect=False)
            return int(answer.status)
    except urllib3.exceptions.HTTPError as error:
        raise SendError(f"{target.host} cannot be reached ({type(error).__name__}).") from None
