"""A folder for results: everything that is written appears together, or nothing does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

#: Names the files that were written, so that the next run may replace them and nothing else.
LIST = ".leadpact-files"
_MOST_NAMED = 3


class OutputError(Exception):
    """Results that cannot be written; the message is a sentence for the user, `hint` a way out."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def make_sure(folder: Path) -> None:
    """Raise OutputError unless results may be written there; makes and changes nothing."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder.", "Name a folder for the results.")
    strange = sorted(_visible(folder) - _written_before(folder))
    if strange:
        named = ", ".join(strange[:_MOST_NAMED])
        others = f" and {len(strange) - _MOST_NAMED:,} more" if len(strange) > _MOST_NAMED else ""
        raise OutputError(
            f"{folder} has files that Leadpact did not write there: {named}{others}.",
            "Name a new folder, or move them away.",
        )


def publish(folder: Path, write: Callable[[Path], None]) -> list[Path]:
    """Let `write` fill a temporary folder and move what it wrote to `folder`; the files there.

    What an earlier run wrote there is replaced. A file appears only when all are complete. Raises
    OutputError when the folder has files of others or cannot be written.
    """
    make_sure(folder)
    try:
        made = _make(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        room = Path(tempfile.mkdtemp(prefix=".leadpact-", dir=folder))
        try:
            write(room)
            return _move(room, folder)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        _remove_empty(made)


def refuse_existing(folder: Path, names: Iterable[str]) -> None:
    """Raise OutputError when one of these files is in the folder already."""
    there = [name for name in names if os.path.lexists(folder / name)]
    if there:
        found = " and ".join(str(folder / name) for name in there)
        hint = "Add --force to replace what is there, or name another folder with --out."
        raise OutputError(f"{found} {'is' if len(there) == 1 else 'are'} there already.", hint)


def write_together(folder: Path, texts: Mapping[str, str], *, replace: bool) -> None:
    """Write text files among those of others; each appears whole, and all or none are begun.

    Raises OutputError when one is there and not to be replaced, or the folder cannot be written.
    """
    if not replace:
        refuse_existing(folder, texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=".leadpact-", dir=folder))
        try:
            for name, text in texts.items():
                (room / name).write_text(text, encoding="utf-8")
            for name in texts:
                (room / name).replace(folder / name)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _make(folder: Path) -> list[Path]:
    """Make the folder with the folders above it; those made, innermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()


def _move(room: Path, folder: Path) -> list[Path]:
    names = sorted(each.name for each in room.iterdir())
    (room / LIST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    for stale in _written_before(folder) - set(names):
        (folder / stale).unlink(missing_ok=True)
    for name in (*names, LIST):
        (room / name).replace(folder / name)
    return [folder / name for name in names]


def _visible(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if not each.name.startswith(".")}


def _written_before(folder: Path) -> set[str]:
    try:
        names = (folder / LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {name for name in names if (folder / name).is_file() and "/" not in name}


def _unwritable(folder: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(
        f"The results could not be written to {folder}: {reason}.",
        "Nothing was left behind. Name another folder, or make room.",
    )
