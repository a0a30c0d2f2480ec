"""Writing the next version of the agreement clause by clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from leadpact.agreement import templates
from leadpact.agreement.clauses import form, sent
from leadpact.agreement.clauses.pieces import Field, Piece, as_typed, mark_of, named_at
from leadpact.agreement.clauses.sent import SentError
from leadpact.agreement.loading import load_text
from leadpact.agreement.problems import Problem
from leadpact.engine.metrics.registry import REGISTRY
from leadpact.flows.checking import AgreementError, warnings
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services.agreements import first_day
from leadpact.ledger.services.permits import Act
from leadpact.web import drafts
from leadpact.web.pages.settings import shown
from leadpact.web.registry import PageRequest, form_page

_FILE = "agreement.yaml"
_MOST_PROBLEMS = 20
#: What is sent along with a form: how the section stood when it was shown.
_WAS = ":was"
_CHANGED = (
    "This section was changed since you opened it, in another window or by another version. "
    "Here it is as it stands now; what you typed is not in the draft: type it again."
)


@form_page("settings/running/clauses", name="settings_clauses", act=Act.PUBLISH)
def clauses(request: PageRequest) -> HttpResponseBase:
    """All sections of the draft, or of the version in force where there is none."""
    try:
        document = sent.read(_text(request))
    except SentError as error:
        messages.error(request, str(error))
        return redirect("settings_agreement")
    sections, draft = form.sections(document), drafts.of(request)
    problems = [] if draft is None else _in_the_way(draft, request.now)
    titles = {each.name: each.title for each in sections}
    told = {
        "sections": sections,
        "draft": draft is not None,
        "overtaken": drafts.overtaken(request),
        "problems": [
            (each.path[0], titles[str(each.path[0])], each)
            if each.path and each.path[0] in titles
            else ("", "", each)
            for each in problems
        ],
    }
    return shown(request, "clauses", **told)


@form_page("settings/running/clauses/<slug:name>", name="settings_clause", act=Act.PUBLISH)
def clause(request: PageRequest, name: str) -> HttpResponseBase:
    """A section of the draft as a form; what is sent becomes part of the draft."""
    text = _text(request)
    try:
        document = sent.read(text)
        piece = form.section(document, name)
    except KeyError:
        raise Http404("There is no such section.") from None
    except SentError as error:
        messages.error(request, str(error))
        return redirect("settings_agreement")
    if request.method != "POST":
        return _form(request, name, piece, document)
    said = request.POST.dict()
    if said.pop(_WAS, mark_of(piece)) != mark_of(piece):
        messages.error(request, _CHANGED)
        return _form(request, name, piece, document, status=409)
    try:
        count = sent.put(document, piece, said)
    except SentError as error:
        messages.error(request, str(error))
        return _form(request, name, as_typed(piece, said), sent.read(text), status=422)
    _begin(request, document)
    changed = sent.written(document)
    if problems := _new_problems(text, changed):
        told = as_typed(piece, said)
        return _form(request, name, told, sent.read(text), problems=problems, status=422)
    if not count:
        messages.success(request, "Nothing was changed.")
        return redirect("settings_clauses")
    if not drafts.keep(request, changed):
        messages.error(request, "That would be longer than an agreement may be.")
        return _form(request, name, as_typed(piece, said), sent.read(text), status=422)
    messages.success(request, "It is in your draft. Nothing counts until you publish it.")
    return redirect("settings_clauses")


def _text(request: PageRequest) -> str:
    """What is written on: the reader's draft, else what is in force, else the simplest template."""
    drafted = drafts.of(request)
    if drafted is not None:
        return drafted
    version = agreements.in_force(request.now)
    return (
        templates.text(templates.names()[0]) if version is None else agreements.text_of(version.id)
    )


def _begin(request: PageRequest, document: Any) -> None:
    """Let a new draft hold from today, unless it says by itself that it begins later."""
    version = agreements.in_force(request.now)
    if drafts.of(request) is not None or version is None or version.agreement.term is None:
        return
    if document.get("term", {}).get("from") == version.agreement.term.starts:
        document["term"]["from"] = first_day(version.agreement, request.now)


def _in_the_way(text: str, now: datetime) -> list[Problem]:
    """What hinders publishing a draft: also what one section says of another."""
    try:
        warnings([load_text(text, _FILE)], now)
    except AgreementError as error:
        once = {(each.path[:1], each.message): each for each in error.problems}
        return list(once.values())[:_MOST_PROBLEMS]
    return []


def _new_problems(before: str, after: str) -> list[Problem]:
    """Errors that a change makes; those that were there do not hinder the mending of others."""
    was, found = load_text(before, _FILE).problems, load_text(after, _FILE).problems
    known = Counter(each.message for each in was)
    told = Counter(each.message for each in found)
    errors = [
        each
        for each in found
        if each.severity == "error" and told[each.message] > known[each.message]
    ]
    return errors[:_MOST_PROBLEMS]


def _form(
    request: PageRequest,
    name: str,
    piece: Piece,
    document: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    section = next(each for each in form.sections(document) if each.name == name)
    answer = shown(
        request,
        "clause",
        section=section,
        piece=piece,
        mark=mark_of(form.section(document, name)),
        is_field=isinstance(piece, Field),
        problems=[(named_at(piece, each.path), each) for each in problems],
        suggested=_suggested(document),
    )
    answer.status_code = status
    return answer


def _suggested(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Words that are likely in a value, by its label: what the agreement names elsewhere."""

    def items(holder: Any, *path: str) -> list[Mapping[str, Any]]:
        for step in path:
            holder = holder.get(step) if isinstance(holder, Mapping) else None
        found = holder if isinstance(holder, list) else []
        return [each for each in found if isinstance(each, Mapping) and "name" in each]

    def names(*path: str) -> list[str]:
        return [str(each["name"]) for each in items(document, *path)]

    teams = items(document, "routing", "teams")
    people = [str(each["name"]) for team in teams for each in items(team, "people")]
    stages, team_names = names("stages"), names("routing", "teams")
    named = document.get("calendars")
    calendars = ["organisation", "team", "person", *(named if isinstance(named, Mapping) else ())]
    return {
        "Stage": stages,
        "From": stages,
        "Metric": sorted(REGISTRY),
        "Obligation": names("obligations"),
        "Segment": names("segments"),
        "Team": team_names,
        "To": [*team_names, *people],
        "Person": people,
        "Owner": people,
        "Lead": people,
        "Calendar": calendars,
        "Group": ["fit", "engagement"],
        "Within": ["1 business hour", "2 business hours", "1 business day",
                   "end of the next business day", "24 clock hours"],
    }  # fmt: skip
