"""Whether the installation is ready, and how far it is behind, as monitors ask it."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadpact.api.callers import now
from leadpact.api.problems import told
from leadpact.flows.opening import pending
from leadpact.ledger.home import from_this_machine
from leadpact.ledger.selectors.health import Health, health
from leadpact.ledger.services import access
from leadpact.ledger.services.permits import Act, of_key
from leadpact.worker import ALIVE

_GAUGES = {
    "changes": "Leads that changed and were not looked at yet.",
    "bulk_changes": "The same, of lists that were imported.",
    "oldest_change": "Age in seconds of the oldest change that was not looked at.",
    "looks_due": "Leads that are due to be looked at by the clock.",
    "clocks_running": "Clocks that run.",
    "clocks_due": "Clocks that are past their due time and not answered.",
    "handoffs_waiting": "Leads handed over that wait in a queue for somebody.",
    "notices_pending": "Notices that were not sent yet.",
    "notices_due": "Those of them whose time has come.",
    "notices_dead": "Notices that were given up on.",
    "quarantined": "Leads that cannot be looked at.",
    "workers": "Workers that gave a sign of life within a minute.",
}
_COUNTERS = {
    "turns": "Turns of the live flow.",
    "looks": "Leads looked at.",
    "decisions": "Facts decided.",
    "failures": "Turns that failed for a single lead, or queues not served.",
    "evaluation_seconds": "Seconds spent in turns.",
}


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 once the database can be reached and its tables are up to date, else 503."""
    try:
        missing = pending()
    except (OperationalError, InterfaceError):
        return _not_ready("The database cannot be reached.")
    if missing:
        return _not_ready("The tables are not up to date yet.")
    return JsonResponse({"status": "ready"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: asked from this machine itself, or with an admin key."""
    if not (from_this_machine(request.META) or _is_admin(request)):
        answer = told(401, "Ask from the machine itself, or with a key of scope `admin`.")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    moment = now()
    try:
        found = health(moment, moment - ALIVE)
    except DatabaseError:
        return _not_ready("The database cannot be reached.")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(found))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """The figures of one moment."""

    def __init__(self, found: Health) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        """Gauges and counters, named as their fields."""
        gauges: list[Metric] = [
            GaugeMetricFamily(f"leadpact_{name}", text, value=float(getattr(self._found, name)))
            for name, text in _GAUGES.items()
        ]
        counters: list[Metric] = [
            CounterMetricFamily(f"leadpact_{name}", text, value=float(getattr(self._found, name)))
            for name, text in _COUNTERS.items()
        ]
        return gauges + counters


def _is_admin(request: HttpRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    key = access.key_of(text.strip(), now=now()) if scheme.lower() == "bearer" else None
    return key is not None and of_key(key).may(Act.ADMINISTER)


def _not_ready(why: str) -> HttpResponse:
    return JsonResponse({"status": "not ready", "why": why}, status=503)


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("metrics", metrics),
]
