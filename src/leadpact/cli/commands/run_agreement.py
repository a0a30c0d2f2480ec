"""`leadpact run`: who kept which promise, from your own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data, Files, KnownAt, SourcesFile, Spark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from leadpact.agreement.problems import Problem
    from leadpact.flows.run import Run


def run(
    files: Files,
    sources: SourcesFile,
    data: Data = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Write `report.html`, `figures.json`, and as Parquet the result tables and "
            "the cases behind every figure there.",
            show_default=False,
        ),
    ] = None,
    spark: Spark = None,
    as_json: AsJson = False,
) -> None:
    """Apply an agreement to your data and say who kept which promise.

    Without `--out` nothing is written; with `--json` the figures go to standard output.
    """
    from pathlib import Path

    from leadpact.cli.evaluating import begin
    from leadpact.cli.progress import progress
    from leadpact.flows.output import make_sure, publish

    folder = Path(out) if out is not None else None
    if folder:
        make_sure(folder)
    with progress() as tell:
        asked = begin(files, sources, data, as_of, known_at, tell, at_any_size=True, spark=spark)
        from leadpact.flows.run import run as evaluate

        done = evaluate(
            asked.versions, asked.found, as_of=asked.as_of, known_at=asked.known_at, tell=tell
        )
        said = done.report.as_json() if as_json else None
        if folder:
            publish(folder, lambda room: done.write(room, tell))
    if as_json:
        from leadpact.cli.terminal import write_json

        write_json(said)
    else:
        _tell(done, folder, asked.warnings)


def _tell(done: Run, folder: Path | None, warnings: Sequence[Problem]) -> None:
    from leadpact.cli import summary
    from leadpact.cli.terminal import out, write, write_command, write_place
    from leadpact.flows.run import REJECTS, REPORT

    console = out()
    summary.tell(done.report)
    console.print()
    if folder:
        write_place(console, "The report:", folder / REPORT)
    if left_out := len(done.read.rejects):
        where = f"{folder / REJECTS} lists them" if folder else "--out DIR lists them"
        write(console, f"Rows or values left out: {left_out:,}; {where} with line and reason.")
    if warnings:
        write(console, f"Worth a look in the agreement: {len(warnings)}; they are told by")
        files = dict.fromkeys(problem.file for problem in warnings)
        write_command(console, "leadpact", "check", *files)
    if not folder:
        write(console, "Add --out DIR for the report with charts, tables and every figure.")
