"""Django's admin: every table of the ledger as it lies in the database, for administrators to read.

Nothing is changed there: what decides something is changed on its own page, where its rules and the
audit trail are. One signs in as everywhere else, with the second factor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, TypeVar, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.text import capfirst

from leadpact.ledger.models import User
from leadpact.ledger.services.permits import Act, of_user
from leadpact.web.lists.asked import MOST_ROWS
from leadpact.web.table_words import HOLDS

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

#: What lets somebody in, sealed or not, and what would let somebody undo a seal.
_SECRETS = frozenset({"address", "credentials", "digest", "password", "salt", "secret"})
#: Rights of Django's own, which decide nothing here: a role does.
_IDLE = frozenset({"groups", "is_staff", "is_superuser", "user_permissions"})
_COLUMNS = 6
#: File of a model → the heading under which its table stands.
_CONCERNS = {
    "leads": "Leads, companies and deals",
    "events": "The log",
    "state": "What the agreement decided",
    "live": "Handovers and notices",
    "agreements": "Agreements",
    "meetings": "Agreements",
    "published": "Figures",
    "people": "Teams and people",
    "access": "Users and keys",
    "views": "Users and keys",
    "channels": "Channels",
    "forms": "Forms",
    "uploads": "Imports",
    "crm": "CRM",
    "audit": "Audit, erasure and running",
    "erasures": "Audit, erasure and running",
    "running": "Audit, erasure and running",
    "installation": "Audit, erasure and running",
}
_KEPT_VIEWS = frozenset({"index", "jsi18n", "app_list"})


class _Bounded(Paginator):  # type: ignore[type-arg]  # has no parameters when it runs
    """Pages of the newest rows alone: a table is searched, not leafed through."""

    @cached_property
    def count(self) -> int:
        """How many rows can be leafed through."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_ROWS].count())


class Table(admin.ModelAdmin):  # type: ignore[type-arg]  # has no parameters when it runs
    """A table, to be read: its newest rows, found by the texts that it has an index of."""

    show_full_result_count = False
    list_max_show_all = 0
    list_per_page = 50
    paginator = _Bounded
    sortable_by = ()
    ordering = ("-pk",)
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # noqa: ARG002
        """Whatever lets nobody in."""
        fields = [*self.opts.concrete_fields, *self.opts.many_to_many]
        return [each.name for each in fields if _may_be_shown(each)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The first columns; a row has all of them."""
        return list(self.get_fields(request)[:_COLUMNS])

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """What the columns name of other tables, with the rows themselves."""
        shown = self.get_list_display(request)
        return [
            each.name
            for each in self.opts.concrete_fields
            if each.is_relation and each.name in shown
        ]

    def get_search_fields(self, request: HttpRequest) -> list[str]:  # noqa: ARG002
        """What is found without reading the whole table, as it is written."""
        return [f"{each.name}__exact" for each in _found_by(self.opts)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The list, which says what it is searched by."""
        names = " or ".join(str(each.verbose_name) for each in _found_by(self.opts))
        told = {
            "searched_by": names,
            "name": _several(self.opts),
            "holds": HOLDS[self.model.__name__],
            **(extra_context or {}),
        }
        return cast(TemplateResponse, super().changelist_view(request, told))

    def get_urls(self) -> list[URLPattern]:
        """The list and a row of it, and nothing that would change one."""
        return [
            each
            for each in super().get_urls()
            if each.name and each.name.endswith(("_changelist", "_change"))
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Whoever was let into the tables at all."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Whoever was let into the tables at all."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody."""
        return False


class Tables(admin.AdminSite):
    """All tables, under the concerns that the ledger keeps them by."""

    site_title = "Leadpact"
    site_header = "Leadpact"
    index_title = "Every table"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators, as long as they are let in."""
        user: Any = request.user
        return isinstance(user, User) and user.is_active and of_user(user).may(Act.ADMINISTER)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Others are asked to sign in where everybody does, or told that they may not."""
        guarded = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return cast(View, update_wrapper(answer, view))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """No way of its own to sign in, to sign out or to change a password."""
        return [
            each
            for each in super().get_urls()
            if isinstance(each, URLResolver) or each.name in _KEPT_VIEWS
        ]

    def app_index(
        self,
        request: HttpRequest,  # noqa: ARG002
        app_label: str,  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> TemplateResponse:
        """There is one app: the list of all tables is its list."""
        return cast(TemplateResponse, redirect("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables by concern, in the order in which one would ask for them."""
        found: dict[str, list[Any]] = {each: [] for each in _CONCERNS.values()}
        for app in super().get_app_list(request, app_label):
            for told in app["models"]:
                told["name"] = _several(told["model"]._meta)
                told["holds"] = HOLDS[told["model"].__name__]
                found[_concern(told["model"])].append(told)
        return [
            {
                "name": name,
                "app_label": name.partition(" ")[0].strip(",").lower(),
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": tables,
            }
            for name, tables in found.items()
            if tables
        ]


def _concern(model: type[models.Model]) -> str:
    return _CONCERNS[model.__module__.rpartition(".")[2]]


def _several(opts: Options[Any]) -> str:
    """What rows of a table are called."""
    return capfirst(str(opts.verbose_name_plural))


def _may_be_shown(field: Any) -> bool:
    return field.name not in _SECRETS | _IDLE and not isinstance(field, models.BinaryField)


def _found_by(opts: Options[Any]) -> list[Any]:
    """Fields of text with an index, by which one row or those of a lead are found at once."""
    fields: list[Any] = [each for each in opts.concrete_fields if _may_be_shown(each)]
    begin = {each.fields[0] for each in opts.total_unique_constraints}
    return [
        each
        for each in fields
        if (each.unique or each.db_index or each.name in begin)
        and isinstance(_last(each), models.CharField | models.TextField)
    ]


def _last(field: Any) -> Any:
    return _last(field.target_field) if field.is_relation else field


tables = Tables()
for _model in apps.get_app_config("ledger").get_models():
    tables.register(_model, Table)
