"""People on teams: who works leads, when, and how many; and whether they may sign in."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase

from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.spec import Agreement
from leadpact.ledger.models import Person, Team
from leadpact.ledger.selectors import access, agreements
from leadpact.ledger.services.access import AccessError
from leadpact.ledger.services.agreements import first_day
from leadpact.ledger.services.permits import Act
from leadpact.web import drafts
from leadpact.web.drafting import (
    DraftError,
    calendars_of,
    hours_wanted,
    leavers,
    members_wanted,
    shares_wanted,
)
from leadpact.web.hours import hours_of
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.set_running import look_at
from leadpact.web.pages.settings import Does, done, tabs
from leadpact.web.registry import PageRequest, form_page

_FILE = "agreement.yaml"
_IN, _NOT_INVITED, _LET_GO = "may sign in", "not invited yet", "let in no more"
_SIGNS_IN: dict[str, Q] = {
    _IN: access.SIGNS_IN, _NOT_INVITED: access.NOT_INVITED, _LET_GO: access.LET_GO,
}  # fmt: skip


@form_page("settings/people", name="settings_people", act=Act.MANAGE_PEOPLE)
def people(request: PageRequest) -> HttpResponseBase:
    """Everybody on a team, and what the agreement says of them, to be changed by a draft."""
    if request.method == "POST":
        refusals = (AccessError, ChangeError, DraftError)
        doing: dict[str, Does] = {"draft": _draft}
        return done(request, doing, refusals, "settings_people")
    version = agreements.in_force(request.now)
    agreement = version.agreement if version else None
    has_draft = version is not None and drafts.of(request) is not None
    written = _written_on(request).agreement if has_draft else agreement
    told = {
        "tabs": tabs(request),
        "counted": access.getting_in(),
        "may_invite": request.caller.may(Act.ADMINISTER),
        "published": agreement is not None,
        "calendars": calendars_of(written) if written else [],
        "teams_of": written.routing.teams if written else [],
        "named": list(written.calendars) if written else [],
        "mark": _mark(written) if written else "",
    }
    return answer(request, _listing(agreement), "settings/people.html", lambda _: told)


def _listing(agreement: Agreement | None) -> Listing[Person]:
    return Listing(
        name="people",
        title="People on teams",
        rows=lambda _: access.people_on_teams().select_related("team", "user"),
        columns=(
            Column("name", "Person", lambda row: row.name, order="name"),
            Column(
                "team", "Team", lambda row: row.team.name if row.team else None,
                order="team__position",
            ),
            Column(
                "user", "Signs in as", _signs_in_as, order="user__email",
                cell="lists/cells/signs_in.html",
            ),
            Column("email", "Email", lambda row: row.email, on_page=False),
            Column("hours", "Hours", lambda row: hours_of(row, agreement)),
            Column(
                "share", "Share of leads", lambda row: row.weight, order="weight", numeric=True
            ),
            Column(
                "cap", "Most open leads",
                lambda row: "no limit" if row.cap is None else row.cap, order="cap", numeric=True,
            ),
        ),
        order="name",
        filters=(
            Filter(
                "signs", "Signing in", one_of(_SIGNS_IN),
                lambda rows, value: rows.filter(_SIGNS_IN[value]),
            ),
            Filter("team", "Team", team_choices, lambda rows, name: rows.filter(teams__name=name)),
        ),
        search=named,
        searched="Name or email",
        empty=Empty(
            "Nobody is on a team yet", "Add the first one below: who is on a team gets leads."
        ),
    )  # fmt: skip


def team_choices(_: PageRequest) -> list[tuple[str, str]]:
    """The teams to choose from."""
    found = Team.objects.filter(active=True).order_by("position")
    return [(name, name) for name in found.values_list("name", flat=True)]


def named(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Of these people those with the text in their name or address."""
    return rows.filter(
        Q(name__icontains=text) | Q(email__icontains=text) | Q(user__email__icontains=text)
    )


def _signs_in_as(row: Person) -> str:
    user = getattr(row, "user", None)
    if user is None:
        return _NOT_INVITED
    return user.email if user.is_active else f"{user.email} ({_LET_GO})"


def _draft(request: PageRequest) -> HttpResponse:
    """The next version of the agreement, with the people, shares, limits and hours of the form.

    It goes on with the reader's draft, if there is one that can be read.
    """
    if agreements.in_force(request.now) is None:
        raise AccessError("No agreement is published yet.")
    written = _written_on(request)
    said, agreement = request.POST.dict(), written.agreement
    if agreement is None or said.pop("of", _mark(agreement)) != _mark(agreement):
        raise AccessError("Teams were changed since you opened this page: here they are now.")
    settings = _wanted(said, agreement)
    gone = list(leavers(said, agreement))
    if not settings and not gone:
        raise AccessError("Nothing was changed.")
    is_draft = written.text == drafts.of(request)
    if not is_draft and agreement.term is not None:
        settings.append(f"term.from={first_day(agreement, request.now).isoformat()}")
    loaded, _ = changed(written, settings, gone)
    if is_draft and loaded.problems:
        raise AccessError(f"{loaded.problems[0].message}. Your draft stays as it was.")
    return look_at(request, loaded.text)


def _written_on(request: PageRequest) -> Loaded:
    """What the forms change: the reader's draft if it can be read, else the version in force."""
    drafted = load_text(drafts.of(request) or "", _FILE)
    if drafted.agreement is not None:
        return drafted
    version = agreements.in_force(request.now)
    return load_text(agreements.text_of(version.id) if version else "", _FILE)


def _mark(agreement: Agreement) -> str:
    """What tells teams from others, or from the same with somebody at another place."""
    there = [(team.name, [each.name for each in team.people]) for team in agreement.routing.teams]
    return sha256(repr(there).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _wanted(said: Mapping[str, Any], agreement: Agreement) -> list[str]:
    return [
        *shares_wanted(said, agreement), *hours_wanted(said, agreement),
        *members_wanted(said, agreement),
    ]  # fmt: skip
