"""CSV files as they come: encodings, delimiters, torn quotes, ragged rows."""

import codecs
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpact.sources.csv_files import LONGEST_ROW, MOST_LINES
from leadpact.sources.loading import SourcesError
from leadpact.sources.rows import Reject, write_rejects
from tests.sources.helpers import LEADS, hints, leads, messages, reasons

ROWS = "id,created,email\n1,2025-03-14,zoë@example.com\n2,2025-03-15,b@example.com\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"], ids=lambda name: name
)
def test_unicode_is_recognised(reading, encoding) -> None:
    read = reading(LEADS, leads_csv=ROWS.encode(encoding))
    assert leads(read) == {"1": {"email": "zoë@example.com"}, "2": {"email": "b@example.com"}}


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_both_byte_orders_are_read(reading, mark) -> None:
    name = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert len(leads(reading(LEADS, leads_csv=mark + ROWS.encode(name)))) == 2


def test_another_encoding_must_be_declared(reading) -> None:
    with pytest.raises(SourcesError) as raised:
        reading(LEADS, leads_csv=ROWS.encode("cp1252"))
    assert messages(raised.value) == ["leads.csv is not UTF-8 text"]
    assert "cp1252" in hints(raised.value)[0]
    declared = LEADS + "    encoding: cp1252\n"
    assert leads(reading(declared, leads_csv=ROWS.encode("cp1252")))["1"] == {
        "email": "zoë@example.com"
    }


def test_a_declared_encoding_that_is_none_or_wrong(reading) -> None:
    for name, message in [("latin-99", "is no encoding"), ("base64", "is no encoding"),
                          ("ascii", "is not ascii text, as declared")]:  # fmt: skip
        with pytest.raises(SourcesError, match=message) as raised:
            reading(LEADS + f"    encoding: {name}\n", leads_csv=ROWS)
        assert raised.value.problems[0].line == 7


def test_a_mark_before_declared_utf_8_is_no_part_of_the_header(reading) -> None:
    read = reading(LEADS + "    encoding: UTF-8\n", leads_csv=ROWS.encode("utf-8-sig"))
    assert list(leads(read)) == ["1", "2"]


def test_line_ends_of_old_macs(reading) -> None:
    assert list(leads(reading(LEADS, leads_csv=ROWS.replace("\n", "\r")))) == ["1", "2"]


def test_a_wrong_encoding_late_in_the_file_is_found(reading) -> None:
    content = ROWS.encode() + b"3,2025-03-16,x@example.com\n" * 400_000 + b"\xe9\n"
    with pytest.raises(SourcesError, match="not UTF-8 text"):
        reading(LEADS, leads_csv=content)


def test_utf_16_without_its_mark_is_named(reading) -> None:
    with pytest.raises(SourcesError) as raised:
        reading(LEADS, leads_csv=ROWS.encode("utf-16-le"))
    assert hints(raised.value) == ["declare `encoding: utf-16-le`"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"PK\x03\x04rest of a workbook", "an Excel workbook"),
        (b"\x1f\x8b\x08compressed", "compressed"),
        (b"PAR1....", "a Parquet file"),
        (bytes(range(256)) * 50, "not a text file"),
        (b",,\n1,2,3\n", "no header"),
    ],
)
def test_what_is_no_table_is_one_clear_problem(reading, content, message) -> None:
    with pytest.raises(SourcesError, match=message) as raised:
        reading(LEADS, leads_csv=content)
    assert len(raised.value.problems) == 1
    assert raised.value.problems[0].line == 5


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_delimiter_is_found(reading, mark) -> None:
    read = reading(LEADS, leads_csv=ROWS.replace(",", mark))
    assert list(leads(read)) == ["1", "2"]


def test_commas_within_cells_do_not_mislead(reading) -> None:
    text = "id;created;email\n1;2025-03-14;a,b,c\n2;2025-03-15;d,e\n"
    assert leads(reading(LEADS, leads_csv=text))["1"] == {"email": "a,b,c"}


def test_a_header_alone_gives_no_leads(reading) -> None:
    read = reading(LEADS, leads_csv="id,created,email\n")
    assert read.history.log.num_rows == 0
    assert read.rejects == []


def test_windows_line_ends_and_quoted_line_breaks(reading) -> None:
    text = 'id,created,email\r\n1,2025-03-14,"a\r\nb, ""c"""\r\n\r\n2,bad,x\r\n'
    read = reading(LEADS, leads_csv=text)
    assert leads(read) == {"1": {"email": 'a\r\nb, "c"'}}
    assert reasons(read) == [(5, "created: “bad” is no date or time")]


def test_ragged_rows_are_left_out_with_line_and_text(reading) -> None:
    text = ROWS + "3,2025-03-16\n4,2025-03-16,x,y\n5,2025-03-16,e@example.com,,\n"
    read = reading(LEADS, leads_csv=text)
    assert list(leads(read)) == ["1", "2", "5"]
    assert read.rejects == [
        Reject("leads.csv", 4, "has 2 values where the header has 3", "3,2025-03-16"),
        Reject("leads.csv", 5, "has 4 values where the header has 3", "4,2025-03-16,x,y"),
    ]
    assert "leads.csv: 5 rows read, 2 of them left out." in read.notes


def test_a_quote_that_never_closes_costs_one_row(reading) -> None:
    text = ROWS + '3,2025-03-16,"torn\n4,2025-03-17,d@example.com\n5,2025-03-18,e\n'
    read = reading(LEADS, leads_csv=text)
    assert list(leads(read)) == ["1", "2", "4", "5"]
    assert reasons(read) == [(4, "opens a quotation mark that is never closed")]
    assert read.rejects[0].raw == '3,2025-03-16,"torn'


def test_a_quote_that_never_closes_in_a_long_file(reading) -> None:
    many = "".join(f"{n},2025-03-16,x\n" for n in range(10, 10 + 2 * MOST_LINES))
    read = reading(LEADS, leads_csv=ROWS + '3,2025-03-16,"torn\n' + many)
    assert len(leads(read)) == 2 + 2 * MOST_LINES
    assert len(read.rejects) == 1


def test_text_after_a_closing_quote_is_refused(reading) -> None:
    read = reading(LEADS, leads_csv=ROWS + '3,2025-03-16,"a"b\n')
    assert reasons(read) == [(4, "has text after a closing quotation mark")]


def test_a_quote_within_a_cell_is_only_a_character(reading) -> None:
    assert leads(reading(LEADS, leads_csv=ROWS + '3,2025-03-16,5" pipe\n'))["3"] == {
        "email": '5" pipe'
    }


def test_nul_bytes_and_huge_cells_cost_their_rows_only(reading) -> None:
    text = ROWS + "3,2025-03-16,a\0b\n" + f"4,2025-03-16,{'x' * (LONGEST_ROW + 1)}\n"
    text += f"5,2025-03-16,{'y' * (3 * LONGEST_ROW)}\n6,2025-03-16,f\n"
    read = reading(LEADS, leads_csv=text)
    assert list(leads(read)) == ["1", "2", "6"]
    assert reasons(read) == [
        (4, "has a NUL byte in it"),
        (5, "is longer than 1,000,000 characters"),
        (6, "is longer than 1,000,000 characters"),
    ]
    assert all(len(reject.raw) < 2000 for reject in read.rejects)


def test_a_header_may_stand_further_down(reading) -> None:
    text = "My report\n\n" + ROWS
    read = reading(LEADS + "    header_line: 3\n", leads_csv=text)
    assert list(leads(read)) == ["1", "2"]


def test_formulas_are_texts_and_quoted_keys_keep_their_zeros(reading) -> None:
    text = 'id,created,email\n"=""007""",2025-03-14,=1+1\n'
    assert leads(reading(LEADS, leads_csv=text)) == {"007": {"email": "=1+1"}}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=300), st.text('id,created\n\r";\t1 2025-03-14\0', max_size=200))
)
def test_whatever_is_in_a_file_is_read_or_told(reading, content) -> None:
    header = b"id,created,email\n" if isinstance(content, str) else b""
    body = content.encode() if isinstance(content, str) else content
    with suppress(SourcesError):
        read = reading(LEADS, leads_csv=header + body)
        assert read.history.log.num_rows == len(leads(read))


def test_rejects_are_written_without_formulas() -> None:
    text = write_rejects([Reject("a.csv", 3, "has 2 values", '=cmd|"x"', whole_row=False)])
    assert text.splitlines() == [
        "file,line,left out,reason,raw text",
        'a.csv,3,value,has 2 values,"\'=cmd|""x"""',
    ]
