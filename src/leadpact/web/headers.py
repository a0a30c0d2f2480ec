"""Headers that keep a page to itself: it loads nothing from elsewhere and runs no inline code."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        # The picture that an authenticator app reads is made on the spot.
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

#: Addresses that are themselves the right to act, so that they are told to nobody, not even to us.
_RIGHTS = ("/answer/", "/f/")


def plain(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: a NUL in an address, which no database takes, names nothing that is there."""

    def respond(request: HttpRequest) -> HttpResponse:
        request.path_info = request.path_info.replace("\0", "\ufffd")
        asked = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = asked.replace("%00", "%EF%BF%BD")
        return get_response(request)

    return respond


def strict(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: pages are for their reader alone, are kept nowhere on the way, and tell who
    signed in how long they took, which the developer tools of browsers show.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Content-Security-Policy", _POLICY)
            response.setdefault("Cache-Control", "no-store")
            response.setdefault("X-Robots-Tag", "noindex, nofollow")
            if hasattr(request, "caller"):  # how long it took tells strangers who is known
                response["Server-Timing"] = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
            if request.path.startswith(_RIGHTS):
                response.setdefault("Referrer-Policy", "no-referrer")
        return response

    return respond
