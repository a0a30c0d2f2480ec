"""Resolve the newest allowed dependencies on every supported Python and pin them.

Writes `constraints.txt`: one line for a package whose version is the same everywhere, one line for
each Python where it differs. Every supported interpreter must be found: on the PATH, among the
versions that pyenv keeps, or named as an argument.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.11", "3.12", "3.13")
BUILD_TOOLS = ["hatchling"]
UNPINNED = {"leadpact", "pip", "setuptools", "wheel"}
HEADER = """\
# The exact versions that Leadpact is tested with, on every supported Python.
# pyproject.toml gives the ranges. Renew with `make constraints`, then `make test` on each Python.
"""


def main(named: list[str]) -> int:
    """Resolve on each Python and write the file; 1 when an interpreter is missing."""
    pythons = {version: find_python(version, named) for version in SUPPORTED}
    missing = [version for version, python in pythons.items() if python is None]
    if missing:
        print(f"No working Python {', '.join(missing)}: give its path as an argument.")
        return 1
    pins = {version: resolve(python) for version, python in pythons.items() if python}
    lines = "".join(f"{line}\n" for line in merged(pins))
    (ROOT / "constraints.txt").write_text(HEADER + lines, encoding="utf-8")
    return 0


def find_python(version: str, named: Iterable[str]) -> str | None:
    """An interpreter of this version that runs, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    kept = sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True)
    for candidate in [*named, shutil.which(f"python{version}"), *map(str, kept)]:
        if candidate and version_of(candidate) == version:
            return candidate
    return None


def version_of(python: str) -> str:
    """The `major.minor` of an interpreter, empty when it does not run."""
    ask = 'import sys; print("%d.%d" % sys.version_info[:2])'
    try:
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()


def resolve(python: str) -> dict[str, str]:
    """Package name → version after a fresh installation of everything with this interpreter."""
    print(f"Resolving with {python} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", f"{ROOT}[dev]", *BUILD_TOOLS], check=True)
        freeze = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
    pinned = (line.split("==") for line in freeze.stdout.splitlines() if "==" in line)
    return {name: version for name, version in pinned if name.lower() not in UNPINNED}


def merged(pins: dict[str, dict[str, str]]) -> list[str]:
    """The lines of the file, with a marker wherever not every Python has the same version."""
    lines = []
    for name in sorted({name for each in pins.values() for name in each}, key=str.lower):
        versions = {python: each.get(name) for python, each in pins.items()}
        if len(set(versions.values())) == 1:
            lines.append(f"{name}=={versions[SUPPORTED[0]]}")
            continue
        for python, version in versions.items():
            if version:
                lines.append(f'{name}=={version}; python_version == "{python}"')
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
