"""`leadpact form`: public web forms, and the HTML to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.ledger.models import Form

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The form's name, or its public id.", show_default=False),
]


def create(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="What the form is called: conditions ask for it as `form`.",
            show_default=False,
        ),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD", show_default="the email alone",
            help="A field that the agreement knows, once for each: `company`, or `company*` where "
            "it must be filled, or `company*=Your firm` with its label. The email always is asked.",
        ),
    ] = None,
    site: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", show_default="none: the form's own page alone",
            help="A site whose pages hold the form, as https://www.example.com, once for each.",
        ),
    ] = None,
    states: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE", show_default=False,
            help="What the form states of a lead that nobody knew before, such as `asset=Guide`.",
        ),
    ] = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="The activity that a filled form is.")
    ] = "form_submitted",
    button: Annotated[
        str, typer.Option(metavar="TEXT", help="What stands on the button.")
    ] = "Send",
    thanks: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where to go when it was sent.", show_default="a page of ours"
        ),
    ] = "",
    per_hour: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="N", help="How often it may be sent.")
    ] = 600,
) -> None:  # fmt: skip
    """Declare a web form and print its public id.

    From then on it stands at /f/ID, and `form snippet` prints the HTML for a page of yours.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import write_text

    told = [each.partition("=") for each in states or []]
    if wrong := next((name for name, sign, _ in told if not sign), None):
        raise Failed(f"--states {wrong}: write it as field=value.", code=Code.USAGE)
    with opened() as now:
        from leadpact.ledger.services import forms

        made = forms.create(
            name, field or [], sites=site or [], kind=kind, button=button, thanks=thanks,
            states={name.strip(): value.strip() for name, _, value in told},
            per_hour=per_hour, actor=OPERATOR, now=now,
        )  # fmt: skip
    write_text(made.key)


def snippet(
    name: Name,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The address of Leadpact as visitors reach it.",
            show_default="LEADPACT_URL",
        ),
    ] = None,
) -> None:
    """Print the HTML of a form, to be pasted into a page of a declared site.

    It needs nothing else. Without JavaScript whoever fills it in looks it over once more.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import opened

    with opened():
        import sys

        from leadpact.flows.form_pages import snippet as html
        from leadpact.ledger.home import own_address

        # HTML escapes what could command a terminal.
        address = at or own_address()
        if not address:
            raise Failed(
                "The page needs the address of Leadpact as visitors reach it.",
                "Name it with --at, or set LEADPACT_URL.",
                Code.USAGE,
            )
        sys.stdout.write(html(_found(name), address))


def list_(as_json: AsJson = False) -> None:
    """List web forms: where each may stand, and whether it takes anything."""
    import json

    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import Form

        rows = [
            {
                "name": form.name,
                "id": form.key,
                "sites": ", ".join(json.loads(form.sites)),
                "asks": ", ".join(each["name"] for each in json.loads(form.fields)),
                "made": form.created_at,
                "retired": form.retired_at,
            }
            for form in Form.objects.order_by("name")
        ]
    show(rows, as_json, "There are no forms; leadpact form create NAME makes one.")


def retire(name: Name) -> None:
    """Take nothing from a form from now on; what came by it stays."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services import forms

        done = forms.retire(_found(name).key, actor=OPERATOR, now=now)
    write(out(), f"The form “{done.name}” takes nothing from now on.")


def _found(name: str) -> Form:
    from leadpact.ledger.selectors.forms import form_called

    return form_called(name)
