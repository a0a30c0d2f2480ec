"""`leadpact publish`: a version of the agreement comes into force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadpact.flows.publishing import Published


def publish(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The agreement.", show_default=False)],
) -> None:
    """Put a version of the agreement into force, and say what it changes.

    It is checked first, as `check` does. The very same text twice is one version.
    """
    from leadpact.cli.ledger import OPERATOR, opened

    with opened() as now:
        from leadpact.flows.publishing import publish as put_into_force

        done = put_into_force(file, actor=OPERATOR, now=now)
    _tell(done)


def _tell(done: Published) -> None:
    from datetime import UTC

    from leadpact.agreement.diff import render
    from leadpact.cli.problems import show
    from leadpact.cli.terminal import out, write, write_text

    console = out()
    show(done.warnings, console)
    begins = f"{done.effective_from.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if done.repeated:
        write(console, f"“{done.name}” was published before; it is in force from {begins}.")
        return
    write(console, f"Published: “{done.name}”, in force from {begins}.", "bold")
    if done.changes is not None:
        console.print()
        write_text(render(done.changes))
