"""`leadpact audit`: the trail of every change to what decides."""

from __future__ import annotations

import typer


def verify() -> None:
    """Check that nothing in the audit trail was altered, removed or put in.

    Ends with 1 at the first entry that does not follow from those before it, and where an agreement
    or its acceptance is not what the trail says.
    """
    from leadpact.cli.exits import Code
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    with opened():
        from leadpact.ledger.services.acceptances import unsound
        from leadpact.ledger.services.audit import verify as verified

        entries, broken = verified()
        wrong = [] if broken else list(unsound())
    if broken:
        write(out(), f"Entry {broken.entry} does not hold: {broken.why}.", "bold")
        raise typer.Exit(Code.PROBLEMS)
    for each in wrong:
        write(out(), f"{each[0].upper()}{each[1:]}.", "bold")
    if wrong:
        raise typer.Exit(Code.PROBLEMS)
    write(out(), f"{entries:,} entries, each bound to the one before it: nothing was altered.")
