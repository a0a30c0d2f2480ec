"""On terminals and in pipes: colours, widths, progress, and text that would command a terminal."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from leadpact.agreement import templates
from leadpact.cli.exits import Code
from leadpact.cli.terminal import plain
from tests.cli.helpers import ended, started, without_colours

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS_OF_A_TERMINAL = "\x1b[31m\x1b]0;owned\x07\r\x08\u202emoc.live\u2066\x9b2J\u200f"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def on_a_terminal(*words: object, columns: int = 80, **variables: str) -> tuple[int, str]:
    """Run a command with a terminal for all it writes; its exit code and what the terminal got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = without_colours(**variables)
    process = started(*words, stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    received = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:
            break
        if not part:
            break
        received += part
    os.close(ours)
    return process.wait(timeout=120), received.decode().replace("\r\n", "\n")


# Colours.


def test_colours_are_for_terminals(leadpact, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("leadpact: one\n")
    code, text = on_a_terminal("check", tmp_path / "a.yaml")
    assert code == Code.PROBLEMS
    assert COLOUR.search(text)
    piped = leadpact("check", tmp_path / "a.yaml")
    assert not COLOUR.search(piped.out)
    code, text = on_a_terminal("check", tmp_path / "a.yaml", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text), "neither foreground nor background"
    _, text = on_a_terminal("check", tmp_path / "a.yaml", TERM="dumb")
    assert "\x1b" not in text


def test_colours_can_be_asked_for_in_a_pipe(leadpact, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a.yaml").write_text("leadpact: one\n")
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = leadpact("check", "a.yaml").out
    assert COLOUR.search(coloured)
    monkeypatch.delenv("FORCE_COLOR")
    assert COLOUR.sub("", coloured) == leadpact("check", "a.yaml").out


# Widths.


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_sentences_are_wrapped_and_places_are_not(company, leadpact, columns, monkeypatch):
    words = ["run", company / "agreement.yaml", "--sources", company / "sources.yaml", "--out"]
    folder = "a folder with a very long name"
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    done = leadpact(*words, folder)
    lines = COLOUR.sub("", done.out).splitlines()
    whole = [line for line in lines if folder in line and "report.html" in line]
    assert whole == [f"The report: {folder}/report.html"]
    assert all(len(line) <= columns for line in lines if line not in whole)
    monkeypatch.delenv("FORCE_COLOR")
    unwrapped = leadpact(*words, folder).out
    assert " ".join(unwrapped.split()) == " ".join(" ".join(lines).split())


def test_longer_texts_fit_the_terminal(company, leadpact, monkeypatch):
    words = ["explain", company / "agreement.yaml", "50002", "--sources", company / "sources.yaml"]
    as_it_is = leadpact(*words)
    assert as_it_is.code == 0
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    fitted = leadpact(*words)
    assert max(map(len, as_it_is.out.splitlines())) > 60
    assert max(map(len, fitted.out.splitlines())) <= 60
    assert fitted.out.split() == as_it_is.out.split()


def test_a_suggested_command_is_one_line_that_can_be_pasted(leadpact, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")
    done = leadpact("init", "--template", "basic", "--out", "our agreement; rm -r x")
    assert "    leadpact check 'our agreement; rm -r x/agreement.yaml'\n" in COLOUR.sub(
        "", done.out
    )


def test_the_word_at_fault_is_underlined(leadpact, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: 東京\nleadpact: one\n# " + "x" * 300)
    lines = leadpact("check", "a.yaml").out.splitlines()
    at = lines.index("     2 | leadpact: one")
    assert lines[at + 1] == "       |           ^^^"


# Pipes.


def test_data_alone_goes_to_standard_output(company: Path) -> None:
    words = ["run", company / "agreement.yaml", "--sources", company / "sources.yaml", "--json"]
    done = ended(started(*words))
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["counts"]["leads"] == 360


def test_progress_goes_to_the_terminal_and_leaves_no_trace(company: Path, tmp_path: Path) -> None:
    words = ["run", company / "agreement.yaml", "--sources", company / "sources.yaml", "--json"]
    code, text = on_a_terminal(*words)
    assert code == 0
    assert "Evaluating" in text
    shown = text[text.index("{\n") :]
    assert json.loads(shown)["counts"]["leads"] == 360
    before = text[: text.index("{\n")]
    assert before.rstrip("\n").endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K")), before[-40:]


def test_a_reader_who_leaves_early_is_no_mistake() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = ended(started("schema", stdout=theirs))
    os.close(theirs)
    assert (done.code, done.err) == (Code.CLOSED_PIPE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["schema"], ["--help"], ["init", "--help"]])
def test_output_that_cannot_be_written_is_told(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = ended(started(*words, stdout=full))
    assert done.code == Code.FILES
    assert done.err == "leadpact: The output could not be written: no space left on device.\n"


def test_closed_outputs_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(templates.text("basic"))
    command = f"exec '{sys.executable}' -m leadpact check a.yaml >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False).returncode == 0


def test_signs_that_an_output_does_not_know_are_spelt_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: 東京\n")
    environment = without_colours(PYTHONIOENCODING="ascii")
    done = ended(started("check", "a.yaml", cwd=tmp_path, env=environment))
    assert (done.code, done.err) == (Code.PROBLEMS, "")
    assert r"name: \u6771\u4eac" in done.out


# Hostile text.


def test_nothing_that_commands_a_terminal_comes_through() -> None:
    spelt = plain(f"a{COMMANDS_OF_A_TERMINAL}b\n\tc")
    assert not CONTROL.search(spelt.replace("\n", "").replace("\t", ""))
    assert spelt.startswith(r"a\x1b[31m\x1b]0;owned\x07\x0d\x08\u202emoc.live")
    assert spelt.endswith("b\n\tc")


def no_command_in(text: str) -> bool:
    return not CONTROL.search(COLOUR.sub("", text).replace("\n", "").replace("\t", ""))


def test_hostile_names_of_files_and_agreements(leadpact, tmp_path: Path, monkeypatch) -> None:
    hostile = COMMANDS_OF_A_TERMINAL
    name = hostile.replace("\x00", "") + ".yaml"
    quoted = json.dumps(hostile)
    text = templates.text("basic").replace(
        "name: Basic agreement between marketing and sales", f"name: {quoted}"
    )
    (tmp_path / name).write_text(text)
    (tmp_path / "s.yaml").write_text("leadpact_sources: 1\ntables: [{file: people.csv}]\n")
    for colours in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", colours)
        for words in (["check", name], ["check", name + "x"], ["run", name, "--sources", name]):
            done = leadpact(*words)
            assert done.out + done.err
            assert no_command_in(done.out + done.err)


@pytest.fixture
def hostile_export(leadpact, tmp_path: Path) -> Path:
    """An export in which a lead wrote commands wherever it could."""
    bad = "\x1b[31m\x1b]0;owned\u202emoc.live\u2066\u200f"
    rows = [
        f"{n},{bad} {n},p{n}@example.org,2025-03-{n:02}T10:00:00Z,2025-04-01T10:00:00Z,{bad}"
        for n in range(1, 29)
    ]
    rows.append(f"{bad},x,y@example.org,{bad},,")
    text = "id,company,email,created,mql date,source\n" + "\n".join(rows) + "\n"
    (tmp_path / "people.csv").write_text(text, encoding="utf-8", newline="")
    assert leadpact("init", "--from", "people.csv").code == 0
    return tmp_path


def test_hostile_leads_in_every_command(leadpact, hostile_export: Path, monkeypatch) -> None:
    sources = ["--sources", "sources.yaml"]
    for colours in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", colours)
        for words in (
            ["init", "--from", "people.csv", "--force"],
            ["check", "agreement.yaml", "sources.yaml"],
            ["run", "agreement.yaml", *sources, "--out", "report"],
            ["explain", "agreement.yaml", "7", *sources],
            ["explain", "agreement.yaml", COMMANDS_OF_A_TERMINAL, *sources],
        ):
            done = leadpact(*words)
            assert done.out + done.err
            assert no_command_in(done.out + done.err), words


def test_data_keeps_what_a_lead_wrote(leadpact, hostile_export: Path) -> None:
    done = leadpact("run", "agreement.yaml", "--sources", "sources.yaml", "--json")
    assert no_command_in(done.out)
    sources = {each["source"] for each in json.loads(done.out)["metrics"]}
    assert any(source and "\x1b[31m" in source and "\u202e" in source for source in sources)
    done = leadpact("explain", "agreement.yaml", "7", "--sources", "sources.yaml", "--json")
    assert no_command_in(done.out)
    assert "\u202e" in json.dumps(json.loads(done.out), ensure_ascii=False)
