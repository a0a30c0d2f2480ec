"""Folders for the time being: each goes with its process, even one that was killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir, mkdtemp

_PREFIX = "leadpact-parts-"
#: Until a folder is held it has another name, so that nobody takes it for one that was left.
_UNHELD = "leadpact-new-"


@dataclass(frozen=True)
class Room:
    """A folder of this process, held until `leave`."""

    path: Path
    handle: int | None

    def leave(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self.handle is not None:
            with suppress(OSError):
                os.close(self.handle)


def new_room(folder: Path | None = None) -> Room:
    """A new folder in one, by default that of temporary files; those that were left there go.

    Raises OSError where there is no room.
    """
    inside = Path(folder or gettempdir())
    _clear(inside)
    made = Path(mkdtemp(prefix=_UNHELD, dir=inside))
    handle = _held(made)
    room = made.with_name(_PREFIX + made.name.removeprefix(_UNHELD))
    return Room(made.rename(room), handle)


def _clear(folder: Path) -> None:
    """Remove the rooms of this user that no process holds."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.lstat().st_uid != os.getuid():
                continue
            with hold(left) as is_left:
                if is_left:
                    shutil.rmtree(left, ignore_errors=True)


@contextmanager
def hold(folder: Path, wait: bool = False) -> Iterator[bool]:
    """Lock a folder until the end of the block or of the process; whether that was possible."""
    handle = _held(folder, wait)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def _held(folder: Path, wait: bool = False) -> int | None:
    """A handle by which a folder is locked; None where that is not possible."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle
