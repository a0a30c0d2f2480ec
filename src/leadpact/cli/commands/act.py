"""`leadpact act`: what somebody did with a lead, from the command line."""

from __future__ import annotations

from typing import Annotated

import typer


def act(
    lead: Annotated[
        str, typer.Argument(metavar="LEAD", help="The lead's key.", show_default=False)
    ],
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION", show_default=False,
            help="accept, reject, attempt, connect, rate, stage, deal, recycle, disqualify, "
            "snooze, resume, reassign, dispute, rule, waive, exclude, restore, merge, unmerge, "
            "enrol, touch or leave.",
        ),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, as the agreement lists it.",
                          show_default=False)
    ] = "",
    rating: Annotated[
        int | None, typer.Option(metavar="1-5", help="How good the lead is.", show_default=False)
    ] = None,
    note: Annotated[
        str, typer.Option(metavar="TEXT", help="Anything to add.", show_default=False)
    ] = "",
    channel: Annotated[
        str, typer.Option(metavar="NAME", help="Of an attempt or a talk: phone, email …",
                          show_default=False)
    ] = "",
    outcome: Annotated[
        str, typer.Option(metavar="TEXT", help="Of an attempt; of a deal: open, won or lost.",
                          show_default=False)
    ] = "",
    stage: Annotated[
        str, typer.Option(metavar="NAME", help="The stage that is meant.", show_default=False)
    ] = "",
    obligation: Annotated[
        str, typer.Option(metavar="NAME", help="The promise that is meant.", show_default=False)
    ] = "",
    program: Annotated[
        str, typer.Option(metavar="NAME", help="The nurture program.", show_default=False)
    ] = "",
    step: Annotated[
        str, typer.Option(metavar="NAME", help="Its step; by default the next one.",
                          show_default=False)
    ] = "",
    upheld: Annotated[
        bool, typer.Option("--upheld", help="A dispute is upheld; without it, dismissed.")
    ] = False,
    to: Annotated[
        str, typer.Option(metavar="PERSON", help="Who holds the lead from now on.",
                          show_default=False)
    ] = "",
    other: Annotated[
        str, typer.Option(metavar="LEAD", help="The lead to merge, or to part again.",
                          show_default=False)
    ] = "",
    deal: Annotated[
        str, typer.Option(metavar="KEY", help="The deal's key.", show_default=False)
    ] = "",
    amount: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="What it is worth.", show_default=False)
    ] = None,
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="Of the amount, such as EUR.", show_default=False)
    ] = "",
    by: Annotated[
        str, typer.Option(metavar="PERSON", help="Who did it; by default the operator.",
                          show_default=False)
    ] = "",
    at: Annotated[
        str, typer.Option(metavar="TIME", help="When, with its zone; by default now.",
                          show_default=False)
    ] = "",
) -> None:  # fmt: skip
    """Record what somebody did with a lead: accept, reject, log an attempt, waive a promise …

    It is the same as in the pages and over the API: a fact of the log, which can be withdrawn.
    """
    from datetime import datetime
    from typing import cast

    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows.doing import ACTIONS, Action, Deed, do
        from leadpact.ledger.services.actions import Doing
        from leadpact.ledger.services.permits import of_operator

        if action not in ACTIONS:
            raise Failed(f"“{action}” is none of {', '.join(ACTIONS)}.", code=Code.USAGE)
        try:
            happened = datetime.fromisoformat(at) if at else now
        except ValueError:
            happened = now.replace(tzinfo=None)
        if happened.tzinfo is None:
            raise Failed(f"--at is “{at}”; write it as in 2026-03-02T09:15+01:00.", code=Code.USAGE)
        did = Deed(
            cast(Action, action), reason, rating, note, channel, outcome, stage, obligation,
            program, step, upheld, to, other, deal, amount, currency,
        )  # fmt: skip
        doing = Doing(of_operator(by or OPERATOR), now, happened_at=min(happened, now))
        receipt = do(doing, lead, did)
    write(out(), f"On record: {action}, {receipt.lead}. Its fact is {receipt.event_id}.")
