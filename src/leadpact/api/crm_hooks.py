"""Customer systems tell that records changed; nothing of what they say is believed but that.

A message that is genuine makes the worker read those records at once. One that is lost is made up
for by reading what changed every minute; one that comes twice is noted once.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leadpact.api.callers import now
from leadpact.api.problems import told
from leadpact.flows.crm_hooks import Unsigned, take_hubspot

_LARGEST = 1_000_000


@csrf_exempt
@require_POST
def hubspot(request: HttpRequest) -> HttpResponse:
    """Take a message of HubSpot, signed in version 3."""
    if int(request.headers.get("Content-Length") or 0) > _LARGEST:
        return told(413, "The message is too long.")
    try:
        taken = take_hubspot(
            path=request.get_full_path(),
            seen_as=request.build_absolute_uri(),
            body=request.body,
            at=request.headers.get("X-HubSpot-Request-Timestamp", ""),
            signature=request.headers.get("X-HubSpot-Signature-v3", ""),
            now=now(),
        )
    except Unsigned:
        return told(401, "The message is not signed by the app that is connected, or too old.")
    except ValueError:
        return told(400, "The message is none that HubSpot sends.")
    return HttpResponse(status=204) if taken else told(404, "There is nothing at this address.")


urlpatterns: list[URLPattern | URLResolver] = [path("hubspot", hubspot)]
