"""`leadpact crm pull`, `push` and `reconcile`: what goes to and fro, and whether both agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadpact.cli.commands.crm import System, now_of, session
from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from leadpact.flows.crm_push import Difference
    from leadpact.ledger.models import CrmConnection


def pull(system: System) -> None:
    """Read what is new, now; the first time everything. The worker does so by itself."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import err, out, write

    with opened(), session(system) as of:
        from leadpact.flows import crm
        from leadpact.ledger.selectors.health import leads_waiting

        def tell(name: str, count: int) -> None:
            if count and count % 5000 < 100:
                write(err(), f"{_spoken(name)}: {count:,} …")

        found = crm.pull(of, now_of, tell)
        waiting = leads_waiting()
    console = out()
    for name, count in found.records.items():
        write(console, f"{_spoken(name)}: {count:,} read.")
    if found.deletions:
        write(console, f"{found.deletions:,} were deleted there.")
    _tell_who_waits(waiting)


def push(
    system: System,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; list what would be written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write what should stand in the customer system, now. The worker does so by itself."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows import crm
        from leadpact.flows.crm_push import compare
        from leadpact.ledger.selectors.health import leads_waiting

        if dry_run:
            row = _read(crm.found(system))
            found = compare(row, crm.mapping_of(row), now=now, keep=False).differences
            _tell_who_waits(leads_waiting())
            show([_shown(each) for each in found], as_json, "Nothing would be written.")
            return
        with session(system) as of:
            done = crm.push(of, now_of)
            shadow = of.row.shadow
    if shadow:
        write(out(), "Writing is off: nothing was written. `--dry-run` lists what would be.")
    else:
        write(out(), f"{done.written:,} fields written, {done.failed:,} refused.")


def reconcile(
    system: System,
    everything: Annotated[
        bool, typer.Option("--all", help="List every difference, not only their causes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put our counts beside those of the customer system, with the cause of every difference."""
    from dataclasses import asdict

    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show
    from leadpact.cli.terminal import out, write_json

    with opened() as now:
        from leadpact.flows import crm
        from leadpact.flows.crm_reconcile import reconcile as compare

        row = _read(crm.found(system))
        found = compare(row, crm.mapping_of(row), now=now)
    if as_json:
        write_json(
            {
                "counts": [asdict(each) for each in found.counts],
                "differences": [asdict(each) for each in found.differences],
            }
        )
        return
    counts = [
        {"": c.what, "here": f"{c.here:,.0f}", "there": f"{c.there:,.0f}"} for c in found.counts
    ]
    show(counts, False, "The mapping names neither stages nor deals.")
    out().print()
    if everything:
        # Addresses make lines too long to read; --json and the page have them.
        rows = [{k: v for k, v in asdict(d).items() if k != "url"} for d in found.differences]
    else:
        rows = [
            {"differs": what, "because": cause, "records": f"{n:,}"}
            for what, cause, n in found.by_cause
        ]
    show(rows, False, "Both sides say the same of every record.")


def _read(row: CrmConnection) -> CrmConnection:
    """A connection of which something was read."""
    from leadpact.cli.commands.crm import name_of
    from leadpact.cli.exits import Failed

    if row.pulled_at is None:
        raise Failed(
            f"{name_of(row.system)} was not read to its end yet.",
            f"The worker reads it (leadpact serve), or leadpact crm pull {row.system} does now.",
        )
    return row


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _tell_who_waits(leads: int) -> None:
    """Where nobody looked at leads yet, nothing follows from them."""
    from leadpact.cli.terminal import err, write

    if leads:
        wait = "lead waits" if leads == 1 else "leads wait"
        write(err(), f"{leads:,} {wait} to be looked at: a worker does that (leadpact serve).")


def _shown(each: Difference) -> dict[str, Any]:
    return {
        "lead": each.lead,
        "record": f"{each.of} {each.number}",
        "field": each.field,
        "there": each.there,
        "would be": each.wanted,
    }
