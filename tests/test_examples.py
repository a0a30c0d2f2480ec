"""The examples give what their pages say, and the invented companies are the ones in the files."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = sorted(each.parent.name for each in (ROOT / "examples").glob("*/agreement.yaml"))


@pytest.fixture(scope="module")
def examples() -> Iterator[ModuleType]:
    """The script that `make docs` runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        yield importlib.import_module("examples")


def test_every_example_is_run(examples: ModuleType) -> None:
    assert sorted(examples.EXAMPLES) == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_an_example_gives_what_its_page_says(name: str, examples: ModuleType) -> None:
    needed = examples.EXAMPLES[name]
    data = Path(os.environ.get("LEADPACT_DATA") or ROOT.parent / "shared" / "data")
    if needed and not (data / needed).is_file():
        pytest.skip(
            f"no public data: {data / needed} is not there (LEADPACT_DATA names the folder)"
        )
    said = (ROOT / "examples" / name / "expected.md").read_text(encoding="utf-8")
    assert examples.page(name, data if needed else None) == said, "run `make docs`"


def test_the_invented_companies_are_those_in_the_files(examples: ModuleType) -> None:
    for path, text in examples.example_companies.sheets().items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run `make docs`"


def test_a_stale_page_is_named(examples: ModuleType, tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "examples" / "small-agency").mkdir(parents=True)
    monkeypatch.setattr(examples, "ROOT", tmp_path)
    monkeypatch.setattr(examples, "page", lambda *_: "new")
    arguments = ["--data", str(tmp_path / "nothing"), "--check"]
    monkeypatch.setattr(examples, "EXAMPLES", {"small-agency": "", "olist": "olist/mqls.csv"})
    assert examples.main(arguments) == 1
    said = capsys.readouterr().out
    assert "examples/small-agency/expected.md is stale: run `make docs`" in said
    assert "examples/olist: left as it is, for" in said
