"""`leadpact live` and `leadpact shadow`: whether the installation acts, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from leadpact.ledger.models import Installation


def live(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", show_default=False,
            help="`now`, or an instant with its zone. What came before stays history: it starts "
            "no clock and tells nobody.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Go live: from then on leads are handed over, assigned, and people are told.

    Without `--since` it says how things stand.
    """
    from leadpact.cli.ledger import OPERATOR, opened

    with opened() as now:
        from leadpact.ledger.services import installation

        if since is None:
            row = installation.current(now=now)
        else:
            row = installation.go_live(_instant(since, now), actor=OPERATOR, now=now)
        _tell(row)


def shadow(
    state: Annotated[
        str, typer.Argument(metavar="on|off", help="`on` or `off`.", show_default=False)
    ],
) -> None:
    """Only watch, or act again: in shadow mode all is evaluated, and nothing done or told.

    What was held back is released when it is turned off, as a list that was imported is: at a pace.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import OPERATOR, opened

    if state not in ("on", "off"):
        raise Failed(f"“{state}” is neither on nor off.", code=Code.USAGE)
    with opened() as now:
        from leadpact.ledger.services import installation

        _tell(installation.set_shadow(state == "on", actor=OPERATOR, now=now))


def _instant(since: str, now: datetime) -> datetime:
    from leadpact.cli.moments import instant_of

    return now if since.strip().lower() == "now" else instant_of("--since", since)


def _tell(row: Installation) -> None:
    from datetime import UTC

    from leadpact.cli.terminal import out, write
    from leadpact.ledger.selectors import agreements

    console = out()
    if row.live_since is None:
        write(console, "Not live: all is evaluated and shown; nobody is handed a lead or told.")
    else:
        write(console, f"Live since {row.live_since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.")
    if row.shadow:
        write(console, "Shadow mode is on: all is evaluated, and nothing done or told.")
    if not agreements.published():
        write(console, "No agreement is published yet: until then nothing is evaluated.")
