"""Write what each example gives, or say which have come to give something else.

    python scripts/examples.py [--data DIR]            write examples/*/expected.md
    python scripts/examples.py [--data DIR] --check    write nothing; exit 1 when one is stale

DIR has the public data, by default ../shared/data or what LEADPACT_DATA names. Examples whose data
is not there are left as they are, and named.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import example_companies

from leadpact.cli import main as leadpact
from leadpact.documents import words
from leadpact.engine.metrics.aggregate import Figure
from leadpact.engine.metrics.registry import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
#: The examples, those of public data with a file that must be there.
EXAMPLES = {
    "small-agency": "",
    "marketplace": "",
    "olist": "olist/mqls.csv",
    "maven-crm": "maven-crm/sales_pipeline.csv",
    "x-education": "x-education/leads.csv",
}
#: The figures that a page shows, with their parts by stage or obligation.
MAIN = (
    "contacts_added", "leads", "mqls", "repeat_mqls", "sals", "sqls", "opportunities", "customers",
    "stage_entries", "mql_to_close", "won_deals", "lost_deals", "revenue", "win_rate",
    "average_sale", "exclusion_rate", "attainment", "response_p50",
)  # fmt: skip
BY_SOURCE = ("leads", "customers", "mql_to_close", "won_deals")
_HEAD = """\
# What comes out

Written by `make docs` and compared by the tests.

    {command}

```
{said}```

| figure | value | cases |
|---|---|---|
{figures}
"""
_BY_SOURCE = """
| source | leads | customers | MQLs that close | deals won |
|---|---|---|---|---|
{rows}
"""


class FailedError(Exception):
    """An example that does not run; the message is what the command said."""


def page(name: str, data: Path | None) -> str:
    """The page of an example; `data` is the folder of the public data that it needs, if any."""
    folder = f"examples/{name}"
    typed = ["run", f"{folder}/agreement.yaml", "--sources", f"{folder}/sources.yaml"]
    shown = " ".join(["leadpact", *typed, *(["--data", "DIR"] if data else [])])
    words_typed = [*typed, "--data", str(data)] if data else typed
    figures = json.loads(_said([*words_typed, "--json"]))["metrics"]
    whole = [Figure(**each) for each in figures if each["period"] == "all"]
    text = _HEAD.format(command=shown, said=_said(words_typed), figures=_totals(whole))
    rows = _sources(whole)
    return text + (_BY_SOURCE.format(rows=rows) if rows else "")


def _said(arguments: Sequence[str]) -> str:
    said, complained = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(ROOT),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        code = leadpact(arguments)
    if code:
        raise FailedError(complained.getvalue())
    return said.getvalue()


def _totals(figures: Sequence[Figure]) -> str:
    rows = [
        f"| {_title(each.name)} | {words.value(each)} | {each.n:,} |"
        for each in figures
        if each.name.partition(": ")[0] in MAIN and each.by is None
        if each.value
    ]
    return "\n".join(rows)


def _title(name: str) -> str:
    metric, _, part = name.partition(": ")
    return f"{REGISTRY[metric].title}: {part}" if part else REGISTRY[metric].title


def _sources(figures: Sequence[Figure]) -> str:
    found: dict[str, dict[str, str]] = {}
    for each in figures:
        if each.by == "source" and each.name in BY_SOURCE:
            called = words.group("source", each.group)
            found.setdefault(called, {})[each.name] = words.value(each)
    if len(found) < 2:
        return ""
    rows = [
        f"| {source} | {' | '.join(row.get(name, '0') for name in BY_SOURCE)} |"
        for source, row in sorted(found.items())
    ]
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    """Bring the pages up to date, or with `--check` only say which are not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    usual = os.environ.get("LEADPACT_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=usual)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args(arguments)
    if not asked.check:
        example_companies.main()
    stale = 0
    for name, needed in EXAMPLES.items():
        data = Path(asked.data) if needed else None
        if data and not (data / needed).is_file():
            print(f"examples/{name}: left as it is, for {data / needed} is not there")
            continue
        path, text = ROOT / "examples" / name / "expected.md", page(name, data)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if asked.check:
            print(f"examples/{name}/expected.md is stale: run `make docs`")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"examples/{name}/expected.md")
    return 1 if stale and asked.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
