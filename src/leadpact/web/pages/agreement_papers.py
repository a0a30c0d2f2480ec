"""The agreement as a file: downloaded by everybody, mailed to both sides by whoever may publish."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from leadpact.agreement.spec import Agreement, Member, Person
from leadpact.documents.paper.invitations import as_calendar
from leadpact.flows.on_paper import FORMATS, on_paper
from leadpact.insight.meetings import held
from leadpact.ledger.selectors import acceptances, agreements
from leadpact.ledger.selectors.acceptances import Standing
from leadpact.ledger.services.permits import Act
from leadpact.web.registry import PageRequest, action, part

_TEXT = "yaml"
_YEAR = timedelta(days=366)


@part("agreement/file", name="agreement_file")
def agreement_file(request: PageRequest) -> HttpResponse:
    """A version as `pdf`, `docx` or `html`, or its own text as `yaml`."""
    chosen, ending = _asked(request), request.GET.get("as", "pdf")
    if chosen is None or ending not in (*FORMATS, _TEXT):
        raise Http404("There is no such version, or no such format.")
    if ending == _TEXT:
        kind, written = "application/yaml", agreements.text_of(chosen.version.pk).encode()
    else:
        kind, written = FORMATS[ending][0], _written(request, chosen, ending)
    told = {"Content-Disposition": f'attachment; filename="{_name(chosen)}.{ending}"'}
    return HttpResponse(written, content_type=kind, headers=told)


@part("agreement/meetings", name="agreement_meetings")
def agreement_meetings(request: PageRequest) -> HttpResponse:
    """The meetings of the coming year of the version in force, for a calendar."""
    chosen = _asked(request)
    if chosen is None:
        raise Http404("There is no agreement yet.")
    document = document_of(chosen)
    page = f"{settings.LEADPACT_URL}{reverse('agreement')}" if settings.LEADPACT_URL else ""
    found = held(document, request.now, request.now + _YEAR)
    written = as_calendar(document.name, found, _mailboxes(document), page, request.now)
    told = {"Content-Disposition": 'attachment; filename="meetings.ics"'}
    return HttpResponse(written, content_type="text/calendar; charset=utf-8", headers=told)


@action("agreement/mail", name="mail_agreement", act=Act.PUBLISH)
def mail_agreement(request: PageRequest) -> HttpResponseRedirect:
    """Mail a version as PDF to the heads and the points of contact of both sides."""
    chosen = _asked(request)
    to = addresses(document_of(chosen)) if chosen else []
    if chosen is None or not to:
        messages.error(request, "The agreement names nobody with an address to mail it to.")
    elif not settings.LEADPACT_MAILS:
        messages.error(request, "This installation sends no mail: set LEADPACT_MAIL.")
    else:
        _mail(request, chosen, to)
    page = f"{reverse('agreement')}?version={chosen.version.pk}" if chosen else reverse("agreement")
    return HttpResponseRedirect(page)


def _asked(request: PageRequest) -> Standing | None:
    return asked(request, acceptances.history(request.now))


def asked(request: PageRequest, found: list[Standing]) -> Standing | None:
    """The version that is asked for as `version`, or else the one in force; None without any."""
    number = request.POST.get("version") or request.GET.get("version", "")
    named = [each for each in found if str(each.version.pk) == number]
    present = [each for each in found if each.state == "in force"]
    return next(iter([*named, *present]), None)


def document_of(chosen: Standing) -> Agreement:
    """What a version says."""
    return next(e.agreement for e in agreements.published() if e.id == chosen.version.pk)


def addresses(agreement: Agreement) -> list[str]:
    """Heads and points of contact of both sides that have an address, each once."""
    if not agreement.parties:
        return []
    sides = (agreement.parties.marketing, agreement.parties.sales)
    found = [each.email for side in sides for each in (side.head, *side.contacts) if each.email]
    return list(dict.fromkeys(found))


def _mailboxes(agreement: Agreement) -> dict[str, str]:
    """The addresses of everybody whom the agreement names with one."""
    people: list[Person | Member] = [
        each for team in agreement.routing.teams for each in team.people
    ]
    if agreement.parties:
        for side in (agreement.parties.marketing, agreement.parties.sales):
            people += [side.head, *side.contacts]
    return {each.name: each.email for each in people if each.email}


def _mail(request: PageRequest, chosen: Standing, to: list[str]) -> None:
    version = chosen.version
    text = (
        f"{request.caller.name} sends you “{version.name}”, in force from "
        f"{version.effective_from.day} {version.effective_from:%B %Y}.\n\n"
        f"It is attached, and stands here, where the heads of both sides accept it:\n\n"
        f"{settings.LEADPACT_URL}{reverse('agreement')}?version={version.pk}\n"
    )
    subject = " ".join(version.name.split())
    mail = EmailMessage(subject, text, None, to)
    mail.attach(f"{_name(chosen)}.pdf", _written(request, chosen, "pdf"), "application/pdf")
    try:
        mail.send()
    except OSError:
        messages.error(request, "The mail server did not take it; nothing was sent.")
        return
    messages.success(request, f"It was mailed to {len(to)} people.")


def _written(request: PageRequest, chosen: Standing, ending: str) -> bytes:
    return on_paper(
        document_of(chosen),
        chosen.version.sha256,
        ending,
        now=request.now,
        accepted=chosen.accepted,
    )


def _name(chosen: Standing) -> str:
    return f"agreement-{chosen.version.effective_from:%Y-%m-%d}"
