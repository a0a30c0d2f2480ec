"""`leadpact person`: what is held on one person, handed out or erased."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

Who = Annotated[
    str,
    typer.Argument(metavar="EMAIL|LEAD", help="A mailbox, or a lead's id.", show_default=False),
]


def export(who: Who) -> None:
    """Write everything that is held on one person as one JSON object.

    Events, states, clocks, notices, entries of the audit trail; of all leads that the person is.
    """
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import write_json

    with opened():
        from leadpact.flows.erasing import export as held

        found = held(who)
    write_json(found)


def erase(
    who: Who,
    even_if_figures_move: Annotated[
        bool,
        typer.Option(
            "--even-if-figures-move",
            help="Also where a condition reads what names the person, so that figures change.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase one person from everywhere. There is no way back.

    What figures are made from stays under a new key, and is proven to give the same ones.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.progress import progress
    from leadpact.cli.terminal import out, write, write_json

    with opened() as now, progress() as tell:
        from leadpact.flows.erasing import erase as erased
        from leadpact.flows.starting import compile_engine

        compile_engine(tell)
        done = erased(who, actor=OPERATOR, now=now, even_if_moved=even_if_figures_move)
    if as_json:
        write_json({"leads": done.leads, "rows": done.rows, "open": done.open})
        return
    console = out()
    write(
        console,
        f"Erased. {done.rows:,} rows stay for the figures, under {', '.join(done.leads)}.",
        "bold",
    )
    if done.open:
        write(
            console,
            f"Still open: {', '.join(done.open)}. Nobody can be reached there any more: disqualify "
            "the lead, so that no clock of sales runs out.",
        )
    write(console, "Backups made before still hold the person; erase again after restoring one.")
