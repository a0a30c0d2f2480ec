"""Channels, webhooks, notices and absences from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadpact.agreement import templates
from tests.cli.helpers import with_home

ADDRESS = "mailtos://leads:hunter2@smtp.example.com?to={email}"


@pytest.fixture
def home(installed: Path) -> Path:
    return installed


def test_channels_are_added_listed_and_removed_and_keep_their_secret(home: Path) -> None:
    added = with_home(home, "channel", "add", "mail", "-", "--for", "sales", said=f"{ADDRESS}\n")
    assert added.code == 0, added.err
    assert added.out == "Told over “mail” from now on: sales.\n"
    listed = with_home(home, "channel", "list", "--json")
    assert "hunter2" not in listed.out
    assert json.loads(listed.out)[0]["tells"] == "sales"
    tried = with_home(home, "channel", "try", "mail")
    assert (tried.code, tried.out) == (1, "")
    assert "no email address" in tried.err
    assert with_home(home, "channel", "remove", "mail").code == 0
    assert with_home(home, "channel", "remove", "mail").err.startswith(
        "leadpact: There is no channel “mail”"
    )
    assert with_home(home, "channel", "add", "x", "nonsense").code == 1
    strange = with_home(home, "channel", "add", "x", ADDRESS, "--only", "gossip")
    assert "no kind of notice “gossip”" in strange.err
    assert with_home(home, "channel", "add", "x", ADDRESS, "--only", "Digest").code == 0
    assert json.loads(with_home(home, "channel", "list", "--json").out)[0]["of"] == "digest"


def test_a_webhook_prints_its_secret_alone_and_once(home: Path) -> None:
    added = with_home(home, "webhook", "add", "https://a.org/x", "--kind", "handoff")
    assert added.code == 0, added.err
    assert added.out.startswith("whsec_")
    listed = with_home(home, "webhook", "list", "--json")
    assert added.out.strip() not in listed.out
    (hook,) = json.loads(listed.out)
    assert (hook["number"], hook["told of"], hook["sent"]) == (1, "handoff", 0)
    strange = with_home(home, "webhook", "add", "https://a.org/x", "--kind", "handof")
    assert "choose among: handoff" in strange.err
    assert with_home(home, "webhook", "remove", 1).code == 0
    assert with_home(home, "webhook", "try", 1).code == 1


def test_days_away_are_those_of_the_organisation_and_who_is_told_nothing(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_text(templates.text("b2b-saas"), encoding="utf-8")
    assert with_home(home, "publish", file).code == 0
    words = ("absence", "add", "Ana Silva", "2030-08-03", "2030-08-14", "--reason", "holiday")
    added = with_home(home, *words)
    assert added.code == 0, added.err
    assert "from 2030-08-03 00:00 EDT until 2030-08-15 00:00 EDT" in added.out
    (away,) = json.loads(with_home(home, "absence", "list", "--json").out)
    assert (away["person"], away["reason"]) == ("Ana Silva", "holiday")
    assert away["from"] == "2030-08-03T04:00:00+00:00"
    muted = with_home(home, "mute", "ANA SILVA", "digest")
    assert muted.out.startswith("Ana Silva gets no digest")
    assert with_home(home, "unmute", "Ana Silva", "digest").code == 0
    assert "is told of each digest already" in with_home(home, "unmute", "Ana Silva", "digest").err
    assert "names nobody “Nobody”" in with_home(home, "mute", "Nobody", "digest").err
    assert with_home(home, "absence", "remove", away["number"]).code == 0
    assert with_home(home, "absence", "list").out == "Nobody is away.\n"
    for wrong, why in (
        (("Nobody", "2030-01-01", "2030-01-02"), "names nobody “Nobody”"),
        (("Ana Silva", "soon", "2030-01-02"), "“soon” is neither a day"),
        (("Ana Silva", "2030-01-05", "2030-01-02"), "ends later than it begins"),
    ):
        answer = with_home(home, "absence", "add", *wrong)
        assert (answer.code, answer.out) == (1, "")
        assert why in answer.err


def test_notices_are_listed_by_state(home: Path) -> None:
    assert with_home(home, "notice", "list").out == "There are no such notices.\n"
    assert with_home(home, "notice", "list", "--state", "lost").code == 2
    assert with_home(home, "notice", "replay").out == "0 notices are tried anew.\n"
