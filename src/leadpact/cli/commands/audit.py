"""`leadpact audit`: the trail of every change to what decides."""

from __future__ import annotations

import typer


def verify() -> None:
    """Check that nothing in the audit trail was altered, removed or put in.

    Ends with 1 at the first entry that does not follow from those before it.
    """
    from leadpact.cli.exits import Code
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    with opened():
        from leadpact.ledger.services.audit import verify as verified

        entries, broken = verified()
    if broken:
        write(out(), f"Entry {broken.entry} does not hold: {broken.why}.", "bold")
        raise typer.Exit(Code.PROBLEMS)
    write(out(), f"{entries:,} entries, each bound to the one before it: nothing was altered.")
