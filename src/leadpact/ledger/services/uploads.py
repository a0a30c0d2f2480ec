"""Files sent in through the pages: kept until they are imported, and how far that is."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadpact.ledger.home import home
from leadpact.ledger.models import Upload
from leadpact.ledger.services import audit

#: The most that is taken in one file; larger histories are for `leadpact import`.
MOST_BYTES = 512 * 1024 * 1024
#: Files of this many endings can be read.
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".jsonl", ".ndjson")
MAPPING, REJECTS = "sources.yaml", "rejects.csv"
#: Whoever imports and gives no sign of life for so long is gone; somebody else goes on.
_GONE = timedelta(minutes=2)
#: What was sent in and never imported, and lists of rejects, hold personal data: not for ever.
_KEPT = timedelta(days=30)


class UploadError(Exception):
    """A file cannot be taken, or an upload cannot do that now; the message is for the user."""


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: what it holds (leads or deals), its name, and its pieces."""

    role: str
    name: str
    pieces: Iterable[bytes]


def folder_of(upload: Upload) -> Path:
    """Where its files lie."""
    return home() / "uploads" / upload.key


def receive(
    files: Sequence[Sent], *, name: str, timezone: str, actor: str, now: datetime
) -> Upload:
    """Keep files that somebody sent. Raises UploadError, and then keeps none."""
    upload = Upload(
        key=secrets.token_hex(12), name=name.strip()[:200], actor=actor, created_at=now,
        timezone=timezone,
    )  # fmt: skip
    folder = folder_of(upload)
    folder.mkdir(parents=True, mode=0o700)
    try:
        upload.files = [_kept(file, folder) for file in files]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    with transaction.atomic():
        upload.name = upload.name or upload.files[0]["name"]
        upload.save(force_insert=True)
        told = {"files": [file["name"] for file in upload.files]}
        audit.record(actor, "sent in files", f"upload {upload.key}", told, now=now)
    return upload


def _kept(sent: Sent, folder: Path) -> dict[str, Any]:
    """The file under a name of ours: the sender's could lead anywhere."""
    name = Path(sent.name.replace("\\", "/")).name[-200:]
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise UploadError(
            f"“{name}” is of no kind that can be read; send one of {', '.join(ENDINGS)}."
        )
    stored, size = f"{sent.role}{ending}", 0
    with (folder / stored).open("xb") as file:
        for piece in sent.pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise UploadError(
                    f"“{name}” is larger than {MOST_BYTES // 1024**2} MB; `leadpact import` "
                    "takes files of any size."
                )
            file.write(piece)
    if not size:
        raise UploadError(f"“{name}” is empty.")
    return {"role": sent.role, "name": name, "stored": stored, "bytes": size}


@transaction.atomic
def settle(upload: Upload, meanings: Mapping[str, Any], timezone: str, mapping: str) -> None:
    """Note what the columns are; only while nothing was begun. Raises UploadError."""
    changed = Upload.objects.filter(
        pk=upload.pk, state__in=(Upload.State.MAPPING, Upload.State.FAILED)
    ).update(
        meanings=dict(meanings), timezone=timezone, mapping=mapping,
        state=Upload.State.MAPPING, error="",
    )  # fmt: skip
    if not changed:
        raise UploadError("This import has begun; its columns stay what they are.")
    upload.refresh_from_db()


@transaction.atomic
def start(upload: Upload, *, actor: str, now: datetime) -> None:
    """Let it be imported as soon as a worker has time. Raises UploadError."""
    if not upload.mapping:
        raise UploadError("Say first what the columns are.")
    changed = Upload.objects.filter(
        pk=upload.pk, state__in=(Upload.State.MAPPING, Upload.State.FAILED)
    ).update(state=Upload.State.WAITING, error="", share=0, doing="")
    if not changed:
        raise UploadError("This import has begun already.")
    audit.record(actor, "started an import", f"upload {upload.key}", now=now)
    upload.refresh_from_db()


@transaction.atomic
def discard(upload: Upload, *, actor: str, now: datetime) -> None:
    """Take it away with its files; what was imported from it stays. Raises UploadError."""
    gone, _ = Upload.objects.filter(pk=upload.pk).exclude(state__in=_begun()).delete()
    if not gone:
        raise UploadError("It is being imported; wait until that is over.")
    audit.record(actor, "discarded files", f"upload {upload.key}", now=now)
    transaction.on_commit(lambda: shutil.rmtree(folder_of(upload), ignore_errors=True))


def _begun() -> tuple[str, ...]:
    return (Upload.State.WAITING, Upload.State.RUNNING)


def due(now: datetime) -> Q:
    """Those to import: started, or begun by somebody who is gone."""
    left = Q(state=Upload.State.RUNNING, beat_at__lt=now - _GONE)
    return Q(state=Upload.State.WAITING) | left


def any_due(*, now: datetime) -> bool:
    """Whether there is one to import whose files lie on this machine."""
    return any(folder_of(upload).is_dir() for upload in Upload.objects.filter(due(now)))


def claim(*, now: datetime) -> Upload | None:
    """The next to import, which is then whoever claims it first."""
    for pk in Upload.objects.filter(due(now)).order_by("id").values_list("pk", flat=True):
        upload = Upload.objects.get(pk=pk)
        # Of several machines the one that has the files imports them.
        if not folder_of(upload).is_dir():
            continue
        mine = Upload.objects.filter(due(now), pk=pk)
        if mine.update(state=Upload.State.RUNNING, started_at=now, beat_at=now):
            upload.refresh_from_db()
            return upload
    return None


def note(upload: Upload, share: float, doing: str, *, now: datetime) -> None:
    """A sign of life: how much is done, from 0 to 1, and what comes next."""
    Upload.objects.filter(pk=upload.pk).update(share=share, doing=doing, beat_at=now)


def finish(
    upload: Upload, *, batch: str, rows: int, fresh: int, leads: int, rejected: int, now: datetime
) -> None:
    """It is in the log; the files themselves are not needed any more."""
    Upload.objects.filter(pk=upload.pk).update(
        state=Upload.State.DONE, finished_at=now, share=1, doing="", batch=batch,
        rows=rows, fresh=fresh, leads=leads, rejected=rejected,
    )  # fmt: skip
    for file in upload.files:
        (folder_of(upload) / file["stored"]).unlink(missing_ok=True)


def fail(upload: Upload, error: str, *, now: datetime) -> None:
    """It could not be imported, for a reason that whoever sent it can do something about."""
    Upload.objects.filter(pk=upload.pk).update(
        state=Upload.State.FAILED, finished_at=now, error=error, doing=""
    )


def clear(*, now: datetime) -> int:
    """Let go of files that nobody imported and of lists of rejects, after thirty days."""
    old = Upload.objects.filter(created_at__lt=now - _KEPT).exclude(state__in=_begun())
    folders = [folder for folder in map(folder_of, old) if folder.exists()]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    old.exclude(state=Upload.State.DONE).delete()
    return len(folders)


def forget(texts: Iterable[str]) -> None:
    """Let go of lists of rejects, and of files not yet imported, that name a person."""
    names = [text.casefold() for text in texts if text]
    for folder in (home() / "uploads").glob("*"):
        for file in folder.glob("*"):
            if file.suffix == ".csv" and _names(file, names):
                file.unlink(missing_ok=True)


def _names(file: Path, names: Sequence[str]) -> bool:
    with file.open(encoding="utf-8", errors="replace") as lines:
        return any(name in line.casefold() for line in lines for name in names)
