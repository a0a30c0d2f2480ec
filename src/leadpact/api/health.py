"""Whether the installation is ready, and how far it is behind, as monitors ask it."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from leadpact import __version__
from leadpact.api.callers import now
from leadpact.api.problems import told
from leadpact.flows.opening import pending
from leadpact.ledger.home import from_this_machine
from leadpact.ledger.selectors.health import Health, health
from leadpact.ledger.services import access
from leadpact.ledger.services.permits import Act, of_key
from leadpact.worker import ALIVE

#: By their names in Prometheus, the fields that tell them and what they are.
_GAUGES = {
    "changes": ("changes", "Leads that changed and were not looked at yet."),
    "bulk_changes": ("bulk_changes", "The same, of lists that were imported."),
    "oldest_change_seconds": (
        "oldest_change", "Age of the oldest change that was not looked at, lists aside."
    ),
    "looks_due": ("looks_due", "Leads that are due to be looked at by the clock."),
    "clocks_running": ("clocks_running", "Promises that are open."),
    "clocks_due": ("clocks_due", "Of these, those whose time is up and that wait to be looked at."),
    "clocks_overdue": ("clocks_overdue", "Promises that are broken and not answered yet."),
    "handoffs_waiting": (
        "handoffs_waiting", "Leads handed over that wait in a queue for somebody."
    ),
    "notices_pending": ("notices_pending", "Notices that were not sent yet."),
    "notices_due": ("notices_due", "Those of them whose time has come."),
    "notices_dead": ("notices_dead", "Notices that were given up on."),
    "quarantined": ("quarantined", "Leads that cannot be looked at."),
    "workers": ("workers", "Workers that gave a sign of life within a minute."),
}  # fmt: skip
_COUNTERS = {
    "looks": "Leads looked at.",
    "decisions": "Facts decided.",
    "failures": "Turns that failed for a single lead, or queues not served.",
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
    """Figures for Prometheus: asked from this machine itself, or with a key that reads."""
    if not (from_this_machine(request.META) or _may_read(request)):
        answer = told(401, "Ask from the machine itself, or with a key of scope `read`.")
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
        """Gauges and counters, the time that turns took, and which release this is."""
        found = self._found
        gauges = (
            GaugeMetricFamily(f"leadpact_{name}", text, value=float(getattr(found, field)))
            for name, (field, text) in _GAUGES.items()
        )
        counters = (
            CounterMetricFamily(f"leadpact_{name}", text, value=float(getattr(found, name)))
            for name, text in _COUNTERS.items()
        )
        turns = SummaryMetricFamily(
            "leadpact_evaluation_seconds",
            "Turns of the live flow, and the time that they took.",
            count_value=found.turns,
            sum_value=found.evaluation_seconds,
        )
        release = InfoMetricFamily("leadpact_build", "This release.", {"version": __version__})
        return [*gauges, *counters, turns, release]


def _may_read(request: HttpRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    key = access.key_of(text.strip(), now=now()) if scheme.lower() == "bearer" else None
    return key is not None and of_key(key).may(Act.READ)


def _not_ready(why: str) -> HttpResponse:
    return JsonResponse({"status": "not ready", "why": why}, status=503)


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("metrics", metrics),
]
