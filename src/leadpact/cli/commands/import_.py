"""`leadpact import`, `imports` and `void`: histories come in, and can be withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, Data, SourcesFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from leadpact.flows.importing import Imported
    from leadpact.sources.rows import Reject


def import_(
    sources: SourcesFile,
    data: Data = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What to call the import.", show_default=False)
    ] = "",
    rejects: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", show_default=False,
            help="Write the rows and values that were left out there, with line and reason (CSV).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take a history into the ledger, from the same mapping as `run`.

    It may be interrupted and begun again: rows that are there are passed over. What happened before
    the installation is live starts no clock and tells nobody. The whole import can be withdrawn.
    """
    from pathlib import Path

    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.progress import progress
    from leadpact.cli.terminal import write_json

    with opened() as now, progress() as tell:
        from leadpact.flows.importing import import_history
        from leadpact.flows.reading import read_history

        found = read_history(sources, data, tell)
        if rejects is not None:
            _write_rejects(Path(rejects), found.rejects)
        called = name or Path(sources).resolve().parent.name
        done = import_history(found, name=called, actor=OPERATOR, now=now, tell=tell)
    if as_json:
        write_json(vars(done))
    else:
        _tell(done, rejects)


def imports(as_json: AsJson = False) -> None:
    """List imports: what they brought, when, and whether they were finished."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.ledger.models import Batch

        rows = [
            {
                "batch": batch.key,
                "name": batch.name,
                "begun": batch.started_at,
                "finished": batch.finished_at,
                "rows": batch.rows,
                "left out": batch.rejected,
            }
            for batch in Batch.objects.order_by("started_at")
        ]
    show(rows, as_json, "Nothing was imported yet.")


def void(
    batch: Annotated[
        str,
        typer.Argument(
            metavar="BATCH", help="The import, as `leadpact imports` lists it.", show_default=False
        ),
    ],
) -> None:
    """Withdraw a whole import: it leaves no trace in any figure, and stays on record."""
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.ledger.services import actions
        from leadpact.ledger.services.permits import of_operator

        actions.void(actions.Doing(of_operator(OPERATOR), now, f"void {batch}"), batch=batch)
    write(out(), f"{batch} is withdrawn; the worker looks at its leads again.")


def _write_rejects(file: Path, rejects: Sequence[Reject]) -> None:
    from leadpact.sources.rows import write_rejects

    file.write_text(write_rejects(rejects), encoding="utf-8", errors="backslashreplace")


def _tell(done: Imported, rejects: str | None) -> None:
    from leadpact.cli.terminal import out, write, write_command

    console = out()
    if done.finished_before:
        write(console, "These very rows were imported before; nothing was to be done.")
        return
    write(
        console,
        f"{done.fresh:,} new rows of {done.rows:,}, about {done.leads:,} leads.",
        "bold",
    )
    if done.rejected:
        where = f"{rejects} lists them" if rejects else "--rejects FILE lists them"
        write(console, f"Rows or values left out: {done.rejected:,}; {where}.")
    write(console, "The worker looks at them now. To withdraw the whole import:")
    write_command(console, "leadpact", "void", done.batch)
