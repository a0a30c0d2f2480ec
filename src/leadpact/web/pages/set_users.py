"""Users: who signs in as what; an administrator invites, changes and lets go."""

from __future__ import annotations

from dataclasses import replace

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponseBase

from leadpact.ledger.models import Role, User
from leadpact.ledger.selectors import access
from leadpact.ledger.services import audit
from leadpact.ledger.services.access import (
    AccessError,
    change_role,
    create_user,
    let_go,
    let_in_again,
)
from leadpact.ledger.services.permits import Act
from leadpact.web.lists.declared import Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import answer
from leadpact.web.pages.settings import Does, done, tabs
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
_MAY, _NEVER, _GONE = "may sign in", "has not signed in yet", "let in no more"
_STATES: dict[str, Q] = {
    _MAY: Q(is_active=True),
    _NEVER: Q(is_active=True, last_login=None),
    _GONE: Q(is_active=False),
}
_NO_TEAM, _A_TEAM = "on no team", "on a team"


def _state(row: User) -> str:
    if not row.is_active:
        return _GONE
    return _MAY if row.last_login else _NEVER


def _team(row: User) -> str | None:
    person = row.person
    return person.team.name if person and person.active and person.team else None


def _rows(_: PageRequest) -> QuerySet[User]:
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    return access.users().annotate(has_factor=Exists(factors))


def _by_team(rows: QuerySet[User], value: str) -> QuerySet[User]:
    return rows.exclude(access.ON_A_TEAM) if value == _NO_TEAM else rows.filter(access.ON_A_TEAM)


USERS: Listing[User] = Listing(
    name="users",
    title="Who signs in",
    rows=_rows,
    columns=(
        Column("email", "User", lambda row: row.email, "email", "lists/cells/user.html"),
        Column("name", "Name", lambda row: row.person.name if row.person else row.name),
        Column("role", "Role", lambda row: row.role, order="role"),
        Column("team", "Team", _team, order="person__team__position"),
        Column("seen", "Last seen", lambda row: row.last_login or "never", order="last_login"),
        Column("state", "State", _state, on_page=False),
        Column(
            "factor", "Second factor", lambda row: "yes" if row.has_factor else "no",  # type: ignore[attr-defined]  # annotated
            order="has_factor",
        ),
    ),
    order="email",
    filters=(
        Filter(
            "state", "State", one_of(_STATES),
            lambda rows, value: rows.filter(_STATES[value]),
        ),
        Filter(
            "role", "Role", one_of(Role.values),
            lambda rows, role: rows.filter(role=role),
        ),
        Filter(
            "team", "Team", one_of((_A_TEAM, _NO_TEAM)), _by_team
        ),
        Filter(
            "factor", "Second factor", lambda _: [("yes", "yes"), ("no", "no")],
            lambda rows, value: rows.filter(has_factor=value == "yes"),
        ),
    ),
    search=lambda rows, text: rows.filter(
        Q(email__icontains=text) | Q(name__icontains=text) | Q(person__name__icontains=text)
    ),
    searched="Name or email",
    empty=Empty("Nobody signs in yet", "Invite the first one below."),
)  # fmt: skip


@form_page("settings/people/users", name="settings_users", act=Act.MANAGE_PEOPLE)
def users(request: PageRequest) -> HttpResponseBase:
    """Everybody who may sign in or once might; what an administrator may do with each."""
    if request.method == "POST":
        doing: dict[str, Does] = {}
        if request.caller.may(Act.ADMINISTER):
            doing |= {
                "invite": _invite, "again": _again, "role": _role,
                "let_go": _let_go, "let_in": _let_in, "factor": _without_factor,
            }  # fmt: skip
        return done(request, doing, (AccessError,), "settings_users")
    return _shown(request)


def _shown(request: PageRequest, link: str = "", invited: str = "") -> HttpResponseBase:
    told = {
        "tabs": tabs(request),
        "counted": access.getting_in(),
        "may_invite": request.caller.may(Act.ADMINISTER),
        "roles": _ROLES.items(),
        "link": link,
        "invited": invited,
    }
    return answer(request, _listing(request), "settings/users.html", lambda _: told)


def _listing(request: PageRequest) -> Listing[User]:
    """The list, with what can be done where the reader may do it."""
    if not request.caller.may(Act.ADMINISTER):
        return USERS
    acts = Column[User](
        "do", "Actions", lambda _: "", cell="lists/cells/user_acts.html", in_file=False
    )
    return replace(USERS, columns=(*USERS.columns, acts))


def _invite(request: PageRequest) -> HttpResponseBase:
    told = request.POST
    user = create_user(
        told.get("email", ""), told.get("role", ""), None,
        actor=request.caller.name, now=request.now, name=told.get("name", "")[:200],
    )  # fmt: skip
    return _with_link(request, user)


def _again(request: PageRequest) -> HttpResponseBase:
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


def _with_link(request: PageRequest, user: User) -> HttpResponseBase:
    """The page with the link to choose a password by; it is mailed as well, where we mail."""
    link = invitations.link_for(user)
    try:
        if invitations.mail_invitation(user, link, request.caller.name):
            messages.success(request, f"The invitation is mailed to {user.email}.")
    except OSError as error:
        messages.error(request, f"The mail server does not take it: {error}.")
    whole = link if "://" in link else request.build_absolute_uri(link)
    return _shown(request, link=whole, invited=user.email)
