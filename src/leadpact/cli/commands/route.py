"""`leadpact route`: who would get a lead, with each step and everybody who is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data

if TYPE_CHECKING:
    from datetime import datetime

    from leadpact.flows.routed import Routed


def route(
    lead: Annotated[
        str, typer.Option("--lead", metavar="LEAD", help="The lead's key.", show_default=False)
    ],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]", show_default="what is in force",
            help="The agreement; several files are its versions, each with its own `term`.",
        ),
    ] = None,
    sources: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", show_default="the live ledger",
            help="The mapping that says what your exports mean, or a `log.parquet`.",
        ),
    ] = None,
    data: Data = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say who would get a lead and why: each step, and everybody passed over with the reason.

    By the live roster as it stands now, or by what exports tell. Nothing is written, nobody is
    told; the agreement is the one in force, or a proposal. A lead that somebody holds is routed as
    if nobody did.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.terminal import write_json

    if sources is None and as_of is not None:
        raise Failed(
            "--as-of needs --sources: the live roster is known as of now.", code=Code.USAGE
        )
    if sources is not None and not files:
        raise Failed("--sources needs the agreement: name its file.", code=Code.USAGE)
    live = sources is None
    try:
        found = (
            _live(files or [], lead)
            if live
            else _from(files or [], lead, str(sources), data, as_of)
        )
    except LookupError as error:
        raise Failed(str(error.args[0]), code=Code.PROBLEMS) from None
    if as_json:
        write_json(found.as_json())
    else:
        _tell(found, live)


def _live(files: list[str], lead: str) -> Routed:
    from leadpact.cli.ledger import opened
    from leadpact.cli.progress import progress
    from leadpact.flows.checking import agreements, usable

    with opened() as now, progress() as tell:
        from leadpact.flows.routed import from_ledger, in_ledger
        from leadpact.flows.starting import compile_engine
        from leadpact.ledger.selectors.agreements import documents

        versions = agreements(usable(files, now)[0]) if files else documents()
        if not versions:
            raise LookupError("No agreement is in force; name a file, or `leadpact publish` one.")
        # Before the engine, which may have to be compiled: a slip of the key is told at once.
        row = in_ledger(lead)
        compile_engine(tell)
        return from_ledger(versions, row, now)


def _from(files: list[str], lead: str, sources: str, data: str | None, as_of: str | None) -> Routed:
    from leadpact.cli.evaluating import begin
    from leadpact.cli.progress import progress

    with progress() as tell:
        asked = begin(files, sources, data, as_of, None, tell)
        from leadpact.flows.checking import agreements
        from leadpact.flows.routed import from_sources
        from leadpact.flows.starting import compile_engine

        compile_engine(tell)
        return from_sources(agreements(asked.versions), asked.found.history, lead, asked.as_of)


def _tell(found: Routed, live: bool) -> None:
    from leadpact.cli.terminal import out, write

    console = out()
    told = found.decision
    at = _moment(found.at, found)
    if told.to_person:
        of_team = f" ({told.team})" if told.team else ""
        write(console, f"{found.lead} would go to {told.to_person}{of_team}.", "bold")
    else:
        write(console, f"{found.lead} would wait in the queue “{told.to_queue}”.", "bold")
    write(console, f"On {at}: {told.why}.")
    if told.look_again:
        write(console, f"Worth another look on {_moment(told.look_again, found)}.")
    if found.holder:
        write(console, f"In fact {found.holder} holds it; this is as if nobody did.")
    elif found.status != "open":
        write(console, f"In fact it is {found.status}, so that nobody would get it now.")
    if not live:
        write(console, "Exports tell neither who is away nor whose turn it was before.")
    console.print()
    for number, step in enumerate(told.steps, start=1):
        write(console, step.sentence, indent="    ", first=f"{number:>2}. ")


def _moment(at: datetime, found: Routed) -> str:
    local = at.astimezone(found.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({found.zone.key})"
