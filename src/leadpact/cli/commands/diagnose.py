"""`leadpact diagnose`: who falls short, why, and what may help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpact.cli.options import AsJson, AsOf, Data, Files, KnownAt, SourcesFile, Spark

if TYPE_CHECKING:
    from leadpact.documents.report import Report


def diagnose(
    files: Files,
    sources: SourcesFile,
    data: Data = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    spark: Spark = None,
    as_json: AsJson = False,
) -> None:
    """Say which side falls short and why, and what a changed agreement could help.

    Tells of the last whole quarter whether volume, quality or follow-up was short, each figure
    against its promise and the quarter before, and where a difference may be chance. Then it tries
    other thresholds and other splits of quality on the history, and recommends what the evidence
    carries.
    """
    from leadpact.cli.evaluating import begin
    from leadpact.cli.progress import progress

    with progress() as tell:
        asked = begin(files, sources, data, as_of, known_at, tell, at_any_size=True, spark=spark)
        from leadpact.flows.run import run as evaluate

        done = evaluate(
            asked.versions, asked.found, as_of=asked.as_of, known_at=asked.known_at, tell=tell
        )
        report = done.tried(tell)
    if as_json:
        from leadpact.cli.terminal import write_json
        from leadpact.documents.diagnosed import as_json as told

        write_json(told(report))
    else:
        _tell(report)


def _tell(report: Report) -> None:
    from leadpact.cli.tables import tell
    from leadpact.cli.terminal import out, write
    from leadpact.documents import words
    from leadpact.documents.blocks import plain

    console, result = out(), report.measures.result
    moment = words.moment(result.as_of, report.measures.zone)
    write(console, f"{result.agreement.name}, as of {moment}", "dim")
    for section in report.diagnosed:
        console.print()
        write(console, plain(section.answer), "bold")
        for table in (*section.tables, *section.aside):
            tell(console, table)
    for section in report.advice:
        console.print()
        write(console, section.title, "bold")
        if section.answer:
            write(console, plain(section.answer))
        for table in section.tables:
            tell(console, table)
        if section.try_out:
            console.print()
            for line in section.try_out.lines:
                write(console, line, "green" if line.startswith("+") else "dim", "  ")
            write(console, section.try_out.command, indent="  ")
