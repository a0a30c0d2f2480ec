"""People: who signs in as what, who works leads, and when they are away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse

from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.ledger.models import Person, Role, Team, User
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.lists import absences
from leadpact.ledger.services import audit
from leadpact.ledger.services.access import AccessError, create_user
from leadpact.ledger.services.permits import Act
from leadpact.web.hours import hours_of
from leadpact.web.pages.set_running import look_at
from leadpact.web.pages.settings import Does, done, shown
from leadpact.web.registry import PageRequest, form_page
from leadpact.web.signing_in import invitations

_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")
_ROLES = {
    Role.REP: "works the leads that were handed to them or their team",
    Role.SALES_HEAD: "sees what sales does, rules on disputes, reassigns",
    Role.MARKETER: "sees every lead and what became of it, nurtures",
    Role.MARKETING_HEAD: "as a marketer; rules on disputes, publishes agreements",
    Role.VIEWER: "reads, and changes nothing",
    Role.ADMINISTRATOR: "may do everything",
}


@form_page("settings/people", name="settings_people", act=Act.MANAGE_PEOPLE)
def people(request: PageRequest) -> HttpResponse:
    """Who signs in, who is on which team, who is away."""
    if request.method == "POST":
        doing: dict[str, Does] = {"draft": _draft}
        if request.caller.may(Act.ADMINISTER):
            doing |= {"invite": _invite, "again": _again}
        return done(request, doing, (AccessError, ChangeError), "settings_people")
    return _shown(request)


def _shown(request: PageRequest, link: str = "", invited: str = "") -> HttpResponse:
    version = agreements.in_force(request.now)
    found = Person.objects.filter(active=True).select_related("team", "user")
    persons = list(found.order_by("team__position", "position", "name"))
    return shown(
        request,
        "people",
        teams=Team.objects.filter(active=True).order_by("position"),
        persons=persons,
        users=User.objects.filter(is_active=True).select_related("person").order_by("email"),
        absences=absences(request.now),
        teams_of=version.agreement.routing.teams if version else [],
        rows=[(each, hours_of(each, version.agreement if version else None)) for each in persons],
        roles=_ROLES.items(),
        link=link,
        invited=invited,
    )


def _draft(request: PageRequest) -> HttpResponse:
    """The next version of the agreement, with the shares and limits of the form."""
    version = agreements.in_force(request.now)
    if version is None:
        raise AccessError("No agreement is published yet.")
    text = agreements.text_of(version.id)
    settings = list(_wanted(request, version.agreement))
    if not settings:
        raise AccessError("Nothing was changed.")
    if version.agreement.term is not None:
        today = request.now.astimezone(ZoneInfo(version.agreement.calendar.timezone)).date()
        settings.append(f"term.from={today.isoformat()}")
    loaded, _ = changed(load_text(text, "agreement.yaml"), settings)
    return look_at(request, loaded.text)


def _wanted(request: PageRequest, agreement: Agreement) -> Iterator[str]:
    """What the form has otherwise than the agreement, as changes of single values."""
    for place, team in enumerate(agreement.routing.teams):
        for number, person in enumerate(team.people):
            at = f"routing.teams[{place}].people[{number}]"
            for name, present in (("weight", person.weight), ("cap", person.cap)):
                said = request.POST.get(f"{name}:{place}:{number}", "").strip()
                if said and _NUMBER.fullmatch(said) and float(said) != present:
                    yield f"{at}.{name}={said}"


def _invite(request: PageRequest) -> HttpResponse:
    told = request.POST
    user = create_user(
        told.get("email", ""), told.get("role", ""), None,
        actor=request.caller.name, now=request.now, name=told.get("name", "")[:200],
    )  # fmt: skip
    return _with_link(request, user)


def _again(request: PageRequest) -> HttpResponse:
    user = User.objects.filter(email=request.POST.get("email", ""), is_active=True).first()
    if user is None:
        raise AccessError("There is no such user.")
    audit.record(request.caller.name, "invited", f"user {user.email}", now=request.now)
    return _with_link(request, user)


def _with_link(request: PageRequest, user: User) -> HttpResponse:
    """The page with the link to choose a password by; it is mailed as well, where we mail."""
    link = invitations.link_for(user)
    try:
        if invitations.mail_invitation(user, link, request.caller.name):
            messages.success(request, f"The invitation is mailed to {user.email}.")
    except OSError as error:
        messages.error(request, f"The mail server does not take it: {error}.")
    whole = link if "://" in link else request.build_absolute_uri(link)
    return _shown(request, link=whole, invited=user.email)
