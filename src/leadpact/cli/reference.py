"""The reference of the command line, made from the commands themselves."""

from __future__ import annotations

from typing import Any

import typer

from leadpact.cli import usage
from leadpact.cli.app import COMMANDS, app
from leadpact.cli.exits import MEANING

#: What can be set in the environment, with what it does.
VARIABLES = {
    "LEADPACT_CACHE": "Folder for compiled code. By default the platform's folder for caches.",
    "DATABASE_URL": "The ledger's database, as `postgresql://user:password@host/name`. By default "
    "SQLite in LEADPACT_HOME.",
    "LEADPACT_HOME": "Folder of the ledger, and for what `leadpact demo` writes. By default the "
    "platform's folder for the data of applications.",
    "LEADPACT_HOSTS": "Names under which pages and API are reached, with commas. By default this "
    "machine alone.",
    "LEADPACT_URL": "The address by which people reach the pages, as `https://leads.example.com`: "
    "messages link to it. `serve` knows its own; a `worker` by itself sends no links without it.",
    "LEADPACT_HTTPS": "`1` where they are reached by HTTPS: cookies are then sent by HTTPS alone.",
    "LEADPACT_PROXIES": "How many proxies stand before pages and API; each adds whom it speaks "
    "for to `X-Forwarded-For`. By default none: whoever connects is the caller.",
    "LEADPACT_MAIL": "A server that mails invitations and links to choose a password, as "
    "`smtp+tls://user:password@mail.example.com/?from=leads@example.com`; also `smtp://` and "
    "`smtps://`. Without it `leadpact user invite` prints the link.",
    "LEADPACT_OIDC_ISSUER": "A service by which people sign in (OpenID Connect), as "
    "`https://login.example.com`; LEADPACT_OIDC_CLIENT and LEADPACT_OIDC_SECRET are what it knows "
    "this installation by, LEADPACT_OIDC_NAME what the button calls it. Whoever it knows by the "
    "address of a user is that user.",
    "LEADPACT_GOOGLE_KEY": "File with the key of a service account, for tables from Google Sheets.",
    "LEADPACT_SECRET": "The ledger's secret. By default kept in LEADPACT_HOME.",
    "LEADPACT_JIT": "`off` runs the engine without its compiler: the same results, far slower.",
    "LEADPACT_TRACEBACK": "`1` shows where Leadpact itself failed, for a report of the mistake.",
    "NO_COLOR": "Any value turns colours off.",
    "FORCE_COLOR": "Any value turns colours on where no terminal is, as for a pager.",
}

_INTRODUCTION = """\
# Commands

This page is made from the commands themselves (`make docs`); `leadpact COMMAND --help` says the
same in short.

- **Results go to standard output**, everything else (progress, complaints) to standard error, so
  that `leadpact run … --json | jq .counts` works. What `check` finds is its result.
- **Nothing is written** but where you say, and compiled code in a cache. All files of a run appear
  together or none does: Ctrl-C, a full disk or a closed terminal leave nothing behind, and of two
  runs at once into one folder the later one's files stay.
- **Every complaint** says what, where and what to do. Text that came from a lead cannot command
  your terminal: what could is spelt out, as `\\x1b`.
- **Dates** are days, as 2026-03-31 (its end, in the agreement's zone), or instants with their
  zone, as `2026-03-31T17:00:00Z`.
"""


def reference_markdown() -> str:
    """The page, ending with a line break."""
    program: Any = typer.main.get_command(app)
    parts = [_INTRODUCTION, _overview(program)]
    parts += [_section(name, _command(program, name)) for name in COMMANDS]
    parts += [_codes(), _variables()]
    return "\n".join(parts).rstrip() + "\n"


def _overview(program: Any) -> str:
    rows = [
        f"| [`{name}`](#leadpact-{name.replace(' ', '-')}) "
        f"| {usage.paragraphs(_command(program, name))[0]} |"
        for name in COMMANDS
    ]
    return "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n"


def _command(program: Any, name: str) -> Any:
    """The command of one word or of two."""
    for word in name.split():
        program = program.commands[word]
    return program


def _section(name: str, command: Any) -> str:
    typed = " ".join(["leadpact", name, *usage.pieces(command)])
    examples = ["", "```sh", *usage.EXAMPLES[name], "```", ""]
    lines = [f"## leadpact {name}", "", f"    {typed}", ""]
    for paragraph in usage.paragraphs(command):
        lines += [paragraph, ""]
    told = [*usage.arguments(command), *usage.options(command)]
    if told:
        lines += ["| | |", "|---|---|"]
        lines += [f"| `{_cell(each.typed)}` | {_cell(each.line)} |" for each in told]
    return "\n".join([*lines, *examples])


def _codes() -> str:
    rows = [f"| {int(code)} | {meaning} |" for code, meaning in MEANING.items()]
    return "\n".join(["## Exit codes", "", "| code | means |", "|---|---|", *rows]) + "\n"


def _variables() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()]
    head = ["## Environment", "", "| variable | does |", "|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
