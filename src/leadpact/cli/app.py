"""The commands of `leadpact`, put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from leadpact import __version__
from leadpact.cli import guard, usage
from leadpact.cli.commands import check, demo, diff, explain, init, run_agreement, schema, what_if

app = typer.Typer(
    name="leadpact",
    cls=usage.Group,
    help="The service level agreement between marketing and sales, as software.",
    epilog="Begin with `leadpact demo`, or with your own export: `leadpact init --from FILE`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "init": init.init,
    "check": check.check,
    "run": run_agreement.run,
    "explain": explain.explain,
    "what-if": what_if.what_if,
    "diff": diff.diff,
    "schema": schema.schema,
}
for _name, _command in COMMANDS.items():
    app.command(_name, cls=usage.Command)(_command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadpact {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def leadpact(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """The service level agreement between marketing and sales, as software."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(arguments: Sequence[str] | None) -> int:
    """Run one command; its exit code."""
    guard.prepare()
    given = sys.argv[1:] if arguments is None else list(arguments)
    return guard.ended(lambda: _invoke(given))


def _invoke(arguments: list[str]) -> None:
    """Run a command without the framework's own answers to what goes wrong."""
    program = typer.main.get_command(app)
    with program.make_context("leadpact", arguments) as context:
        program.invoke(context)
