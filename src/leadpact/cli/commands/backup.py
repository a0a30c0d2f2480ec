"""`leadpact backup` and `restore`: the whole state in one folder, and back again."""

from __future__ import annotations

from typing import Annotated

import typer

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help="The folder of the backup.", show_default=False)
]


def backup(folder: Folder) -> None:
    """Write the whole state into a folder of its own, as of one moment; everything may run on.

    The folder holds the secret too: guard it like the state itself.
    """
    from pathlib import Path

    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write_place

    with opened() as now:
        from leadpact.flows.backing_up import back_up

        back_up(Path(folder), now)
    write_place(out(), "The backup:", Path(folder))


def restore(folder: Folder) -> None:
    """Put a backup into an installation that is still empty."""
    from pathlib import Path

    from leadpact.cli.exits import Failed
    from leadpact.cli.terminal import out, write
    from leadpact.flows.opening import LedgerError
    from leadpact.flows.restoring import restore as put_back

    try:
        put_back(Path(folder))
    except LedgerError as error:
        raise Failed(error.message, error.hint) from error
    write(out(), f"Restored from {folder}.", "bold")
