"""`leadpact export`: facts and dimensions for Power BI, Looker, Metabase, Excel and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data, KnownAt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from leadpact.flows.exporting import Export
    from leadpact.flows.starting import Progress

_FORMATS = ("parquet", "csv", "duckdb")


def export(
    out: Annotated[
        str,
        typer.Option(metavar="DIR", help="The folder for the tables.", show_default=False),
    ],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Agreements, to export exported files instead of the ledger; with `--sources`.",
            show_default=False,
        ),
    ] = None,
    sources: Annotated[
        str | None,
        typer.Option(
            "--sources", metavar="FILE", show_default=False,
            help="The mapping that says what your exports mean, with agreements.",
        ),
    ] = None,
    data: Data = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORM",
            help="`parquet`, `csv`, or `duckdb` for one database file.",
        ),
    ] = "parquet",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write facts and dimensions for reporting tools: leads, events, stages, clocks, deals, scores.

    By default those of the ledger, now. All tables are complete before the first appears; those of
    an earlier export there are replaced. They hold personal data: keep them as you keep the ledger.
    """
    from pathlib import Path

    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.progress import progress
    from leadpact.flows.output import make_sure

    if form not in _FORMATS:
        raise Failed(
            f"--format {form}: there is no such form.", f"Choose one of {', '.join(_FORMATS)}.",
            Code.USAGE,
        )  # fmt: skip
    if bool(files) != bool(sources):
        raise Failed(
            "Agreements and --sources belong together; without both the ledger is exported.",
            "leadpact export agreement.yaml --sources sources.yaml --out DIR",
            Code.USAGE,
        )
    folder = Path(out)
    make_sure(folder)
    with progress() as tell:
        if files and sources:
            made = _of_files(files, sources, data, as_of, known_at, tell)
        else:
            made = _of_ledger(as_of, known_at, tell)
        from leadpact.documents.star.files import Format

        written = made.write(folder, Format(form), tell)
    _tell(made, folder, written, as_json)


def _of_files(
    files: Sequence[str], sources: str, data: str | None, as_of: str | None,
    known_at: str | None, tell: Progress,
) -> Export:  # fmt: skip
    from leadpact.cli.evaluating import begin

    asked = begin(files, sources, data, as_of, known_at, tell)
    from leadpact.flows.exporting import from_files

    return from_files(
        asked.versions, asked.found, as_of=asked.as_of, known_at=asked.known_at, tell=tell
    )


def _of_ledger(as_of: str | None, known_at: str | None, tell: Progress) -> Export:
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import opened

    with opened() as now:
        from leadpact.flows.exporting import NothingToExportError, from_ledger

        try:
            return from_ledger(
                now, as_of=_moment("--as-of", as_of), known_at=_moment("--known-at", known_at),
                tell=tell,
            )  # fmt: skip
        except NothingToExportError as error:
            hint = "leadpact publish agreement.yaml does that."
            raise Failed(str(error), hint, Code.PROBLEMS) from None


def _moment(option: str, text: str | None) -> datetime | None:
    from leadpact.cli.moments import moment_of
    from leadpact.ledger.selectors.agreements import published

    return moment_of(option, text, published())


def _tell(made: Export, folder: Path, written: Sequence[Path], as_json: bool) -> None:
    from datetime import UTC

    from leadpact.cli.terminal import out, write, write_json, write_place

    as_of = made.result.as_of.astimezone(UTC)
    rows = {name: table.num_rows for name, table in made.tables.items()}
    if as_json:
        write_json({"as_of": as_of.isoformat(), "files": [str(f) for f in written], "rows": rows})
        return
    console = out()
    write(console, f"Exported as of {as_of:%Y-%m-%d %H:%M} UTC.", "bold")
    width = max(map(len, rows))
    for name, count in rows.items():
        write(console, f"  {name.ljust(width)}  {count:>10,}")
    write_place(console, "The tables:", folder)
