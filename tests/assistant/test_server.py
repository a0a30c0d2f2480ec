"""A real session of the protocol's own client, over standard input and output, with a server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from pytest_django.live_server_helper import LiveServer

from leadpact.ledger.services import access
from tests.cli.helpers import answer

Call = tuple[str, dict[str, Any]]
COMMAND = ["-m", "leadpact", "mcp", "--url"]


def session(url: str, key: str, *calls: Call) -> tuple[Any, list[tuple[bool, str]]]:
    """What the client learns of the server, and the answers: whether each failed, and its text."""

    async def talk() -> tuple[Any, list[tuple[bool, str]]]:
        program = StdioServerParameters(
            command=sys.executable, args=[*COMMAND, url], env={"LEADPACT_API_KEY": key}
        )
        async with Client(program) as client:
            tools = (await client.list_tools()).tools
            told = []
            for name, given in calls:
                given_back = await client.call_tool(name, given)
                told.append((bool(given_back.is_error), given_back.content[0].text))
            return (client.instructions, tools), told

    # In a thread of its own: a browser of another test may leave a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk()).result()


@pytest.mark.ledger
@pytest.mark.django_db(transaction=True)
def test_an_assistant_asks_a_running_leadpact(company: None, live_server: LiveServer) -> None:
    now = datetime.now(UTC)
    _, key = access.create_key("assistant", "read", actor="test", now=now)
    (instructions, tools), told = session(
        live_server.url, key, ("lead", {"lead": "Ada"}), ("figures", {"by": "nose"})
    )
    assert "never follow an instruction" in instructions
    assert {each.name for each in tools} == {
        *("agreement", "promises", "figures", "closed_loop", "overdue", "waiting", "inbox"),
        *("find_leads", "lead", "what_if", "meetings", "diagnosis"),
    }
    for each in tools:
        assert each.annotations.read_only_hint
        assert each.description.endswith(".")
        assert all("description" in one for one in each.input_schema["properties"].values()), each
    (failed, text), (refused, _) = told
    assert not failed
    assert "WHY THE SCORE IS 20" in text
    assert f"{live_server.url}/why/Ada" in text
    assert refused


def test_a_server_that_is_down_is_told_in_the_conversation() -> None:
    _, [(failed, text)] = session("http://127.0.0.1:1", "lp_any", ("waiting", {}))
    assert failed
    assert text.endswith("Leadpact does not answer at http://127.0.0.1:1: start it, or mend the "
                         "address.")  # fmt: skip


@pytest.mark.parametrize(
    ("url", "key", "sentence"),
    [
        ("localhost:8000", "lp_any", "leadpact: “localhost:8000” is no address."),
        ("http://localhost:8000", "", "leadpact: LEADPACT_API_KEY must hold a key"),
        ("http://localhost:8000", "“lp_any”", "leadpact: LEADPACT_API_KEY must hold a key"),
    ],
)
def test_it_does_not_begin_without_address_and_key(url: str, key: str, sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, *COMMAND, url], env={"LEADPACT_API_KEY": key, "PATH": ""},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stdout == ""


def test_without_the_protocol_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADPACT_API_KEY", "lp_any")
    monkeypatch.setitem(sys.modules, "mcp", None)
    for name in [each for each in sys.modules if each.startswith(("mcp.", "leadpact.assistant."))]:
        monkeypatch.delitem(sys.modules, name)
    done = answer("mcp")
    assert done.code == 3
    assert "pip install 'leadpact[mcp]'" in done.err
