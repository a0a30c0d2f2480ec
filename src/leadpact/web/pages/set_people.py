"""People: who signs in as what, who works leads, and when they are away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse

from leadpact.flows.absences import add_absence
from leadpact.ledger.models import Absence, Person, Role, Team, User
from leadpact.ledger.services import absences, audit
from leadpact.ledger.services.absences import AbsenceError
from leadpact.ledger.services.access import AccessError, create_user
from leadpact.ledger.services.permits import Act
from leadpact.web.pages.settings import Does, done, shown
from leadpact.web.registry import PageRequest, form_page
from leadpact.web.signing_in import invitations

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
        doing: dict[str, Does] = {"away": _away, "back": _back}
        if request.caller.may(Act.ADMINISTER):
            doing |= {"invite": _invite, "again": _again}
        return done(request, doing, (AbsenceError, AccessError), "settings_people")
    return _shown(request)


def _shown(request: PageRequest, link: str = "", invited: str = "") -> HttpResponse:
    persons = Person.objects.filter(active=True).select_related("team", "user")
    return shown(
        request,
        "people",
        teams=Team.objects.filter(active=True).order_by("position"),
        persons=list(persons.order_by("team__position", "position", "name")),
        users=User.objects.filter(is_active=True).select_related("person").order_by("email"),
        absences=Absence.objects.filter(ends__gt=request.now)
        .select_related("person")
        .order_by("begins"),
        roles=_ROLES.items(),
        link=link,
        invited=invited,
    )


def _away(request: PageRequest) -> str:
    told = request.POST
    row = add_absence(
        told.get("person", ""), told.get("begins", ""), told.get("ends", ""),
        told.get("reason", "")[:200], actor=request.caller.name, now=request.now,
    )  # fmt: skip
    return f"{row.person} takes no leads while away."


def _back(request: PageRequest) -> str:
    number = request.POST.get("absence", "")
    row = Absence.objects.filter(pk=int(number) if number.isdigit() else 0).first()
    if row is None:
        raise AbsenceError("That absence is not there any more.")
    absences.remove(row, actor=request.caller.name, now=request.now)
    return f"{row.person} is there after all."


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
