"""Addresses of the REST interface, below `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from leadpact.api.app import api, not_found

urlpatterns: list[URLPattern | URLResolver] = [
    path("", api.urls),
    re_path(r"", not_found),
]
