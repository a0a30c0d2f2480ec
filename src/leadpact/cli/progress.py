"""How far a long command is, on a terminal; elsewhere only why nothing happens for so long."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leadpact.cli.terminal import err, plain, write

if TYPE_CHECKING:
    from leadpact.flows.starting import Progress


@contextmanager
def progress() -> Iterator[Progress]:
    """A function to be told how much is done and what comes next; the bar goes when it ends."""
    console = err()
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield _tell_compiling
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task("Starting", total=1.0)
        yield lambda done, what: bars.update(task, completed=done, description=plain(what))


def _tell_compiling(_done: float, what: str) -> None:
    from leadpact.flows.starting import COMPILING

    if what == COMPILING:
        write(err(), what)
