"""Who may do what: users with a role, keys with scopes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from leadpact.ledger.models.people import Person


class Role(models.TextChoices):
    """What a user is to the two teams."""

    ADMINISTRATOR = "administrator"
    MARKETING_HEAD = "marketing head"
    MARKETER = "marketer"
    SALES_HEAD = "sales head"
    REP = "rep"
    VIEWER = "viewer"


class Scope(models.TextChoices):
    """What a key may do; each includes those before it, but `collect` only writes events."""

    COLLECT = "collect"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class _Users(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None, **extra: Any) -> User:
        """A user who signs in with an email address."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None, **extra: Any) -> User:
        """An administrator who may also use Django's admin."""
        extra |= {"role": Role.ADMINISTRATOR, "is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. A rep's `person` is who holds the leads."""

    email = models.EmailField(unique=True)
    name = models.TextField(blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="user"
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(null=True)

    objects: ClassVar[_Users] = _Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class ApiKey(models.Model):
    """A key for programs. Only its hash is kept; `prefix` tells keys apart in lists.

    One for a `user` may do no more than that user, and sees what they see.
    """

    name = models.TextField(unique=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=7, choices=Scope.choices)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="keys")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.scope})"
