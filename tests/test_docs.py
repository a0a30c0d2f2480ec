"""What pages for users show is true: snippets load, commands parse, links lead somewhere."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.cli import usage
from leadpact.cli.reference import VARIABLES
from leadpact.sources.loading import parse_sources
from tests.cli.helpers import parsed

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("examples/*/*.md")]
FENCED = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^(?: {4})?(leadpact [a-z-]+ .+)$", re.M)


def snippets() -> list[tuple[str, str]]:
    told = [p for p in PAGES if "reference" not in p.parts and "adr" not in p.parts]
    return [
        (f"{page.relative_to(ROOT)}#{number}", text)
        for page in told
        for number, text in enumerate(FENCED.findall(page.read_text(encoding="utf-8")), start=1)
    ]


SNIPPETS = snippets()


@pytest.mark.parametrize("text", [text for _, text in SNIPPETS], ids=[name for name, _ in SNIPPETS])
def test_a_snippet_is_accepted(text: str) -> None:
    if text.startswith("leadpact_sources:"):
        assert parse_sources(text, "snippet.yaml").sources.tables
        return
    document = text if text.startswith("leadpact:") else laid_over_the_basic_agreement(text)
    loaded = load_text(document, "snippet.yaml")
    errors = [p.message for p in loaded.problems if p.severity == "error"]
    assert not errors, "\n".join(errors)


def laid_over_the_basic_agreement(text: str) -> str:
    yaml = YAML()
    whole: Any = yaml.load(templates.text("basic"))
    whole.update(yaml.load(text))
    stream = StringIO()
    yaml.dump(whole, stream)
    return stream.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(
        re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    ):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert not broken, broken


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


# Commands.


def commands() -> list[tuple[str, str]]:
    """Each command that a page shows on a line of its own, without its remark."""
    return [
        (f"{page.relative_to(ROOT)}", line.partition("   #")[0].rstrip().replace("NUMBER", "1"))
        for page in PAGES
        for line in COMMAND.findall(page.read_text(encoding="utf-8"))
        if "[OPTIONS]" not in line and "[NUMBER]" not in line
    ]


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_can_be_typed(page: str, line: str) -> None:
    parsed(usage.words_of(line)[1:])


def test_commands_were_found() -> None:
    assert len(commands()) > 20


# The reference.


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script that `make docs` runs."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    specification = importlib.util.spec_from_file_location(
        "reference", ROOT / "scripts" / "reference.py"
    )
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "reference", module)
    specification.loader.exec_module(module)
    yield module
    sys.modules.pop("forecast", None)


def test_no_page_of_the_reference_is_stale(reference, capsys) -> None:
    code = reference.main(["--check", "--quick"])
    assert (code, capsys.readouterr().out) == (0, "")


def test_every_page_of_the_reference_is_made_and_says_so(reference) -> None:
    there = {f"docs/reference/{p.name}" for p in (ROOT / "docs" / "reference").iterdir()}
    assert {page.path for page in reference.PAGES} == there
    for path in there:
        assert "`make docs`" in (ROOT / path).read_text(encoding="utf-8"), path


def test_a_stale_page_is_named_and_mended(reference, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    monkeypatch.setattr(reference, "PAGES", [reference.Page("docs/page.md", lambda: "new")])
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("old")
    assert reference.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/page.md is stale: run `make docs`\n"
    assert (tmp_path / "docs" / "page.md").read_text() == "old"
    assert reference.main([]) == 0
    assert (tmp_path / "docs" / "page.md").read_text() == "new"
    assert reference.main(["--check"]) == 0


def test_every_variable_of_the_command_line_is_told() -> None:
    package = ROOT / "src" / "leadpact"
    read = {
        name
        for file in package.rglob("*.py")
        if not {"web", "ledger"} & set(file.relative_to(package).parts)
        for name in re.findall(r"environ[^\n]{0,12}\"(LEADPACT_\w+)\"", file.read_text("utf-8"))
    }
    assert read <= set(VARIABLES)
    assert read
