"""The script that draws charts, the same for everybody: it holds nothing of anybody."""

from __future__ import annotations

from importlib.metadata import version

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe

from leadpact.documents.runtime import chart_runtime

_A_DAY = 86_400


def _version(_request: HttpRequest) -> str:
    return f'"{version("vl-convert-python")}"'


@require_safe
@cache_control(public=True, max_age=_A_DAY)
@etag(_version)
def runtime(_request: HttpRequest) -> HttpResponse:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    return HttpResponse(chart_runtime(), content_type="text/javascript; charset=utf-8")


urlpatterns: list[URLPattern] = [path("charts.js", runtime, name="chart_runtime")]
