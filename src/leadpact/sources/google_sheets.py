"""Google spreadsheets, read with a service account; values as they are, formulas are never seen."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from leadpact.sources.json_lines import cell_text
from leadpact.sources.rows import BATCH_ROWS, Batch, OpenTable, TableError, batch_of

#: Names the file with the key of the service account.
KEY = "LEADPACT_GOOGLE_KEY"
_IN_ADDRESS = re.compile(r"/spreadsheets/d/([\w-]+)")
_SECONDS = 60
_TRIES = 5
_MAY_PASS = (408, 429)
_PATH = ("google_sheet",)


def open_google_sheet(
    address: str,
    sheet: str | None,
    header_line: int,
    sleep: Callable[[float], None] = time.sleep,
) -> OpenTable:
    """Read one sheet of a spreadsheet, named by its address or key; raises TableError.

    It is read once, so that all that is told of it is of one moment.
    """
    found = _IN_ADDRESS.search(address)
    rows = _rows(found[1] if found else address, sheet, sleep)
    if len(rows) < header_line or not any(rows[header_line - 1]):
        raise TableError(f"the sheet has no header in row {header_line}", "", ("header_line",))
    header = [cell.strip() for cell in rows[header_line - 1]]

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        numbered = enumerate(rows[header_line:], start=header_line + 1)
        filled = ((number, row) for number, row in numbered if any(row))
        while chunk := list(islice(filled, BATCH_ROWS)):
            cells = [_as_wide(row, len(header)) for _, row in chunk]
            yield batch_of(header, cells, [number for number, _ in chunk], wanted)

    return OpenTable(header, batches)


def _rows(key: str, sheet: str | None, sleep: Callable[[float], None]) -> list[list[str]]:
    """The cells of a sheet as text, without what is empty at the end of a row."""
    try:
        import gspread
        from google.auth.exceptions import GoogleAuthError
        from requests import RequestException
    except ModuleNotFoundError:
        hint = "pip install 'leadpact[sheets]'"
        raise TableError("to read Google Sheets, install its client first", hint, _PATH) from None
    for tried in range(_TRIES):
        try:
            return _read(key, sheet)
        except gspread.exceptions.APIError as refused:
            status = refused.response.status_code
            if status not in _MAY_PASS and status < 500:
                raise TableError(f"Google refuses the sheet (status {status})", "", _PATH) from None
            reason = f"status {status}"
        except GoogleAuthError as refused:
            if not refused.retryable:
                hint = "was the key deleted, or the clock of this machine set wrong?"
                raise TableError("Google does not accept the key", hint, _PATH) from None
            reason = type(refused).__name__
        except RequestException as failure:
            reason = type(failure).__name__
        if tried + 1 < _TRIES:
            sleep(2.0**tried)
    raise TableError(f"Google does not answer ({reason})", "try again later", _PATH)


def _read(key: str, sheet: str | None) -> list[list[str]]:
    import gspread
    from gspread.utils import DateTimeOption, ValueRenderOption

    account, client = _client()
    try:
        book = client.open_by_key(key)
        found = book.worksheet(sheet) if sheet else book.get_worksheet(0)
    except (gspread.exceptions.SpreadsheetNotFound, PermissionError):
        hint = f"share it with {account}, who may only look"
        raise TableError("the spreadsheet is not there, or not shared", hint, _PATH) from None
    except gspread.exceptions.WorksheetNotFound:
        names = ", ".join(each.title for each in book.worksheets())
        raise TableError(
            f"the spreadsheet has no sheet “{sheet}”", f"it has {names}", ("sheet",)
        ) from None
    # Numbers come as numbers, whatever marks the cells show; days and times as the cells show them.
    cells = found.get_values(
        value_render_option=ValueRenderOption.unformatted,
        date_time_render_option=DateTimeOption.formatted_string,
        pad_values=False,
    )
    return [[_cell(value) for value in row] for row in cells]


def _client() -> tuple[str, Any]:
    """The address of the service account, and a client that may only read."""
    import gspread

    file = os.environ.get(KEY)
    if not file:
        raise TableError(
            f"reading Google Sheets needs a key: {KEY} names its file",
            "make a service account in the Google Cloud console, and share the sheet with it",
            _PATH,
        )
    try:
        client = gspread.service_account(file, scopes=gspread.auth.READONLY_SCOPES)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise TableError(f"{KEY} names {file}: {reason}", "", _PATH) from None
    except (ValueError, KeyError):
        hint = "download the key of the service account again, as JSON"
        raise TableError(f"{KEY} names {file}, which is no key", hint, _PATH) from None
    client.http_client.set_timeout(_SECONDS)
    # The library's type of credentials does not tell that of an account.
    return str(getattr(client.http_client.auth, "service_account_email", "the account")), client


def _cell(value: Any) -> str:
    return cell_text(value) or ""


def _as_wide(row: list[str], width: int) -> list[str]:
    """A row with as many cells as the header has; Google leaves out those empty at its end."""
    return [*row, *[""] * (width - len(row))][:width]
