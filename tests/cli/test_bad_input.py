"""What a user gets for anything wrong: one message, its place, an exit code, nothing written."""

import os
import re
import stat
import threading
from pathlib import Path

import pytest

from leadpact.cli import evaluating
from leadpact.cli.exits import Code
from tests.cli.bad_input import AGREEMENT, HEADER, MAPPING, ROW, said, write

LINES_END = ("\r\n", "\r")


# An agreement that cannot be one, with line, column and words of the first complaint.

AGREEMENTS: dict[str, tuple[str | bytes, str]] = {
    "unknown field": (AGREEMENT + "foo: 1\n", r"a.yaml:44:1: error: “foo” is not known"),
    "wrong type": (
        AGREEMENT.replace("leadpact: 1", "leadpact: one"),
        r"a.yaml:12:11: error: “leadpact” cannot be “one”",
    ),
    "unknown zone": (
        AGREEMENT.replace("America/New_York", "Mars/Olympus"),
        r"a.yaml:18:13: error: “Mars/Olympus” is not a time zone",
    ),
    "time of an hour 25": (
        AGREEMENT.replace('"09:00-17:00"', '"09:00-25:00"'),
        r"a.yaml:19:\d+: error: .*25:00",
    ),
    "duration without its kind of time": (
        AGREEMENT.replace("3 business days", "2 hours"),
        r"a.yaml:37:\d+: error: .*“?2 hours",
    ),
    "empty": ("", r"a.yaml:1:1: error: the file is empty"),
    "huge": (AGREEMENT + "# more\n" * 800_000, r"a.yaml: error: is larger than 5 MB"),
    "binary": (bytes(range(256)) * 20, r"a.yaml: error: is not a text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), r"a.yaml: error: .* a picture"),
    "a workbook": (b"PK\x03\x04" + bytes(99), r"a.yaml: error: .* an Excel or Word file"),
    "another encoding": (
        (AGREEMENT + "purpose: Größe\n").encode("cp1252"),
        r"a.yaml:\d+:\d+: error: the file is not UTF-8 from here on; it seems to be Windows-1252",
    ),
    "UTF-16": (AGREEMENT.encode("utf-16"), r"a.yaml: error: is not UTF-8; it seems to be UTF-16"),
    "a key twice": (
        AGREEMENT + "name: again\n",
        r"a.yaml:44:1: error: “name” is given twice; it stands on line 13",
    ),
    "an alias within itself": (
        "leadpact: 1\nname: x\nstages: &a [*a]\n",
        r"a.yaml:3:13: error: “\*a” refers to something that it is itself a part of",
    ),
    "aliases that explode": (
        "leadpact: 1\nname: x\na0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        r"a.yaml:7:14: error: the document is too large: its aliases repeat more than 20,000",
    ),
    "nested without end": ("a: " + "[" * 5000, r"a.yaml:1:\d+: error: nested more than 64 deep"),
    "a tag that would run a program": (
        'leadpact: 1\nname: !!python/object/apply:os.system ["id"]\n',
        r"a.yaml:2:7: error: the YAML tag “!!python/object/apply:os.system” is not used here",
    ),
    "two documents": (
        AGREEMENT + "---\n" + AGREEMENT,
        r"a.yaml:44:1: error: a second document begins here",
    ),
    "a tab": (AGREEMENT + "parties:\n\t- x\n", r"a.yaml:45:1: error: a tab stands where spaces"),
    "a list": ("- a\n- b\n", r"a.yaml:1:1: error: this is a list, not a document with sections"),
    "a mapping of columns": (
        MAPPING.format(file="x.csv"),
        r"a.yaml:1:1: error: this is a mapping, not an agreement",
    ),
    "an absurd term": (
        AGREEMENT.replace("3 business days", "999999999999 business days"),
        r"a.yaml:37:\d+: error: .*must be more than nothing and at most 100 years",
    ),
    "a threshold no lead can reach": (
        AGREEMENT.replace(
            "role: mql}", "role: mql, when: {score: total, at_least: 999999999}}"
        ),
        r"a.yaml:\d+:\d+: error: .* \[\w[\w-]+\]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", AGREEMENTS)
def test_an_agreement_that_is_none(leadpact, tmp_path: Path, kind: str) -> None:
    content, complaint = AGREEMENTS[kind]
    write(tmp_path / "a.yaml", content)
    write(tmp_path / "s.yaml", MAPPING.format(file="people.csv"))
    write(tmp_path / "people.csv", HEADER + ROW)
    code = Code.FILES if kind == "huge" else Code.PROBLEMS
    done = leadpact("run", "a.yaml", "--sources", "s.yaml", "--out", "report")
    assert re.search("^" + complaint, said(done, code), re.M), done.err
    assert done.out == ""
    assert not (tmp_path / "report").exists()
    if "mapping" not in kind:
        done = leadpact("check", "a.yaml")
        assert re.search("^" + complaint, said(done, code), re.M)
        assert done.err == "", "for `check` the problems are the result"


@pytest.mark.parametrize("ending", LINES_END)
def test_line_ends_of_other_systems_are_no_mistake(leadpact, tmp_path: Path, ending: str) -> None:
    write(tmp_path / "a.yaml", AGREEMENT.replace("\n", ending))
    write(tmp_path / "s.yaml", MAPPING.format(file="people.csv").replace("\n", ending))
    write(tmp_path / "people.csv", (HEADER + ROW).replace("\n", ending))
    done = leadpact("run", "a.yaml", "--sources", "s.yaml")
    assert (done.code, done.err) == (0, "")
    write(tmp_path / "a.yaml", (AGREEMENT + "foo: 1\n").replace("\n", ending))
    assert "a.yaml:44:1: error: “foo”" in leadpact("check", "a.yaml").out


# Places that are no file.


def test_places_that_are_no_file(leadpact, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "agreement.yaml").write_text(AGREEMENT)
    for name, complaint in {
        "agrement.yaml": "there is no such file\n  hint: did you mean “agreement.yaml”?",
        "folder": "is a folder, not a file",
        "loop": "cannot be read: too many levels of symbolic links",
        "agreement.yaml/x": "cannot be read: not a directory",
        "a\0b": "cannot be read: embedded null byte",
        "x" * 5000: "cannot be read: file name too long",
        "": "there is no such file",
    }.items():
        text = said(leadpact("check", name), Code.FILES)
        assert f"error: {complaint}" in text
        assert "\0" not in text
    assert "the file is empty" in said(leadpact("check", "/dev/null"), Code.PROBLEMS)
    assert "larger than 5 MB" in said(leadpact("check", "/dev/zero"), Code.FILES)


def test_a_pipe_is_read_once(leadpact, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text(AGREEMENT + "foo: 1\n"))
    writer.start()
    done = leadpact("check", "pipe")
    writer.join()
    assert "pipe:44:1: error: “foo” is not known" in said(done, Code.PROBLEMS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_must_not_be_read(leadpact, tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", AGREEMENT).chmod(0)
    assert "must not be read" in said(leadpact("check", "a.yaml"), Code.FILES)


# What is typed.


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["chek", "a.yaml"], "No such command 'chek'. Did you mean 'check'"),
        (["check"], "Missing argument 'FILE'"),
        (["run", "a.yaml"], "Missing option '--sources'"),
        (["run", "a.yaml", "--surces", "s.yaml"], "No such option: --surces"),
        (["demo", "--leads", "5"], "'--leads': Input should be greater than or equal to 100"),
        (["demo", "--port", "70000"], "'--port': Input should be less than or equal to 65535"),
        (["schema", "x"], "unexpected extra argument"),
        (["init"], "Name either an export with --from FILE or a template"),
        (["init", "--from", "p.csv", "--template", "basic"], "Name either an export"),
        (["init", "--template", "basic", "--deals", "d.csv"], "--deals and --timezone go with"),
        (["init", "--template", "nope"], "There is no template “nope”; choose one of: b"),
        (["init", "--from", "p.csv", "--timezone", "Mars"], "--timezone Mars: this is not a time"),
    ],
)
def test_words_that_cannot_be_meant(leadpact, tmp_path: Path, words, complaint) -> None:
    done = leadpact(*words)
    assert complaint in said(done, Code.USAGE)
    assert done.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("moment", "complaint"),
    [
        ("2025-03-01T10:00", "does not say its zone.\n  Write 2025-03-01T10:00:00-05:00, or"),
        ("yesterday", "this is no date or time.\n  Write a day, as 2026-03-31"),
        ("2025-13-01", "this is no date or time"),
        ("9999-12-31", "this is no date or time"),
        ("9999-01-01", "nothing is reckoned beyond the year 2200"),
        ("2499-12-31T00:00:00Z", "nothing is reckoned beyond the year 2200"),
        ("", "this is no date or time"),
        ("1900-01-01", "is before everything in the data.\n  Its first row is of 2025-03-01 10:00"),
    ],
)
@pytest.mark.parametrize("option", ["--as-of", "--known-at"])
def test_moments_that_cannot_be_meant(leadpact, tmp_path, option, moment, complaint) -> None:
    write(tmp_path / "a.yaml", AGREEMENT)
    write(tmp_path / "s.yaml", MAPPING.format(file="p.csv"))
    write(tmp_path / "p.csv", HEADER + ROW)
    done = leadpact("run", "a.yaml", "--sources", "s.yaml", option, moment)
    assert f"leadpact: {option} {moment}: " in said(done, Code.USAGE)
    assert complaint in done.err


def test_versions_of_one_day(leadpact, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        write(tmp_path / name, AGREEMENT)
    done = leadpact("run", "a.yaml", "b.yaml", "--sources", "s.yaml")
    assert "b.yaml:14:7: error: two versions hold on 2026-01-01" in said(done, Code.PROBLEMS)


# Where nothing can be written.


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [
        ("a.yaml", "a.yaml is a file, not a folder."),
        ("a.yaml/x/y", "a.yaml is a file, not a folder."),
        (".", "has files that Leadpact did not write there: a.yaml, p.csv, s.yaml"),
    ],
)
def test_folders_that_cannot_take_results(leadpact, tmp_path: Path, folder, complaint) -> None:
    write(tmp_path / "a.yaml", AGREEMENT)
    write(tmp_path / "s.yaml", MAPPING.format(file="p.csv"))
    write(tmp_path / "p.csv", HEADER + ROW)
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    for words in (["run", "a.yaml", "--sources", "s.yaml"], ["demo", "--no-serve"]):
        done = leadpact(*words, "--out", folder)
        assert complaint in said(done, Code.FILES)
        assert done.out == ""
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_must_not_be_written(leadpact, tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", AGREEMENT)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(stat.S_IRUSR | stat.S_IXUSR)
    for words in (["run", "a.yaml", "--sources", "s.yaml"], ["init", "--template", "basic"]):
        done = leadpact(*words, "--out", "closed/report")
        assert "closed" in said(done, Code.FILES)


def test_a_full_disk_leaves_nothing(leadpact, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    write(tmp_path / "a.yaml", AGREEMENT)
    write(tmp_path / "s.yaml", MAPPING.format(file="p.csv"))
    write(tmp_path / "p.csv", HEADER + ROW)
    monkeypatch.setattr("leadpact.flows.run.write_tables", full)
    done = leadpact("run", "a.yaml", "--sources", "s.yaml", "--out", "new/report")
    assert "could not be written to new/report: no space left on device." in said(done, Code.FILES)
    assert not (tmp_path / "new").exists()


# What nobody foresaw.


def test_a_mistake_of_ours_is_told_in_a_sentence(leadpact, tmp_path: Path, monkeypatch) -> None:
    write(tmp_path / "a.yaml", AGREEMENT)
    monkeypatch.setattr(evaluating, "_TABLES", None)
    done = leadpact("run", "a.yaml", "--sources", "s.yaml")
    assert done.code == Code.INTERNAL
    assert "leadpact: Leadpact itself failed (TypeError in evaluating.py, line" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv("LEADPACT_TRACEBACK", "1")
    assert "Traceback" in leadpact("run", "a.yaml", "--sources", "s.yaml").err


def test_too_little_memory_is_said(leadpact, tmp_path: Path, monkeypatch) -> None:
    def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    write(tmp_path / "a.yaml", AGREEMENT)
    monkeypatch.setattr("leadpact.flows.reading.read_history", too_large)
    done = leadpact("run", "a.yaml", "--sources", "s.yaml")
    assert "There is not enough memory for this." in said(done, Code.INTERNAL)
