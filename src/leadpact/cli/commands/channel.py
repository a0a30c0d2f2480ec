"""`leadpact channel`: over what people are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.ledger.models import Channel

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="What the channel is called.", show_default=False)
]


def add(
    name: Name,
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS", show_default=False,
            help="An address of apprise, such as `mailtos://…?to={email}`; `-` reads it from "
            "standard input. `{email}` stands for the receiver's own.",
        ),
    ],
    receivers: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="WHO", show_default=False,
            help="A person, a team, `marketing` or `sales`; may be given more than once. "
            "Without it the channel is for everybody.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="KIND", show_default=False,
            help="A kind of notice, such as `breach` or `digest`; may be given more than once. "
            "Without it the channel tells of all.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Tell people over mail, Slack, Teams or any other service that apprise knows.

    The address is kept encrypted and shown to nobody.
    """
    import sys

    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    text = sys.stdin.readline().strip() if address == "-" else address
    with opened() as now:
        from leadpact.flows.channels import add_channel

        row = add_channel(name, text, receivers or (), only or (), actor=OPERATOR, now=now)
    write(out(), f"Told over “{row.name}” from now on: {_for(row)}.")


def list_(as_json: AsJson = False) -> None:
    """List channels and whom each tells."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import Channel

        rows = [
            {"name": row.name, "tells": _for(row), "of": _of(row), "added": row.created_at}
            for row in Channel.objects.order_by("name")
        ]
    show(rows, as_json, "There are no channels; leadpact channel add NAME ADDRESS adds one.")


def try_(
    name: Name,
    receiver: Annotated[
        str,
        typer.Option(
            "--to", metavar="WHO", show_default=False,
            help="Whose address to put in the place of `{email}`.",
        ),
    ] = "",
) -> None:  # fmt: skip
    """Send a trial over a channel."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    with opened():
        from leadpact.flows.channels import try_channel

        row = _found(name)
        try_channel(row, receiver)
    write(out(), f"The channel “{row.name}” took the trial.")


def remove(name: Name) -> None:
    """Tell nobody over a channel any more."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.channels import remove_channel

        remove_channel(_found(name), actor=OPERATOR, now=now)
    write(out(), f"Nobody is told over “{name}” any more.")


def _found(name: str) -> Channel:
    from leadpact.ledger.models import Channel
    from leadpact.ledger.services.channels import ChannelError

    row = Channel.objects.filter(name=name.strip()).first()
    if row is None:
        raise ChannelError(f"There is no channel “{name}”; leadpact channel list shows them.")
    return row


def _for(row: Channel) -> str:
    import json

    return ", ".join(json.loads(row.receivers)) or "everybody"


def _of(row: Channel) -> str:
    import json

    return ", ".join(json.loads(row.kinds)) or "everything"
