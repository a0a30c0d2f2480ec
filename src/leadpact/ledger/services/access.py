"""Users and keys: who gets in, and as what."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from leadpact.ledger.models import ApiKey, Person, Role, Scope, User
from leadpact.ledger.services import audit

_PREFIX = "lp_"
_SHOWN = 8
#: A key's last use is written down at most this often: reading must not mean writing.
_USE_NOTED_EVERY = timedelta(minutes=1)


class AccessError(Exception):
    """Somebody or something cannot be let in as asked; the message is a sentence for the user."""


@transaction.atomic
def create_user(
    email: str, role: str, password: str | None, *, actor: str, now: datetime, name: str = ""
) -> User:
    """A user who signs in with an email address; a rep is tied to the person of the same address.

    Without a password the user cannot sign in until one is set. Raises AccessError.
    """
    email = email.strip().lower()
    if role not in Role.values:
        raise AccessError(f"There is no role “{role}”; choose one of: {', '.join(Role.values)}.")
    try:
        validate_email(email)
    except ValidationError:
        raise AccessError(f"“{email}” is no email address.") from None
    if User.objects.filter(email=email).exists():
        raise AccessError(f"There is a user {email} already.")
    person = Person.objects.filter(email__iexact=email, user=None).first()
    user = User(email=email, role=role, name=name, person=person, date_joined=now)
    user.is_staff = user.is_superuser = role == Role.ADMINISTRATOR
    _set_password(user, password)
    user.save()
    audit.record(actor, "created", f"user {email}", {"role": role}, now=now)
    return user


@transaction.atomic
def set_password(user: User, password: str, *, actor: str, now: datetime) -> None:
    """Give a user another password; raises AccessError for one that is too easy to guess."""
    _set_password(user, password)
    user.save(update_fields=["password"])
    audit.record(actor, "changed the password of", f"user {user.email}", now=now)


@transaction.atomic
def change_role(email: str, role: str, *, actor: str, now: datetime) -> User:
    """From the next page on somebody may do what another role may. Raises AccessError."""
    user = _user(email)
    if role not in Role.values:
        raise AccessError(f"There is no role “{role}”; choose one of: {', '.join(Role.values)}.")
    if user.role == role:
        raise AccessError(f"{user.email} is {role} already.")
    if role != Role.ADMINISTRATOR:
        _somebody_administers_without(user)
    before, user.role = user.role, role
    user.is_staff = user.is_superuser = role == Role.ADMINISTRATOR
    user.save(update_fields=["role", "is_staff", "is_superuser"])
    detail = {"from": before, "to": role}
    audit.record(actor, "changed the role of", f"user {user.email}", detail, now=now)
    return user


@transaction.atomic
def let_go(email: str, *, actor: str, now: datetime) -> User:
    """Somebody is signed out, and neither they nor keys that ask for them get in any more.

    What they did stays. Raises AccessError.
    """
    user = _user(email)
    if not user.is_active:
        raise AccessError(f"{user.email} does not get in already.")
    _somebody_administers_without(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(actor, "let go", f"user {user.email}", now=now)
    for key in user.keys.filter(revoked_at=None):
        revoke_key(key.name, actor=actor, now=now)
    return user


@transaction.atomic
def let_in_again(email: str, *, actor: str, now: datetime) -> User:
    """Somebody who was let go gets in as before. Raises AccessError."""
    user = _user(email)
    if user.is_active:
        raise AccessError(f"{user.email} gets in already.")
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(actor, "let in again", f"user {user.email}", now=now)
    return user


def _user(email: str) -> User:
    found = User.objects.select_for_update().filter(email=email.strip().lower()).first()
    if found is None:
        raise AccessError(f"There is no user {email}.")
    return found


def _somebody_administers_without(user: User) -> None:
    others = User.objects.select_for_update().exclude(pk=user.pk)
    if user.role == Role.ADMINISTRATOR and not any(
        each.is_active and each.role == Role.ADMINISTRATOR for each in others
    ):
        raise AccessError(f"{user.email} is the last administrator; make somebody else one before.")


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AccessError(" ".join(error.messages)) from None
    user.set_password(password)


@transaction.atomic
def create_key(
    name: str, scope: str, *, actor: str, now: datetime, for_user: str = ""
) -> tuple[ApiKey, str]:
    """A key for a program and its text, which is told this once. Raises AccessError.

    `for_user` is the email of whoever it asks for: it may do no more, and sees what they see.
    """
    if scope not in Scope.values:
        raise AccessError(f"There is no scope “{scope}”; choose one of: {', '.join(Scope.values)}.")
    if not name.strip():
        raise AccessError("A key needs a name that says who uses it.")
    user = _user(for_user) if for_user else None
    if user and not user.is_active:
        raise AccessError(f"{user.email} does not get in any more.")
    text = _PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            key = ApiKey.objects.create(
                name=name.strip(),
                prefix=text[: len(_PREFIX) + _SHOWN],
                digest=_digest(text),
                scope=scope,
                user=user,
                created_at=now,
            )
    except IntegrityError:
        raise AccessError(f"There is a key “{name}” already; revoke it or name another.") from None
    detail = {"scope": scope} | ({"for": user.email} if user else {})
    audit.record(actor, "created", f"key {key.name}", detail, now=now)
    return key, text


@transaction.atomic
def revoke_key(name: str, *, actor: str, now: datetime) -> None:
    """From now on nobody gets in with this key. Raises AccessError for one that is not there."""
    if not ApiKey.objects.filter(name=name, revoked_at=None).update(revoked_at=now):
        raise AccessError(f"There is no key “{name}” that holds.")
    audit.record(actor, "revoked", f"key {name}", now=now)


def key_of(text: str, *, now: datetime) -> ApiKey | None:
    """The key that this text is, if it holds.

    Keys are long and random, so that their plain hash tells nothing and looking it up takes the
    same time for every wrong one.
    """
    found = ApiKey.objects.filter(digest=_digest(text), revoked_at=None)
    key = found.select_related("user__person__team").first()
    if key and (key.last_used_at is None or now - key.last_used_at > _USE_NOTED_EVERY):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
