"""Files that come in through the pages: recognised, mapped, tried, imported once, let go of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.flows import uploading
from leadpact.flows.column_meanings import MeaningError
from leadpact.flows.erasing import erase
from leadpact.ledger.models import Batch, Event, Lead, Upload
from leadpact.ledger.services import uploads
from leadpact.ledger.services.agreements import publish
from leadpact.ledger.services.uploads import Sent, UploadError

SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "samples"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own."""
    monkeypatch.setenv("LEADPACT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life come from a thread with a connection of its own, which sees no test's rows."""
    monkeypatch.setattr(uploading, "_BEATS", timedelta(hours=1))


def send(*texts: tuple[str, str, bytes], name: str = "History") -> Upload:
    """Files sent in by an operator."""
    files = [Sent(role, called, [content]) for role, called, content in texts]
    return uploads.receive(files, name=name, timezone="", actor="Ops", now=NOW)


def hubspot() -> Upload:
    """An export of contacts and one of deals."""
    return send(
        ("leads", "all contacts.csv", (SAMPLES / "hubspot-contacts.csv").read_bytes()),
        ("deals", "deals.csv", (SAMPLES / "hubspot-deals.csv").read_bytes()),
    )


def meanings_of(upload: Upload) -> dict[str, dict[str, str]]:
    """What the columns were taken to mean."""
    return {
        file.role: {column.name: column.meaning for column in file.columns}
        for file in uploading.columns_of(upload, NOW)
    }


def carried_out(upload: Upload) -> Upload:
    """The upload after a worker imported it."""
    uploads.start(upload, actor="Ops", now=NOW)
    assert uploading.import_next(lambda: NOW)
    upload.refresh_from_db()
    return upload


def test_columns_of_an_export_are_recognised() -> None:
    told = meanings_of(hubspot())
    assert told["leads"]["Email"] == "email"
    assert told["leads"]["Became a Marketing Qualified Lead Date"].startswith("stage: ")
    assert told["leads"]["Notes"] == ""
    assert told["deals"]["Associated Contact IDs"] == "leads"


def test_stages_are_those_of_the_agreement_in_force() -> None:
    publish(load_text(templates.text("b2b-saas"), "b2b-saas.yaml"), actor="Ops", now=NOW)
    told = meanings_of(hubspot())["leads"]
    assert told["Became a Marketing Qualified Lead Date"] == "stage: MQL"
    assert told["Became a Customer Date"] == "stage: Customer"


def test_a_look_tells_what_would_come() -> None:
    upload = hubspot()
    look = uploading.look(upload, NOW)
    assert not look.problems
    assert look.leads > 300
    assert look.deals > 0
    assert look.events["stage.entered"] > 0
    assert len(look.examples) == 12
    assert Lead.objects.count() == 0
    assert "Associated Contact IDs" in upload.mapping


def test_what_somebody_chose_counts() -> None:
    upload = hubspot()
    chosen = meanings_of(upload)
    chosen["leads"] |= {"Job Title": "", "Notes": "field: notes"}
    look = uploading.settle(upload, chosen, "Europe/Berlin", NOW)
    assert not look.problems
    assert "notes: Notes" in upload.mapping
    assert "\n        title:" not in upload.mapping
    assert "timezone: Europe/Berlin" in upload.mapping


def test_two_columns_cannot_mean_the_same() -> None:
    upload = hubspot()
    chosen = meanings_of(upload)
    chosen["leads"]["Job Title"] = "email"
    with pytest.raises(MeaningError, match="cannot both be the email address"):
        uploading.settle(upload, chosen, "", NOW)


def test_what_is_missing_is_told_in_the_senders_words() -> None:
    upload = send(("leads", "people.csv", b"Colour,Shape\nred,round\n"))
    look = uploading.look(upload, NOW)
    told = [f"{each.file}: {each.message}" for each in look.problems]
    assert "people.csv: no column looks like the day on which a lead was created" in told
    with pytest.raises(UploadError, match="Say first what the columns are"):
        uploads.start(upload, actor="Ops", now=NOW)


def test_an_upload_is_imported_once_and_let_go_of(own_home: Path) -> None:
    upload = hubspot()
    uploading.look(upload, NOW)
    done = carried_out(upload)
    assert done.state == Upload.State.DONE
    assert done.fresh == done.rows == Event.objects.count() > 0
    assert Batch.objects.get(key=done.batch).name == "History"
    kept = {file.name for file in uploads.folder_of(upload).iterdir()}
    assert kept == {uploads.MAPPING, uploads.REJECTS}
    assert not uploading.import_next(lambda: NOW)

    again = hubspot()
    uploading.look(again, NOW)
    assert carried_out(again).fresh == 0


def test_rows_without_sense_are_counted_and_listed() -> None:
    rows = b"Email,Created\na@acme.example.com,2026-01-02 10:00\nb@acme.example.com,some day\n"
    upload = send(("leads", "list.csv", rows))
    look = uploading.settle(upload, meanings_of(upload), "UTC", NOW)
    assert (look.leads, look.rejected) == (1, 1)
    done = carried_out(upload)
    assert done.rejected == 1
    told = (uploads.folder_of(done) / uploads.REJECTS).read_text(encoding="utf-8")
    assert "some day" in told


def test_a_file_that_turns_out_unreadable_fails_with_a_sentence() -> None:
    upload = send(("leads", "list.csv", b"Email,Created\na@acme.example.com,2026-01-02 10:00\n"))
    uploading.look(upload, NOW)
    (uploads.folder_of(upload) / "leads.csv").write_bytes(b"\x00\x01\x02")
    failed = carried_out(upload)
    assert failed.state == Upload.State.FAILED
    assert failed.error == "list.csv has no column “Email”. list.csv has no column “Created”."
    assert str(uploads.folder_of(upload)) not in failed.error


def test_whoever_died_importing_is_followed_by_another() -> None:
    upload = hubspot()
    uploading.look(upload, NOW)
    uploads.start(upload, actor="Ops", now=NOW)
    assert uploads.claim(now=NOW) == upload
    assert uploads.claim(now=NOW + timedelta(seconds=90)) is None
    assert uploads.claim(now=NOW + timedelta(seconds=121)) == upload


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("virus.exe", b"MZ", "of no kind that can be read"),
        ("empty.csv", b"", "is empty"),
        ("../../etc/passwd", b"root", "of no kind that can be read"),
    ],
)
def test_other_files_are_refused(own_home: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UploadError, match=reason):
        send(("leads", name, content))
    assert not list((own_home / "uploads").iterdir())


def test_a_file_that_is_too_large_leaves_nothing(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)

    def pieces() -> Iterator[bytes]:
        while True:
            yield b"x" * 60

    with pytest.raises(UploadError, match="leadpact import"):
        uploads.receive([Sent("leads", "a.csv", pieces())], name="", timezone="", actor="", now=NOW)
    assert not list((own_home / "uploads").iterdir())


def test_a_path_in_a_name_leads_nowhere(own_home: Path) -> None:
    upload = send(("leads", "..\\..\\Temp\\list.csv", b"Email,Created\n"))
    assert upload.files[0]["name"] == "list.csv"
    assert (uploads.folder_of(upload) / "leads.csv").exists()


def test_what_nobody_imports_is_let_go_of_after_a_month() -> None:
    left, done = hubspot(), hubspot()
    uploading.look(done, NOW)
    carried_out(done)
    assert uploads.clear(now=NOW + timedelta(days=31)) == 2
    assert set(Upload.objects.values_list("pk", flat=True)) == {done.pk}
    assert not uploads.folder_of(left).exists()


def test_an_erased_person_stands_in_no_list_of_rejects() -> None:
    rows = (
        b"Email,Created,Number of Employees\n"
        b"ada@acme.example.com,2026-01-02 10:00,many\n"
    )  # fmt: skip
    upload = send(("leads", "list.csv", rows))
    uploading.look(upload, NOW)
    carried_out(upload)
    listed = uploads.folder_of(upload) / uploads.REJECTS
    assert "many" in listed.read_text(encoding="utf-8")
    erase("ada@acme.example.com", actor="Ops", now=NOW)
    assert not listed.exists()


def test_an_import_that_runs_is_not_discarded() -> None:
    upload = hubspot()
    uploading.look(upload, NOW)
    uploads.start(upload, actor="Ops", now=NOW)
    with pytest.raises(UploadError, match="is being imported"):
        uploads.discard(upload, actor="Ops", now=NOW)
