"""Wins and losses: the large deals, what went with winning, and what the heads concluded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from leadpact.documents.parts.wins import KEY, LARGE
from leadpact.ledger.models import DealReview
from leadpact.ledger.services import reviews
from leadpact.ledger.services.permits import Act
from leadpact.web.figures.parts import parts, told
from leadpact.web.figures.roles import READERS
from leadpact.web.registry import PageRequest, action, page


@page("wins", name="wins", roles=READERS, nav="Wins and losses", order=42)
def wins(request: PageRequest) -> HttpResponse:
    """The largest deals won and lost, and what went with winning."""
    large = parts(LARGE).found.get(LARGE, {"deals": []})["deals"]
    written = DealReview.objects.in_bulk([each["deal"] for each in large])
    shown = told("Wins and losses", "", KEY)
    shown["large"] = [{**each, "review": written.get(each["deal"])} for each in large]
    shown["reviewed"] = len(written)
    shown["may_review"] = request.caller.may(Act.REVIEW)
    return render(request, "figures/wins.html", shown)


@action("wins/review", name="review_deal", act=Act.REVIEW)
def review_deal(request: PageRequest) -> HttpResponseRedirect:
    """Keep what is concluded from a deal."""
    deal, text = request.POST.get("deal", ""), request.POST.get("text", "")
    try:
        reviews.write(deal, text, actor=request.caller.name, now=request.now)
        messages.success(request, "The review is kept." if text.strip() else "It is taken away.")
    except reviews.ReviewError as error:
        messages.error(request, str(error))
    return redirect("wins")
