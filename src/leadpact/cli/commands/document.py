"""`leadpact document`: the agreement to mail, print and sign."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def document(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The agreement.", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Where to; its ending says what it becomes: .pdf, .docx or .html.",
            show_default=False,
        ),
    ],
) -> None:
    """Write an agreement as a document that people read, print and sign.

    It says all of it in plain words, with a line to sign for each side. A file of that name is
    replaced.
    """
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.terminal import out as terminal
    from leadpact.cli.terminal import write
    from leadpact.flows.checking import usable
    from leadpact.flows.on_paper import FORMATS, on_paper

    ending = out.suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise Failed(
            f"“{out.name}” ends in none of .pdf, .docx and .html.",
            "Let the name of the file end in one of them.",
            Code.USAGE,
        )
    now = datetime.now(UTC)
    (loaded,), _ = usable([file], now)
    assert loaded.agreement is not None, "a file without errors holds an agreement"
    made = on_paper(loaded.agreement, loaded.sha256, ending, now=now)
    try:
        out.write_bytes(made)
    except OSError as error:
        raise Failed(f"{out} cannot be written: {error.strerror}.") from error
    write(terminal(), f"{out}")
