"""Turning what went wrong into one sentence and an exit code, in one place for all commands."""

from __future__ import annotations

import functools
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, ParamSpec

import typer

from leadpact.cli.exits import Code, Failed
from leadpact.cli.terminal import err, write

P = ParamSpec("P")
_interrupted = False


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """The command, ending with a sentence and a documented exit code whatever happens in it."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except (typer.TyperException, typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            raise typer.Exit(_leave_the_pipe()) from None
        except Exception as error:  # noqa: BLE001 nobody is shown a traceback
            if os.environ.get("LEADPACT_TRACEBACK") == "1":
                traceback.print_exc()
            raise typer.Exit(_answer(error)) from None

    return run


def prepare() -> None:
    """Set up the process: how Ctrl-C and the system end it, how it warns, how it writes."""
    signal.signal(signal.SIGINT, _on_interrupt)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Code.ENDED))
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def complain(message: str, hint: str = "") -> None:
    """Write one sentence about what went wrong, and a way out, to standard error."""
    console = err()
    write(console, message, first="leadpact: ", indent="  ")
    if hint:
        write(console, hint, indent="  ")


def _answer(error: Exception) -> Code:
    """Say what went wrong; the exit code for it."""
    from leadpact.agreement.problems import Problem
    from leadpact.flows.output import OutputError

    if _interrupted:
        return Code.INTERRUPTED
    if isinstance(error, Failed):
        complain(error.message, error.hint)
        return error.code
    if isinstance(error, OutputError):
        complain(error.message, error.hint)
        return Code.FILES
    problems = getattr(error, "problems", None)
    if problems and all(isinstance(each, Problem) for each in problems):
        from leadpact.cli.problems import code_of, show

        show(problems, err())
        return code_of(problems)
    if isinstance(error, MemoryError):
        complain("There is not enough memory for this.", "Take fewer rows, or a larger machine.")
        return Code.INTERNAL
    if isinstance(error, OSError) and error.filename is not None:
        complain(f"{error.filename}: {(error.strerror or str(error)).lower()}.")
        return Code.FILES
    complain(_mistake(error), "LEADPACT_TRACEBACK=1 shows where; please report it with that.")
    return Code.INTERNAL


def _mistake(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "leadpact" in Path(frame.filename).parts]
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    kind = type(error).__name__
    return f"Leadpact itself failed ({kind}{place}); this is no mistake of yours."


def _leave_the_pipe() -> Code:
    """Let the interpreter end without a word about output that nobody reads any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Code.CLOSED_PIPE


def _on_interrupt(number: int, frame: FrameType | None) -> None:
    global _interrupted
    _interrupted = True
    signal.default_int_handler(number, frame)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
        complain(str(message))
