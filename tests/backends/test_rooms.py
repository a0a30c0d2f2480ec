"""A folder for the time being goes with its process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from leadpact.backends.rooms import new_room

KILLED = """
import os, signal, sys
from pathlib import Path
from leadpact.backends.rooms import new_room
room = new_room(Path(sys.argv[1]))
(room.path / "part").write_text("much")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_with_the_next_and_what_is_in_use_stays(
    tmp_path: Path,
) -> None:
    used = new_room(tmp_path)
    (tmp_path / "leadpact-parts-of-somebody").write_text("a file of another name")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = [each for each in tmp_path.iterdir() if each.is_dir() and each != used.path]
    assert (left / "part").exists()
    room = new_room(tmp_path)
    assert used.path.is_dir()
    assert room.path.is_dir()
    assert not left.exists()
    room.leave()
    used.leave()
    assert [each.name for each in tmp_path.iterdir()] == ["leadpact-parts-of-somebody"]
