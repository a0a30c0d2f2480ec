"""Who is let in by allauth: users that somebody made, and nobody by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from leadpact.ledger.sealing import seal, unseal


class Accounts(DefaultAccountAdapter):
    """Accounts are made by an administrator, with a role."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: an account without a role is none."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Subjects as they are written, without a site's name in brackets."""
        return subject


class SingleSignOn(DefaultSocialAccountAdapter):
    """A service says who somebody is; what they may do is said here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never: the service does not know what role somebody has."""
        return False


class SecondFactor(DefaultMFAAdapter):
    """The secrets of authenticator apps and recovery codes are kept sealed."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Read a sealed secret; raises SealError."""
        return unseal(encrypted_text)
