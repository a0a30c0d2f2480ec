"""`leadpact demo`: a sales and marketing SLA at work, on a company that is made up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadpact.documents.report import Report

_SOMEBODY_COMES_EVERY = 30.0


def demo(
    serve: Annotated[
        bool,
        typer.Option("--serve/--no-serve", help="Serve it on localhost, as usual, or end."),
    ] = True,
    lively: Annotated[
        bool,
        typer.Option(
            "--lively/--no-lively", help="Let somebody come twice a minute while it is served."
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
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", show_default=False,
            help="The instant at which the year ends, with its zone; by default now.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, metavar="N", help="The first port to try; 0 takes any."),
    ] = 8000,
) -> None:  # fmt: skip
    """See a full agreement at work in a made-up company: its pages, its figures, its report.

    Fills a ledger of its own with the company's year, which ends now, and serves it to this machine
    alone; sign in as anybody with one click. Also writes the agreement, the log and deals, the
    report and its tables, so that `run`, `explain` and `check` can be tried on them.
    """
    from datetime import UTC, datetime

    from leadpact.cli import living
    from leadpact.cli.moments import instant_of
    from leadpact.cli.progress import progress
    from leadpact.flows.demonstration import demonstrate

    folder = Path(out) if out is not None else _usual_folder()
    ends = instant_of("--until", until) if until else datetime.now(UTC).replace(microsecond=0)
    with progress() as tell:
        done = demonstrate(folder, seed=seed, leads=leads, until=ends, tell=tell)
    living.fill(folder, seed, ends)
    _tell(done.report, folder)
    if serve:
        _tell_of_pages()
        living.serve(folder, port, seed, lively=lively)


def ledger(
    folder: Annotated[str, typer.Argument()],
    seed: Annotated[int, typer.Option()],
    at: Annotated[str, typer.Option()],
) -> None:
    """Fill the ledger of LEADPACT_HOME with the company that `demo` wrote into a folder."""
    from datetime import datetime

    from leadpact.cli.ledger import opened
    from leadpact.cli.progress import progress

    with opened(), progress() as tell:
        from leadpact.flows.inhabiting import inhabit

        inhabit(Path(folder), seed=seed, now=datetime.fromisoformat(at), tell=tell)


def life(seed: Annotated[int, typer.Option()]) -> None:
    """Let somebody come to the company now and then, until it is ended."""
    import time
    from datetime import UTC, datetime

    from leadpact.cli.ledger import opened

    with opened():
        from leadpact.flows.inhabiting import Life
        from leadpact.web.process import end_with_parent

        end_with_parent()
        living = Life(seed)
        while True:
            time.sleep(_SOMEBODY_COMES_EVERY)
            living.step(datetime.now(UTC))


def _usual_folder() -> Path:
    """`demo` in LEADPACT_HOME, by default the platform's folder for the data of applications."""
    import os

    import platformdirs

    home = os.environ.get("LEADPACT_HOME")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("leadpact")) / "demo"


def _tell_of_pages() -> None:
    """Why a few figures of the pages are not those of the report above them."""
    from leadpact.cli.terminal import out, write

    write(
        out(),
        "The pages join leads with the same mailbox as they come, where the report of the file "
        "leaves the later ones out as duplicates: a few of their figures differ.",
    )


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
