"""What is done with leads from the inbox and from a lead's page."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from leadpact.flows.messages import lead_named
from leadpact.flows.working import Outcome, work
from leadpact.ledger.services.actions import Doing, Refused
from leadpact.ledger.services.permits import Act
from leadpact.web.going_back import back_of
from leadpact.web.registry import PageRequest, View, action

_LONGEST_KEY = 80
#: What is said of one lead, and of several.
_SAID = {
    "accept": ("You accepted {lead}.", "You accepted {n} leads."),
    "reject": ("You gave {lead} back to marketing.", "You gave {n} leads back to marketing."),
    "attempt": ("Your attempt to reach {lead} is logged.", "{n} attempts are logged."),
    "snooze": ("{lead} waits until you resume.", "{n} leads wait until you resume."),
    "resume": ("{lead} goes on.", "{n} leads go on."),
    "reassign": ("{lead} is reassigned.", "{n} leads are reassigned."),
    "rate": ("You rated {lead}.", "You rated {n} leads."),
    "exclude": ("{lead} is left out of every figure.", "{n} leads are left out of every figure."),
    "restore": ("{lead} counts again.", "{n} leads count again."),
    "unmerge": ("The merge is undone.", "{n} merges are undone."),
    "void": ("The fact is withdrawn: it counts for nothing any more.", "{n} facts are withdrawn."),
    "enrol": ("{lead} joins the program.", "{n} leads join the program."),
    "touch": ("The step is logged.", "{n} steps are logged."),
    "leave": ("{lead} leaves the program.", "{n} leads leave the program."),
    "waive": ("The promise is waived for {lead}.", "The promise is waived for {n} leads."),
    "deal": ("The deal with {lead} is on record.", "{n} deals are on record."),
    "merge": ("The two are one lead now; that can be undone.", "{n} merges are done."),
    "stage": ("{lead} is at the stage.", "{n} leads are at the stage."),
    "rule": ("The ruling is on record.", "{n} rulings are on record."),
    "dispute": ("It is disputed; a head rules on it.", "{n} clocks are disputed."),
}


def _does(what: str) -> Callable[[PageRequest], HttpResponse]:
    def view(request: PageRequest) -> HttpResponse:
        told = {name: str(value) for name, value in request.POST.items()}
        doing = Doing(request.caller, request.now, told.get("once", "")[:_LONGEST_KEY])
        try:
            outcome = work(what, request.caller, request.POST.getlist("lead"), told, doing)
        except Refused as error:
            return _refused(request, error.message)
        if not outcome.done:
            return _refused(request, " ".join(dict.fromkeys(outcome.refused.values())))
        return _done(request, _sentence(what, outcome))

    view.__doc__ = f"Do it: {what}."
    return view


def _sentence(what: str, outcome: Outcome) -> str:
    one, several = _SAID[what]
    done = outcome.done
    said = one.format(lead=lead_named(done[0])) if len(done) == 1 else several.format(n=len(done))
    if outcome.refused:
        said += f" Not so {len(outcome.refused)}: {next(iter(outcome.refused.values()))}"
    return said


def _done(request: PageRequest, said: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": _told(toast=said, worked=said)})
    messages.success(request, said)
    return redirect(back_of(request))


def _refused(request: PageRequest, said: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": _told(refused=said)})
    messages.error(request, said)
    return redirect(back_of(request))


def _told(**events: str) -> str:
    """Events for the page; a header holds ASCII, so that other letters are spelt out."""
    return json.dumps(events)


_RIGHTS = {
    "reassign": Act.REASSIGN,
    "rate": Act.RATE,
    **dict.fromkeys(("exclude", "restore", "merge", "unmerge"), Act.CLEAN),
    **dict.fromkeys(("enrol", "touch", "leave"), Act.NURTURE),
    "void": Act.VOID,
    "waive": Act.WAIVE,
    "dispute": Act.DISPUTE,
    "rule": Act.RULE,
}
WORK: dict[str, View] = {
    what: action(f"work/{what}", name=f"work_{what}", act=_RIGHTS.get(what, Act.WORK_LEAD))(
        _does(what)
    )
    for what in _SAID
}
