"""The organisation: which agreement is in force, whether it acts, and the next version."""

from __future__ import annotations

from django.contrib import messages
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
from leadpact.web.hours import in_words
from leadpact.web.pages.settings import done, shown
from leadpact.web.registry import PageRequest, form_page

_FILE = "agreement.yaml"
_MOST = 1_000_000


@form_page("settings/running", name="settings_running", act=Act.PUBLISH)
def running(request: PageRequest) -> HttpResponseBase:
    """What is in force and whether it acts; an administrator goes live here."""
    if request.method == "POST":
        if not request.caller.may(Act.ADMINISTER):
            messages.error(request, "Only an administrator lets it act, or only watch.")
            return redirect("settings_running")
        doing = {"live": _go_live, "watch": _watch, "act": _act}
        return done(request, doing, (InstallationError,), "settings_running")
    version = agreements.in_force(request.now)
    return shown(
        request,
        "running",
        version=version,
        hours=in_words(version.agreement.calendar) if version else "",
        row=installation.current(now=request.now),
        versions=AgreementVersion.objects.defer("text", "resolved").order_by("-effective_from"),
    )


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
        return _editor(request, _present(request))
    text = _sent(request)
    if request.POST.get("do") != "publish":
        return look_at(request, text)
    try:
        row = publish_text(text, _FILE, actor=request.caller.name, now=request.now)
    except (AgreementError, PublishError) as error:
        messages.error(request, str(error))
        return look_at(request, text)
    messages.success(request, f"Published: “{row.name}”.")
    return redirect("settings_running")


def look_at(request: PageRequest, text: str) -> HttpResponse:
    """What is wrong with a text, or what it would change for whom; nothing is published."""
    try:
        proposed = propose(text, _FILE, request.now)
    except AgreementError as error:
        return _editor(request, text, problems=error.problems)
    return _editor(
        request,
        text,
        problems=proposed.warnings,
        looked=True,
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
    return shown(request, "agreement", text=text, names=templates.names(), **told)
