"""The organisation: which agreement is in force, whether it acts, and the next version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from leadpact.agreement import templates
from leadpact.agreement.diff import render
from leadpact.flows.checking import AgreementError
from leadpact.flows.publishing import propose, publish_text
from leadpact.ledger.models import AgreementVersion
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import installation
from leadpact.ledger.services.agreements import PublishError
from leadpact.ledger.services.installation import InstallationError
from leadpact.ledger.services.permits import Act
from leadpact.web import drafts
from leadpact.web.hours import in_words
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.settings import Does, done, shown, tabs
from leadpact.web.registry import PageRequest, form_page

_FILE = "agreement.yaml"
_MOST = 1_000_000
_IN_FORCE, _EARLIER, _TO_COME = "in force", "earlier", "to come"


@form_page("settings/running", name="settings_running", act=Act.PUBLISH)
def running(request: PageRequest) -> HttpResponseBase:
    """What is in force and whether it acts; an administrator goes live here."""
    if request.method == "POST":
        if not request.caller.may(Act.ADMINISTER):
            messages.error(request, "Only an administrator lets it act, or only watch.")
            return redirect("settings_running")
        doing: dict[str, Does] = {"live": _go_live, "watch": _watch, "act": _act}
        return done(request, doing, (InstallationError,), "settings_running")
    version = agreements.in_force(request.now)
    told = {
        "tabs": tabs(request),
        "version": version,
        "hours": in_words(version.agreement.calendar) if version else "",
        "row": installation.current(now=request.now),
        "draft": drafts.of(request) is not None,
    }
    listing = _listing(request.now, version.id if version else None)
    return answer(request, listing, "settings/running.html", lambda _: told)


def _listing(now: datetime, present: int | None) -> Listing[AgreementVersion]:
    """Versions of the agreement, of which one is in force."""
    states = {
        _IN_FORCE: Q(pk=present),
        _EARLIER: Q(effective_from__lte=now) & ~Q(pk=present),
        _TO_COME: Q(effective_from__gt=now),
    }

    def stands(row: AgreementVersion) -> str:
        if row.pk == present:
            return _IN_FORCE
        return _TO_COME if row.effective_from > now else _EARLIER

    return Listing(
        name="versions",
        title="Versions of the agreement",
        rows=lambda _: AgreementVersion.objects.defer("text", "resolved"),
        columns=(
            Column("name", "Name", lambda row: row.name, order="name"),
            Column("from", "In force from", lambda row: row.effective_from, "effective_from"),
            Column("state", "State", stands, cell="lists/cells/version_state.html"),
            Column("published", "Published", lambda row: row.published_at, "published_at"),
            Column("by", "By", lambda row: row.published_by, order="published_by"),
            Column("sha256", "Checksum", lambda row: row.sha256, cell="lists/cells/checksum.html"),
        ),
        order="-from",
        filters=(
            Filter("state", "State", one_of(states),
                   lambda rows, value: rows.filter(states[value])),
            Filter("by", "Published by", _publishers,
                   lambda rows, name: rows.filter(published_by=name)),
        ),
        search=lambda rows, text: rows.filter(
            Q(name__icontains=text) | Q(sha256__istartswith=text)
        ),
        searched="Name or checksum",
        empty=Empty(
            "No version yet", "Write the agreement: every version that was published stands here."
        ),
    )  # fmt: skip


def _publishers(_: PageRequest) -> Sequence[Choice]:
    names = AgreementVersion.objects.order_by("published_by").values_list("published_by", flat=True)
    return [(name, name) for name in names.distinct() if name]


def _go_live(request: PageRequest) -> str:
    installation.go_live(request.now, actor=request.caller.name, now=request.now)
    return "You are live: from now on leads are handed over, assigned, and people are told."


def _watch(request: PageRequest) -> str:
    installation.set_shadow(True, actor=request.caller.name, now=request.now)
    return "Shadow mode is on: all is evaluated, and nothing done or told."


def _act(request: PageRequest) -> str:
    installation.set_shadow(False, actor=request.caller.name, now=request.now)
    return "Shadow mode is off: what was held back is released at a pace."


@form_page("settings/running/agreement", name="settings_agreement", act=Act.PUBLISH)
def agreement(request: PageRequest) -> HttpResponse:
    """The text of the next version: checked, compared with the one in force, published."""
    if request.method != "POST":
        drafted = drafts.of(request)
        if drafted is None or "template" in request.GET:
            return _editor(request, _present(request))
        return look_at(request, drafted)
    if request.POST.get("do") == "drop":
        drafts.drop(request)
        messages.success(request, "The draft is thrown away.")
        return redirect("settings_running")
    text = _sent(request)
    if request.POST.get("do") != "publish":
        return look_at(request, text)
    try:
        row = publish_text(text, _FILE, actor=request.caller.name, now=request.now)
    except (AgreementError, PublishError) as error:
        messages.error(request, str(error))
        return look_at(request, text)
    drafts.drop(request)
    messages.success(request, f"Published: “{row.name}”.")
    return redirect("settings_running")


def look_at(request: PageRequest, text: str) -> HttpResponse:
    """What is wrong with a text, or what it would change for whom; nothing is published.

    The text is the reader's draft from then on.
    """
    drafts.keep(request, text)
    try:
        proposed = propose(text, _FILE, request.now)
    except AgreementError as error:
        return _editor(request, text, problems=error.problems)
    return _editor(
        request,
        text,
        problems=proposed.warnings,
        looked=True,
        past=proposed.past,
        changes=None if proposed.changes is None else render(proposed.changes),
        document=proposed.loaded.agreement,
    )


def _present(request: PageRequest) -> str:
    """The text to begin with: a template that was chosen, the version in force, or the simplest."""
    chosen = request.GET.get("template", "")
    if chosen in templates.names():
        return templates.text(chosen)
    version = agreements.in_force(request.now)
    if version is None:
        return templates.text(templates.names()[0])
    return agreements.text_of(version.id)


def _sent(request: PageRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text", "").replace("\r\n", "\n")
    text: str = file.read(_MOST).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _editor(request: PageRequest, text: str, **told: object) -> HttpResponse:
    overtaken = drafts.overtaken(request)
    replaces = "template" in request.GET and drafts.of(request) is not None
    told |= {"overtaken": overtaken, "replaces": replaces}
    return shown(request, "agreement", text=text, names=templates.names(), **told)
