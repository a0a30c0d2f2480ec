"""`leadpact check`: what is wrong with an agreement or a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.flows.checking import Checked


def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE", help="Agreements, and mappings such as sources.yaml.",
            show_default=False,
        ),
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Fail for warnings too.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find everything wrong with agreements and mappings, each problem at its line.

    An agreement and its mapping together are also checked against each other. Ends with 1 when
    there is an error; warnings and notes are worth a look.
    """
    from datetime import UTC, datetime

    from leadpact.flows.checking import check_all

    now = datetime.now(UTC)
    checked = check_all(list(dict.fromkeys(files)), now)
    problems = [problem for one in checked for problem in one.problems]
    if as_json:
        from leadpact.cli.terminal import write_json

        write_json([problem.as_dict() for problem in problems])
    else:
        for one in checked:
            _tell(one)
    serious = {"error", "warning"} if strict else {"error"}
    wrong = [problem for problem in problems if problem.severity in serious]
    if wrong:
        from leadpact.cli.problems import code_of

        raise typer.Exit(code_of(wrong))


def _tell(checked: Checked) -> None:
    from leadpact.cli.problems import show, tally
    from leadpact.cli.terminal import out, write

    console = out()
    show(checked.problems, console)
    if checked.problems:
        write(console, f"{checked.file}: {tally(checked.problems)}.", "bold")
        return
    what = f"the agreement “{checked.title}”" if checked.kind == "agreement" else "a mapping"
    write(console, f"{checked.file}: {what}, no problem found.")
