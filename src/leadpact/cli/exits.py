"""How a command ends: its exit code, and the sentence when it fails."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Exit codes; their meaning is part of the reference."""

    OK = 0
    PROBLEMS = 1
    USAGE = 2
    FILES = 3
    INTERNAL = 70
    HUNG_UP = 129
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    ENDED = 143


MEANING = {
    Code.OK: "Done. Warnings do not change that, unless `--strict` is given.",
    Code.PROBLEMS: "The input has problems; each is told with its place.",
    Code.USAGE: "Wrong usage: an unknown command or option, or a value that cannot be meant.",
    Code.FILES: "A file cannot be read, or the results cannot be written.",
    Code.INTERNAL: "Leadpact itself failed. `LEADPACT_TRACEBACK=1` shows where.",
    Code.HUNG_UP: "Its terminal was closed (SIGHUP).",
    Code.INTERRUPTED: "Ended by Ctrl-C. (`leadpact demo` ends with 0 once it serves.)",
    Code.CLOSED_PIPE: "Whoever read the output has stopped reading, as `head` does.",
    Code.ENDED: "Ended by the system (SIGTERM).",
}


class Failed(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """A command cannot do what was asked: a sentence, a way out, and the exit code."""

    def __init__(self, message: str, hint: str = "", code: Code = Code.FILES) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
