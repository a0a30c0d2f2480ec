"""People: who signs in as what, who works leads, and when they are away."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse

from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import load_text
from leadpact.ledger.models import Person, Role, Team, User
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.lists import absences
from leadpact.ledger.services import audit
from leadpact.ledger.services.access import (
    AccessError,
    change_role,
    create_user,
    let_go,
    let_in_again,
)
from leadpact.ledger.services.permits import Act
from leadpact.web.drafting import (
    DraftError,
    calendars_of,
    hours_wanted,
    leavers,
    members_wanted,
    shares_wanted,
)
from leadpact.web.hours import hours_of
from leadpact.web.pages.set_running import look_at
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
        doing: dict[str, Does] = {"draft": _draft}
        if request.caller.may(Act.ADMINISTER):
            doing |= {
                "invite": _invite, "again": _again, "role": _role,
                "let_go": _let_go, "let_in": _let_in, "factor": _without_factor,
            }  # fmt: skip
        return done(request, doing, (AccessError, ChangeError, DraftError), "settings_people")
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
        users=_users(),
        absences=absences(request.now),
        calendars=calendars_of(version.agreement) if version else [],
        teams_of=version.agreement.routing.teams if version else [],
        named=list(version.agreement.calendars) if version else [],
        published=version is not None,
        rows=[(each, hours_of(each, version.agreement if version else None)) for each in persons],
        roles=_ROLES.items(),
        factors=set(Authenticator.objects.values_list("user", flat=True)),
        link=link,
        invited=invited,
    )


def _users() -> QuerySet[User]:
    """Everybody who ever signed in here, those who were let go last."""
    return User.objects.select_related("person").order_by("-is_active", "email")


def _draft(request: PageRequest) -> HttpResponse:
    """The next version of the agreement, with the people, shares, limits and hours of the form."""
    version = agreements.in_force(request.now)
    if version is None:
        raise AccessError("No agreement is published yet.")
    text = agreements.text_of(version.id)
    said, agreement = request.POST.dict(), version.agreement
    settings = [
        *shares_wanted(said, agreement), *hours_wanted(said, agreement),
        *members_wanted(said, agreement),
    ]  # fmt: skip
    gone = list(leavers(said, agreement))
    if not settings and not gone:
        raise AccessError("Nothing was changed.")
    if version.agreement.term is not None:
        today = request.now.astimezone(ZoneInfo(version.agreement.calendar.timezone)).date()
        settings.append(f"term.from={today.isoformat()}")
    loaded, _ = changed(load_text(text, "agreement.yaml"), settings, gone)
    return look_at(request, loaded.text)


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


def _role(request: PageRequest) -> str:
    user = change_role(*_of(request, "email", "role"), actor=request.caller.name, now=request.now)
    return f"{user.email} is {user.role} from now on."


def _let_go(request: PageRequest) -> str:
    user = let_go(*_of(request, "email"), actor=request.caller.name, now=request.now)
    return f"{user.email} is signed out and gets in no more."


def _let_in(request: PageRequest) -> str:
    user = let_in_again(*_of(request, "email"), actor=request.caller.name, now=request.now)
    return f"{user.email} may sign in again."


def _without_factor(request: PageRequest) -> str:
    (email,) = _of(request, "email")
    gone, _ = Authenticator.objects.filter(user__email=email).delete()
    if not gone:
        raise AccessError(f"{email} has no second factor.")
    audit.record(request.caller.name, "took the second factor of", f"user {email}", now=request.now)
    return f"{email} signs in with the password alone until they set up another second factor."


def _of(request: PageRequest, *names: str) -> list[str]:
    return [request.POST.get(name, "") for name in names]


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
