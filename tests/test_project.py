"""Promises of the repository as a whole, each checked on the files themselves."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "leadpact"
TREES = ("src", "tests", "scripts", "docs", "examples", "benchmarks", ".ci")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

LONGEST_FILE = 400
HEAVY = ("numpy", "scipy", "numba", "duckdb", "pyarrow", "pandas", "altair", "vl_convert")

# Written so that this file does not find itself.
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|anaconda[.]org|(?:index|links)-ur[l]|find-link[s]"
)
HOME_FOLDER = re.compile(r"(?<![\w.])/(?:home|Users)/\w|(?<![\w.])/roo[t]/|[A-Z]:\\+Users\\")
LEFT_FOR_LATER = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")

# What Django writes of the tables is nobody's prose.
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def project_files() -> Iterator[Path]:
    """Every text file of the project, without what tools and builds leave behind."""
    files = [path for path in ROOT.iterdir() if path.is_file() and not path.is_symlink()]
    for tree in TREES:
        files += (path for path in (ROOT / tree).rglob("*") if path.is_file())
    for path in files:
        if "__pycache__" not in path.parts and not path.name.startswith(".coverage"):
            yield path


def lines_with(pattern: re.Pattern[str], files: Iterable[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def text_of(path: Path) -> str:
    """The file's text; empty for pictures and other binary files."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def in_a_new_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("address of a package registry", REGISTRY),
        ("path of somebody's home folder", HOME_FOLDER),
        ("work left for later", LEFT_FOR_LATER),
    ],
)
def test_no_file_has(what: str, pattern: re.Pattern[str]) -> None:
    found = lines_with(pattern, project_files())
    assert not found, "\n".join([what, *found])


def test_the_patterns_find_what_they_are_for() -> None:
    assert REGISTRY.search("https://" + "pypi" + ".org/simple")
    assert HOME_FOLDER.search("see /" + "home/ana/leads.csv")
    assert HOME_FOLDER.search("/" + "root/.cache")
    assert LEFT_FOR_LATER.search("# TO" + "DO: later")


def test_a_long_source_file_has_a_decision_record() -> None:
    records = "\n".join(text_of(path) for path in (ROOT / "docs" / "adr").glob("*.md"))
    long = [
        f"{path.relative_to(ROOT)}: {length} lines"
        for path in SOURCES
        if (length := len(text_of(path).splitlines())) > LONGEST_FILE
        and str(path.relative_to(ROOT)) not in records
    ]
    assert not long, "\n".join(long)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if not ast.get_docstring(ast.parse(text_of(path)))
    ]
    assert SOURCES
    assert not silent, "\n".join(silent)


def pins() -> list[Requirement]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Requirement(line) for line in lines]


def test_constraints_pin_exact_versions_and_name_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    loose = [pin for pin in pins() if not re.match(r"==[^*,]+$", str(pin.specifier))]
    assert not loose, loose


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_pinned_within_its_range(python: str) -> None:
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins()
        if pin.marker is None or pin.marker.evaluate({"python_version": python})
    }
    wanted = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    wrong = [
        text
        for text in wanted
        if (need := Requirement(text))
        and not need.specifier.contains(pinned.get(canonicalize_name(need.name), "0"))
    ]
    assert not wrong, wrong


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    loaded = in_a_new_process(
        f"import sys, leadpact.cli; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    )
    assert loaded == ""


def test_no_package_loads_the_heavy_libraries_on_import() -> None:
    names = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - {"jit"}
    packages = sorted(f"leadpact.{name}" for name in names)
    loaded = in_a_new_process(
        "import importlib, sys\n"
        f"for name in {packages}:\n"
        "    importlib.import_module(name)\n"
        f"    heavy = sorted(set({HEAVY}) & set(sys.modules))\n"
        "    if heavy:\n"
        "        print(name, 'loads', *heavy)\n"
        "        break\n"
    )
    assert loaded == ""


def test_the_door_to_the_compiler_opens_without_the_compiler() -> None:
    loaded = in_a_new_process(
        "import sys, leadpact.jit; print('numba' in sys.modules, 'llvmlite' in sys.modules)"
    )
    assert loaded == "False False"


def test_every_target_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert declared
    explained = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert sorted(explained) == sorted(declared.group(1).split())
