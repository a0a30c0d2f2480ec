"""`serve` and its parts, as processes; keys, users and versions from the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadpact.agreement import templates
from tests.cli.helpers import ended, environment, started, with_home

WAIT = 90


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int, path: str = "/healthz") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_until(true: object, what: str) -> None:
    until = time.monotonic() + WAIT
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_there(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serving(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = started("serve", "--port", port, env=environment(home))
    wait_until(lambda: answers(port) == 200 or process.poll() is not None, "it does not answer")
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate()


def family(process: subprocess.Popen[bytes]) -> list[int]:
    direct = children(process.pid)
    return [*direct, *(each for child in direct for each in children(child))]


def test_an_empty_folder_becomes_a_running_installation_and_ends_when_asked(
    serving: subprocess.Popen[bytes], home: Path, port: int
) -> None:
    assert answers(port) == 200
    processes = family(serving)
    assert len(processes) >= 3
    serving.send_signal(signal.SIGTERM)
    answer = ended(serving)
    assert answer.code == 0, answer.err
    assert f"http://127.0.0.1:{port}/" in answer.out
    journal = [json.loads(line) for line in answer.err.splitlines() if line.startswith("{")]
    assert "worker stopped" in [entry["event"] for entry in journal] or not [
        entry for entry in journal if entry["event"] == "worker started"
    ]
    assert not [pid for pid in processes if is_there(pid)]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_dead_child_ends_the_group_with_a_sentence(serving: subprocess.Popen[bytes]) -> None:
    processes = family(serving)
    worker = next(
        pid for pid in processes if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(worker, signal.SIGKILL)
    answer = ended(serving)
    assert answer.code == 70
    assert "The worker process ended by signal 9, so everything was stopped." in answer.err
    assert not [pid for pid in processes if is_there(pid)]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_no_child_outlives_a_group_that_was_killed(
    serving: subprocess.Popen[bytes], port: int
) -> None:
    processes = family(serving)
    serving.kill()
    serving.communicate()
    wait_until(lambda: not [pid for pid in processes if is_there(pid)], "children live on")
    assert answers(port) == 0


def test_a_port_that_is_taken_is_one_sentence(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("serve", "web"):
            answer = with_home(home, command, "--port", port)
            assert answer.code == 3
            assert answer.err.startswith(f"leadpact: Port {port} of 127.0.0.1 is taken")
    assert not home.exists()


def test_a_key_is_printed_alone_and_once(home: Path) -> None:
    made = with_home(home, "key", "create", "site", "--scope", "collect")
    assert made.code == 0, made.err
    key = made.out.strip()
    assert key.startswith("lp_")
    assert made.out == f"{key}\n"
    again = with_home(home, "key", "create", "site", "--scope", "collect")
    assert (again.code, again.out) == (1, "")
    assert "There is a key “site” already" in again.err
    listed = with_home(home, "key", "list", "--json")
    assert key not in listed.out
    assert json.loads(listed.out)[0]["scope"] == "collect"
    assert with_home(home, "key", "revoke", "site").code == 0
    assert json.loads(with_home(home, "key", "list", "--json").out)[0]["revoked"]


@pytest.mark.parametrize("scope", ["everything", ""])
def test_a_scope_that_is_none_is_refused_with_those_there_are(installed: Path, scope: str) -> None:
    answer = with_home(installed, "key", "create", "site", "--scope", scope)
    assert answer.code == 1
    assert "collect, read, write, admin" in answer.err


def test_a_user_signs_in_with_a_password_from_standard_input(installed: Path) -> None:
    words = ("user", "create", "Jo@Example.com", "--role", "sales-head", "--password-stdin")
    answer = with_home(installed, *words, said="a long and strange one\n")
    assert answer.code == 0, answer.err
    assert "jo@example.com may sign in as sales head" in answer.out
    (user,) = json.loads(with_home(installed, "user", "list", "--json").out)
    assert user["role"] == "sales head"
    easy = with_home(installed, "user", "create", "bo@example.com", "--role", "rep",
                    "--password-stdin", said="password\n")  # fmt: skip
    assert easy.code == 1
    assert "too common" in easy.err


def test_a_user_gets_another_role_is_removed_and_restored(installed: Path) -> None:
    for name, role in (("ann", "administrator"), ("bo", "viewer")):
        made = ("user", "create", f"{name}@example.com", "--role", role, "--no-password")
        assert with_home(installed, *made).code == 0
    told = with_home(installed, "user", "change", "bo@example.com", "--role", "sales-head")
    assert told.out == "bo@example.com is sales head from now on.\n"
    assert "gets in no more" in with_home(installed, "user", "remove", "bo@example.com").out
    users = json.loads(with_home(installed, "user", "list", "--json").out)
    assert [each["active"] for each in users] == ["yes", "no"]
    assert "as sales head again" in with_home(installed, "user", "restore", "bo@example.com").out
    refused = with_home(installed, "user", "remove", "ann@example.com")
    assert refused.code == 1
    assert "the last administrator" in refused.err


def test_a_version_is_published_and_the_next_says_what_it_changes(
    installed: Path, tmp_path: Path
) -> None:
    file = tmp_path / "agreement.yaml"
    text = templates.text("b2b-saas")
    file.write_text(text, encoding="utf-8")
    first = with_home(installed, "publish", file)
    assert first.code == 0, first.err
    assert "Published:" in first.out
    assert "was published before" in with_home(installed, "publish", file).out
    later = text.replace("from: 2026-01-01", "from: 2026-07-01").replace(
        "threshold: 50", "threshold: 60"
    )
    assert later != text
    file.write_text(later, encoding="utf-8")
    second = with_home(installed, "publish", file)
    assert second.code == 0, second.err
    assert len(second.out.splitlines()) > 2
    file.write_text("leadpact: 1\nnam: x\n", encoding="utf-8")
    wrong = with_home(installed, "publish", file)
    assert wrong.code == 1
    assert "agreement.yaml" in wrong.err
    trail = with_home(installed, "audit", "verify")
    assert trail.code == 0
    assert trail.out.startswith("2 entries")


def test_it_goes_live_once_and_can_only_watch(installed: Path) -> None:
    assert with_home(installed, "live").out.startswith("Not live")
    gone_live = with_home(installed, "live", "--since", "now").out
    assert gone_live.startswith("Live since")
    assert "No agreement is published yet" in gone_live
    again = with_home(installed, "live", "--since", "2026-01-01T00:00:00Z")
    assert again.code == 1
    assert "It is live since" in again.err
    assert "Shadow mode is on" in with_home(installed, "shadow", "on").out
    assert "Shadow" not in with_home(installed, "shadow", "off").out
    assert with_home(installed, "live", "--since", "yesterday").code == 2
    assert with_home(installed, "shadow", "maybe").code == 2


def test_who_would_get_a_lead_is_asked_of_what_is_in_force(installed: Path, tmp_path: Path) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_text(templates.text("b2b-saas"), encoding="utf-8")
    nothing = with_home(installed, "route", "--lead", "1")
    assert (nothing.code, "No agreement is in force" in nothing.err) == (1, True)
    assert with_home(installed, "publish", file).code == 0
    assert "no lead 1" in with_home(installed, "route", "--lead", "1").err
    without = with_home(installed, "route", "--lead", "1", "--sources", "sources.yaml")
    assert (without.code, "needs the agreement" in without.err) == (2, True)


def test_a_trail_that_was_altered_is_told(installed: Path) -> None:
    import sqlite3

    with_home(installed, "key", "create", "site", "--scope", "read")
    with sqlite3.connect(installed / "leadpact.sqlite3") as database:
        database.execute("update ledger_auditentry set actor = 'nobody'")
    answer = with_home(installed, "audit", "verify")
    assert answer.code == 1
    assert "Entry 1 does not hold" in answer.out


def test_a_database_that_cannot_be_reached_is_one_sentence(home: Path) -> None:
    variables = environment(home) | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    for command in (("key", "list"), ("worker",)):
        answer = ended(started(*command, env=variables))
        assert answer.code == 3
        assert answer.err.startswith("leadpact: The database at 127.0.0.1 cannot be used")
        assert "Traceback" not in answer.err


@pytest.mark.parametrize("address", ["leads.example.com", "http://[", "https://a.org/leads"])
def test_an_address_of_its_own_that_is_none_is_one_sentence(home: Path, address: str) -> None:
    answer = ended(started("key", "list", env=environment(home) | {"LEADPACT_URL": address}))
    assert answer.code == 3
    assert answer.err.startswith("leadpact: LEADPACT_URL is")
    assert "Traceback" not in answer.err


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = with_home(tmp_path / "file", "key", "list")
    assert answer.code == 3
    assert "LEADPACT_HOME" in answer.err
