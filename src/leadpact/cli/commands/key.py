"""`leadpact key`: keys for programs."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who uses the key.", show_default=False)]


def create(
    name: Name,
    scope: Annotated[
        str,
        typer.Option(
            metavar="SCOPE", show_default=False,
            help="What it may do: `collect` (send events), `read`, `write` or `admin`.",
        ),
    ],
    for_user: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="EMAIL", show_default=False,
            help="Whoever it asks for: it may do no more than this user, and sees what they see.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Make a key for a program and print it, this once.

    Only its hash is kept: a key that is lost is revoked and made again.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import write_text

    with opened() as now:
        from leadpact.ledger.services.access import create_key

        _, text = create_key(name, scope, actor=OPERATOR, now=now, for_user=for_user or "")
    write_text(text)


def list_(as_json: AsJson = False) -> None:
    """List keys: what each may do, when it was last used, whether it holds."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import ApiKey

        rows = [
            {
                "name": key.name,
                "begins with": key.prefix,
                "scope": key.scope,
                "for": key.user.email if key.user else None,
                "made": key.created_at,
                "last used": key.last_used_at,
                "revoked": key.revoked_at,
            }
            for key in ApiKey.objects.select_related("user").order_by("name")
        ]
    show(rows, as_json, "There are no keys; leadpact key create NAME --scope collect makes one.")


def revoke(name: Name) -> None:
    """Let nobody in with a key from now on."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.access import revoke_key

        revoke_key(name, actor=OPERATOR, now=now)
    write(out(), f"The key “{name}” no longer lets anybody in.")
