"""A command that is ended from outside, in whatever phase: its exit code, and nothing is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadpact.cli.exits import Code
from tests.cli.helpers import Answer, ended, started

ENDINGS = [
    (signal.SIGINT, Code.INTERRUPTED),
    (signal.SIGTERM, Code.ENDED),
    (signal.SIGHUP, Code.HUNG_UP),
]


def ended_while_writing(folder: Path, number: int, **options: object) -> Answer:
    """Start the demonstration and end it once its folder is begun."""
    process = started("demo", "--no-serve", "--leads", "5000", "--out", folder, **options)
    for _ in range(3000):
        if list(folder.glob(".leadpact-room-*")) or process.poll() is not None:
            break
        time.sleep(0.02)
    process.send_signal(number)
    return ended(process)


@pytest.mark.parametrize(("number", "code"), ENDINGS)
def test_what_is_ended_leaves_nothing(tmp_path: Path, number: int, code: int) -> None:
    assert ended_while_writing(tmp_path / "new" / "demo", number) == Answer(code, "", "")
    assert list(tmp_path.iterdir()) == []


def test_what_is_killed_leaves_nothing_that_looks_like_a_result(tmp_path: Path) -> None:
    assert ended_while_writing(tmp_path / "demo", signal.SIGKILL).code == -signal.SIGKILL
    assert all(each.name.startswith(".leadpact-room-") for each in (tmp_path / "demo").iterdir())


@pytest.mark.parametrize("module", ["leadpact.cli.app", "leadpact.flows.checking"])
def test_ctrl_c_while_it_starts_shows_no_traceback(module: str) -> None:
    program = f"""
        import os, signal, sys
        from leadpact import cli
        class Finder:
            def find_spec(self, name, *_):
                if name == {module!r}:
                    os.kill(os.getpid(), signal.SIGINT)
        sys.meta_path.insert(0, Finder())
        sys.exit(cli.main(["check", "nothing.yaml"]))
        """
    lines = "\n".join(line[8:] for line in program.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (Code.INTERRUPTED, b"", b"")


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """As under `nohup`, which lets a command outlive its terminal."""
    program = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "os.execv(sys.executable, [sys.executable, '-m', 'leadpact', 'check', 'pipe'])"
    )
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE
    )
    with (tmp_path / "pipe").open("w") as pipe:  # opens once the command reads
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        pipe.write("- not an agreement\n")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == Code.PROBLEMS
    assert b"this is a list" in out
