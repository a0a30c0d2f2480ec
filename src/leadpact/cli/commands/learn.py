"""`leadpact learn`: what sets customers apart, a definition of the MQL, a scorecard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadpact.cli.options import AsJson, AsOf, Data, SourcesFile

if TYPE_CHECKING:
    from rich.console import Console

    from leadpact.documents.blocks import Section
    from leadpact.insight.learning.taught import Trial


def learn(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The agreement as it is.", show_default=False)
    ],
    sources: SourcesFile,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", metavar="FILE", show_default=False,
            help="Write the agreement with the learned scorecard there.",
        ),
    ] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", show_default=False,
            help="Write the agreement with the suggested definition of the MQL there.",
        ),
    ] = None,
    data: Data = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Learn from your history what sets customers apart, and what follows for the agreement.

    Looks at each lead as it was before sales could have a hand in it: what it was and did, and
    whether it became a customer. From that comes a definition of the sales-ready lead and a
    scorecard in whole points, both judged on later leads beside what you have today.
    """
    from leadpact.cli.evaluating import begin
    from leadpact.cli.progress import progress
    from leadpact.documents.parts.learning import learning_sections
    from leadpact.flows.learning import learn as learn_from

    with progress() as tell:
        asked = begin([file], sources, data, as_of, None, tell)
        taught = learn_from(asked.versions[0], asked.found.history, as_of=asked.as_of, tell=tell)
    if as_json:
        from leadpact.cli.terminal import write_json
        from leadpact.documents.learned import as_json as learned_json

        write_json(learned_json(taught))
    else:
        from leadpact.cli.terminal import out as terminal

        for section in learning_sections(taught):
            _tell(terminal(), section)
    found = taught.learned
    _write(out, taught.scorecard, found.why_no_scorecard if found else taught.why)
    _write(definition, taught.definition, found.why_no_definition if found else taught.why)
    if not as_json and (taught.scorecard or taught.definition):
        _what_next(file, sources, data, [path for path in (out, definition) if path])


def _write(path: str | None, trial: Trial[Any] | None, why: str) -> None:
    from leadpact.cli.exits import Code, Failed
    from leadpact.flows.output import write_together

    if path is None:
        return
    if trial is None:
        raise Failed(f"{path} is not written. {why}".strip(), code=Code.PROBLEMS)
    write_together(Path(path).parent, {Path(path).name: trial.version.text}, replace=True)


def _tell(console: Console, section: Section) -> None:
    from leadpact.cli.tables import tell
    from leadpact.cli.terminal import write
    from leadpact.documents.blocks import plain

    console.print()
    write(console, section.title, "bold")
    write(console, plain(section.answer))
    for text in section.text if section.answer and section.tables else ():
        write(console, plain(text), "dim", first="- ", indent="  ")
    for table in section.tables:
        tell(console, table)
    if section.code:
        console.print()
        console.print(section.code, markup=False, highlight=False, end="")


def _what_next(file: str, sources: str, data: str | None, written: list[str]) -> None:
    import shlex

    from leadpact.cli.terminal import out, write

    console = out()
    console.print()
    of_data = f" --data {shlex.quote(data)}" if data else ""
    for path in written or ["learned.yaml"]:
        command = (
            f"leadpact what-if {shlex.quote(file)} --to {shlex.quote(path)} "
            f"--sources {shlex.quote(sources)}{of_data}"
        )
        if not written:
            write(
                console,
                "-o learned.yaml writes the scorecard into your agreement. Try it by",
                "dim",
            )
        write(console, command, "dim")
