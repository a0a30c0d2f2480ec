"""The picture that the README shows: always of one size, and not heavy."""

from __future__ import annotations

import struct
from pathlib import Path

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "report.png"


def test_the_readme_s_picture_has_its_size() -> None:
    head = PICTURE.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (1280, 800)
    assert PICTURE.stat().st_size < 300_000
