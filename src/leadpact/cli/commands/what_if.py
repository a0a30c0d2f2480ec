"""`leadpact what-if`: what a changed agreement would have done to the past."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data, SourcesFile, Spark

if TYPE_CHECKING:
    from rich.console import Console

    from leadpact.flows.what_if import Tried


def what_if(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The agreement as it is.", show_default=False)
    ],
    sources: SourcesFile,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", show_default=False,
            help="A value to change; may be given several times. `threshold=60` is short for the "
            "score that makes an MQL; else a path, as `obligations.First answer.within=1 business "
            "day`.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FILE", show_default=False,
            help="Another agreement to try in its stead, instead of single values.",
        ),
    ] = None,
    data: Data = None,
    as_of: AsOf = None,
    leads: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Write every lead with its group and outcome there, as CSV.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the changed agreement there.", show_default=False),
    ] = None,
    spark: Spark = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Try a change on your history before anybody signs it.

    Says how many leads would have become MQLs, which, and what they turned out to be worth; which
    deals would have been missed; which promises broken; and how many leads each person would have
    had.
    """
    from datetime import UTC, datetime

    from leadpact.agreement.changing import ChangeError
    from leadpact.cli.evaluating import begin
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.progress import progress
    from leadpact.flows.checking import readable
    from leadpact.flows.output import write_together
    from leadpact.flows.what_if import try_changes, try_other

    if bool(settings) == bool(to):
        raise Failed(
            "What is to be tried?" if not to else "--set and --to cannot be tried together.",
            "Set a value, as in --set threshold=60, or name another agreement, --to FILE.",
            Code.USAGE,
        )
    with progress() as tell:
        asked = begin([file], sources, data, as_of, None, tell, at_any_size=True, spark=spark)
        try:
            now, history = datetime.now(UTC), asked.found.history
            tried = (
                try_other(asked.versions[0], readable([to])[0], history, now=now,
                          as_of=asked.as_of, tell=tell)
                if to
                else try_changes(asked.versions[0], history, settings or [], now=now,
                                 as_of=asked.as_of, tell=tell)
            )  # fmt: skip
        except ChangeError as error:
            raise Failed(error.message, error.hint, Code.USAGE) from None
    for target, text in ((save, tried.after.text), (leads, _as_csv(tried) if leads else "")):
        if target:
            write_together(Path(target).parent, {Path(target).name: text}, replace=True)
    if as_json:
        from leadpact.cli.terminal import write_json
        from leadpact.documents.what_if import as_json as what_if_json

        changes = [{"path": c.path, "before": c.before, "after": c.after} for c in tried.changes]
        write_json({"changes": changes, **what_if_json(tried.found)})
    else:
        _tell(tried, leads)


def _tell(tried: Tried, leads: str | None) -> None:
    from leadpact.cli.terminal import out, write
    from leadpact.documents import what_if as told

    console = out()
    for change in tried.changes:
        write(console, change.sentence, "bold")
    console.print()
    for sentence in told.conclusions(tried.found):
        write(console, sentence, first="- ", indent="  ")
    _table(console, told.GROUP_HEADS, told.group_rows(tried.found))
    _table(console, told.PROMISE_HEADS, told.promise_rows(tried.found))
    _table(console, ("MQLs a month", "now", "changed"), told.load_rows(tried.found))
    console.print()
    write(
        console,
        "Both sides are what the rules alone would have decided; what became of the leads is what "
        "really happened.",
        "dim",
    )
    where = f"Every lead with its group: {leads}" if leads else "--leads FILE lists every lead."
    write(console, where, "dim")


def _table(console: Console, heads: tuple[str, ...], rows: list[list[str]]) -> None:
    from rich import box
    from rich.table import Table

    from leadpact.cli.terminal import plain

    if not rows:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    console.print()
    console.print(table)


def _as_csv(tried: Tried) -> str:
    from leadpact.documents.tables import as_csv

    return as_csv(tried.found.leads)
