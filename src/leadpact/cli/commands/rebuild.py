"""`leadpact rebuild`: the tables of state, made anew from the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.flows.rebuilding import Difference, Rebuilt

_SHOWN = 20


def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; nothing is written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make every table of state anew from the log, and prove that it is the same.

    Ends with 1 where a lead stood otherwise than the log says, and names each. A worker may run.
    """
    from datetime import UTC, datetime

    from leadpact.cli.exits import Code
    from leadpact.cli.ledger import opened
    from leadpact.cli.progress import progress
    from leadpact.cli.terminal import write_json

    with opened(), progress() as tell:
        from leadpact.flows.rebuilding import rebuild as anew
        from leadpact.flows.starting import compile_engine

        compile_engine(tell)
        done = anew(lambda: datetime.now(UTC), tell, keep=not check)
    if as_json:
        write_json(
            {
                "leads": done.leads,
                "waiting_for_a_look": done.behind,
                "differences": [_as_json(each) for each in done.differences],
            }
        )
    else:
        _tell(done, check)
    if done.differences:
        raise typer.Exit(Code.PROBLEMS)


def _as_json(each: Difference) -> dict[str, object]:
    def rows(found: object) -> list[dict[str, object]]:
        return [
            {"table": table, **{k: v if isinstance(v, int | float | None) else str(v)
                                for k, v in columns}}
            for table, columns in found  # type: ignore[attr-defined]
        ]  # fmt: skip

    return {"lead": each.lead, "was": rows(each.was), "is": rows(each.is_now)}


def _tell(done: Rebuilt, check: bool) -> None:
    from leadpact.cli.terminal import out, write

    console = out()
    what = "compared" if check else "made anew"
    if not done.differences:
        write(console, f"{done.leads:,} leads {what}: all stand as the log says.", "bold")
    else:
        count = len(done.differences)
        write(console, f"{done.leads:,} leads {what}; {count:,} stood otherwise:", "bold")
        for each in done.differences[:_SHOWN]:
            tables = sorted({table for table, _ in (*each.was, *each.is_now)})
            write(console, f"{each.lead}: {', '.join(tables)}", indent="  ")
        if count > _SHOWN:
            write(console, f"… and {count - _SHOWN:,} more; --json tells every row.", indent="  ")
    if done.behind:
        write(console, f"{done.behind:,} were waiting to be looked at, and were not compared.")
