"""Letting somebody choose a password: a link that works once, for some days."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from leadpact.ledger.models import User


def link_for(user: User) -> str:
    """An address at which a user chooses a password; a path only where our own address is unknown.

    Whoever has it can sign in as the user, once the password is chosen.
    """
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.LEADPACT_URL}{path}"


def days_it_holds() -> int:
    """How many days such a link can be used."""
    return int(settings.PASSWORD_RESET_TIMEOUT // 86_400)


def mail_invitation(user: User, link: str, inviter: str) -> bool:
    """Mail somebody their link; whether this installation mails at all. Raises OSError."""
    if not settings.LEADPACT_MAILS:
        return False
    text = (
        f"{inviter} invites you to Leadpact as {user.role}.\n\n"
        f"Choose your password here:\n\n{link}\n\n"
        f"The link can be used once, within {days_it_holds()} days.\n"
    )
    send_mail("You are invited to Leadpact", text, None, [user.email])
    return True
