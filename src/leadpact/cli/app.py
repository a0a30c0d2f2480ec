"""The commands of `leadpact`, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from leadpact import __version__
from leadpact.cli import guard
from leadpact.cli.commands import check, demo, diff, explain, init, run_agreement, schema

app = typer.Typer(
    name="leadpact",
    help="The service level agreement between marketing and sales, as software.",
    epilog="Begin with `leadpact demo`, or with your own export: `leadpact init --from FILE`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "init": init.init,
    "check": check.check,
    "run": run_agreement.run,
    "explain": explain.explain,
    "diff": diff.diff,
    "schema": schema.schema,
}
for _name, _command in COMMANDS.items():
    app.command(_name)(guard.guarded(_command))


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
    try:
        return int(app(args=arguments, prog_name="leadpact", standalone_mode=False) or 0)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "leadpact"
        guard.complain(error.format_message(), f"Try: {command} --help")
        return error.exit_code
