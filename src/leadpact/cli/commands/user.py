"""`leadpact user`: people who sign in."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson


def create(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The address to sign in with.",
                            show_default=False)
    ],
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", show_default=False,
            help="`administrator`, `marketing head`, `marketer`, `sales head`, `rep` or `viewer`.",
        ),
    ],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    no_password: Annotated[
        bool,
        typer.Option("--no-password", help="Let them choose it themselves, by `user invite`."),
    ] = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What the user is called.", show_default=False)
    ] = "",
) -> None:  # fmt: skip
    """Let somebody sign in; a rep with the address of a person in the agreement is that person.

    Without `--password-stdin` a terminal asks for the password.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.access import create_user

        password = None if no_password else _password(password_stdin)
        user = create_user(email, _meant(role), password, actor=OPERATOR, now=now, name=name)
        person = user.person.name if user.person else None
    held = f", who is {person} in the agreement" if person else ""
    write(out(), f"{user.email} may sign in as {user.role}{held}.")


def invite(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The address of a user.", show_default=False)
    ],
) -> None:
    """Print a link by which a user chooses a password; it works once, for three days.

    Give it to nobody else. With LEADPACT_MAIL it is also mailed.
    """
    from leadpact.cli.exits import Failed
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.models import User
        from leadpact.ledger.services import audit
        from leadpact.web.signing_in import invitations

        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is None:
            raise Failed(
                f"There is no user {email}.",
                "`leadpact user create EMAIL --role ROLE --no-password` makes one.",
            )
        link = invitations.link_for(user)
        audit.record(OPERATOR, "invited", f"user {user.email}", now=now)
        try:
            mailed = invitations.mail_invitation(user, link, OPERATOR)
        except OSError as error:
            raise Failed(
                f"The mail server does not take it: {error}.", f"The link: {link}"
            ) from None
    write(out(), link)
    if mailed:
        write(out(), f"Mailed to {user.email}.")


def change(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The address of a user.", show_default=False)
    ],
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", show_default=False,
            help="`administrator`, `marketing head`, `marketer`, `sales head`, `rep` or `viewer`.",
        ),
    ],
) -> None:  # fmt: skip
    """Give a user another role, which counts at once."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.access import change_role

        user = change_role(email, _meant(role), actor=OPERATOR, now=now)
    write(out(), f"{user.email} is {user.role} from now on.")


def remove(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The address of a user.", show_default=False)
    ],
) -> None:
    """Let somebody in no more; they are signed out at once.

    What they did stays on record under their name, and leads that they hold stay with them until
    somebody reassigns them. `leadpact user restore` undoes it.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.access import let_go

        user = let_go(email, actor=OPERATOR, now=now)
    write(out(), f"{user.email} gets in no more; leadpact user restore undoes it.")


def restore(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The address of a user.", show_default=False)
    ],
) -> None:
    """Let somebody in again who was removed."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.access import let_in_again

        user = let_in_again(email, actor=OPERATOR, now=now)
    write(out(), f"{user.email} may sign in as {user.role} again.")


def list_(as_json: AsJson = False) -> None:
    """List users with their roles."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import User

        rows = [
            {
                "email": user.email,
                "role": user.role,
                "name": user.name,
                "person": user.person.name if user.person else None,
                "last signed in": user.last_login,
                "active": "yes" if user.is_active else "no",
            }
            for user in User.objects.select_related("person").order_by("email")
        ]
    none = "There are no users; leadpact user create EMAIL --role administrator makes one."
    show(rows, as_json, none)


def _meant(role: str) -> str:
    """A role of two words may be typed with a hyphen."""
    return role.strip().lower().replace("-", " ").replace("_", " ")


def _password(from_stdin: bool) -> str:
    """The password: the first line of standard input, or asked for twice. Raises Failed."""
    import sys

    from leadpact.cli.exits import Code, Failed

    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
        if not text:
            raise Failed("Standard input holds no password.", code=Code.USAGE)
        return text
    if not sys.stdin.isatty():
        raise Failed(
            "There is no terminal to ask for the password.",
            "Give it on standard input and add --password-stdin.",
            Code.USAGE,
        )
    from getpass import getpass

    first = getpass("Password: ")
    if getpass("Once more: ") != first:
        raise Failed("The two are not the same.", code=Code.USAGE)
    return first
