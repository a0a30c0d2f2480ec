"""Files that come in through the pages: looked at, mapped, tried, and imported by a worker."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from django.db import OperationalError, connection

from leadpact.agreement.problems import Problem
from leadpact.agreement.spec import Agreement
from leadpact.flows import column_meanings
from leadpact.flows.column_meanings import Offer
from leadpact.flows.examining import examine, guess_of, lacking, try_mapping
from leadpact.flows.first_mapping import ExportFile
from leadpact.flows.importing import Imported, import_history
from leadpact.flows.reading import NothingToReadError, read_history
from leadpact.ledger.models import Upload
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import uploads
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import Read
from leadpact.sources.rows import Reject, write_rejects

_SHOWN = 12
#: How often whoever imports says how far it is.
_BEATS = timedelta(seconds=1)

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Column:
    """A column of a file: what stands in it, and what it means as far as anybody said."""

    name: str
    examples: Sequence[str]
    meaning: str


@dataclass(frozen=True)
class FileColumns:
    """A file with its columns and the meanings that each may have."""

    role: str
    name: str
    vendor: str
    columns: Sequence[Column]
    offers: Sequence[Offer]


@dataclass(frozen=True)
class Look:
    """What the files would bring under their mapping, or why they cannot be read."""

    problems: Sequence[Problem] = ()
    leads: int = 0
    events: Mapping[str, int] = ()  # type: ignore[assignment]
    deals: int = 0
    first: datetime | None = None
    last: datetime | None = None
    examples: Sequence[Mapping[str, Any]] = ()
    rejects: Sequence[Reject] = ()
    rejected: int = 0
    notes: Sequence[str] = ()


def columns_of(upload: Upload, now: datetime) -> list[FileColumns]:
    """The columns of the files sent, with what was chosen for them. Raises SourcesError."""
    agreement = _agreement(now)
    return [
        _columns(sent, file, _meanings(upload, sent["role"], file, agreement), agreement)
        for sent, file in _examined(upload)
    ]


def _columns(
    sent: Mapping[str, Any],
    file: ExportFile,
    meanings: Mapping[str, str],
    agreement: Agreement | None,
) -> FileColumns:
    named = [name for name in file.header if file.header.count(name) == 1 and name.strip()]
    offered = column_meanings.offers(agreement, of_deals=sent["role"] == "deals")
    known = {offer.meaning for offer in offered}
    own = [
        Offer(meaning, meaning.removeprefix(column_meanings.FIELD), "Further attributes")
        for meaning in meanings.values()
        if meaning and meaning not in known
    ]
    columns = [
        Column(name, column_meanings.examples(file, name), meanings.get(name, ""))
        for name in named
    ]  # fmt: skip
    return FileColumns(sent["role"], sent["name"], file.export.vendor, columns, [*offered, *own])


def _examined(upload: Upload) -> list[tuple[dict[str, Any], ExportFile]]:
    folder = uploads.folder_of(upload)
    return [
        (sent, examine(folder / sent["stored"], folder, of_deals=sent["role"] == "deals"))
        for sent in upload.files
    ]


def _meanings(
    upload: Upload, role: str, file: ExportFile, agreement: Agreement | None
) -> Mapping[str, str]:
    said: Mapping[str, str] | None = upload.meanings.get(role)
    return said if said is not None else column_meanings.recognised(file, agreement)


def _agreement(now: datetime) -> Agreement | None:
    version = agreements.in_force(now)
    return version.agreement if version else None


def zone_of(upload: Upload, now: datetime) -> str:
    """The zone of times that carry none: as said, else that of the agreement in force."""
    agreement = _agreement(now)
    return upload.timezone or (agreement.calendar.timezone if agreement else "")


def settle(
    upload: Upload, meanings: Mapping[str, Mapping[str, str]], timezone: str, now: datetime
) -> Look:
    """Note what the columns mean and look at what follows.

    `meanings` are by the role of the file. Raises MeaningError, UploadError.
    """
    uploads.settle(upload, meanings, timezone, "")
    return look(upload, now)


def look(upload: Upload, now: datetime) -> Look:
    """What the files would bring; a mapping that reads them is noted with the upload."""
    try:
        text, read = _mapped(upload, now)
    except SourcesError as error:
        return Look(problems=[_named(problem, upload) for problem in error.problems])
    if upload.state in (Upload.State.MAPPING, Upload.State.FAILED) and text != upload.mapping:
        uploads.settle(upload, upload.meanings, upload.timezone, text)
    return _look(read, upload)


def _mapped(upload: Upload, now: datetime) -> tuple[str, Read]:
    """The text of the mapping, and what it reads. Raises SourcesError, MeaningError."""
    agreement, folder = _agreement(now), uploads.folder_of(upload)
    files: dict[str, ExportFile] = {}
    problems: list[Problem] = []
    for sent, file in _examined(upload):
        role = sent["role"]
        meanings = _meanings(upload, role, file, agreement)
        files[role] = column_meanings.chosen(file, meanings, agreement)
        problems += lacking(files[role], Path(sent["name"]), of_deals=role == "deals")
    if problems:
        raise SourcesError(problems)
    guess = guess_of(files["leads"], zone_of(upload, now) or None)
    text, _, read = try_mapping(files["leads"], files.get("deals"), guess, folder)
    return text, read


def _named(problem: Problem, upload: Upload) -> Problem:
    """A problem that calls files as whoever sent them does."""
    # The mapping is ours: whoever sent the files has never seen it.
    ours = Path(problem.file).name == uploads.MAPPING
    file = "" if ours else _in_senders_words(problem.file, upload)
    message = _in_senders_words(problem.message, upload)
    return Problem(file, 0, 0, problem.path, message, problem.hint)


def _in_senders_words(text: str, upload: Upload) -> str:
    for sent in upload.files:
        stored = uploads.folder_of(upload) / sent["stored"]
        text = text.replace(str(stored), sent["name"]).replace(sent["stored"], sent["name"])
    return text


def _look(read: Read, upload: Upload) -> Look:
    log = read.history.log
    kinds = Counter(dict(_counted(log["kind"])))
    span = pc.min_max(log["happened_at"]).as_py() if log.num_rows else {"min": None, "max": None}
    made = log.filter(pc.equal(log["kind"], "lead.created")).slice(0, _SHOWN)
    return Look(
        leads=kinds.pop("lead.created", 0),
        events=dict(kinds.most_common()),
        deals=read.history.deals.num_rows,
        first=span["min"],
        last=span["max"],
        examples=made.select(["lead_id", "happened_at", "properties"]).to_pylist(),
        rejects=read.rejects[:_SHOWN],
        rejected=len(read.rejects),
        notes=[_in_senders_words(note, upload) for note in read.notes],
    )


def _counted(kinds: Any) -> list[tuple[str, int]]:
    return [(each["values"], each["counts"]) for each in pc.value_counts(kinds).to_pylist()]


def import_next(clock: Clock) -> bool:
    """Import what waits longest, if anything does; whether there was something."""
    upload = uploads.claim(now=clock())
    if upload is None:
        return False
    folder = uploads.folder_of(upload)
    with _Beat(upload, clock) as beat:
        try:
            done = _imported(upload, folder, beat.tell, clock)
        except (SourcesError, NothingToReadError) as error:
            uploads.fail(upload, _sentence(error, upload), now=clock())
            return True
    uploads.finish(
        upload, batch=done.batch, rows=done.rows, fresh=done.fresh, leads=done.leads,
        rejected=done.rejected, now=clock(),
    )  # fmt: skip
    return True


def _imported(
    upload: Upload, folder: Path, tell: Callable[[float, str], None], clock: Clock
) -> Imported:
    mapping = folder / uploads.MAPPING
    mapping.write_text(upload.mapping, encoding="utf-8")
    read = read_history(str(mapping), None, tell)
    rejects = write_rejects(read.rejects)
    (folder / uploads.REJECTS).write_text(rejects, encoding="utf-8", errors="backslashreplace")
    return import_history(read, name=upload.name, actor=upload.actor, now=clock(), tell=tell)


def _sentence(error: SourcesError | NothingToReadError, upload: Upload) -> str:
    if isinstance(error, SourcesError):
        named = [_named(problem, upload) for problem in error.problems]
        told = [f"{each.file}: {each.message}.".lstrip(": ") for each in named]
        return " ".join(list(dict.fromkeys(told))[:5])
    return str(error).replace(str(uploads.folder_of(upload) / uploads.MAPPING), upload.name)


class _Beat:
    """Signs of life while an import runs, also where it says nothing for a while."""

    def __init__(self, upload: Upload, clock: Clock) -> None:
        self._upload = upload
        self._clock = clock
        self._said: tuple[float, str] = (0.0, "Reading the files")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="upload", daemon=True)

    def tell(self, share: float, doing: str) -> None:
        """How far the import is."""
        self._said = (share, doing)

    def _beat(self) -> None:
        while not self._over.wait(_BEATS.total_seconds()):
            try:
                uploads.note(self._upload, *self._said, now=self._clock())
            except OperationalError:
                connection.close()
        connection.close()

    def __enter__(self) -> _Beat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
