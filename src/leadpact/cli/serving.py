"""Showing a folder of results in a browser on this machine, and to nobody else."""

from __future__ import annotations

import errno
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from leadpact.cli.exits import Code, Failed
from leadpact.cli.terminal import out, write
from leadpact.flows.run import REPORT

_ADDRESS = "127.0.0.1"
_NAMES = {_ADDRESS, "localhost"}
_PORTS_TRIED = 20


class _Handler(SimpleHTTPRequestHandler):
    """Answers with the report at the root and with the files beside it; lists no folder."""

    def send_head(self) -> Any:
        """Refuse pages of other names: one that resolves to this machine could read the report."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in _NAMES:
            self.send_error(403, "This report is for this machine only")
            return None
        return super().send_head()

    def translate_path(self, path: str) -> str:
        """The file for an address; nothing that begins with a dot."""
        address = unquote(urlsplit(path).path)
        if address in ("", "/"):
            address = f"/{REPORT}"
        is_hidden = any(part.startswith(".") for part in address.split("/"))
        return super().translate_path("/no such file" if is_hidden else quote(address))

    def list_directory(self, _path: object) -> None:
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Requests of one's own browser are no news."""


class _Server(ThreadingHTTPServer):
    """Says nothing about browsers that leave before they have the whole answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve_folder(folder: Path, port: int) -> None:
    """Serve until Ctrl-C; takes the next free port when this one is taken. Raises Failed."""
    handler = functools.partial(_Handler, directory=str(folder))
    with _server(port, handler) as server:
        console = out()
        console.print()
        address = f"http://{_ADDRESS}:{server.server_port}/"
        write(console, f"Open {address}   (Ctrl-C ends)", "bold")
        console.file.flush()
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            write(console, "Ended. The files stay where they are.")


def _server(port: int, handler: functools.partial[_Handler]) -> _Server:
    tried = range(port, min(port + _PORTS_TRIED, 65_536)) if port else range(1)
    for each in tried:
        try:
            return _Server((_ADDRESS, each), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise Failed(
        f"No port from {port} to {tried[-1]} is free to serve the report.",
        "Name another with --port, or --port 0 for any.",
        Code.FILES,
    )
