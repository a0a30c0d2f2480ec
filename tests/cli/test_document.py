"""`leadpact document`: the agreement of a small company on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.helpers import answer

AGREEMENT = Path(__file__).resolve().parents[2] / "examples" / "small-agency" / "agreement.yaml"


@pytest.mark.parametrize(
    ("ending", "begins"), [("pdf", b"%PDF"), ("docx", b"PK"), ("HTML", b"<!doctype html>")]
)
def test_it_becomes_what_its_ending_says(tmp_path: Path, ending: str, begins: bytes) -> None:
    out = tmp_path / f"ours.{ending}"
    told = answer("document", AGREEMENT, "--out", out)
    assert (told.code, told.out) == (0, f"{out}\n")
    assert out.read_bytes().startswith(begins)


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    told = answer("document", AGREEMENT, "--out", tmp_path / "ours.txt")
    assert told.code == 2
    assert "“ours.txt” ends in none of .pdf, .docx and .html" in told.err
    told = answer("document", AGREEMENT, "--out", tmp_path / "nowhere" / "ours.pdf")
    assert told.code == 3
    assert "cannot be written" in told.err
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("leadpact: 1\nname: No stages\n", encoding="utf-8")
    assert answer("document", wrong, "--out", tmp_path / "ours.pdf").code == 1
    assert not (tmp_path / "ours.pdf").exists()
