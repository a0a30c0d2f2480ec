"""Tables of a document in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpact.cli.terminal import plain as safe
from leadpact.cli.terminal import write

if TYPE_CHECKING:
    from rich.console import Console

    from leadpact.documents.blocks import Table as Told


def tell(console: Console, told: Told) -> None:
    """Write a table under its caption; nothing for one without rows."""
    from rich import box
    from rich.table import Table

    from leadpact.documents.blocks import plain

    if not told.rows:
        return
    console.print()
    write(console, told.caption, "bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(told.header):
        table.add_column(head, justify="left" if place < told.words else "right", overflow="fold")
    for row in told.rows:
        table.add_row(*(safe(plain(cell)) for cell in row))
    console.print(table)
