"""Public web forms: shown, stamped, taken. Nobody signs in, and nobody learns who is known here.

What comes without a stamp that holds, or from a site that is not declared, is not taken: it is
shown on a page of ours, to be sent from there. So a form works without JavaScript too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from leadpact.api.callers import now
from leadpact.api.problems import Fault, Faulty, told
from leadpact.api.reading import parsed
from leadpact.flows import form_pages
from leadpact.ledger.models import Form
from leadpact.ledger.services import forms
from leadpact.ledger.services.form_limits import TooMany
from leadpact.ledger.stamps import StampError, stamp

LARGEST = 64 * 1024
_UNSTAMPED = {
    "missing": "Almost done. Please look it over and send it once more.",
    "wrong": "Almost done. Please look it over and send it once more.",
    "old": "This page was open for a long time. Please look it over and send it once more.",
}
_AGAIN = "This form was sent very often just now. Please try again in a few minutes."


@dataclass(frozen=True)
class Sent:
    """What came: text by name, as JSON or as a form; from the page of which site."""

    values: Mapping[str, str]
    as_json: bool
    site: str | None

    def came(self, request: HttpRequest) -> dict[str, str]:
        """Where the sender came from; without JavaScript the page is what the browser tells."""
        found = {name: self.values.get(f"{form_pages.PREFIX}{name}", "") for name in forms.CAME}
        found["page"] = found["page"] or request.headers.get("Referer", "")
        return found | {"visitor": self.values.get(form_pages.VISITOR, "")}


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def form(request: HttpRequest, key: str) -> HttpResponse:
    """The form itself: GET shows it on a page of ours, POST takes what was filled in."""
    found = _form(key)
    if found is None:
        return _no_form(request)
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204), request, found)
    if request.method != "POST":
        came = {name: request.GET.get(name, "") for name in forms.CAME}
        return _page(found, {}, came | {"landing_page": _own_address(request)})
    try:
        sent = _sent(request)
    except Faulty as error:
        return _open(told(error.status, error.detail, error.faults), request, found)
    return _open(_taken(request, found, sent), request, found)


def _taken(request: HttpRequest, found: Form, sent: Sent) -> HttpResponse:
    moment = now()
    own = f"{request.scheme}://{request.get_host()}".lower()
    came = sent.came(request)
    try:
        if sent.site is not None and sent.site not in (own, *form_pages.sites_of(found)):
            raise StampError("wrong")
        forms.take(found, _filled(request, found, sent, came), now=moment)
    except StampError as error:
        return _unstamped(found, sent, came, error.why)
    except forms.Incomplete as error:
        return _incomplete(found, sent, came, error)
    except TooMany as error:
        return _too_many(found, sent, came, error, moment)
    if sent.as_json:
        return JsonResponse({"status": "received"})
    return HttpResponseRedirect(found.thanks or f"/f/{found.key}/thanks", status=303)


@csrf_exempt
@require_http_methods(["GET", "OPTIONS"])
def stamped(request: HttpRequest, key: str) -> HttpResponse:
    """A stamp for a form that is shown now on a declared site."""
    found = _form(key)
    if found is None:
        return told(404, "There is no such form.")
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204), request, found)
    return _open(JsonResponse({"stamp": stamp(found.key, now=now())}), request, found)


@xframe_options_exempt
@require_safe
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """What is shown when the form was sent."""
    found = _form(key)
    if found is None:
        return _no_form(request)
    return _html(form_pages.thanks(), found)


def _form(key: str) -> Form | None:
    return Form.objects.filter(key=key, retired_at=None).first()


def _sent(request: HttpRequest) -> Sent:
    if len(request.body) > LARGEST:
        raise Faulty(f"The body is larger than {LARGEST // 1024} kB.", status=413)
    site = request.headers.get("Origin")
    site = site.lower() if site is not None else None
    if (request.content_type or "").lower() != "application/json":
        return Sent({name: str(text) for name, text in request.POST.items()}, False, site)
    body = parsed(request.body)
    if not isinstance(body, dict):
        raise Faulty("The body must be a JSON object of texts.", status=400)
    values = {name: text for name, each in body.items() if (text := _text(each)) is not None}
    return Sent(values, True, site)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, str | int | float) else None


def _filled(request: HttpRequest, found: Form, sent: Sent, came: Mapping[str, str]) -> forms.Filled:
    return forms.Filled(
        values=sent.values,
        trap=sent.values.get(form_pages.trap(found), ""),
        came=came,
        stamp=sent.values.get(form_pages.STAMP, ""),
        address=_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        visitor=came["visitor"],
    )


def _address(request: HttpRequest) -> str:
    """Whose address it is: what the outermost of the known proxies saw."""
    proxies: int = settings.LEADPACT_PROXIES
    seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(seen) >= proxies:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def _unstamped(found: Form, sent: Sent, came: Mapping[str, str], why: str) -> HttpResponse:
    if sent.as_json:
        where = f"/f/{found.key}/stamp"
        return told(403, f"Send the stamp that {where} gives, from a declared site, within a day.")
    return _page(found, sent.values, came, notice=_UNSTAMPED[why])


def _incomplete(
    found: Form, sent: Sent, came: Mapping[str, str], error: forms.Incomplete
) -> HttpResponse:
    if sent.as_json:
        faults = [Fault(at=name, message=text) for name, text in error.faults.items()]
        return told(422, "Some fields are not as they must be.", faults)
    return _page(found, sent.values, came, faults=error.faults, status=422)


def _too_many(
    found: Form, sent: Sent, came: Mapping[str, str], error: TooMany, moment: datetime
) -> HttpResponse:
    if sent.as_json:
        answer = told(429, _AGAIN)
    else:
        answer = _page(found, sent.values, came, notice=_AGAIN, status=429)
    answer["Retry-After"] = str(max(1, round((error.until - moment).total_seconds())))
    return answer


def _page(
    found: Form,
    values: Mapping[str, str],
    came: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form on a page of ours, with a stamp of its own."""
    text = form_pages.page(
        found,
        stamp=stamp(found.key, now=now()),
        values=values,
        came=came,
        faults=faults or {},
        notice=notice,
    )
    return _html(text, found, status)


def _html(text: str, found: Form | None, status: int = 200) -> HttpResponse:
    answer = HttpResponse(text, status=status)
    after = urlsplit(found.thanks) if found and found.thanks else None
    goes_to = f" {after.scheme}://{after.netloc}" if after else ""
    sites = " ".join(form_pages.sites_of(found)) if found else ""
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action 'self'{goes_to}; frame-ancestors 'self' {sites}".strip()
    )
    answer["Cache-Control"] = "no-store"
    # Without it the page could not say that what it sends comes from it.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _no_form(request: HttpRequest) -> HttpResponse:
    text = "This form is no longer here."
    if (request.content_type or "").lower() == "application/json":
        return told(404, text)
    return _html(form_pages.message("No form", text), None, 404)


def _open(answer: HttpResponse, request: HttpRequest, found: Form) -> HttpResponse:
    """Let pages of declared sites, and no others, read the answer."""
    answer["Vary"] = "Origin"
    answer["Cache-Control"] = "no-store"
    site = request.headers.get("Origin", "")
    if site.lower() in form_pages.sites_of(found):
        answer["Access-Control-Allow-Origin"] = site
        answer["Access-Control-Allow-Methods"] = "GET, POST"
        answer["Access-Control-Allow-Headers"] = "Content-Type"
        answer["Access-Control-Max-Age"] = "600"
    return answer


def _own_address(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}{request.path}"


urlpatterns: list[URLPattern | URLResolver] = [
    path("<slug:key>", form),
    path("<slug:key>/stamp", stamped),
    path("<slug:key>/thanks", thanks),
]
