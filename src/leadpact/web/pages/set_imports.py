"""Imports: files are sent in, their columns confirmed, tried, imported, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from leadpact.agreement.calendars import zone_named
from leadpact.flows import uploading
from leadpact.flows.column_meanings import MeaningError, kept_as
from leadpact.flows.uploading import FileColumns, Look
from leadpact.ledger.models import Batch, Upload
from leadpact.ledger.selectors.imports import files_of, on_the_way
from leadpact.ledger.selectors.imports import imports as imported
from leadpact.ledger.selectors.voids import withdrawn_imports
from leadpact.ledger.services import actions, uploads
from leadpact.ledger.services.actions import Refused
from leadpact.ledger.services.permits import Act
from leadpact.ledger.services.uploads import MOST_BYTES, REJECTS, Sent, UploadError
from leadpact.sources.loading import SourcesError
from leadpact.web.lists.declared import Choice, Column, Empty, Filter, Listing, one_of
from leadpact.web.lists.showing import Shown, answer
from leadpact.web.pages.settings import Does, done, shown, tabs
from leadpact.web.registry import PageRequest, form_page, part

#: The choice of a column that becomes an attribute of its own name.
_KEEP = "keep"
_COUNTS, _WITHDRAWN, _UNFINISHED = "counts", "withdrawn", "not finished"


@form_page("settings/imports", name="settings_imports", act=Act.IMPORT)
def imports(request: PageRequest) -> HttpResponseBase:
    """Everything that was imported, and a way to send in more."""
    if request.method == "POST":
        doing: dict[str, Does] = {"send": _send, "withdraw": _withdraw}
        return done(request, doing, (UploadError, Refused), "settings_imports")

    def beside(page: Shown) -> Mapping[str, Any]:
        files = files_of(page.rows)
        for row in page.rows:
            row.upload = files.get(row.key, "")
        return {
            "tabs": tabs(request),
            "waiting": on_the_way(),
            "may_withdraw": request.caller.may(Act.VOID),
            "most": MOST_BYTES // 1024**2,
        }

    return answer(request, _listing(withdrawn_imports()), "settings/imports.html", beside)


def _listing(gone: Collection[str]) -> Listing[Batch]:
    """Imports, some of which are withdrawn."""
    states: dict[str, Callable[[QuerySet[Batch]], QuerySet[Batch]]] = {
        _COUNTS: lambda rows: rows.exclude(key__in=gone).exclude(finished_at=None),
        _WITHDRAWN: lambda rows: rows.filter(key__in=gone),
        _UNFINISHED: lambda rows: rows.exclude(key__in=gone).filter(finished_at=None),
    }

    def stands(row: Batch) -> str:
        if row.key in gone:
            return _WITHDRAWN
        return _COUNTS if row.finished_at else _UNFINISHED

    return Listing(
        name="imports",
        title="Imported",
        rows=lambda _: imported(),
        columns=(
            Column("name", "Import", lambda row: row.name, "name", "lists/cells/import.html"),
            Column("when", "When", lambda row: row.started_at, order="started_at"),
            Column("rows", "Rows", lambda row: row.rows, order="rows", numeric=True),
            Column("rejected", "Left out", lambda row: row.rejected, "rejected",
                   "lists/cells/left_out.html", numeric=True),
            Column("by", "By", lambda row: row.actor, order="actor"),
            Column("state", "State", stands, cell="lists/cells/import_state.html"),
        ),
        order="-when",
        filters=(
            Filter("state", "State", one_of(states),
                   lambda rows, value: states[value](rows)),
            Filter("by", "By", _actors, lambda rows, value: rows.filter(actor=value)),
            Filter("left", "Left out", lambda _: [("some", "some rows"), ("none", "none")],
                   lambda rows, value: rows.filter(rejected__gt=0) if value == "some"
                   else rows.filter(rejected=0)),
        ),
        search=lambda rows, text: rows.filter(name__icontains=text),
        searched="Name",
        empty=Empty(
            "Nothing was imported yet",
            "With a year of your history the figures say at once who kept which promise.",
        ),
    )  # fmt: skip


def _actors(_: PageRequest) -> Sequence[Choice]:
    names = imported().exclude(actor="").order_by("actor").values_list("actor", flat=True)
    return [(name, name) for name in names.distinct()]


def _send(request: PageRequest) -> HttpResponse:
    given = [(role, request.FILES.get(role)) for role in ("leads", "deals")]
    files = [Sent(role, file.name or "", file.chunks()) for role, file in given if file]
    if not files or files[0].role != "leads":
        raise UploadError("Choose a file with your leads or contacts.")
    name = request.POST.get("name", "")
    upload = uploads.receive(
        files, name=name, timezone="", actor=request.caller.name, now=request.now
    )
    return redirect("settings_import", key=upload.key)


def _withdraw(request: PageRequest) -> str:
    key = request.POST.get("batch", "")
    batch = Batch.objects.filter(key=key).first()
    if batch is None:
        raise UploadError("There is no such import.")
    doing = actions.Doing(request.caller, request.now, f"void {key}")
    actions.void(doing, batch=key)
    return f"“{batch.name}” is withdrawn: it leaves no trace in any figure, and stays on record."


@form_page("settings/imports/<str:key>", name="settings_import", act=Act.IMPORT)
def one(request: PageRequest, key: str) -> HttpResponseBase:
    """One import: its columns and what they would bring, how far it is, or what it brought."""
    upload = _upload(key)
    to = reverse("settings_import", kwargs={"key": key})
    if request.method == "POST":
        doing: dict[str, Does] = {
            "look": lambda asked: _settle(asked, upload),
            "import": lambda asked: _start(asked, upload),
            "discard": lambda asked: _discard(asked, upload),
        }
        return done(request, doing, (UploadError, MeaningError), to)
    if upload.state in (Upload.State.WAITING, Upload.State.RUNNING, Upload.State.DONE):
        return shown(request, "import_state", upload=upload, batch=_batch(upload))
    return _mapping(request, upload)


def _mapping(request: PageRequest, upload: Upload) -> HttpResponse:
    """The columns with what they mean, and what would come of them."""
    files: list[FileColumns] = []
    try:
        files = uploading.columns_of(upload, request.now)
        look = uploading.look(upload, request.now)
    except SourcesError as error:
        look = Look(problems=error.problems)
    except MeaningError as error:
        messages.error(request, str(error))
        look = Look()
    return shown(
        request,
        "import_columns",
        upload=upload,
        files=files,
        look=look,
        examples=[_example(each) for each in look.examples],
        timezone=uploading.zone_of(upload, request.now),
        keep=_KEEP,
    )


def _example(row: Mapping[str, Any]) -> dict[str, Any]:
    said = json.loads(row["properties"] or "{}")
    at: datetime = row["happened_at"]
    return {"lead": row["lead_id"], "at": at.astimezone(UTC), "said": list(said.items())}


def _settle(request: PageRequest, upload: Upload) -> str:
    """Note what the form says of the columns: `m:ROLE:NUMBER` is the meaning of a column."""
    zone = request.POST.get("timezone", "").strip()
    if zone and zone_named(zone) is None:
        raise UploadError(f"“{zone[:60]}” is no time zone; write it such as Europe/Berlin.")
    try:
        files = uploading.columns_of(upload, request.now)
    except SourcesError as error:
        raise UploadError(str(error)) from None
    said = {
        file.role: {
            column.name: _meant(request.POST.get(f"m:{file.role}:{number}", ""), column.name)
            for number, column in enumerate(file.columns)
        }
        for file in files
    }
    look = uploading.settle(upload, said, zone, request.now)
    return "Looked anew." if look.problems else "Looked anew; this is what would come."


def _meant(choice: str, column: str) -> str:
    return kept_as(column) if choice == _KEEP else choice


def _start(request: PageRequest, upload: Upload) -> str:
    _settle(request, upload)
    uploads.start(upload, actor=request.caller.name, now=request.now)
    return "The import begins. You may leave this page."


def _discard(request: PageRequest, upload: Upload) -> HttpResponse:
    uploads.discard(upload, actor=request.caller.name, now=request.now)
    messages.success(request, "The files are gone; nothing was imported.")
    return redirect("settings_imports")


@part("settings/imports/<str:key>/state", name="import_state", act=Act.IMPORT)
def state(request: PageRequest, key: str) -> HttpResponse:
    """How far an import is, for the page that waits for it."""
    upload = _upload(key)
    return shown(request, "import_progress", upload=upload, batch=_batch(upload))


@part("settings/imports/<str:key>/rejects", name="import_rejects", act=Act.IMPORT)
def rejects(_: PageRequest, key: str) -> HttpResponse:
    """The rows and values that were left out, with line and reason, as a spreadsheet."""
    file = uploads.folder_of(_upload(key)) / REJECTS
    if not file.is_file():
        raise Http404("The list is gone: it is kept for thirty days.")
    told = {"Content-Disposition": f'attachment; filename="{REJECTS}"'}
    return HttpResponse(file.read_bytes(), content_type="text/csv; charset=utf-8", headers=told)


def _upload(key: str) -> Upload:
    upload = Upload.objects.filter(key=key).first()
    if upload is None:
        raise Http404("There is no such import.")
    return upload


def _batch(upload: Upload) -> Batch | None:
    return Batch.objects.filter(key=upload.batch).first() if upload.batch else None
