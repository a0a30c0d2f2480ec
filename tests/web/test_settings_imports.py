"""Imports in the settings: sent in, mapped, imported, taken back, refused with a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from leadpact.flows import uploading
from leadpact.ledger.models import (
    Batch,
    Event,
    Lead,
    Upload,
)
from tests.web.conftest import do

LIST = b"Email,Created,Shoe size\nzoe@zoeworks.org,2026-01-02 10:00,42\nyan@yanworks.org,soon,41\n"


def test_a_file_is_sent_in_mapped_imported_and_withdrawn(ops: Client) -> None:
    told = do(
        ops, "settings_imports", "send",
        leads=SimpleUploadedFile("list.csv", LIST), name="A list",
    )  # fmt: skip
    upload = Upload.objects.get()
    page = reverse("settings_import", kwargs={"key": upload.key})
    assert "<strong>1</strong> lead" in told
    assert "1 row or value would be left out" in told
    meanings = {
        "m:leads:0": "email", "m:leads:1": "created", "m:leads:2": "keep", "timezone": "UTC"
    }  # fmt: skip
    told = ops.post(page, {"do": "look", **meanings}, follow=True).content.decode()
    assert "shoe size" in told
    told = ops.post(page, {"do": "import", **meanings}, follow=True).content.decode()
    assert "Waits for its turn" in told
    assert uploading.import_next(lambda: datetime.now(UTC))
    told = ops.get(page).content.decode()
    assert "Imported" in told
    assert Lead.objects.filter(identities__value="zoe@zoeworks.org").exists()
    rejects = ops.get(reverse("import_rejects", kwargs={"key": upload.key}))
    assert b"soon" in rejects.content
    batch = Batch.objects.get(name="A list")
    assert "is withdrawn" in do(ops, "settings_imports", "withdraw", batch=batch.key)
    assert Event.objects.filter(kind="fact.voided").exists()


def test_two_columns_of_one_meaning_are_refused(ops: Client) -> None:
    do(ops, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    meanings = {"m:leads:0": "email", "m:leads:1": "created", "m:leads:2": "email"}
    told = ops.post(page, {"do": "look", **meanings}, follow=True).content.decode()
    assert "cannot both be the email address" in told


def test_a_zone_that_there_is_not_is_refused(ops: Client) -> None:
    do(ops, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    told = ops.post(page, {"do": "look", "timezone": "Mars/Base"}, follow=True)
    assert "is no time zone" in told.content.decode()


def test_a_file_of_another_kind_is_refused(ops: Client) -> None:
    told = do(ops, "settings_imports", "send", leads=SimpleUploadedFile("x.exe", b"MZ"), name="x")
    assert "of no kind that can be read" in told
    assert not Upload.objects.exists()
    assert "Choose a file" in do(ops, "settings_imports", "send", name="x")


def test_files_are_discarded(ops: Client) -> None:
    do(ops, "settings_imports", "send", leads=SimpleUploadedFile("list.csv", LIST))
    page = reverse("settings_import", kwargs={"key": Upload.objects.get().key})
    ops.post(page, {"do": "discard"})
    assert not Upload.objects.exists()
