"""Numbers as people and exports write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.sources.amounts import (
    Decimal,
    NumberError,
    decimal_evidence,
    needs_decimal,
    read_number,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", 1234), ("1,234.50", 1234.5), ("1.234,50", 1234.5), ("12,5", 12.5),
        ("1,234", 1234), ("$1,200.00", 1200), ("€ 99", 99), ("R$ 1.234,00", 1234),
        ("(12)", -12), ("-3.5", -3.5), ("1'234.5", 1234.5), ("1 234,5", 1234.5), ("1e5", 1e5),
    ],
)  # fmt: skip
def test_is_read(text: str, number: float) -> None:
    assert read_number(text, None) == number


def test_the_declared_mark_decides() -> None:
    assert read_number("1.234", Decimal.COMMA) == 1234
    assert read_number("1.234", Decimal.POINT) == 1.234
    assert read_number("1,234", Decimal.COMMA) == 1.234


def test_values_show_the_mark() -> None:
    assert decimal_evidence("1.234,50") is Decimal.COMMA
    assert decimal_evidence("1,234.50") is Decimal.POINT
    assert decimal_evidence("1.234") is None
    assert needs_decimal("1.234")
    assert not needs_decimal("1.23")


@pytest.mark.parametrize("text", ["twelve", "", "1.2.3", "12 apples", "1,23,4", "9" * 400, "nan"])
def test_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        read_number(text, Decimal.POINT)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_what_is_written_is_read(number) -> None:
    assert read_number(f"{number:,.2f}", Decimal.POINT) == float(number)
    european = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_number(european, Decimal.COMMA) == float(number)
