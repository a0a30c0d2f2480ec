"""A sheet at Google is a table like any other; the stand-in answers as its documentation says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import gspread.http_client
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leadpact.sources import google_sheets
from leadpact.sources.loading import SourcesError
from leadpact.sources.mapping import Sources
from leadpact.sources.reading import read
from leadpact.sources.rows import TableError

ROWS: list[list[Any]] = [
    ["Number", "Received", "Email", "Budget", "VIP"],
    [1, "2026-03-02 09:05", "ada@a.io", 1234.5, True],
    [],
    [2, "2026-03-03 10:00", "=1+1"],
]
MAPPING = """\
leadpact_sources: 1
timezone: Europe/Berlin
tables:
  - google_sheet: https://docs.google.com/spreadsheets/d/book-1/edit#gid=0
    sheet: Inquiries
    name: inquiries
    leads:
      id: Number
      created: Received
      fields: {email: Email, budget: {column: Budget, type: number}}
"""


class Google:
    """Spreadsheets that are shared with the account; `refusals` are answered first."""

    def __init__(self) -> None:
        self.books: dict[str, dict[str, list[list[Any]]]] = {
            "book-1": {"Notes": [["x"]], "Inquiries": ROWS}
        }
        self.refusals: list[int] = []
        self.token = "t0"
        self.asked: list[dict[str, list[str]]] = []

    def answer(self, path: str, query: dict[str, list[str]], bearer: str) -> tuple[int, Any]:
        if path == "/token":
            return (200, {"access_token": self.token, "expires_in": 3600}) if self.token else (
                400, {"error": "invalid_grant"})  # fmt: skip
        if self.refusals:
            status = self.refusals.pop(0)
            return status, {"error": {"code": status, "message": "no", "status": "NO"}}
        if bearer != f"Bearer {self.token}":
            return 401, {"error": {"code": 401, "message": "no", "status": "UNAUTHENTICATED"}}
        _, _, _, key, *rest = path.split("/")
        book = self.books.get(key)
        if book is None:
            return 404, {"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}
        if not rest:
            sheets = [{"properties": {"sheetId": n, "title": title, "index": n}}
                      for n, title in enumerate(book)]  # fmt: skip
            return 200, {"spreadsheetId": key, "properties": {"title": "B"}, "sheets": sheets}
        self.asked.append(query)
        name = unquote(rest[1]).strip("'")
        return 200, {"range": name, "majorDimension": "ROWS", "values": book[name]}


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    google = Google()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            bearer = self.headers.get("Authorization", "")
            status, told = google.answer(parts.path, parse_qs(parts.query), bearer)
            said = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815 the name of the base class

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    for name in ("SPREADSHEET_URL", "SPREADSHEET_VALUES_URL"):
        there = getattr(gspread.http_client, name)
        here = there.replace("https://sheets.googleapis.com", address)
        monkeypatch.setattr(gspread.http_client, name, here)
    monkeypatch.setattr(google_sheets.time, "sleep", lambda _seconds: None)
    monkeypatch.setenv(google_sheets.KEY, str(key_file(tmp_path, address)))
    yield google
    server.shutdown()
    server.server_close()


def key_file(folder: Path, address: str) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    told = {
        "type": "service_account",
        "client_email": "leadpact@project.iam.gserviceaccount.com",
        "token_uri": f"{address}/token",
        "private_key": key.decode(),
        "private_key_id": "1",
        "client_id": "1",
    }
    file = folder / "key.json"
    file.write_text(json.dumps(told))
    return file


def opened(address: str = "book-1", sheet: str | None = "Inquiries", line: int = 1) -> Any:
    return google_sheets.open_google_sheet(address, sheet, line, lambda _seconds: None)


def test_a_sheet_is_read_like_a_file(google: Google, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MAPPING, encoding="utf-8")
    found = read(tmp_path / "sources.yaml")
    assert found.rejects == []
    rows = found.history.log.to_pylist()
    created = [row for row in rows if row["kind"] == "lead.created"]
    assert [row["lead_id"] for row in created] == ["1", "2"]
    assert created[0]["happened_at"].isoformat() == "2026-03-02T08:05:00+00:00"
    told = [json.loads(row["properties"]) for row in rows if row["properties"]]
    assert {"email": "ada@a.io", "budget": 1234.5} in [
        {k: v for k, v in each.items() if k in ("email", "budget")} for each in told
    ]
    assert {row["source"] for row in rows} == {"inquiries"}


def test_rows_keep_their_number_and_empty_ones_are_none(google: Google) -> None:
    (batch,) = opened().batches(["Number", "VIP"])
    assert batch.lines == [2, 4]
    assert batch.columns["Number"].to_pylist() == ["1", "2"]
    assert batch.columns["VIP"].to_pylist() == ["true", ""]


def test_values_are_asked_for_as_they_are_and_days_as_they_are_shown(google: Google) -> None:
    opened()
    (query,) = google.asked
    assert query["valueRenderOption"] == ["UNFORMATTED_VALUE"]
    assert query["dateTimeRenderOption"] == ["FORMATTED_STRING"]


def test_the_first_sheet_is_meant_where_none_is_named(google: Google) -> None:
    assert opened(sheet=None).header == ["x"]


def test_a_refusal_that_passes_is_waited_out(google: Google) -> None:
    google.refusals = [429, 503]
    assert opened().header == ROWS[0]


@pytest.mark.parametrize(
    ("setting", "said", "hint"),
    [
        ({"address": "book-2"}, "not there, or not shared", "share it with leadpact@project"),
        ({"sheet": "Leads"}, "has no sheet “Leads”", "it has Notes, Inquiries"),
        ({"line": 9}, "no header in row 9", ""),
    ],
)
def test_what_is_not_there_is_one_sentence(
    google: Google, setting: dict[str, Any], said: str, hint: str
) -> None:
    with pytest.raises(TableError, match=said) as error:
        opened(**setting)
    assert hint in error.value.hint


def test_google_that_stays_away_is_one_sentence(google: Google) -> None:
    google.refusals = [503] * 20
    with pytest.raises(TableError, match=r"does not answer \(status 503\)"):
        opened()


def test_a_sheet_that_is_forbidden_names_with_whom_to_share_it(google: Google) -> None:
    google.refusals = [403]
    with pytest.raises(TableError, match="not shared") as error:
        opened()
    assert "iam.gserviceaccount.com" in error.value.hint


def test_a_key_that_was_revoked_is_one_sentence(google: Google) -> None:
    google.token = ""
    with pytest.raises(TableError, match="Google does not accept the key"):
        opened()


@pytest.mark.parametrize(("text", "said"), [(None, "no such file"), ("{}", "which is no key")])
def test_a_key_that_is_none_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, said: str
) -> None:
    file = tmp_path / "key.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv(google_sheets.KEY, str(file))
    with pytest.raises(TableError, match=said):
        opened()
    monkeypatch.delenv(google_sheets.KEY)
    with pytest.raises(TableError, match="LEADPACT_GOOGLE_KEY names its file"):
        opened()


def test_a_problem_stands_at_its_line(google: Google, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(MAPPING.replace("Inquiries", "Leads"))
    with pytest.raises(SourcesError) as error:
        read(tmp_path / "sources.yaml")
    (problem,) = error.value.problems
    assert (problem.line, problem.path[-1]) == (5, "sheet")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"google_sheet": "a", "file": "b.csv"}, "needs one of `file`, `sql` and `google_sheet`"),
        ({"google_sheet": "a"}, "a table from `google_sheet` needs a `name`"),
        ({}, "needs one of"),
    ],
)
def test_a_table_has_one_origin_and_a_name(table: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Sources.model_validate({"leadpact_sources": 1, "tables": [table]})
