"""A folder of small files, and the mapping that reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadpact.sources.reading import Read, read

Reader = Callable[..., Read]


@pytest.fixture
def reading(tmp_path: Path) -> Reader:
    """Reads a mapping over files given by name; the head of the mapping is supplied."""

    def run(mapping: str, **files: str | bytes) -> Read:
        for name, content in files.items():
            path = tmp_path / name.replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        head = "" if "leadpact_sources" in mapping else "leadpact_sources: 1\n"
        (tmp_path / "sources.yaml").write_text(head + mapping, encoding="utf-8")
        return read(tmp_path / "sources.yaml")

    return run
