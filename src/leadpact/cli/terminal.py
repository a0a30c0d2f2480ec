"""Writing to people and to pipes: colour for terminals only, and nothing that can command one."""

from __future__ import annotations

import json
import re
import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

#: What moves a cursor, sets a colour, turns text around or cannot be written at all.
_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NARROWEST = 40
#: Room for a table where no terminal limits it.
_WIDTH_OF_A_PIPE = 240


def plain(text: str) -> str:
    """The text with everything that could command a terminal spelt out, as `\\x1b`."""
    return _COMMANDS.sub(lambda found: _spelt(found[0]), text)


def _spelt(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}"


def out() -> Console:
    """Where results are written."""
    return _console(sys.stdout)


def err() -> Console:
    """Where progress and complaints are written."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    class Plain(Console):
        """Writes what it is given, and leaves a closed pipe to whoever runs the command."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Plain(file=stream, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDTH_OF_A_PIPE
    return console


def write(console: Console, text: str, style: str = "", indent: str = "", first: str = "") -> None:
    """Write a paragraph: wrapped with a hanging indent on a terminal, as it is elsewhere.

    `first` begins its first line in place of `indent`, and is of the same width.
    """
    text = plain(text.replace("\n", " "))
    start = first or indent
    if console.is_terminal:
        width = max(_NARROWEST, console.width)
        text = textwrap.fill(
            text, width, initial_indent=start, subsequent_indent=indent,
            break_on_hyphens=False, break_long_words=False,
        )  # fmt: skip
    else:
        text = start + text
    console.print(text.replace("\u00a0", " "), style=style, soft_wrap=True)


def write_place(console: Console, what: str, path: Path) -> None:
    """Write what is at a path, the path whole, so that a terminal can find and open it."""
    console.print(f"{plain(what)} {plain(str(path))}", soft_wrap=True)


def write_command(console: Console, *words: str | Path) -> None:
    """Write a command on a line of its own, so that it can be copied whatever is in its words."""
    console.print()
    console.print(f"    {plain(shlex.join(map(str, words)))}", style="bold", soft_wrap=True)


def write_text(text: str) -> None:
    """Write a text of several lines to standard output, ending with a line break.

    Lines that are too long for a terminal are wrapped; elsewhere they stay as they are.
    """
    lines = plain(text).removesuffix("\n").split("\n")
    console = out()
    if console.is_terminal:
        lines = [_fitted(line, max(_NARROWEST, console.width)) for line in lines]
    sys.stdout.write("\n".join(lines) + "\n")


def _fitted(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(), width, initial_indent=indent, subsequent_indent=f"{indent}    ",
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip


def write_json(value: Any) -> None:
    """Write one JSON value to standard output."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(_COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
