"""What an installation is told by its surroundings: its folder, the secret in it, its address."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

_SECRET = "secret.key"
#: Headers by which a proxy says for whom it asks.
_FORWARDED = (
    *("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP"),
    "HTTP_VIA",
)


class SettingError(Exception):
    """A variable of the environment cannot be meant; the message is a sentence for the user."""


def home() -> Path:
    """LEADPACT_HOME, by default the platform's folder for the data of applications; not made."""
    named = os.environ.get("LEADPACT_HOME")
    return Path(named).expanduser() if named else platformdirs.user_data_path("leadpact")


def own_address() -> str:
    """LEADPACT_URL without a slash at its end; empty where nobody said. Raises SettingError."""
    named = os.environ.get("LEADPACT_URL", "").strip().rstrip("/")
    try:
        parts = urlsplit(named)
        sound = parts.scheme in ("http", "https") and parts.hostname and not parts.path
    except ValueError:
        sound = False
    if named and not sound:
        raise SettingError(
            f"LEADPACT_URL is “{named[:80]}”; write it such as https://leads.example.com."
        )
    return named


def from_this_machine(asked: Mapping[str, Any]) -> bool:
    """Whether this machine asks for itself; a proxy on it asks for somebody else.

    `asked` is a request as its server tells it (WSGI's environment).
    """
    if any(asked.get(name) for name in _FORWARDED):
        return False
    try:
        return ip_address(asked.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def secret() -> str:
    """The installation's secret: from LEADPACT_SECRET, else from a file only its owner can read.

    Made at the first call. Whoever has it can forge sessions and read stored credentials. Raises
    OSError where the folder cannot be written.
    """
    if named := os.environ.get("LEADPACT_SECRET"):
        return named
    folder = home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / _SECRET
    if not file.exists():
        _make(file)
    return file.read_text(encoding="ascii").strip()


def _make(file: Path) -> None:
    """Write the secret aside and link it into place, so that of two processes one wins whole."""
    aside = file.with_name(f".{_SECRET}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
