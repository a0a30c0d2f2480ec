"""The page on semantics lists what the code knows."""

import re
from pathlib import Path

from leadpact.agreement.vocabulary import FIXED_KINDS

PAGE = Path(__file__).parents[1] / "docs" / "semantics.md"


def test_the_kinds_with_a_fixed_meaning_are_listed_in_their_order() -> None:
    listed = re.findall(r"^\| (\d+) \| (?:`(.+?)`|\*(any activity)\*) \| (.+) \|$", text(), re.M)
    named = {kind or "ACTIVITY": meaning for _, kind, _, meaning in listed}
    assert [int(rank) for rank, *_ in listed] == list(range(1, len(FIXED_KINDS) + 1))
    assert list(named.items()) == list(FIXED_KINDS.items())


def test_every_section_is_written() -> None:
    numbers = re.findall(r"^## (\d+)\. ", text(), re.M)
    assert len(numbers) >= 13
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert "@@" not in text()


def text() -> str:
    return PAGE.read_text(encoding="utf-8")
