"""Problems as a good compiler shows them: the place, what is wrong, the line itself, a way out."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leadpact.cli.exits import Code
from leadpact.cli.terminal import plain, write

if TYPE_CHECKING:
    from rich.console import Console

    from leadpact.agreement.problems import Problem

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_LINE_ENDS = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_WORD = re.compile(r"""“[^”]*”|"[^"]*"|'[^']*'|[^\s,\]}:]+|.""")
_MOST_BYTES = 5_000_000
_WIDEST = 100


def show(problems: Iterable[Problem], console: Console) -> None:
    """Write every problem with the line it is on, a blank line after each."""
    lines_of = cache(_lines)
    for problem in problems:
        _head(problem, console)
        if problem.line:
            _excerpt(problem, lines_of(problem.file), console)
        if problem.hint:
            write(console, problem.hint, first="  hint: ", indent="        ")
        console.print()


def code_of(problems: Sequence[Problem]) -> Code:
    """The exit code for errors: files that cannot be read are told from what stands in them."""
    unreadable = any(not problem.line and not _is_readable(problem.file) for problem in problems)
    return Code.FILES if unreadable else Code.PROBLEMS


def tally(problems: Iterable[Problem]) -> str:
    """How many there are of each kind, as `1 error and 2 warnings`; empty for none."""
    counts = dict.fromkeys(_STYLES, 0)
    for problem in problems:
        counts[problem.severity] += 1
    named = [f"{n:,} {kind}{'s' if n > 1 else ''}" for kind, n in counts.items() if n]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _head(problem: Problem, console: Console) -> None:
    from rich.text import Text

    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    text = Text(plain(place) or "“”", "bold")
    text.append(": ", "not bold")
    text.append(problem.severity, _STYLES[problem.severity])
    text.append(f": {plain(problem.message)}", "not bold")
    if problem.rule:
        text.append(f" [{problem.rule}]", "not bold dim")
    console.print(text, soft_wrap=not console.is_terminal)


def _excerpt(problem: Problem, lines: list[str], console: Console) -> None:
    """The line of the problem with its word underlined; nothing when the file has changed."""
    if not 0 < problem.line <= len(lines):
        return
    line = lines[problem.line - 1].replace("\t", " ")
    column = min(problem.column, len(line) + 1) - 1
    line, column = _near(line, column, min(_WIDEST, console.width) - 12)
    word = _WORD.match(line, column)
    from rich.cells import cell_len

    before = cell_len(plain(line[:column]))
    marks = "^" * max(1, cell_len(plain(word[0])) if word else 1)
    gutter = f"{problem.line:>6} | "
    _line(console, gutter, plain(line), "")
    _line(console, " " * (len(gutter) - 2) + "| ", " " * before + marks, _STYLES[problem.severity])


def _line(console: Console, gutter: str, text: str, style: str) -> None:
    from rich.text import Text

    console.print(Text.assemble((gutter, "dim"), (text.rstrip(), style)), soft_wrap=True)


def _near(line: str, column: int, width: int) -> tuple[str, int]:
    """The part of a long line that shows the column, and where the column is in it."""
    if len(line) <= width:
        return line, column
    start = max(0, min(column - width // 2, len(line) - width))
    part = line[start : start + width]
    if start:
        part = "…" + part[1:]
    if start + width < len(line):
        part = part[:-1] + "…"
    return part, column - start


def _lines(file: str) -> list[str]:
    if not _can_be_read(file):
        return []
    with Path(file).open("rb") as opened:
        content = opened.read(_MOST_BYTES)
    return _LINE_ENDS.split(content.decode("utf-8-sig", "replace"))


def _is_readable(file: str) -> bool:
    """Whether it is a file that may be an agreement or a mapping: no device, and not too large."""
    return _can_be_read(file) and os.stat(file).st_size <= _MOST_BYTES


def _can_be_read(file: str) -> bool:
    """Whether it is a file that can be read again: a pipe can not, and would wait for ever."""
    try:
        return stat.S_ISREG(os.stat(file).st_mode) and os.access(file, os.R_OK)
    except (OSError, ValueError):
        return False
