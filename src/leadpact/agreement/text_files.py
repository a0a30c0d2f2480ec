"""Reading a text file that a person wrote, whatever turns out to be at its path."""

from __future__ import annotations

import os
from pathlib import Path as FilePath

from leadpact.agreement.problems import Problem, nearest

LARGEST = 5_000_000
"""Bytes of a file that are read; an agreement has a few thousand."""

_BINARY = {
    b"PK\x03\x04": "a zip archive, or an Excel or Word file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_UTF_16 = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_CONTROL = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
_AS_UTF_8 = "save it as plain text in UTF-8"


class Unreadable(Exception):  # noqa: N818 it is an answer, not a failure
    """What is at the path cannot be read as text; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a UTF-8 file, without a byte order mark; raises Unreadable."""
    file = os.fspath(path)
    return decoded(_content(file), file)


def decoded(content: bytes, file: str) -> str:
    """Bytes as text; raises Unreadable that says what the bytes seem to be."""
    refuse_huge(content, file)
    for start, what in _BINARY.items():
        if content.startswith(start):
            raise _refused(file, f"is not a text; it seems to be {what}", _AS_UTF_8)
    if encoding := _utf_16(content):
        raise _refused(file, f"is not UTF-8; it seems to be {encoding}", _AS_UTF_8)
    if content.translate(None, _CONTROL) != content:
        raise _refused(file, "is not a text; it holds binary data", _AS_UTF_8)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf_8(content, error.start, file) from None


def refuse_huge(content: bytes | str, file: str) -> None:
    """Raise Unreadable for more than anybody writes."""
    if len(content) > LARGEST:
        hint = "what people write is a thousand times shorter; is this the right file?"
        raise _refused(file, "is larger than 5 MB", hint)


def _content(file: str) -> bytes:
    try:
        with open(file, "rb") as opened:
            return opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refused(file, "there is no such file", _neighbour(file)) from None
    except IsADirectoryError:
        raise _refused(file, "is a folder, not a file", "name the file in it") from None
    except PermissionError:
        raise _refused(file, "must not be read", "ask its owner for permission to read") from None
    except (OSError, ValueError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(file, f"cannot be read: {said.lower()}", None) from None


def _neighbour(file: str) -> str | None:
    """The file in the same folder that may have been meant."""
    wanted = FilePath(file)
    try:
        names = [each.name for each in wanted.parent.iterdir() if each.is_file()]
    except OSError:
        return f"there is no folder “{wanted.parent}” either"
    near = nearest(wanted.name, names)
    return f"did you mean “{wanted.parent / near}”?" if near else None


def _utf_16(content: bytes) -> str | None:
    if encoding := _UTF_16.get(content[:2]):
        return encoding
    sample = content[:2000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if len(sample) > 3 and max(odd, even) > len(sample) * 0.4 and min(odd, even) == 0:
        return "UTF-16"
    return None


def _not_utf_8(content: bytes, at: int, file: str) -> Unreadable:
    before = content[:at]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    try:
        content.decode("cp1252")
        seems = "; it seems to be Windows-1252 (Western European)"
    except UnicodeDecodeError:
        seems = ""
    message = f"the file is not UTF-8 from here on{seems}"
    return Unreadable(Problem(file, line, column, (), message, _AS_UTF_8))


def _refused(file: str, message: str, hint: str | None) -> Unreadable:
    return Unreadable(Problem(file, 0, 0, (), message, hint))
