"""Who kept which promise, in the sentences of the report's first screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpact.cli.terminal import out, write

if TYPE_CHECKING:
    from rich.console import Console

    from leadpact.documents.report import Report
    from leadpact.documents.verdicts import Line

_MARKS = {"KEPT": ("✓", "green"), "SHORT": ("!", "yellow"), "BROKEN": ("✗", "red")}


def tell(report: Report) -> None:
    """Write the headline, then the promises of each side as the report's first screen has them."""
    from leadpact.documents import words

    console = out()
    measures, said = report.measures, report.overview
    result = measures.result
    moment = words.moment(result.as_of, measures.zone)
    write(console, f"{result.agreement.name}, as of {moment} ({measures.zone.key})", "dim")
    console.print()
    write(console, said.headline, "bold")
    for remark in filter(None, (said.newest, said.before)):
        write(console, remark)
    for side in ("marketing", "sales"):
        console.print()
        _tell_side(side, said.of_side(side), console)


def _tell_side(side: str, said: list[Line], console: Console) -> None:
    from leadpact.documents.report import FIRST_LINES

    write(console, side.capitalize(), "bold")
    if not said:
        write(console, "The agreement has no promise of this side that can be judged.", indent="  ")
    for line in said[:FIRST_LINES]:
        mark, style = _MARKS.get(line.verdict.name, ("–", ""))
        write(console, line.told, style if style != "green" else "", "    ", f"  {mark} ")
        if line.missed and (line.missed.holder or line.missed.time):
            write(console, line.where, "dim", "    ")
    if (more := len(said) - FIRST_LINES) > 0:
        write(console, f"{more} more of {side} in the report.", "dim", "  ")
