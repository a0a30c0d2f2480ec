"""The agreement as a Word document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentType
from docx.oxml import OxmlElement
from docx.shared import Cm, Length, Pt
from docx.table import _Row

from leadpact.documents.paper.content import Paper, Part, Signature

_WIDTH = Cm(17)


def as_word(paper: Paper, at: datetime) -> bytes:
    """The document as .docx with A4 pages; `at` is the instant at which it was made."""
    document = Document()
    _page(document, paper, at)
    document.add_heading(paper.title, 0)
    if paper.purpose:
        document.add_paragraph(paper.purpose)
    for part in paper.parts:
        document.add_heading(part.title, 1)
        _table(document, part)
    if paper.signatures:
        document.add_heading("Accepted by both sides", 1)
    for each in paper.signatures:
        _signature(document, each)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _page(document: DocumentType, paper: Paper, at: datetime) -> None:
    about = document.core_properties
    about.title, about.author, about.comments = paper.title, "Leadpact", ""
    about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)
    (section,) = document.sections
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    section.footer.paragraphs[0].text = paper.foot
    normal = document.styles["Normal"].font
    normal.name, normal.size = "Calibri", Pt(10)


def _table(document: DocumentType, part: Part) -> None:
    table = document.add_table(rows=1, cols=len(part.header), style="Light List")
    table.autofit = False
    widths = [Length(_WIDTH * width // sum(part.widths)) for width in part.widths]
    _fill(table.rows[0], part.header, widths)
    _repeat(table.rows[0])
    for row in part.rows:
        _fill(table.add_row(), row, widths)


def _fill(row: _Row, texts: Sequence[str], widths: Sequence[Length]) -> None:
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.text, cell.width = text, width
        for run in cell.paragraphs[0].runs:
            run.font.size = Pt(9)


def _repeat(row: _Row) -> None:
    """Let a row stand at the head of every page that its table goes on to."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _signature(document: DocumentType, each: Signature) -> None:
    line = document.add_paragraph()
    line.add_run(f"For {each.side}").bold = True
    line.add_run(f": {each.head}" if each.head else "")
    if each.accepted:
        document.add_paragraph(f"Accepted by {each.accepted}")
    else:
        document.add_paragraph("\nDate, signature: ______________________________")
