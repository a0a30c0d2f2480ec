"""`leadpact explain`: what happened to one lead, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson, AsOf, Data, Files, KnownAt, SourcesFile


def explain(
    files: Files,
    lead: Annotated[
        str, typer.Argument(metavar="LEAD", help="The lead's key.", show_default=False)
    ],
    sources: SourcesFile,
    data: Data = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Tell the story of one lead: every point, stage and clock, with what caused it."""
    from leadpact.cli.evaluating import begin
    from leadpact.cli.exits import Code, Failed
    from leadpact.cli.progress import progress
    from leadpact.cli.terminal import write_json, write_text
    from leadpact.flows.explaining import explain_lead

    with progress() as tell:
        asked = begin(files, sources, data, as_of, known_at, tell, at_any_size=True, dealt=False)
        try:
            explanation = explain_lead(
                asked.versions,
                asked.found,
                lead,
                as_of=asked.as_of,
                known_at=asked.known_at,
                tell=tell,
            )
        except LookupError as error:
            raise Failed(str(error.args[0]), code=Code.PROBLEMS) from None
    if as_json:
        write_json(explanation.as_json())
    else:
        write_text(explanation.as_text())
