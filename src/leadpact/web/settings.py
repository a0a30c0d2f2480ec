"""Django's settings, from the environment; every value has a default that is safe.

| variable | meaning |
|---|---|
| `LEADPACT_HOME` | folder of the whole state; by default the platform's data folder |
| `DATABASE_URL` | `postgresql://…`; by default SQLite in the home folder |
| `LEADPACT_SECRET` | the installation's secret; by default kept in the home folder |
| `LEADPACT_URL` | its address as people reach it, which messages link to; `serve` knows its own |
| `LEADPACT_HOSTS` | names under which it is reached, with commas; by default this machine alone |
| `LEADPACT_CALL_PRIVATE` | `1` lets webhooks call addresses of this network |
| `LEADPACT_PROXIES` | how many proxies stand before it, each of which adds to `X-Forwarded-For` |
| `LEADPACT_HTTPS` | `1` where it is reached by HTTPS: cookies are then sent by HTTPS alone |
| `LEADPACT_MAIL` | a server that sends invitations: `smtp+tls://user:password@host/?from=address` |
| `LEADPACT_OIDC_ISSUER` | the address of a service by which people sign in (OpenID Connect) |
| `LEADPACT_OIDC_CLIENT` | what this installation is called there |
| `LEADPACT_OIDC_SECRET` | its secret there |
| `LEADPACT_OIDC_NAME` | what the service is called on the button; by default “single sign-on” |
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from leadpact.ledger.home import home, own_address, secret
from leadpact.web.signing_in.surroundings import mail_settings, oidc_provider

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = secret()
DEBUG = False

LEADPACT_URL = own_address()
#: Set by `leadpact demo` alone; without its ledger it means nothing.
LEADPACT_DEMO = os.environ.get("LEADPACT_DEMO") == "1"
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, [urlsplit(LEADPACT_URL).hostname]),
    *filter(None, os.environ.get("LEADPACT_HOSTS", "").split(",")),
]

INSTALLED_APPS = [
    # The tables of `web/administration.py`; the admin's own site is served nowhere.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "leadpact.ledger",
]
#: Every value of a section of the agreement is a field of its form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leadpact.web.headers.strict",
    "leadpact.web.headers.plain",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "leadpact.web.urls"
ASGI_APPLICATION = "leadpact.web.asgi.application"
WSGI_APPLICATION = "leadpact.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leadpact.web.frame.frame",
            ],
            "builtins": ["leadpact.web.tags", "leadpact.web.lists.cells"],
        },
    }
]


def _database() -> dict[str, Any]:
    """PostgreSQL where DATABASE_URL names one; else SQLite, whose writers take turns."""
    if url := os.environ.get("DATABASE_URL"):
        found: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=60)}
        found["ENGINE"] = "leadpact.ledger.postgresql"
        found.setdefault("OPTIONS", {})
        found["CONN_HEALTH_CHECKS"] = True
        return found
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home() / "leadpact.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "ledger.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "leadpact.web.signing_in.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Whoever invites somebody has their address; nobody adds one alone.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key", "reset_password": "5/m/ip,3/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LEADPACT_PROXIES") or 0)
MFA_ADAPTER = "leadpact.web.signing_in.adapters.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Leadpact"
SOCIALACCOUNT_ADAPTER = "leadpact.web.signing_in.adapters.SingleSignOn"
# The service that the installation names is trusted with whose address is whose.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A form that leads to another site would need that site in the policy of every page.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
LEADPACT_OIDC = oidc_provider(os.environ)
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": LEADPACT_OIDC}} if LEADPACT_OIDC else {}
LEADPACT_MAILS = bool(os.environ.get("LEADPACT_MAIL", "").strip())
globals().update(mail_settings(os.environ.get("LEADPACT_MAIL", "")))

# What counts attempts to sign in is shared by all processes, so that it lies in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leadpact_cache",
    }
}

#: Whose word on the address of a caller counts; without any, who connects is who calls.
LEADPACT_PROXIES = int(os.environ.get("LEADPACT_PROXIES") or 0)
LEADPACT_CALL_PRIVATE = os.environ.get("LEADPACT_CALL_PRIVATE") == "1"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served from where they are installed; nothing has to be collected first.
WHITENOISE_USE_FINDERS = True

_HTTPS = os.environ.get("LEADPACT_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Requests and their personal data stay out of the log; what is logged is structured by whoever runs
# the process.
LOGGING = {"version": 1, "disable_existing_loggers": False}
