"""`leadpact diagnose`: who falls short, why, and what may help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpact.cli.options import AsJson, AsOf, Data, Files, KnownAt, SourcesFile

if TYPE_CHECKING:
    from leadpact.flows.run import Run


def diagnose(
    files: Files,
    sources: SourcesFile,
    data: Data = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Say which side falls short and why: volume, quality or follow-up.

    Tells the last whole quarter, each figure against its promise and the quarter before, and where
    a difference may be chance.
    """
    from leadpact.cli.evaluating import begin
    from leadpact.cli.progress import progress

    with progress() as tell:
        asked = begin(files, sources, data, as_of, known_at, tell, at_any_size=True)
        from leadpact.flows.run import run as evaluate

        done = evaluate(
            asked.versions, asked.found, as_of=asked.as_of, known_at=asked.known_at, tell=tell
        )
    if as_json:
        from leadpact.cli.terminal import write_json
        from leadpact.documents.diagnosed import as_json as told

        write_json(told(done.report))
    else:
        _tell(done)


def _tell(done: Run) -> None:
    from leadpact.cli.tables import tell
    from leadpact.cli.terminal import out, write
    from leadpact.documents import words
    from leadpact.documents.blocks import plain

    console, result = out(), done.result
    moment = words.moment(result.as_of, done.report.measures.zone)
    write(console, f"{result.agreement.name}, as of {moment}", "dim")
    for section in done.report.diagnosed:
        console.print()
        write(console, plain(section.answer), "bold")
        for table in (*section.tables, *section.aside):
            tell(console, table)
