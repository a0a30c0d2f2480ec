"""The page behind a link in a message: it asks once more, and acts when its button is pressed.

Programs that look at links before their reader does only ever GET, which changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leadpact.flows import answering
from leadpact.flows.answering import Answer, LinkError, Question
from leadpact.flows.messages import lead_named, promises_of
from leadpact.flows.quiet import zone_of
from leadpact.flows.wording import when
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services.actions import Refused

_PAGE = "leadpact/answer.html"
_ASKED = {
    Answer.ACCEPT: ("Accept {lead}?", "Accept the lead"),
    Answer.REJECT: ("Give {lead} back to marketing?", "Reject the lead"),
    Answer.ATTEMPT: ("Log an attempt to reach {lead}", "Log the attempt"),
}
_DONE = {
    Answer.ACCEPT: "You accepted {lead}.",
    Answer.REJECT: "You gave {lead} back to marketing.",
    Answer.ATTEMPT: "Your attempt to reach {lead} is logged.",
}


# The link is the right to act, and no cookie is: a page of somebody else's cannot know it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET), or do what was asked (POST)."""
    now = datetime.now(UTC)
    try:
        question = answering.question_of(token, now)
    except LinkError as error:
        return _told(request, error.message, "This link cannot be used", 410 if error.gone else 404)
    if at := question.answered_at():
        return _done(request, question, at, now)
    if request.method == "POST":
        return _act(request, question, now)
    try:
        answering.make_sure_it_can_be_answered(question, now)
    except Refused as error:
        return _told(request, error.message, "Nothing to do here any more", 409)
    return _asked(request, question, now)


def _act(request: HttpRequest, question: Question, now: datetime) -> HttpResponse:
    told = {name: str(value) for name, value in request.POST.items()}
    try:
        answering.answer(question, told, now)
    except Refused as error:
        mended = error.code in ("reason", "rating", "channel", "outcome")
        if mended:
            return _asked(request, question, now, error.message, told)
        return _told(request, error.message, "Nothing was done", 409)
    return _done(request, question, now, now)


def _asked(
    request: HttpRequest,
    question: Question,
    now: datetime,
    wrong: str = "",
    told: dict[str, str] | None = None,
) -> HttpResponse:
    heading, button = _ASKED[question.answer]
    version = agreements.in_force(now)
    agreement = version.agreement if version else None
    zone = zone_of(question.person, agreement)
    shown: dict[str, Any] = {
        "heading": heading.format(lead=lead_named(question.lead)),
        "button": button,
        "answer": question.answer.value,
        "person": question.person,
        "promises": promises_of(question.lead, zone, now),
        "reasons": [each.reason for each in agreement.handoff.rejections] if agreement else [],
        "channels": answering.channels_of(agreement) if agreement else answering.CHANNELS,
        "outcomes": answering.OUTCOMES,
        "wrong": wrong,
        "told": told or {},
    }
    return render(request, _PAGE, shown, status=422 if wrong else 200)


def _done(request: HttpRequest, question: Question, at: datetime, now: datetime) -> HttpResponse:
    version = agreements.in_force(now)
    zone = zone_of(question.person, version.agreement if version else None)
    heading = _DONE[question.answer].format(lead=lead_named(question.lead))
    said = f"On record as of {when(at, zone, now)}. This link is used up; close the page."
    return _told(request, said, heading)


def _told(request: HttpRequest, text: str, heading: str, status: int = 200) -> HttpResponse:
    return render(request, _PAGE, {"heading": heading, "text": text}, status=status)


urlpatterns: list[URLPattern | URLResolver] = [path("answer/<str:token>", answer, name="answer")]
