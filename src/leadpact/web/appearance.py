"""Light or dark: as the device has it, or as somebody chose, which a cookie keeps."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from leadpact.web.going_back import back_of

COOKIE = "theme"
THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    """`light`, `dark`, or empty for whatever the device has."""
    said = request.COOKIES.get(COOKIE, "")
    return said if said in THEMES else ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a choice and go back to the page on which it was made."""
    answer = redirect(back_of(request))
    said = request.POST.get("theme", "")
    if said in THEMES:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        answer.set_cookie(COOKIE, said, _YEAR, httponly=True, samesite="Lax", secure=secure)
    else:
        answer.delete_cookie(COOKIE)
    return answer


urlpatterns: list[URLPattern] = [path("appearance", choose, name="appearance")]
