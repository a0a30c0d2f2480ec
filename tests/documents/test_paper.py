"""The agreement on paper: every format has all of it, and texts stay texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

from docx import Document

from leadpact.agreement.example import example_values
from leadpact.agreement.spec import Agreement
from leadpact.documents.paper.content import Paper, paper
from leadpact.documents.paper.page import as_page
from leadpact.documents.paper.pdf import as_pdf
from leadpact.documents.paper.word import as_word
from leadpact.documents.parts.agreement import tables_of

AT = datetime(2026, 3, 1, 12, 0, 0, 77, UTC)
HOSTILE = '#panic("x") <b>$x$</b> \\ ] */ \x07'


def agreement(**otherwise: object) -> Agreement:
    return Agreement.model_validate(example_values() | otherwise)


def on(terms: Agreement, **accepted: str) -> Paper:
    return paper(terms, "ab" * 32, accepted)


def test_word_has_every_part_and_row() -> None:
    terms = agreement()
    document = Document(BytesIO(as_word(on(terms), AT)))
    told = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    for table in tables_of(terms):
        assert table.caption in [each.text for each in document.paragraphs]
        for row in table.rows:
            assert {str(cell) for cell in row} <= told
    assert document.core_properties.title == terms.name


def test_an_acceptance_stands_in_place_of_the_line_to_sign() -> None:
    signed = on(agreement(), sales="Robert Adeyemi on 1 Mar 2026")
    lines = [each.text for each in Document(BytesIO(as_word(signed, AT))).paragraphs]
    assert "Accepted by Robert Adeyemi on 1 Mar 2026" in lines
    assert sum("Date, signature" in each for each in lines) == 1
    page = as_page(signed, AT).decode()
    assert "Accepted by Robert Adeyemi" in page
    assert page.count("Date, signature") == 1
    assert as_pdf(signed, AT) != as_pdf(on(agreement()), AT)


def test_the_same_agreement_at_the_same_time_is_the_same_pdf() -> None:
    first = as_pdf(on(agreement()), AT)
    assert first.startswith(b"%PDF")
    assert first == as_pdf(on(agreement()), AT)


def test_no_text_is_read_as_markup() -> None:
    terms = agreement(name=HOSTILE, purpose=HOSTILE, definitions={HOSTILE: HOSTILE})
    assert as_pdf(on(terms), AT).startswith(b"%PDF")
    page = as_page(on(terms), AT).decode()
    assert "<b>" not in page
    assert "&lt;b&gt;$x$&lt;/b&gt;" in page
    (title,) = [
        each.text
        for each in Document(BytesIO(as_word(on(terms), AT))).paragraphs
        if each.style and each.style.name == "Title"
    ]
    assert title == '#panic("x") <b>$x$</b> \\ ] */ '


def test_a_column_has_room_for_its_longest_word() -> None:
    for part in on(agreement()).parts:
        for place, width in enumerate(part.widths):
            cells = [row[place] for row in (part.header, *part.rows)]
            longest = max(len(word) for cell in cells for word in ("", *cell.split()))
            assert width > min(longest, 30), (part.title, cells)


def test_the_page_needs_nothing_else() -> None:
    page = as_page(on(agreement()), AT).decode()
    assert not re.findall(r"(?:src|href|url)\s*[=(]", page)
