"""The session that the guide shows, with curl itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadpact.ledger.models import Event
from tests.api.conftest import Program

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "send-events.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_guide_s_commands_do_what_it_says(
    program: Callable[[str], Program], published: None, live_server: Any
) -> None:
    key = program("admin").key
    Event.objects.all().delete()
    commands = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(commands) == 4
    answers = []
    for command in commands:
        text = command.replace("http://localhost:8000", live_server.url)
        done = subprocess.run(
            ["sh", "-c", text], env={"KEY": key, "PATH": "/usr/bin:/bin"}, capture_output=True,
            text=True, timeout=60, check=True,
        )  # fmt: skip
        answers.append(done.stdout)
    assert '"taken": 1' in answers[0]
    assert '"items": [{' in answers[1]
    assert answers[2].count('"items": [') == 3
    assert "There is no lead 10482." in answers[3]
