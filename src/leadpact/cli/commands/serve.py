"""`leadpact serve`, `web` and `worker`: the running installation, whole or in parts."""

from __future__ import annotations

import os
from typing import Annotated

import typer

Host = Annotated[
    str,
    typer.Option(
        metavar="HOST", help="The address to listen at; 0.0.0.0 for all. LEADPACT_HOSTS names it."
    ),
]
Port = Annotated[int, typer.Option(min=1, max=65_535, metavar="N", help="The port to listen at.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run everything: API, collector, forms, and the worker that follows every lead.

    An empty LEADPACT_HOME is filled by itself. Ctrl-C or SIGTERM ends it once what runs is done.
    """
    from leadpact.cli.group import Group, make_sure_free
    from leadpact.cli.ledger import opened
    from leadpact.cli.terminal import out, write

    make_sure_free(host, port)
    with opened():
        pass
    shown = f"[{host}]" if ":" in host else {"0.0.0.0": "localhost"}.get(host, host)
    os.environ.setdefault("LEADPACT_URL", _address(shown, port))
    group = Group()
    group.start("web", "web", "--host", host, "--port", str(port))
    group.start("worker", "worker")
    console = out()
    write(console, f"Leadpact serves at http://{shown}:{port}/   (Ctrl-C ends)", "bold")
    console.file.flush()
    group.watch()


def _address(shown: str, port: int) -> str:
    """Where people reach it: under the first name given, through a proxy where there is HTTPS."""
    named = os.environ.get("LEADPACT_HOSTS", "").partition(",")[0].strip()
    if named and os.environ.get("LEADPACT_HTTPS") == "1":
        return f"https://{named}"
    return f"http://{named or shown}:{port}"


def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            metavar="N",
            show_default=False,
            help="How many processes answer. By default one; on PostgreSQL one for each processor, "
            "at most four.",
        ),
    ] = None,
) -> None:
    """Run API, collector and forms alone; `worker` runs beside it, here or elsewhere."""
    from leadpact.cli.group import make_sure_free
    from leadpact.cli.ledger import opened

    make_sure_free(host, port)
    with opened():
        from leadpact.web import process

        many = processes or process.fitting()

    process.serve(host, port, many)


def worker() -> None:
    """Run a worker alone: it looks at leads that changed or whose time has come, until it is ended.

    On PostgreSQL several may run, on any number of machines. Its journal goes to standard error.
    """
    import signal
    from datetime import UTC, datetime

    from leadpact.cli.ledger import opened

    with opened():
        from leadpact.flows import journal
        from leadpact.flows.starting import compile_engine
        from leadpact.web.process import end_with_parent
        from leadpact.worker import Dropping, Importer, Measurer, Sender, Talker, Worker

        journal.configure()
        end_with_parent()

        def now() -> datetime:
            return datetime.now(UTC)

        turning = Worker(now)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: turning.stop())
        compile_engine(lambda _done, what: journal.tell(what))
        with Sender(now), Measurer(now), Importer(now), Dropping(now), Talker(now):
            turning.run()
