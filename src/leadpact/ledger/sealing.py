"""Secrets at rest: credentials are kept encrypted under the installation's secret."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadpact.ledger.home import secret


class SealError(Exception):
    """A credential was sealed under another secret than the installation has now."""


def seal(text: str) -> str:
    """Encrypt a credential."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt a credential; raises SealError."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealError(
            "A stored credential cannot be read: the installation's secret has changed. "
            "Enter it again."
        ) from None


def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"leadpact credentials").derive(secret().encode())
    return Fernet(base64.urlsafe_b64encode(key))
