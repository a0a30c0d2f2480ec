"""The report in a browser: on this machine only, and nothing but the folder of results."""

import errno
import functools
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadpact.cli import serving
from leadpact.cli.exits import Code, Failed

PAGE = "<!doctype html><p>Who kept which promise</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "results" / "sub").mkdir(parents=True)
    (tmp_path / "results" / "report.html").write_text(PAGE)
    (tmp_path / "results" / "figures.json").write_text("{}")
    (tmp_path / "results" / ".leadpact-files").write_text("report.html")
    return tmp_path / "results"


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    handler = functools.partial(serving._Handler, directory=str(folder))
    with serving._server(0, handler) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def asked(port: int, address: str, method: str = "GET", host: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, address, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cache-Control") == "no-store"
    return answer.status, body


def test_the_report_is_at_the_root(port: int) -> None:
    assert asked(port, "/") == (200, PAGE)
    assert asked(port, "/?from=mail") == (200, PAGE)
    assert asked(port, "/report.html#figures") == (200, PAGE)
    assert asked(port, "/figures.json") == (200, "{}")
    assert asked(port, "/", "HEAD") == (200, "")


@pytest.mark.parametrize(
    "address",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e%2fsecret.txt",
        "//../secret.txt",
        "/\\..\\secret.txt",
        "/.leadpact-files",
        "/%2eleadpact-files",
        "/sub/",
        "/nothing",
    ],
)
def test_nothing_else_is_served(port: int, address: str) -> None:
    status, body = asked(port, address)
    assert status == 404
    assert "secret" not in body.replace("secret.txt", "")


def test_a_folder_is_not_listed(port: int) -> None:
    assert asked(port, "/sub")[0] in (301, 404)
    assert asked(port, "/sub/")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_answers_questions(port: int, method: str) -> None:
    assert asked(port, "/", method)[0] == 501


def test_pages_of_other_names_cannot_read_it(port: int) -> None:
    assert asked(port, "/", host=f"evil.example:{port}")[0] == 403
    assert asked(port, "/", host="evil.example")[0] == 403
    assert asked(port, "/", "HEAD", host="127.0.0.1.evil.example")[0] == 403
    assert asked(port, "/", host=f"localhost:{port}")[0] == 200


def test_a_browser_that_leaves_is_no_news(port: int, folder: Path, capfd) -> None:
    (folder / "large.bin").write_bytes(bytes(30_000_000))
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        visitor.sendall(f"GET /large.bin HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        visitor.recv(10)
    assert asked(port, "/")[0] == 200
    time.sleep(0.1)
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_gives_the_next(folder: Path) -> None:
    handler = functools.partial(serving._Handler, directory=str(folder))
    with (
        serving._server(0, handler) as first,
        serving._server(first.server_port, handler) as second,
    ):
        assert first.server_port < second.server_port < first.server_port + serving._PORTS_TRIED


def test_no_free_port_is_said(folder: Path, monkeypatch) -> None:
    def taken(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(serving, "_Server", taken)
    with pytest.raises(Failed, match="No port from 8000 to 8019 is free") as raised:
        serving.serve_folder(folder, 8000)
    assert raised.value.code == Code.FILES
    with pytest.raises(Failed, match="No port from 65530 to 65535 is free"):
        serving.serve_folder(folder, 65_530)


def test_demo_serves_until_ctrl_c(made_up) -> None:
    assert made_up.page == (made_up.folder / "report.html").read_bytes()
    assert (made_up.done.code, made_up.done.err) == (0, "")
    assert made_up.done.out.endswith("Ended. The files stay where they are.\n")
