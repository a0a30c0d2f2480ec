"""Finding out how the text of a file is encoded."""

from __future__ import annotations

import codecs
from pathlib import Path

from leadpact.sources.rows import TableError


class NotUtf8Error(TableError):
    """Text without a mark of its encoding, that is not UTF-8."""


_SAMPLE = 65_536
_CHUNK = 4 * 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KNOWN_FORMATS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", "name it .xlsx, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "name it .xls"),
    (b"PAR1", "a Parquet file", "name it .parquet"),
    (b"\x1f\x8b", "compressed", "unpack it first"),
)
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def text_encoding(path: Path, declared: str | None) -> str:
    """The encoding of a text file: as declared, by its byte-order mark, or UTF-8 if it is that.

    Raises TableError for an empty or binary file and for text that is not what it should be.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b"\r\n\t \xef\xbb\xbf\xff\xfe\x00"):
        raise TableError(f"{path.name} is empty", "export it again, with its header line")
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    encoding = declared or marked
    if marked == "utf-8-sig" and encoding and encoding.lower() in ("utf-8", "utf8"):
        encoding = marked
    if encoding is None:
        _refuse_binary(path, head)
        encoding = "utf-8"
    _decodes(path, encoding, declared is not None)
    return encoding


def _refuse_binary(path: Path, head: bytes) -> None:
    for magic, what, hint in _KNOWN_FORMATS:
        if head.startswith(magic):
            raise TableError(f"{path.name} is {what}, not a text file", hint)
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[start::2]
        if half.count(0) > 0.7 * len(half):
            raise TableError(
                f"{path.name} looks like UTF-16 without its mark", f"declare `encoding: {name}`"
            )
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > max(8, 0.01 * len(head)):
        raise TableError(f"{path.name} is not a text file", "export it as CSV")


def _decodes(path: Path, encoding: str, declared: bool) -> None:
    decoder = _decoder(encoding)
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeError:
                raise _not_decodable(path, encoding, declared, done) from None
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        raise _not_decodable(path, encoding, declared, done) from None


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        # Refuses what is known by name and yet makes no text of bytes, such as base64.
        b"text".decode(encoding, "replace")
        return codecs.getincrementaldecoder(encoding)()
    except (LookupError, UnicodeError):
        raise TableError(
            f"“{encoding}” is no encoding", "write one such as utf-8 or cp1252", ("encoding",)
        ) from None


def _not_decodable(path: Path, encoding: str, declared: bool, near: int) -> TableError:
    if declared:
        return TableError(f"{path.name} is not {encoding} text, as declared", "", ("encoding",))
    where = "" if near == 0 else f" (after {near:,} bytes)"
    return NotUtf8Error(
        f"{path.name} is not UTF-8 text{where}",
        "declare its `encoding:`; files saved by Excel on Windows are often cp1252",
    )
