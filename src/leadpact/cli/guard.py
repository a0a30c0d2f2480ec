"""Turning what went wrong into one sentence and an exit code, in one place for all commands."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from leadpact.cli.exits import Code, Failed
from leadpact.cli.terminal import err, write

_interrupted = False
_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF, errno.EFBIG}


def ended(command: Callable[[], None]) -> int:
    """Run a command; the exit code, whatever happened in it, once it has been told."""
    try:
        command()
        sys.stdout.flush()
        return Code.OK
    except typer.Exit as ending:
        return ending.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        program = context.command_path if context else "leadpact"
        complain(error.format_message(), f"Try: {program} --help")
        return error.exit_code
    except BrokenPipeError:
        _forget_the_rest()
        return Code.CLOSED_PIPE
    except Exception as error:  # noqa: BLE001 nobody is shown a traceback
        if os.environ.get("LEADPACT_TRACEBACK") == "1":
            traceback.print_exc()
        return _answer(error)


def prepare() -> None:
    """Set up the process: how Ctrl-C and the system end it, how it warns, how it writes."""
    global _interrupted
    _interrupted = False
    _on("SIGINT", _on_interrupt)
    _on("SIGTERM", lambda *_: sys.exit(Code.ENDED))
    _on("SIGHUP", lambda *_: sys.exit(Code.HUNG_UP))
    warnings.showwarning = _show_warning
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 to the end
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _on(name: str, handler: Callable[[int, FrameType | None], None]) -> None:
    """Handle a signal, unless the system does not know it or `nohup` and the like ignore it."""
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, handler)


def complain(message: str, hint: str = "") -> None:
    """Write one sentence about what went wrong, and a way out, to standard error."""
    console = err()
    with contextlib.suppress(OSError):
        write(console, message, first="leadpact: ", indent="  ")
        if hint:
            write(console, hint, indent="  ")


def _answer(error: Exception) -> Code:
    """Say what went wrong; the exit code for it."""
    from leadpact.agreement.problems import Problem
    from leadpact.backends.spark_errors import SparkError
    from leadpact.flows.output import OutputError

    if _interrupted:
        return Code.INTERRUPTED
    if isinstance(error, Failed):
        complain(error.message, error.hint)
        return error.code
    if isinstance(error, OutputError | SparkError):
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
    if isinstance(error, OSError) and error.errno in _WRITING:
        complain(f"The output could not be written: {os.strerror(error.errno).lower()}.")
        _forget_the_rest()
        return Code.FILES
    complain(_mistake(error), "LEADPACT_TRACEBACK=1 shows where; please report it with that.")
    return Code.INTERNAL


def _mistake(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "leadpact" in Path(frame.filename).parts]
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    kind = type(error).__name__
    return f"Leadpact itself failed ({kind}{place}); this is no mistake of yours."


def _forget_the_rest() -> None:
    """Let what is still to be written to standard output go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _on_interrupt(number: int, frame: FrameType | None) -> None:
    global _interrupted
    _interrupted = True
    signal.default_int_handler(number, frame)


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
        complain(str(message))
