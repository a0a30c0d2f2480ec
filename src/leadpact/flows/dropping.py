"""The drop folder: exports that are put there beside their mapping are imported, once.

A place is the folder itself, or a folder in it, with a `sources.yaml`. When every file that the
mapping names is there and has come to rest, all are imported as one and moved to `done`, with what
was left out. Whoever is killed in between does no harm: what is still there is read again, and rows
that are in the log already are passed over.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leadpact.agreement.problems import as_text
from leadpact.backends.rooms import hold
from leadpact.flows.importing import Imported, import_history
from leadpact.flows.reading import NothingToReadError, read_history
from leadpact.sources.loading import SourcesError, load_sources
from leadpact.sources.reading import Read
from leadpact.sources.rows import write_rejects

FOLDER = "drop"
MAPPING = "sources.yaml"
DONE = "done"
PROBLEMS = "problems.txt"
#: So long a file must stay as it is before it counts as written to its end.
REST = timedelta(seconds=10)
#: A place that stays as it was is looked at again after so long: its import may have been killed.
AGAIN = timedelta(minutes=10)
ACTOR = "drop folder"

#: What tells a file from what it was before: name, size, time of change.
State = tuple[tuple[str, int, int], ...]


class DropError(Exception):
    """A place that cannot be imported as it is; the message is what people are to read there."""


@dataclass(frozen=True)
class Dropped:
    """A place that was looked at: what was imported, or why it was not."""

    place: str
    imported: Imported | None = None
    problem: str = ""


@dataclass
class Watch:
    """Tells which places came to rest; it remembers what it saw, and what it told of."""

    folder: Path
    _seen: dict[Path, tuple[State, datetime]] = field(default_factory=dict)
    _told: dict[Path, tuple[State, datetime]] = field(default_factory=dict)

    def at_rest(self, now: datetime) -> list[str]:
        """Places to import now, by name. One that stays as it was is told again after a while."""
        return [place.name for place in places(self.folder) if self._rests(place, now)]

    def _rests(self, place: Path, now: datetime) -> bool:
        state = _state(place)
        before = self._seen.get(place)
        if before is None or before[0] != state:
            self._seen[place] = (state, now)
            return False
        told = self._told.get(place)
        if told and told[0] == state and now - told[1] < AGAIN:
            return False
        if now - before[1] < REST or not _awaited(place).is_complete:
            return False
        self._told[place] = (state, now)
        return True


@dataclass(frozen=True)
class Awaited:
    """The files that a place's mapping names, and those of them that are not there."""

    files: list[str]
    missing: list[str]

    @property
    def is_complete(self) -> bool:
        """Whether there is something to import, or to complain of."""
        return not self.missing


def places(folder: Path) -> list[Path]:
    """Folders with a mapping. Makes the drop folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    inner = sorted(each for each in folder.iterdir() if each.is_dir() and each.name != DONE)
    return [place for place in (folder, *inner) if (place / MAPPING).is_file()]


def waiting(place: Path) -> tuple[list[str], str]:
    """The files that a place still waits for, and what is wrong with it, as people read it."""
    told = place / PROBLEMS
    problem = told.read_text(encoding="utf-8").splitlines()[0] if told.is_file() else ""
    return _awaited(place).missing, problem


def take(place: Path, now: datetime) -> Dropped | None:
    """Import what lies in a place; None where another process does, or files are missing."""
    with hold(place) as is_ours:
        if not is_ours:
            return None
        try:
            imported = _import(place, now)
        except DropError as error:
            (place / PROBLEMS).write_text(f"{error}\n", encoding="utf-8")
            return Dropped(place.name, problem=str(error))
    (place / PROBLEMS).unlink(missing_ok=True)
    return Dropped(place.name, imported) if imported else None


def _state(place: Path) -> State:
    """What is in a place; a file that vanishes meanwhile is not."""
    found = []
    for each in sorted(place.iterdir()):
        with suppress(OSError):
            if each.is_file() and each.name != PROBLEMS:
                told = each.stat()
                found.append((each.name, told.st_size, told.st_mtime_ns))
    return tuple(found)


def _import(place: Path, now: datetime) -> Imported | None:
    """Import the files of a place; None while some are not there. Raises DropError."""
    state = _state(place)
    try:
        files = _files(place)
        if not all((place / name).is_file() for name in files):
            return None
        found = read_history(str(place / MAPPING), str(place), lambda _done, _what: None)
    except SourcesError as error:
        raise DropError(as_text(error.problems)) from None
    except NothingToReadError as error:
        raise DropError(str(error)) from None
    done = import_history(
        found, name=place.name, actor=ACTOR, now=now, tell=lambda _done, _what: None
    )
    # What was replaced while it was read stays, and is read when it has come to rest.
    if _state(place) == state:
        _put_away(place, files, found, done, now)
    return done


def _awaited(place: Path) -> Awaited:
    """What a place waits for; nothing where its mapping cannot be read, which is then told."""
    try:
        files = _files(place)
    except (SourcesError, DropError):
        return Awaited([], [])
    return Awaited(files, [name for name in files if not (place / name).is_file()])


def _files(place: Path) -> list[str]:
    """The files that the mapping names, which lie in the place itself. Raises DropError."""
    tables = load_sources(place / MAPPING).sources.tables
    files = list(dict.fromkeys(table.file for table in tables if table.file is not None))
    for name in files:
        if Path(name).name != name:
            raise DropError(
                f"{MAPPING} names “{name}”. In a drop folder files lie beside their mapping: name "
                "just the file."
            )
    if not files:
        raise DropError(f"{MAPPING} names no file; what has none is imported by a command.")
    return files


def _put_away(place: Path, files: list[str], found: Read, done: Imported, now: datetime) -> None:
    """Move what was imported to a folder of its own in `done`, with what is to be known of it."""
    name = f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    target = place / DONE / name
    number = 1
    while target.exists():
        number += 1
        target = place / DONE / f"{name}-{number}"
    target.mkdir(parents=True)
    (target / "import.txt").write_text(_told(done), encoding="utf-8")
    if found.rejects:
        text = write_rejects(found.rejects)
        (target / "rejects.csv").write_text(text, encoding="utf-8", errors="backslashreplace")
    for name in files:
        shutil.move(place / name, target / name)


def _told(done: Imported) -> str:
    if done.finished_before:
        return f"These very rows were imported before, as {done.batch}; nothing was to be done.\n"
    lines = [f"{done.fresh:,} new rows of {done.rows:,}, about {done.leads:,} leads."]
    if done.rejected:
        lines.append(f"Rows or values left out: {done.rejected:,}; rejects.csv lists them.")
    lines.append(f"To withdraw the whole import: leadpact void {done.batch}")
    return "\n".join(lines) + "\n"
