"""`leadpact mute` and `unmute`: what somebody does not want to be told."""

from __future__ import annotations

from typing import Annotated

import typer

Who = Annotated[
    str,
    typer.Argument(metavar="WHO", help="A person, team, head or contact.", show_default=False),
]
Kind = Annotated[
    str,
    typer.Argument(metavar="KIND", help="A kind of notice, such as `digest`.", show_default=False),
]


def mute(who: Who, kind: Kind) -> None:
    """Tell somebody no more of one kind of notice, such as the daily digest."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows import channels

        name, known = channels.mute(who, kind, actor=OPERATOR, now=now)
    write(out(), f"{name} gets no {known} any more; leadpact unmute undoes it.")


def unmute(who: Who, kind: Kind) -> None:
    """Tell somebody again of one kind of notice."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows import channels

        name, known = channels.unmute(who, kind, actor=OPERATOR, now=now)
    write(out(), f"{name} gets each {known} again.")
