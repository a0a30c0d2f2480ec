"""`leadpact proposal`: leads that may be one person, and what people say of them."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="The proposal's number.", show_default=False)
]


def list_(
    state: Annotated[
        str, typer.Option(metavar="STATE", help="`open`, `accepted`, `refused`, or `all`.")
    ] = "open",
    as_json: AsJson = False,
) -> None:
    """List leads that may be one person, the surest first, each with the reasons.

    A worker looks for them every hour, and `leadpact measure` now. None is merged by itself.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    if state not in ("open", "accepted", "refused", "all"):
        raise Failed(f"“{state}” is none of open, accepted, refused, all.", code=Code.USAGE)
    with opened():
        from leadpact.ledger.models import Proposal

        found = Proposal.objects.order_by("-weight", "pk")
        rows = [
            {
                "number": row.pk,
                "earlier": row.first_id,
                "later": row.second_id,
                "weight": row.weight,
                "because": row.because,
                **({} if state == "open" else {"state": row.state, "by": row.decided_by}),
            }
            for row in (found if state == "all" else found.filter(state=state))
        ]
    show(rows, as_json, "No leads look as if they were one person.")


def accept(number: Number) -> None:
    """The two are one: the later lead is merged into the earlier. `unmerge` undoes it."""
    _decide(number, "accept")


def refuse(number: Number) -> None:
    """The two are two people, and are not proposed again."""
    _decide(number, "refuse")


def _decide(number: int, verdict: str) -> None:
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services import proposals
        from leadpact.ledger.services.actions import Doing
        from leadpact.ledger.services.permits import of_operator

        doing = Doing(of_operator(OPERATOR), now)
        did = proposals.accept if verdict == "accept" else proposals.refuse
        row = did(doing, number)
    what = f"{row.second_id} is merged into" if verdict == "accept" else f"{row.second_id} is not"
    write(out(), f"{what} {row.first_id}.", "bold")
