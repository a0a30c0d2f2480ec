"""The agreement, for everybody whom it binds: all it says, its versions, and who accepted each."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from leadpact.agreement.diff import Change
from leadpact.agreement.spec import Agreement
from leadpact.documents.blocks import Table
from leadpact.documents.parts.agreement import tables_of
from leadpact.flows.publishing import changes_of
from leadpact.insight.meetings import next_meetings
from leadpact.ledger.models import Role
from leadpact.ledger.selectors import acceptances
from leadpact.ledger.selectors.acceptances import Standing
from leadpact.ledger.services.acceptances import SIDE_OF_HEAD, AcceptanceError, accept
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import table
from leadpact.web.figures.roles import READERS
from leadpact.web.numbers import whole
from leadpact.web.pages.agreement_papers import addresses, asked, document_of
from leadpact.web.registry import PageRequest, action, page

HEADS = frozenset({Role.MARKETING_HEAD.value, Role.SALES_HEAD.value})
_FOR_WHOM = {"marketing": "For marketing", "sales": "For sales", "both": "For both sides"}


@page("agreement/", name="agreement", nav="Agreement", order=25)
def agreement(request: PageRequest) -> HttpResponse:
    """The version in force, or the one that is asked for, whole."""
    found = acceptances.history(request.now)
    chosen = asked(request, found)
    if chosen is None:
        return render(request, "agreement/none.html", {"may": request.caller.may(Act.PUBLISH)})
    document = document_of(chosen)
    return render(
        request,
        "agreement/page.html",
        {
            "chosen": chosen,
            "document": document,
            "signers": _signers(chosen, document),
            "own": _own_side(request, chosen),
            "tables": [_shaped(each) for each in tables_of(document)],
            "changes": _by_whom(changes_of(chosen.version.pk)),
            "versions": found,
            "reader": request.caller.role in READERS,
            "meetings": next_meetings(document, request.now),
            "to": addresses(document) if _may_mail(request) else [],
        },
    )


@action("agreement/accept", name="accept_agreement", act=Act.ACCEPT, roles=HEADS)
def accept_agreement(request: PageRequest) -> HttpResponseBase:
    """Accept the version that was read, for the own side."""
    try:
        made = accept(
            whole(request.POST.get("version", "")) or 0,
            request.POST.get("sha256", ""),
            request.user,
            now=request.now,
        )
        messages.success(request, f"You accepted “{made.version.name}” for {made.side}.")
    except AcceptanceError as error:
        messages.error(request, str(error))
        return redirect("agreement")
    return HttpResponseRedirect(f"{reverse('agreement')}?version={made.version_id}")


def _may_mail(request: PageRequest) -> bool:
    return settings.LEADPACT_MAILS and request.caller.may(Act.PUBLISH)


def _signers(chosen: Standing, document: Agreement) -> list[dict[str, object]]:
    """Each side with its head as the agreement names them, and the acceptance, if there is one."""
    parties = document.parties
    return [
        {
            "side": side,
            "head": getattr(parties, side).head.name if parties else "",
            "accepted": accepted,
        }
        for side, accepted in chosen.accepted.items()
    ]


def _own_side(request: PageRequest, chosen: Standing) -> str:
    """The side for which the reader can accept this version now; empty where there is none."""
    side = SIDE_OF_HEAD.get(request.caller.role or "", "")
    waits = side and chosen.state != "replaced" and chosen.accepted[side] is None
    return side if waits else ""


def _shaped(told: Table) -> dict[str, object]:
    rows = [[[cell] for cell in row] for row in told.rows]
    shaped: dict[str, object] = table(
        {"caption": told.caption, "header": told.header, "rows": rows, "words": told.words}
    )
    return shaped


def _by_whom(changes: list[Change] | None) -> list[tuple[str, list[str]]] | None:
    """What changed, grouped by whom it concerns; None for the first version."""
    if changes is None:
        return None
    order = list(_FOR_WHOM)
    ordered = sorted(changes, key=lambda each: order.index(each.whom))
    return [
        (_FOR_WHOM[whom], [each.sentence for each in group])
        for whom, group in groupby(ordered, key=lambda each: each.whom)
    ]
