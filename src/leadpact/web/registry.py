"""Every page and every action of pages, each with who may use it: the one list that the addresses,
the navigation and the tests of roles are made from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from leadpact.ledger.models import Role, User
from leadpact.ledger.services.permits import Act, Caller, of_user
from leadpact.web.zones import zone_of_reader


class PageRequest(HttpRequest):
    """A request of somebody who signed in and may use this page.

    `now` is the one moment of the whole answer; `zone` is what the reader's wall clock shows.
    """

    user: User
    htmx: HtmxDetails
    caller: Caller
    now: datetime
    zone: ZoneInfo


View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class PageInfo:
    """An address: who may use it, and what it is called in the navigation (empty: not there).

    A `part` is asked for by a page that is open already.
    """

    route: str
    name: str
    act: Act
    roles: frozenset[str]
    methods: tuple[str, ...]
    nav: str
    order: int
    view: View
    part: bool = False

    def admits(self, caller: Caller) -> bool:
        """Whether somebody may use it at all; of which leads, the selectors tell."""
        return caller.may(self.act) and caller.role in self.roles


PAGES: dict[str, PageInfo] = {}


def page(
    route: str,
    *,
    name: str,
    act: Act = Act.READ,
    roles: frozenset[str] | None = None,
    nav: str = "",
    order: int = 100,
) -> Callable[[View], View]:
    """Put a page on the list: whoever has the right, in one of the roles, may read it."""
    return _listed(route, name, act, roles, ("GET", "HEAD"), nav, order)


def part(
    route: str, *, name: str, act: Act = Act.READ, roles: frozenset[str] | None = None
) -> Callable[[View], View]:
    """Put an address on the list that gives part of a page to that page, without a reload."""
    return _listed(route, name, act, roles, ("GET", "HEAD"), "", 0, part=True)


def action(
    route: str, *, name: str, act: Act, roles: frozenset[str] | None = None
) -> Callable[[View], View]:
    """Put an address on the list at which something is done: it takes POST alone."""
    return _listed(route, name, act, roles, ("POST",), "", 0)


def form_page(
    route: str,
    *,
    name: str,
    act: Act,
    roles: frozenset[str] | None = None,
    nav: str = "",
    order: int = 100,
) -> Callable[[View], View]:
    """Put a page on the list that is also where its own form is sent."""
    return _listed(route, name, act, roles, ("GET", "HEAD", "POST"), nav, order)


def addresses() -> list[URLPattern]:
    """What is on the list, as Django takes it."""
    return [path(each.route, each.view, name=each.name) for each in PAGES.values()]


def navigation(caller: Caller) -> list[PageInfo]:
    """The pages of the navigation that somebody may use, in their order."""
    found = [each for each in PAGES.values() if each.nav and each.admits(caller)]
    return sorted(found, key=lambda each: each.order)


def _listed(
    route: str,
    name: str,
    act: Act,
    roles: frozenset[str] | None,
    methods: tuple[str, ...],
    nav: str,
    order: int,
    *,
    part: bool = False,
) -> Callable[[View], View]:
    def put(view: View) -> View:
        if name in PAGES:
            raise ValueError(f"There are two pages called {name}.")
        allowed = frozenset(Role.values) if roles is None else roles
        info = PageInfo(route, name, act, allowed, methods, nav, order, view, part)
        PAGES[name] = replace(info, view=_guarded(info, view))
        return PAGES[name].view

    return put


def _guarded(info: PageInfo, view: View) -> View:
    """The view for those who may use it; others are asked to sign in, or told that they may not."""

    @wraps(view)
    def answer(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if not isinstance(user, User):
            return _sign_in_first(request)
        if request.method not in info.methods:
            return HttpResponseNotAllowed(info.methods)
        request.caller, request.now = of_user(user), datetime.now(UTC)
        if not info.admits(request.caller):
            raise PermissionDenied
        request.zone = zone_of_reader(request, request.now)
        return view(request, *args, **kwargs)

    return answer


def _sign_in_first(request: PageRequest) -> HttpResponse:
    """To the page where one signs in, and back; a part of a page takes the whole page there."""
    if request.htmx:
        return HttpResponseClientRedirect(reverse("account_login"))
    where = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("home")
    return redirect_to_login(where)
