"""Calls go out into the internet, never into the network that this machine stands in."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from leadpact.notify import outgoing
from leadpact.notify.message import SendError


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to."""
    known: dict[str, list[str]] = {}

    def looked_up(host: str, port: Any, **_: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", looked_up)
    return known


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "192.0.2.1", "255.255.255.255"),
    ],
)
def test_a_name_that_leads_inside_is_not_called(names: Any, address: str) -> None:
    names["hooks.test"] = ["93.184.215.14", address]
    with pytest.raises(SendError, match="private network") as error:
        outgoing.target_of("https://hooks.test/in")
    assert not error.value.again
    assert outgoing.target_of("https://hooks.test/in", private=True).port == 443


def test_the_call_goes_to_the_address_that_was_judged(names: Any) -> None:
    names["hooks.test"] = ["93.184.215.14"]
    found = outgoing.target_of("http://hooks.test:8080/in?a=1")
    names["hooks.test"] = ["127.0.0.1"]
    assert (found.address, found.port, found.path) == ("93.184.215.14", 8080, "/in?a=1")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "Only http"),
        ("gopher://hooks.test/", "Only http"),
        ("https://", "Only http"),
        ("https://user:secret@hooks.test/", "password"),
        ("https://nobody.test/", "not known"),
        ("http://hooks.test:99999/", "no address"),
        ("nonsense", "Only http"),
    ],
)
def test_what_cannot_be_called_is_refused(names: Any, url: str, said: str) -> None:
    names["hooks.test"] = ["93.184.215.14"]
    with pytest.raises(SendError, match=said):
        outgoing.target_of(url)
