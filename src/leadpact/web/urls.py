"""Which address is answered by whom."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leadpact.web import pages
from leadpact.web.administration import tables
from leadpact.web.registry import addresses

pages.load()
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("leadpact.api.urls")),
    path("", include("leadpact.api.health")),
    path("f/", include("leadpact.api.forms")),
    path("v1/", include("leadpact.api.collector")),
    path("hooks/", include("leadpact.api.crm_hooks")),
    path("", include("leadpact.web.answering")),
    path("", include("leadpact.web.appearance")),
    path("", include("leadpact.web.charts")),
    path("account/", include("leadpact.web.signing_in.urls")),
    path("tables/", tables.urls),
    *addresses(),
]
