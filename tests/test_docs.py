"""What the pages for users show is true: snippets load, links lead somewhere."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from leadpact.agreement import templates
from leadpact.agreement.loading import load_text
from leadpact.sources.loading import parse_sources

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("examples/*/*.md")]
FENCED = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


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
