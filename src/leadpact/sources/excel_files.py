"""Excel workbooks, by the values last saved in them; formulas are never run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from leadpact.sources.json_lines import cell_text
from leadpact.sources.rows import BATCH_ROWS, Batch, OpenTable, TableError, batch_of


def open_excel(path: Path, sheet: str | None, header_line: int) -> OpenTable:
    """Open one sheet of a workbook; raises TableError when there is no such workbook or sheet."""
    rows = _sheet_rows(path, sheet)
    if len(rows) < header_line or not any(rows[header_line - 1]):
        raise TableError(f"{path.name} has no header in row {header_line}", "", ("header_line",))
    header = [_cell(value).strip() for value in rows[header_line - 1]]

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        numbered = iter(enumerate(rows[header_line:], start=header_line + 1))
        while chunk := list(islice(numbered, BATCH_ROWS)):
            texts = [(number, [_cell(value) for value in row]) for number, row in chunk]
            filled = [(number, cells) for number, cells in texts if any(cells)]
            yield batch_of(
                header, [cells for _, cells in filled], [number for number, _ in filled], wanted
            )

    return OpenTable(header, batches)


def _sheet_rows(path: Path, sheet: str | None) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            name = sheet or next(iter(book.sheet_names), "")
            return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except WorksheetNotFound:
        raise TableError(
            f"{path.name} has no sheet “{sheet}”",
            f"it has {', '.join(book.sheet_names) or 'none'}",
            ("sheet",),
        ) from None
    except PasswordError:
        raise TableError(f"{path.name} has a password", "save it without one") from None
    except (CalamineError, OSError):
        raise TableError(
            f"{path.name} cannot be read as an Excel workbook", "save it again, or as CSV"
        ) from None


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        # Excel keeps times as fractions of a day: 9:05 comes back as 9:04:59.999999.
        return str((value + timedelta(microseconds=500)).replace(microsecond=0))
    return cell_text(value) or ""
