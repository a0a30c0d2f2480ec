"""`leadpact notice`: what people were told, and what did not get through."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

State = Annotated[
    str | None,
    typer.Option(
        metavar="STATE", show_default=False,
        help="Only those that are `waiting`, `sent`, `dead` (given up) or `dropped`.",
    ),
]  # fmt: skip
_MOST = 100


def list_(state: State = None, as_json: AsJson = False) -> None:
    """List the last hundred notices, the newest first, and what became of each."""
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import Notice

        found = Notice.objects.order_by("-id")
        if state is not None:
            if state not in Notice.State.values:
                known = ", ".join(Notice.State.values)
                raise Failed(f"No notice is “{state}”; choose one of: {known}.", code=Code.USAGE)
            found = found.filter(state=state)
        rows = [
            {
                "number": row.pk,
                "kind": row.kind,
                "for": row.receiver,
                "lead": row.lead_id,
                "state": row.state,
                "tries": row.attempts,
                "when": row.sent_at or row.send_at,
                "last mistake": row.last_error,
            }
            for row in found[:_MOST]
        ]
    show(rows, as_json, "There are no such notices.")


def replay(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="[NUMBER]", show_default=False,
            help="As `leadpact notice list` shows them; without any, all that were given up on.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Try notices anew that were given up on or dropped."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.notices import replay as try_anew

        count = try_anew(numbers or None, actor=OPERATOR, now=now)
    many = "notice is" if count == 1 else "notices are"
    write(out(), f"{count} {many} tried anew.")
