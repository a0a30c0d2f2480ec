"""The drop folder: what comes to rest there is imported once, and what was left out is listed."""

from __future__ import annotations

import csv
import os
from datetime import timedelta
from pathlib import Path

import pytest

from leadpact.flows import dropping
from leadpact.flows.dropping import Dropped, Watch, places, take, waiting
from leadpact.flows.output import hold
from leadpact.ledger.models import Batch, Event, Lead
from tests.ledger.helpers import MONDAY

MAPPING = """\
leadpact_sources: 1
timezone: UTC
tables:
  - file: contacts.csv
    leads: {id: Id, created: Created, fields: {email: Email}}
  - file: calls.csv
    events: [{kind: sales.attempted, at: Time, lead: Email}]
"""
CONTACTS = "Id,Created,Email\n1,2026-02-01,ada@a.io\n2,2026-02-02,bob@b.io\n"
CALLS = "Time,Email\n2026-02-03 10:00,ada@a.io\nsoon,bob@b.io\n"


class Place:
    """A folder in the drop folder, and a worker who looks at it every six seconds."""

    def __init__(self, home: Path) -> None:
        self.drop = home / "drop"
        self.watch = Watch(self.drop)
        self.folder = self.drop / "crm"
        self.folder.mkdir(parents=True)
        self.now = MONDAY

    def put(self, **files: str) -> None:
        for name, text in files.items():
            ending = "yaml" if name == "sources" else "csv"
            (self.folder / f"{name}.{ending}").write_text(text, encoding="utf-8")

    def look(self, times: int = 1) -> list[Dropped]:
        found = []
        for _ in range(times):
            self.now += timedelta(seconds=6)
            names = self.watch.at_rest(self.now)
            taken = [take(place, self.now) for place in places(self.drop) if place.name in names]
            found += [each for each in taken if each]
        return found

    def done(self) -> list[Path]:
        return sorted((self.folder / "done").glob("*")) if (self.folder / "done").exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_files_that_rest_are_imported_once_and_put_away(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)
    assert place.look(2) == []
    (found,) = place.look()
    assert found.imported is not None
    assert (Lead.objects.count(), Batch.objects.get().name) == (2, "crm")
    (target,) = place.done()
    assert sorted(file.name for file in target.iterdir()) == [
        "calls.csv", "contacts.csv", "import.txt", "rejects.csv",
    ]  # fmt: skip
    with (target / "rejects.csv").open(encoding="utf-8") as file:
        (left_out,) = csv.DictReader(file)
    assert (left_out["file"], left_out["line"]) == ("calls.csv", "3")
    assert f"leadpact void {found.imported.batch}" in (target / "import.txt").read_text()
    assert sorted(each.name for each in place.folder.iterdir()) == ["done", "sources.yaml"]
    assert place.look(3) == []


def test_the_same_files_again_bring_nothing(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)
    place.look(3)
    events = Event.objects.count()
    place.put(contacts=CONTACTS, calls=CALLS)
    (found,) = place.look(3)
    assert found.imported is not None
    assert found.imported.finished_before
    assert (Event.objects.count(), Batch.objects.count()) == (events, 1)
    assert len(place.done()) == 2


def test_a_list_that_grew_brings_what_is_new(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)
    place.look(3)
    place.put(contacts=f"{CONTACTS}3,2026-02-04,eve@e.io\n", calls=CALLS)
    (found,) = place.look(3)
    assert found.imported is not None
    assert Lead.objects.count() == 3
    assert found.imported.fresh < found.imported.rows


def test_a_file_that_grows_is_waited_for(place: Place) -> None:
    place.put(sources=MAPPING, calls=CALLS)
    for size in range(20, len(CONTACTS), 10):
        place.put(contacts=CONTACTS[:size])
        assert place.look() == []
    place.put(contacts=CONTACTS)
    assert place.look(2) == []
    assert len(place.look()) == 1
    assert Lead.objects.count() == 2


def test_a_set_that_is_not_complete_is_waited_for(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS)
    assert place.look(5) == []
    place.put(calls=CALLS)
    assert len(place.look(3)) == 1


def test_what_is_wrong_is_written_beside_it_once_and_goes_when_it_is_mended(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS.replace("Email", "Mail"), calls=CALLS)
    (found,) = place.look(6)
    assert "has no column “Email”" in found.problem
    told = (place.folder / "problems.txt").read_text(encoding="utf-8")
    assert "sources.yaml:5" in told
    place.put(contacts=CONTACTS)
    (mended,) = place.look(3)
    assert mended.imported is not None
    assert not (place.folder / "problems.txt").exists()


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd.csv", "sub/contacts.csv"])
def test_nothing_outside_the_place_is_read_or_moved(place: Place, name: str) -> None:
    (place.folder.parent / "secret.csv").write_text(CONTACTS)
    place.put(sources=MAPPING.replace("contacts.csv", name), calls=CALLS)
    (found,) = place.look(3)
    assert "name just the file" in found.problem
    assert (place.folder.parent / "secret.csv").exists()
    assert not Lead.objects.exists()


def test_one_place_that_is_wrong_holds_up_no_other(place: Place) -> None:
    place.put(sources="leadpact_sources: 1\ntables: nonsense\n")
    (place.drop / "sources.yaml").write_text(MAPPING)
    (place.drop / "contacts.csv").write_text(CONTACTS)
    (place.drop / "calls.csv").write_text(CALLS)
    found = place.look(3)
    assert {each.place for each in found if each.problem} == {"crm"}
    assert {each.place for each in found if each.imported} == {"drop"}


def test_an_import_that_was_killed_is_gone_on_with(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dropping, "_put_away", killed)
    with pytest.raises(KeyboardInterrupt):
        place.look(3)
    monkeypatch.undo()
    events = Event.objects.count()
    place.watch = Watch(place.drop)
    (found,) = place.look(3)
    assert found.imported is not None
    assert found.imported.finished_before
    assert Event.objects.count() == events
    assert len(place.done()) == 1


def test_what_is_replaced_while_it_is_read_stays_for_the_next_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)
    read = dropping.read_history

    def slowly(*words: object) -> object:
        found = read(*words)  # type: ignore[arg-type]
        (place.folder / "contacts.csv").write_text(f"{CONTACTS}3,2026-02-04,eve@e.io\n")
        os.utime(place.folder / "contacts.csv", (1, 1))
        return found

    monkeypatch.setattr(dropping, "read_history", slowly)
    place.look(3)
    monkeypatch.undo()
    assert (Lead.objects.count(), place.done()) == (2, [])
    place.look(3)
    assert Lead.objects.count() == 3


def test_of_two_who_look_one_imports(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS, calls=CALLS)
    with hold(place.folder):
        assert place.look(4) == []
    place.now += dropping.AGAIN
    assert len(place.look()) == 1
    assert Batch.objects.count() == 1


def test_what_a_place_waits_for_is_told(place: Place) -> None:
    place.put(sources=MAPPING, contacts=CONTACTS)
    assert waiting(place.folder) == (["calls.csv"], "")
    place.put(contacts="Id\n", calls=CALLS)
    place.look(3)
    missing, problem = waiting(place.folder)
    assert missing == []
    assert "has no column" in problem


def test_a_mapping_without_files_is_no_place(place: Place) -> None:
    table = "  - {name: all, sql: select 1 as one}\n"
    place.put(sources=f"leadpact_sources: 1\ntables:\n{table}")
    (found,) = place.look(3)
    assert "names no file" in found.problem
