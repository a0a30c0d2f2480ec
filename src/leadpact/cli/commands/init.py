"""`leadpact init`: a first mapping and a first agreement, from an export or a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SOURCES, AGREEMENT = "sources.yaml", "agreement.yaml"


def init(
    contacts: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="The contacts or leads, as your CRM exports them.",
            show_default=False,
        ),
    ] = None,
    deals: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="The deals or opportunities, if you have them.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default=False,
            help="Start from a template instead of from data: `basic`, `services`, "
            "`quick-callback`, `key-accounts` or `b2b-saas`.",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", show_default=False,
            help="The zone of your office, as Europe/Berlin. By default that of most leads.",
        ),
    ] = None,
    out: Annotated[
        str,
        typer.Option(
            metavar="DIR", help="Where the files are written.", show_default="the present folder"
        ),
    ] = ".",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:  # fmt: skip
    """Write a first `sources.yaml` and `agreement.yaml` from what your CRM exports.

    The columns of HubSpot and Salesforce exports are recognised; the numbers of the agreement come
    from your data. With `--template`, only `agreement.yaml` is written.
    """
    from leadpact.cli.exits import Code, Failed

    if (contacts is None) == (template is None):
        raise Failed(
            "Name either an export with --from FILE or a template with --template NAME.",
            "As in: leadpact init --from contacts.csv --deals deals.csv",
            Code.USAGE,
        )
    if template is not None and (deals is not None or timezone is not None):
        raise Failed(
            "--deals and --timezone go with --from: a template is written as it is.", "", Code.USAGE
        )
    folder = Path(out)
    if template is not None:
        _from_template(template, folder, force)
    elif contacts is not None:
        _from_exports(contacts, deals, timezone, folder, force)


def _from_template(template: str, folder: Path, force: bool) -> None:
    from leadpact.agreement import templates
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.terminal import out, write, write_command, write_place
    from leadpact.flows.output import write_together

    try:
        text = templates.text(template)
    except ValueError as error:
        raise Failed(str(error), code=Code.USAGE) from None
    write_together(folder, {AGREEMENT: text}, replace=force)
    console = out()
    write_place(console, f"From the template “{template}”:", folder / AGREEMENT)
    write(console, "Make it yours, then:")
    write_command(console, "leadpact", "check", folder / AGREEMENT)


def _from_exports(
    contacts: str, deals: str | None, timezone: str | None, folder: Path, force: bool
) -> None:
    from leadpact.agreement.calendars import zone_hint, zone_named
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.progress import progress
    from leadpact.flows.initialise import initialise
    from leadpact.flows.output import made, refuse_existing, write_together

    if timezone is not None and zone_named(timezone) is None:
        raise Failed(
            f"--timezone {timezone}: this is not a time zone.",
            _sentence(zone_hint(timezone)),
            Code.USAGE,
        )
    if not force:
        refuse_existing(folder, (SOURCES, AGREEMENT))
    with made(folder):
        with progress() as tell:
            tell(0.1, f"Reading {contacts}")
            beginning = initialise(contacts, deals, timezone=timezone, beside=folder, tell=tell)
        texts = {SOURCES: beginning.sources, AGREEMENT: beginning.agreement}
        write_together(folder, texts, replace=force)
    _tell(beginning.summary, folder)


def _sentence(hint: str) -> str:
    return hint[:1].upper() + hint[1:] + ("" if hint.endswith("?") else ".")


def _tell(summary: list[str], folder: Path) -> None:
    from leadpact.cli.terminal import out, write, write_command, write_place

    console = out()
    for line in summary:
        write(console, line, first="- ", indent="  ")
    console.print()
    sources, agreement = folder / SOURCES, folder / AGREEMENT
    write_place(console, "What your columns mean:", sources)
    write_place(console, "A basic agreement:", agreement)
    write(console, "Read both once, then see who kept which promise:")
    write_command(
        console, "leadpact", "run", agreement, "--sources", sources, "--out", folder / "report"
    )
