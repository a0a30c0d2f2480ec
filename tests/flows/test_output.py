"""A folder for results: all or nothing, whoever else writes there and whenever one is killed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leadpact.flows.output import LIST, OutputError, made, make_sure, publish, write_together


def visible(folder: Path) -> dict[str, str]:
    return {f.name: f.read_text() for f in folder.iterdir() if not f.name.startswith(".")}


def texts(**files: str) -> object:
    def write(room: Path) -> None:
        for name, text in files.items():
            (room / name).write_text(text)

    return write


def test_files_appear_together(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"

    def write(room: Path) -> None:
        assert visible(folder) == {}
        (room / "x").write_text("1")
        (room / "y").write_text("2")
        assert visible(folder) == {}

    assert publish(folder, write) == [folder / "x", folder / "y"]
    assert visible(folder) == {"x": "1", "y": "2"}
    assert {each.name for each in folder.iterdir()} == {"x", "y", LIST}


def test_the_next_run_replaces_what_the_last_one_wrote(tmp_path: Path) -> None:
    publish(tmp_path / "out", texts(x="1", stale="1"))
    publish(tmp_path / "out", texts(x="2", new="2"))
    assert visible(tmp_path / "out") == {"x": "2", "new": "2"}


def test_a_mistake_leaves_everything_as_it_was(tmp_path: Path) -> None:
    def fail(room: Path) -> None:
        (room / "x").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        publish(tmp_path / "new" / "out", fail)
    assert list(tmp_path.iterdir()) == []
    publish(tmp_path / "out", texts(x="1"))
    with pytest.raises(RuntimeError):
        publish(tmp_path / "out", fail)
    assert visible(tmp_path / "out") == {"x": "1"}


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    publish(tmp_path, texts(x="1"))
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputError, match="has files that Leadpact did not write there: mine"):
        publish(tmp_path, texts(mine="2"))
    assert visible(tmp_path) == {"x": "1", "mine": "mine"}


def test_of_two_runs_at_once_one_gives_all_files(tmp_path: Path) -> None:
    both = threading.Barrier(2)

    def run(text: str) -> None:
        def write(room: Path) -> None:
            for n in range(50):
                (room / f"{n}").write_text(text)
            both.wait()

        publish(tmp_path / "out", write)

    threads = [threading.Thread(target=run, args=(text,)) for text in ("one", "two")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = visible(tmp_path / "out")
    assert len(found) == 50
    assert len(set(found.values())) == 1
    assert {each.name for each in (tmp_path / "out").iterdir()} == {*found, LIST}


def test_what_a_killed_run_left_goes_and_what_another_writes_stays(tmp_path: Path) -> None:
    program = f"""
import os
from pathlib import Path
from leadpact.flows.output import publish
def write(room):
    (room / "x").write_text("half")
    os.kill(os.getpid(), 9)
publish(Path({str(tmp_path)!r}), write)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    (left,) = tmp_path.iterdir()

    def write(room: Path) -> None:
        publish(tmp_path, texts(inner="1"))
        assert room.is_dir(), "a run that is at work keeps its room"
        (room / "outer").write_text("1")

    publish(tmp_path, write)
    assert not left.exists()
    assert {each.name for each in tmp_path.iterdir()} == {"outer", LIST}


def test_a_move_that_is_cut_off_can_be_repeated(tmp_path: Path, monkeypatch) -> None:
    moved = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self.name == "y":
            raise KeyboardInterrupt
        return moved(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, texts(x="1", y="1"))
    publish(tmp_path, texts(x="2", y="2"))
    assert visible(tmp_path) == {"x": "2", "y": "2"}


def test_text_files_among_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    write_together(tmp_path, {"a": "1", "b": "2"}, replace=False)
    assert visible(tmp_path) == {"mine": "mine", "a": "1", "b": "2"}
    with pytest.raises(OutputError, match="b is there already") as raised:
        write_together(tmp_path, {"b": "3", "c": "3"}, replace=False)
    assert "--force" in raised.value.hint
    write_together(tmp_path, {"b": "3", "c": "3"}, replace=True)
    assert visible(tmp_path) == {"mine": "mine", "a": "1", "b": "3", "c": "3"}


def test_a_folder_that_stays_empty_goes_again(tmp_path: Path) -> None:
    with made(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []
    with made(tmp_path / "a" / "b"):
        (tmp_path / "a" / "file").write_text("")
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["file"]


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file is a file, not a folder"):
        make_sure(tmp_path / "file" / "x" / "y")
    with pytest.raises(OutputError, match=r"could not be written to .*: not a directory"):
        write_together(tmp_path / "file" / "x", {"a": "1"}, replace=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_must_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Nothing may be written to"):
        make_sure(tmp_path / "new")
