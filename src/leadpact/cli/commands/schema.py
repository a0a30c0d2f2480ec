"""`leadpact schema`: the form of the files, for editors."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    sources: Annotated[
        bool, typer.Option("--sources", help="That of the mapping, not of the agreement.")
    ] = False,
) -> None:
    """Write the JSON Schema by which editors complete, explain and check the files.

    As in: `leadpact schema > agreement.schema.json`.
    """
    from leadpact.cli.terminal import write_json

    if sources:
        from leadpact.agreement.schema import schema_of
        from leadpact.sources.mapping import Sources

        write_json(schema_of(Sources, "Leadpact mapping"))
    else:
        from leadpact.agreement.schema import agreement_schema

        write_json(agreement_schema())
