"""Running a command and keeping what it said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import typer

from leadpact.cli import main
from leadpact.cli.app import app

SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "samples"


class Answer(NamedTuple):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


def answer(*words: object) -> Answer:
    """Run one command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Answer(int(code), out.getvalue(), err.getvalue())


def parsed(words: list[str]) -> None:
    """Take what would be typed after `leadpact` apart, and run nothing; raises what is wrong."""
    command: Any = typer.main.get_command(app)
    name, rest, context = "leadpact", words, None
    while hasattr(command, "commands"):
        context = command.make_context(name, rest[:1], parent=context)
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest, parent=context)


def started(*words: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start one command as a process of its own."""
    command = [sys.executable, "-m", "leadpact", *map(str, words)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **{**pipes, **options})


def ended(process: subprocess.Popen[bytes]) -> Answer:
    """Wait for a process."""
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, (out or b"").decode(), (err or b"").decode())


def without_colours(**variables: str) -> dict[str, str]:
    """The environment, without what decides about colours, and with these variables."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "TERM": "xterm-256color", **variables}


def environment(home: Path) -> dict[str, str]:
    """The variables of a process whose installation is in a folder."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE",)}
    kept.pop("DATABASE_URL", None)
    return kept | {"LEADPACT_HOME": str(home)}


def with_home(home: Path, *words: object, said: str = "") -> Answer:
    """Run one command of an installation as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "leadpact", *map(str, words)],
        input=said, capture_output=True, text=True, env=environment(home), timeout=120, check=False,
    )  # fmt: skip
    return Answer(done.returncode, done.stdout, done.stderr)
