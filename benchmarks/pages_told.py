"""Every page of the registry as all ask for it who may see it, and lists as people use them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

from benchmarks.pages_asked import Asked
from leadpact.ledger.models import PublishedList, User
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller, of_user
from leadpact.web.pages import load
from leadpact.web.registry import PAGES, PageInfo

#: Lists by page: sorted, narrowed and searched, for what many, one and none have.
_LISTS = {
    "leads": (
        *("sort=-score", "sort=holder", "sort=stage", "sort=-came&page=200", "status=open"),
        *("status=won&sort=-score", "stage=MQL", "q=hartley", "q=a", "q=Zephyrgrove+Outfitters+2"),
        *("q=nobody-is-called-so", "q=3.olive.hartley@zephyrgrove-outfitters-2.example"),
    ),
    "inbox": ("owed=overdue", "owed=nothing", "sort=-score", "q=hartley", "q=nobody-is-called-so"),
    "nurture": ("sort=due", "sort=step", "state=left", "sort=-entered&page=200"),
    "hygiene": ("sort=reason", "reason=duplicate"),
}
#: Leads whose pages are asked for: those with the longest logs among so many.
_LEADS, _AMONG = 3, 2_000


def to_ask() -> list[Asked]:
    """What is asked for: pages to read, so that files and what leads elsewhere are left out."""
    load()
    found: list[Asked] = []
    for user in User.objects.filter(is_active=True).select_related("person"):
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        caller = of_user(user)
        cookie = client.cookies["sessionid"].value
        for info in PAGES.values():
            if "GET" in info.methods and info.admits(caller):
                found += [
                    Asked(name, str(user.role), address, cookie)
                    for name, address in _addresses(info, caller)
                    if _is_read(client.get(address))
                ]
    return found


def _is_read(answer: Any) -> bool:
    is_text = str(answer["Content-Type"]).startswith("text/html")
    return is_text and bool(answer.status_code == 200)


def _addresses(info: PageInfo, caller: Caller) -> Iterator[tuple[str, str]]:
    """A page's addresses with their names; one about nothing that is there has none."""
    parameters = _parameters(caller)
    if "<" in info.route:
        for each in parameters.get(info.name, ()):
            yield info.name, reverse(info.name, kwargs=each)
        return
    yield info.name, reverse(info.name)
    for query in _LISTS.get(info.name, ()):
        what = "search" if query.startswith("q=") else "list as wished"
        yield f"{info.name}, {what}", f"{reverse(info.name)}?{query}"


def _parameters(caller: Caller) -> Mapping[str, list[dict[str, Any]]]:
    from django.db.models import Count

    some = leads_for(caller).order_by("-begins").values_list("key")[:_AMONG]
    seen = leads_for(caller).filter(key__in=[key for (key,) in some])
    busy = seen.annotate(rows=Count("events")).order_by("-rows").values_list("key", flat=True)
    leads = [{"key": key} for key in busy[:_LEADS]]
    lists = {row.key: json.loads(row.value) for row in PublishedList.objects.all()[:500]}
    largest = sorted(lists, key=lambda key: -sum(total for _, total, _ in lists[key]["groups"]))
    return {"lead": leads, "why": leads, "behind": [{"key": key} for key in largest[:_LEADS]]}
