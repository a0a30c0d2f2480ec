"""A folder for results: everything that is written appears together, or nothing does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from leadpact.backends.rooms import hold

#: Names the files that were written, so that the next run may replace them and nothing else.
LIST = ".leadpact-files"
_ROOM = ".leadpact-room-"
_MOST_NAMED = 3


class OutputError(Exception):
    """Results that cannot be written; the message is a sentence for the user, `hint` a way out."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def make_sure(folder: Path) -> None:
    """Raise OutputError unless results may be written there; makes and changes nothing."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        raise OutputError(f"{there} is a file, not a folder.", "Name a folder for the results.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"Nothing may be written to {there}.", "Name another folder.")
    if there != folder:
        return
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

    What an earlier run wrote there is replaced. A file appears only when all are complete; of two
    runs at once the later one's files stay, never some of each. Raises OutputError when the folder
    has files of others or cannot be written.
    """
    make_sure(folder)
    with _writing(folder), made(folder), _room(folder) as room:
        write(room)
        with _alone(folder):
            return _move(room, folder)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make the folder, and take it away again when nothing came into it. Raises OutputError."""
    with _writing(folder):
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            for each in missing:
                each.rmdir()


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
    with _writing(folder), made(folder), _room(folder) as room:
        for name, text in texts.items():
            (room / name).write_text(text, encoding="utf-8")
        for name in texts:
            (room / name).replace(folder / name)


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A temporary folder within it; what runs that were killed have left there goes."""
    with _alone(folder):
        for left in folder.glob(f"{_ROOM}*"):
            with hold(left) as is_left:
                if is_left:
                    shutil.rmtree(left, ignore_errors=True)
        room = Path(tempfile.mkdtemp(prefix=_ROOM, dir=folder))
        holding = ExitStack()
        holding.enter_context(hold(room))
    with holding:
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other run moves its files there; no wait where folders cannot be locked."""
    with hold(folder, wait=True):
        yield


def _move(room: Path, folder: Path) -> list[Path]:
    names = sorted(each.name for each in room.iterdir())
    (room / LIST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    for stale in _written_before(folder) - set(names):
        (folder / stale).unlink(missing_ok=True)
    for name in (LIST, *names):
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


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"The results could not be written to {folder}: {_reason(error)}.",
            "Nothing was left behind. Name another folder, or make room.",
        ) from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
