"""`leadpact mcp`: let an assistant ask a company's Leadpact."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

_KEY = "LEADPACT_API_KEY"


def mcp(
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The address of your Leadpact.")
    ] = "http://localhost:8000",
) -> None:
    """Let an AI assistant ask your Leadpact: figures, promises, leads. It changes nothing.

    A server of the Model Context Protocol on standard input and output, started by the assistant.
    It asks the Leadpact at the address with the key in LEADPACT_API_KEY, and may read what that key
    may read.
    """
    import os

    from leadpact.assistant.asking import Leadpact, is_address
    from leadpact.cli.exits import Code, Failed

    if not is_address(url):
        hint = "Write it such as https://leads.example.com."
        raise Failed(f"“{url[:80]}” is no address.", hint, Code.USAGE)
    key = os.environ.get(_KEY, "").strip()
    if not (key.isascii() and key.isprintable() and key):
        hint = "Make one with: leadpact key create assistant --scope read"
        raise Failed(f"{_KEY} must hold a key of your Leadpact.", hint, Code.USAGE)
    try:
        from leadpact.assistant.server import served
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        hint = "pip install 'leadpact[mcp]'"
        raise Failed("To answer assistants, install their protocol first.", hint) from None
    served(Leadpact(url, key), lambda: datetime.now(UTC)).run("stdio")
