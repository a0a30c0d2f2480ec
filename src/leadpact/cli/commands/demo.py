"""`leadpact demo`: a sales and marketing SLA at work, on a company that is made up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadpact.documents.report import Report


def demo(
    serve: Annotated[
        bool,
        typer.Option(
            "--serve/--no-serve", help="Serve the report on localhost, as usual, or end."
        ),
    ] = True,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", show_default=False,
            help="Where everything is written; by default a folder of your user account.",
        ),
    ] = None,
    leads: Annotated[
        int,
        typer.Option(
            min=100, max=80_000, metavar="N",
            help="How many leads the company has in its year, 100 to 80,000.",
        ),
    ] = 4000,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Another number makes another company.")
    ] = 7,
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, metavar="N", help="The first port to try; 0 takes any."),
    ] = 8000,
) -> None:  # fmt: skip
    """See a full agreement applied to a company's year, and read who kept which promise.

    Writes the agreement, the company's log and deals, the report and its tables, so that `run`,
    `explain` and `check` can be tried on them.
    """
    from leadpact.cli.progress import progress
    from leadpact.cli.serving import serve_folder
    from leadpact.flows.demonstration import demonstrate

    folder = Path(out) if out is not None else _usual_folder()
    with progress() as tell:
        done = demonstrate(folder, seed=seed, leads=leads, tell=tell)
    _tell(done.report, folder)
    if serve:
        serve_folder(folder, port)


def _usual_folder() -> Path:
    """`demo` in LEADPACT_HOME, by default the platform's folder for the data of applications."""
    import os

    import platformdirs

    home = os.environ.get("LEADPACT_HOME")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("leadpact")) / "demo"


def _tell(report: Report, folder: Path) -> None:
    from leadpact.cli import summary
    from leadpact.cli.terminal import out, write, write_command, write_place
    from leadpact.flows.demonstration import AGREEMENT, worth_explaining
    from leadpact.flows.recorded import LOG
    from leadpact.flows.run import REPORT

    console = out()
    summary.tell(report)
    console.print()
    write_place(console, "The report:", folder / REPORT)
    write_place(console, "The agreement:", folder / AGREEMENT)
    write(console, "Why a lead stands where it does:")
    lead = worth_explaining(report.measures.result)
    write_command(
        console, "leadpact", "explain", folder / AGREEMENT, lead, "--sources", folder / LOG
    )
