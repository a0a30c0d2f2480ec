"""Files that hold an agreement, or something else: what is read or refused, in which words."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.agreement.example import example_text
from leadpact.agreement.loading import Loaded, load, load_text
from leadpact.agreement.problems import Problem, as_json, as_text
from tests.agreement.test_loading import BASIC, PROMISE


def only(loaded: Loaded) -> Problem:
    assert loaded.agreement is None
    (problem,) = loaded.problems
    return problem


def test_a_file_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_text(BASIC + "x: 1\n", encoding="utf-8")
    problem = only(load(path))
    assert str(problem).startswith(f"{path}:6:1: “x” is not known")


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text(BASIC, encoding="utf-8")
    problem = only(load(tmp_path / "agrement.yaml"))
    assert problem.message == "there is no such file"
    assert problem.hint == f"did you mean “{tmp_path / 'agreement.yaml'}”?"
    assert only(load(tmp_path / "none" / "a.yaml")).hint == (
        f"there is no folder “{tmp_path / 'none'}” either"
    )


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert only(load(tmp_path)).message == "is a folder, not a file"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert only(load(tmp_path / "a.yaml")).message == "must not be read"


def test_a_path_that_cannot_be() -> None:
    assert only(load("a\0b")).message == "cannot be read: embedded null byte"
    assert only(load("x" * 5000)).message == "cannot be read: file name too long"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"PK\x03\x04rest",
            "is not a text; it seems to be a zip archive, or an Excel or Word file",
        ),
        (gzip.compress(BASIC.encode()), "is not a text; it seems to be a gzip archive"),
        (b"%PDF-1.7", "is not a text; it seems to be a PDF"),
        (b"\x00\x01\x02\x03name", "is not a text; it holds binary data"),
        (BASIC.encode("utf-16"), "is not UTF-8; it seems to be UTF-16"),
        (BASIC.encode("utf-16-be"), "is not UTF-8; it seems to be UTF-16"),
        (b"a" * 5_000_001, "is larger than 5 MB"),
    ],
)
def test_what_is_no_text_says_what_it_seems_to_be(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    problem = only(load(path))
    assert (problem.message, problem.line) == (message, 0)


def test_another_encoding_is_told_at_its_first_character(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes((BASIC + "purpose: für alle\n").encode("cp1252"))
    problem = only(load(path))
    assert (problem.line, problem.column) == (6, 11)
    assert problem.message == (
        "the file is not UTF-8 from here on; it seems to be Windows-1252 (Western European)"
    )


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASIC.replace("\n", "\r\n").encode())
    loaded = load(path)
    assert loaded.problems == []
    assert not loaded.text.startswith("\ufeff")
    assert loaded.sha256 == load_text(loaded.text, "b.yaml").sha256


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "a.yaml"
    path.write_bytes(BASIC.encode())
    assert load(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_text_beyond_the_bound_is_refused_without_a_file() -> None:
    assert only(load_text("#" * 5_000_001, "a.yaml")).message == "is larger than 5 MB"


_TOKENS = (
    "&a ", "*a", "<<: *a", "- ", "? ", ": ", "{", "}", "[", "]", "'", '"', "|", "> ", "!x ",
    "!!int ", "\t", "%", "@", "\x00", "\x85", "\u2028", "\ufeff", "\ud800", ".nan", "1e999",
    "9" * 5000, "null", "~", "true", "no", "2026-02-30", "0001-01-01", "--- ", "...", "#", "\n",
    " ", "\\", "0x1F", "é", "-1", "[]", "{}", "handoff", "{event: x}", "{field: [1]}",
    "&a [*a]", "{all: []}", "{all: [{any: 3}]}", "2 hours", "24:00-25:00",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid file after a few careless keystrokes: inserted, deleted and repeated pieces."""
    text = draw(st.sampled_from([example_text(), BASIC + PROMISE]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 25)))
        piece = draw(st.one_of(st.sampled_from(_TOKENS), st.just(text[start:end] * 2)))
        text = text[:start] + piece + text[end:]
    return text


@given(mutated())
def test_no_mutation_raises(text: str) -> None:
    loaded = load_text(text, "a.yaml")
    assert (loaded.agreement is None) == bool(loaded.problems)
    json.loads(as_json(loaded.problems))
    for problem in loaded.problems:
        assert problem.message
        assert "Input should" not in as_text([problem])
        assert loaded.locate(problem.path) >= (1, 1)


@given(st.binary(max_size=300))
def test_no_bytes_raise(content: bytes) -> None:
    from leadpact.agreement.text_files import Unreadable, decoded

    with suppress(Unreadable):
        assert load_text(decoded(content, "a.yaml"), "a.yaml").problems
