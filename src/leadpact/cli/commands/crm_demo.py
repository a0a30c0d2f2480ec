"""`leadpact crm demo`: both ways at work, with a stand-in for a customer system."""

from __future__ import annotations

from typing import Annotated

import typer

_FOLDER = "demo-crm"
_SEND_EVERY = 0.5
_ALREADY_THERE = (50, 20, 6)


def demo(
    system: Annotated[
        str, typer.Argument(metavar="[SYSTEM]", help="`hubspot` or `salesforce`.")
    ] = "hubspot",
    port: Annotated[
        int,
        typer.Option(min=1, max=65_000, metavar="N", help="The first port to try."),
    ] = 8000,
) -> None:
    """See the loop with a customer system, on a stand-in for it that keeps state.

    What you click there is read here, and what is decided here stands there: owner, stage, score
    with reasons, due time and a task. Everything is made anew and stays on this machine.
    """
    import shutil
    import subprocess
    import sys
    from pathlib import Path

    import platformdirs

    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.group import Group
    from leadpact.cli.living import ADDRESS, free_port, surroundings, wait_for
    from leadpact.cli.terminal import out, write

    if system not in ("hubspot", "salesforce"):
        raise Failed(f"“{system}” is neither hubspot nor salesforce.", code=Code.USAGE)
    port = free_port(port)
    beside = free_port(port + 1)
    home = Path(platformdirs.user_data_path("leadpact")) / _FOLDER
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    here, there = f"http://{ADDRESS}:{port}", f"http://{ADDRESS}:{beside}"
    around = surroundings(home) | {"LEADPACT_URL": here, "LEADPACT_CRM_SECONDS": "3"}
    with (home / "journal.log").open("ab") as journal:
        group = Group(around, journal.fileno())
        group.start(
            "stand-in", "demo-crm-system", system, "--port", str(beside), "--leadpact", here
        )
        wait_for(beside, group)
        words = [sys.executable, "-m", "leadpact", "demo-crm-ledger", system, "--address", there]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, env=around, check=False)
        if done.returncode:
            group.end()
            raise Failed("The ledger was not filled; what it said above tells why.",
                         code=Code.INTERNAL)  # fmt: skip
        group.start("web", "web", "--host", ADDRESS, "--port", str(port))
        group.start("worker", "worker")
        wait_for(port, group)
        console = out()
        console.print()
        write(console, f"The customer system:  {there}/", "bold")
        write(console, f"Leadpact:             {here}/   (Ctrl-C ends)", "bold")
        console.file.flush()
        group.watch()
    write(out(), "Ended.")


def stand_in(
    system: Annotated[str, typer.Argument()],
    port: Annotated[int, typer.Option()],
    leadpact: Annotated[str, typer.Option()],
) -> None:
    """Serve the stand-in for a customer system until it is ended."""
    from leadpact.web.process import end_with_parent

    end_with_parent()
    {"hubspot": _hubspot, "salesforce": _salesforce}[system](port, leadpact)


def _hubspot(port: int, leadpact: str) -> None:
    import time
    from datetime import UTC, datetime

    from leadpact.demo.hubspot.company import account
    from leadpact.demo.hubspot.limits import Limits
    from leadpact.demo.hubspot.page import Desk
    from leadpact.demo.hubspot.server import Simulator
    from leadpact.demo.hubspot.webhooks import SECRET, Webhooks

    portal = account(lambda: datetime.now(UTC))
    portal.domain = f"127.0.0.1:{port}"
    desk = Desk(portal, leadpact)
    for minutes in _ALREADY_THERE:
        desk.come(minutes_ago=minutes, asks=False)
    hooks = Webhooks(portal, f"{leadpact}/hooks/hubspot", SECRET)
    with Simulator(portal, Limits(time.monotonic), port=port, desk=desk):
        while True:
            time.sleep(_SEND_EVERY)
            try:
                hooks.send()
            except OSError:
                continue  # Leadpact does not listen yet; reading makes up for it


def _salesforce(port: int, leadpact: str) -> None:
    import threading
    from datetime import UTC, datetime

    from leadpact.demo.salesforce.company import deploy, organisation
    from leadpact.demo.salesforce.front import Front
    from leadpact.demo.salesforce.server import Simulator
    from leadpact.flows.crm_wanted import own_properties
    from leadpact.sources.crm.mapping import PREFIX, Crm
    from leadpact.sources.salesforce.package import package

    people = {of: {"fields": {"email": "Email"}} for of in ("Lead", "Contact")}
    crm = Crm.model_validate({"leadpact_crm": 1, "system": "salesforce", "people": people})
    org = organisation(lambda: datetime.now(UTC))
    deploy(org, package(dict.fromkeys(people, own_properties(crm)), f"{PREFIX}key"))
    front = Front(org, leadpact)
    for _ in _ALREADY_THERE:
        front.come(asks=False)
    with Simulator(org, port=port, front=front):
        threading.Event().wait()


def ledger(
    system: Annotated[str, typer.Argument()], address: Annotated[str, typer.Option()]
) -> None:
    """Fill the ledger of LEADPACT_HOME and connect it with the stand-in."""
    from leadpact.cli.ledger import opened

    with opened() as now:
        from leadpact.flows.crm_demonstration import prepare

        prepare(system, address, now=now)
