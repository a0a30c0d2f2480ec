"""`leadpact webhook`: programs that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.ledger.models import Webhook

Number = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER", help="As `leadpact webhook list` shows it.", show_default=False
    ),
]


def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The address to call.", show_default=False)
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="KIND", show_default=False,
            help="A kind of notice, such as `handoff` or `breach`; may be given more than once. "
            "Without it the address is told of all.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Call an address with every notice, and print the secret that signs the calls, this once.

    Calls are signed as Standard Webhooks asks. Addresses of this network are not called unless
    `LEADPACT_CALL_PRIVATE=1`.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import write_text

    with opened() as now:
        from leadpact.flows.channels import add_webhook

        _, secret = add_webhook(url, kinds or (), actor=OPERATOR, now=now)
    write_text(secret)


def list_(as_json: AsJson = False) -> None:
    """List webhooks with what each is told and how the last calls went."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.selectors.outbox import webhooks_with_calls

        rows = [
            {
                "number": each.number,
                "url": each.url,
                "told of": ", ".join(each.kinds) or "everything",
                "sent": each.sent,
                "waiting": each.waiting,
                "given up": each.dead,
                "last mistake": each.last_error,
            }
            for each in webhooks_with_calls()
        ]
    show(rows, as_json, "There are no webhooks; leadpact webhook add URL adds one.")


def try_(number: Number) -> None:
    """Call a webhook with a signed trial."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows.channels import try_webhook

        row = _found(number)
        try_webhook(row, now=now)
    write(out(), f"{row.url} took the trial.")


def remove(number: Number) -> None:
    """Call an address no more."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services.channels import remove_webhook

        row = _found(number)
        remove_webhook(row, actor=OPERATOR, now=now)
    write(out(), f"{row.url} is not called any more.")


def _found(number: int) -> Webhook:
    from leadpact.ledger.models import Webhook
    from leadpact.ledger.services.channels import ChannelError

    row = Webhook.objects.filter(pk=number).first()
    if row is None:
        raise ChannelError(f"There is no webhook {number}; leadpact webhook list shows them.")
    return row
