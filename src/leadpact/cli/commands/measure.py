"""`leadpact measure`: the published figures, measured now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.flows.measuring import Measurement

#: How far a measurement that a worker starts stands back behind everything else.
_YIELDS = 10


def measure(
    when_due: Annotated[
        bool,
        typer.Option(
            "--when-due",
            help="Only where something changed since, and nobody else measures; as a worker does.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure every figure and promise now, and publish them to pages and programs.

    They are those of `run` over the same log. Leads that may be one person are looked for as well.
    A worker does both by itself: figures at most once a minute, likeness once an hour.
    """
    import os
    import socket

    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import opened
    from leadpact.cli.progress import progress

    name = f"{socket.gethostname()}:{os.getpid()}"
    with opened() as now, progress() as tell:
        from leadpact.flows import proposing
        from leadpact.flows.measuring import measure as measured
        from leadpact.flows.starting import compile_engine
        from leadpact.ledger.selectors.figures import is_due
        from leadpact.web.process import end_with_parent

        if when_due:
            end_with_parent()
            os.nice(_YIELDS)
            if not is_due(now):
                return
        compile_engine(tell)
        done = measured(now, name, tell, take_over=not when_due)
        if done and (proposing.is_due(now) or not when_due):
            proposing.propose(now)
    if done:
        _tell(done, as_json)
    elif not when_due:
        raise Failed(
            "Nothing was measured: no agreement is published.",
            "leadpact publish agreement.yaml does that.",
            Code.PROBLEMS,
        )


def _tell(done: Measurement, as_json: bool) -> None:
    from datetime import UTC

    from leadpact.cli.terminal import out, write, write_json

    if as_json:
        write_json(
            {
                "as_of": done.as_of.isoformat(),
                "rows": done.rows,
                "figures": done.figures,
                "standings": done.standings,
                "seconds": round(done.seconds, 3),
            }
        )
        return
    write(
        out(),
        f"Published as of {done.as_of.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {done.figures:,} "
        f"figures and {done.standings:,} promises, from {done.rows:,} rows of the log.",
        "bold",
    )
