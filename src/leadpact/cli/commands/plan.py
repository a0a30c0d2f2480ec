"""`leadpact plan`: from a year's revenue to what marketing and sales owe each month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data, SourcesFile, Spark

if TYPE_CHECKING:
    from leadpact.insight.plan_asked import Planned


def plan(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The agreement.", show_default=False)
    ],
    sources: SourcesFile,
    revenue: Annotated[
        str,
        typer.Option(metavar="AMOUNT", help="Revenue of the year, as 2.4M.", show_default=False),
    ],
    year: Annotated[
        str | None,
        typer.Option(metavar="YEAR", help="By default the one after the data.", show_default=False),
    ] = None,
    average_sale: Annotated[
        str, typer.Option(metavar="AMOUNT", help="Amount of a deal.", show_default=False)
    ] = "",
    from_mqls: Annotated[
        str, typer.Option(metavar="SHARE", help="Part of revenue from MQLs.", show_default=False)
    ] = "",
    deals_per_mql: Annotated[
        str, typer.Option(metavar="SHARE", help="Deals won for an MQL, as 8%.", show_default=False)
    ] = "",
    days: Annotated[
        str, typer.Option(metavar="DAYS", help="From the MQL to the close.", show_default=False)
    ] = "",
    split: Annotated[
        str,
        typer.Option(
            metavar="HOW", help="Split by `working days`, `even`, or as the `history`."
        ),
    ] = "working days",
    spend: Annotated[
        str, typer.Option(metavar="AMOUNT", help="What is spent in the year.", show_default=False)
    ] = "",
    cost: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PHASE=AMOUNT", show_default=False,
            help="What one of a phase costs, as `mqls=120`; may be given several times.",
        ),
    ] = None,
    data: Data = None,
    as_of: AsOf = None,
    spark: Spark = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Plan a year: how many MQLs marketing and how many deals sales owes, month by month.

    What you leave out comes from your history: average sale, part of the revenue from MQLs, deals
    won for an MQL, how long they took. Tells whether past months ever came so far, and writes the
    goals for your agreement.
    """
    from leadpact.cli.evaluating import begin
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.progress import progress
    from leadpact.flows.planning import history_of
    from leadpact.insight.plan_asked import PlanError, Typed, make_plan

    with progress() as tell:
        asked = begin([file], sources, data, as_of, None, tell, at_any_size=True, spark=spark)
        agreement, known, until = history_of(
            asked.versions[0], asked.found.history, asked.as_of, tell
        )
    typed = Typed(
        year or str(until.year + 1), revenue, average_sale, from_mqls, deals_per_mql, days, split,
        spend, _costs(cost or []),
    )  # fmt: skip
    try:
        planned = make_plan(typed, known, agreement)
    except PlanError as error:
        option = f"--{error.about.replace('_', '-')}"
        raise Failed(str(error), f"The option is {option}.", Code.USAGE) from None
    if as_json:
        from leadpact.cli.terminal import write_json
        from leadpact.documents.plan import as_json as plan_json

        write_json(plan_json(planned))
    else:
        _tell(planned)


def _costs(given: list[str]) -> dict[str, str]:
    from leadpact.cli.exits import Code, Failed

    found = {}
    for each in given:
        phase, sign, amount = each.partition("=")
        if not sign or not amount.strip():
            raise Failed(
                f"--cost {each}: write a phase and an amount.", "As --cost mqls=120", Code.USAGE
            )
        found[phase.strip()] = amount
    return found


def _tell(planned: Planned) -> None:
    from leadpact.cli.tables import tell
    from leadpact.cli.terminal import out, write
    from leadpact.documents import plan as told
    from leadpact.documents.blocks import plain

    console = out()
    said = told.section(planned)
    write(console, plain(said.answer), "bold")
    for table in (*said.tables, *said.aside):
        tell(console, table)
    console.print()
    write(console, "As goals of the agreement, an average month:", "bold")
    console.print(told.goals_yaml(planned), markup=False, highlight=False)
