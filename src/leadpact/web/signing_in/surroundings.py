"""What the environment says of sending mail and of single sign-on; pure, for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from leadpact.ledger.home import SettingError

#: The port where none is named, and how the connection is secured.
_SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
OIDC_ID = "sso"


def mail_settings(address: str) -> dict[str, Any]:
    """Django's settings for LEADPACT_MAIL; without it nothing is mailed. Raises SettingError."""
    if not address.strip():
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        parts = urlsplit(address.strip())
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in _SCHEMES or not host or "@" not in sender:
        raise SettingError(
            "LEADPACT_MAIL cannot be read; write it such as "
            "smtp+tls://user:password@mail.example.com/?from=leads@example.com."
        )
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or _SCHEMES[parts.scheme],
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }


def oidc_provider(environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """The one service of single sign-on, if LEADPACT_OIDC_ISSUER names it. Raises SettingError."""
    issuer = environ.get("LEADPACT_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return []
    client, secret = environ.get("LEADPACT_OIDC_CLIENT"), environ.get("LEADPACT_OIDC_SECRET")
    if urlsplit(issuer).scheme not in ("http", "https") or not client or not secret:
        raise SettingError(
            "LEADPACT_OIDC_ISSUER needs an address such as https://login.example.com, and "
            "LEADPACT_OIDC_CLIENT and LEADPACT_OIDC_SECRET beside it."
        )
    return [
        {
            "provider_id": OIDC_ID,
            "name": environ.get("LEADPACT_OIDC_NAME") or "single sign-on",
            "client_id": client,
            "secret": secret,
            "settings": {"server_url": issuer},
        }
    ]
