"""`leadpact crm`: the customer system where reps work, connected both ways."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadpact.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from leadpact.flows.crm import Session

System = Annotated[
    str,
    typer.Argument(metavar="SYSTEM", help="`hubspot` or `salesforce`.", show_default=False),
]


#: So many seconds a worker that speaks with the system is waited for.
_PATIENCE = 20


@contextmanager
def session(system: str) -> Iterator[Session]:
    """The connection with a system, to oneself: a worker that speaks with it is waited for."""
    import time
    from contextlib import ExitStack

    from leadpact.flows import crm
    from leadpact.ledger.processes import marked
    from leadpact.ledger.services.crm_connections import ConnectionRefusal

    row, by = crm.found(system), marked("command")
    with ExitStack() as stack:
        for patience in range(_PATIENCE, -1, -1):
            try:
                found = stack.enter_context(crm.session(row, by, now_of))
                break
            except ConnectionRefusal:
                if not patience:
                    raise
                time.sleep(1)
        yield found


def now_of() -> datetime:
    """The present moment."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def name_of(system: str) -> str:
    """A system as people write it."""
    from leadpact.flows.crm_reading import NAMES

    return NAMES.get(system, system)


def connect(
    system: System,
    mapping: Annotated[
        str, typer.Option(metavar="FILE", help="The mapping; written if it is not there.")
    ] = "crm.yaml",
    address: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Salesforce's is the organisation's own; HubSpot needs none."
        ),
    ] = "",
) -> None:
    """Connect a customer system: it is read from now on, and nothing is written there yet.

    The credential is asked for, or read from standard input: a token, or a JSON object with
    `client_id`, `client_secret` and `refresh_token`, which Salesforce may go without. It is kept
    encrypted and shown to nobody. Without a mapping one is suggested from the account, to be read
    first.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write, write_command

    with opened() as now:
        from leadpact.flows import crm
        from leadpact.sources.crm.loading import load_crm

        credentials = _credentials(system)
        if not Path(mapping).exists():
            _suggest(system, credentials, address, mapping)
            return
        loaded = load_crm(mapping)
        _of_system(loaded.crm.system, system, mapping)
        row, account = crm.connect(loaded, credentials, address, actor=OPERATOR, now=now)
        lacking = crm.lacking(row, account)
    console = out()
    write(console, f"Connected with {name_of(system)}, account {row.account}.", "bold")
    if lacking:
        write(console, f"The credential may not do everything; it lacks: {', '.join(lacking)}.")
    write(console, "It is in shadow: the worker reads, and writes nothing there until")
    write_command(console, "leadpact", "crm", "shadow", system, "off")


def check(system: System, mapping: Annotated[
    str, typer.Option(metavar="FILE", help="The mapping to check; by default the one in use.")
] = "") -> None:  # fmt: skip
    """Look for everything that the mapping names and the account or the agreement lacks."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    with opened() as now, session(system) as of:
        from leadpact.flows import crm
        from leadpact.sources.crm.loading import MappingError, load_crm, parse_crm

        in_use = "crm.yaml (in use)"
        loaded = load_crm(mapping) if mapping else parse_crm(of.row.mapping, in_use)
        if found := crm.check(loaded, of.connector, now=now):
            raise MappingError(found)
        lacking = crm.lacking(of.row, of.connector.account())
    console = out()
    write(console, "The mapping fits the account and the agreement.")
    if lacking:
        write(console, f"The credential may not do everything; it lacks: {', '.join(lacking)}.")


def setup(
    system: System,
    package: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", show_default=False,
            help="For Salesforce: write the metadata package to deploy there (zip), and ask it "
            "nothing.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Make the properties that Leadpact fills: score, reasons, due time and the rest.

    Salesforce takes them only as a package that an administrator deploys; without `--package` it is
    asked whether they are there.
    """
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write, write_place

    console = out()
    if package is not None:
        with opened():
            from leadpact.flows import crm

            Path(package).write_bytes(crm.package(crm.found(system)))
        write_place(console, "Deploy it, then run setup again:", Path(package))
        return
    with opened(), session(system) as of:
        from leadpact.flows import crm

        made = crm.set_up(of)
    for name, properties in made.items():
        told = ", ".join(properties) if properties else "all were there"
        write(console, f"{name}: {told}.")


def shadow(
    system: System,
    state: Annotated[
        str, typer.Argument(metavar="on|off", help="`on` or `off`.", show_default=False)
    ],
) -> None:
    """Only read from now on, or write too; then the properties of `setup` are made first."""
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    if state not in ("on", "off"):
        raise Failed(f"“{state}” is neither on nor off.", code=Code.USAGE)
    with opened() as now:
        from leadpact.flows import crm
        from leadpact.ledger.services.crm_connections import set_shadow

        row = crm.found(system)
        if state == "on":
            set_shadow(row, True, actor=OPERATOR, now=now)
        else:
            crm.let_write(row, actor=OPERATOR, now=now)
    told = "is only read" if state == "on" else "is written from now on"
    write(out(), f"{name_of(system)} {told}.")


def status(as_json: AsJson = False) -> None:
    """Say how every connection does."""
    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened():
        from leadpact.flows.crm import clock_trouble
        from leadpact.ledger.models import CrmConnection
        from leadpact.ledger.services.crm_connections import (
            answered_writes,
            refused_writes,
            waiting_writes,
        )

        rows = [
            {
                "system": name_of(row.system),
                "account": row.account,
                "does": "reads only" if row.shadow else "reads and writes",
                "last read": row.pulled_at,
                "last written": row.pushed_at,
                "waiting": waiting_writes(row),
                "changed back": answered_writes(row),
                "refused": refused_writes(row),
                "calls today": row.calls,
                "left today": row.calls_left,
                "trouble": row.last_error or clock_trouble(row),
            }
            for row in CrmConnection.objects.order_by("system")
        ]
    show(rows, as_json, "There is no connection; leadpact crm connect SYSTEM makes one.")


def disconnect(system: System) -> None:
    """Forget the credential, and neither read nor write any more; what it brought stays.

    Connected anew, the same account goes on where it was: nothing is taken or made twice.
    """
    from leadpact.cli.ledger import OPERATOR, opened
    from leadpact.cli.terminal import out, write

    with opened() as now:
        from leadpact.flows import crm
        from leadpact.ledger.services import crm_connections

        crm_connections.disconnect(crm.found(system), actor=OPERATOR, now=now)
    write(out(), f"{name_of(system)} is neither read nor written any more.")


def _credentials(system: str) -> dict[str, str]:
    """What was typed unseen, or piped: a token or a JSON object."""
    import getpass
    import json
    import sys

    from leadpact.cli.exits import Failed

    if system == "salesforce" and sys.stdin.isatty():
        asked = {"client_id": "Consumer key of the connected app: ",
                 "client_secret": "Consumer secret: "}  # fmt: skip
        return {name: getpass.getpass(question).strip() for name, question in asked.items()}
    text = (getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.read()).strip()
    if not text:
        raise Failed("No credential was given.", "Type it when asked, or pipe it in.")
    if not text.startswith("{"):
        return {"token": text}
    try:
        told: Mapping[str, object] = json.loads(text)
    except ValueError:
        raise Failed("The credential begins as JSON and is none.") from None
    return {str(name): str(value) for name, value in told.items()}


def _suggest(system: str, credentials: Mapping[str, str], address: str, file: str) -> None:
    from leadpact.cli.terminal import out, write
    from leadpact.flows import crm
    from leadpact.ledger.selectors import agreements

    text = crm.suggestion(system, credentials, address, now=now_of())
    Path(file).write_text(text, encoding="utf-8")
    write(out(), f"Wrote {file} from what the account has. Read it, then connect again.", "bold")
    if agreements.in_force(now_of()) is None:
        said = "It says nothing of stages, since no agreement is in force: publish one, and let"
        write(out(), f"{said} {file} be written anew.")


def _of_system(named: str, system: str, file: str) -> None:
    from leadpact.cli.exits import Code, Failed

    if named != system:
        raise Failed(f"{file} is a mapping of {named}, not of {system}.", code=Code.PROBLEMS)
