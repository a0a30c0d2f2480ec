"""Values of a document as somebody types them, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from leadpact.agreement.clauses.pieces import Kind


def text_of(value: Any, kind: Kind) -> str:
    """A value of a document as somebody types it."""
    if value is None:
        return ""
    if kind is Kind.LINES:
        return "\n".join(map(scalar, value if isinstance(value, list) else [value]))
    if kind is Kind.PAIRS and isinstance(value, Mapping):
        return "\n".join(f"{key}: {scalar(item)}" for key, item in value.items())
    if kind in (Kind.YAML, Kind.PAIRS):
        return as_yaml(plain_data(value))
    return scalar(value)


def scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_yaml(value: Any) -> str:
    """Data as it is written in a file."""
    if not isinstance(value, dict | list):
        return scalar(value)
    yaml, stream = YAML(), StringIO()
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.dump(value, stream)
    return stream.getvalue().strip()


def plain_data(value: Any) -> Any:
    """A part of a document as plain data, without its remarks."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_data(item) for item in value]
    if value is None or isinstance(value, bool | date):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)
