"""`leadpact absence`: who is away and gets no leads."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson


def add(
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON", help="As the agreement names them.", show_default=False
        ),
    ],
    begins: Annotated[
        str,
        typer.Argument(
            metavar="FROM", show_default=False,
            help="The first day away (2026-04-01), or an instant with its zone.",
        ),
    ],
    ends: Annotated[
        str,
        typer.Argument(
            metavar="UNTIL", show_default=False,
            help="The last day away, or the instant at which they are back.",
        ),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="What for.", show_default=False)
    ] = "",
) -> None:  # fmt: skip
    """Give somebody no leads for some days; days are those of the organisation's calendar.

    Leads that they hold stay with them; `leadpact` reassigns none for an absence.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows.absences import add_absence

        row = add_absence(person, begins, ends, reason, actor=OPERATOR, now=now)
    write(out(), f"{row.person} gets no leads from {_told(row.begins)} until {_told(row.ends)}.")


def list_(as_json: AsJson = False) -> None:
    """List absences that are not over."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened() as now:
        from leadpact.ledger.models import Absence

        rows = [
            {
                "number": row.pk,
                "person": row.person.name,
                "from": row.begins,
                "until": row.ends,
                "reason": row.reason,
            }
            for row in Absence.objects.filter(ends__gt=now)
            .select_related("person")
            .order_by("begins", "id")
        ]
    show(rows, as_json, "Nobody is away.")


def remove(
    number: Annotated[
        int,
        typer.Argument(
            metavar="NUMBER", help="As `leadpact absence list` shows it.", show_default=False
        ),
    ],
) -> None:
    """Take an absence back."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.models import Absence
        from leadpact.ledger.services import absences

        row = Absence.objects.select_related("person").filter(pk=number).first()
        if row is None:
            raise absences.AbsenceError(
                f"There is no absence {number}; leadpact absence list shows them."
            )
        absences.remove(row, actor=OPERATOR, now=now)
    write(out(), f"{row.person} is there after all.")


def _told(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M %Z}"
