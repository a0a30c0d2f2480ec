"""Showing a folder of results in a browser on this machine, and to nobody else."""

from __future__ import annotations

import errno
import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from leadpact.cli.exits import Code, Failed
from leadpact.cli.terminal import out, write
from leadpact.flows.run import REPORT

_ADDRESS = "127.0.0.1"
_PORTS_TRIED = 20


class _Handler(SimpleHTTPRequestHandler):
    """Answers with the report at the root and with the files beside it; lists no folder."""

    def do_GET(self) -> None:
        if self.path.split("?")[0] == "/":
            self.path = f"/{REPORT}"
        super().do_GET()

    def list_directory(self, _path: object) -> None:
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Requests of one's own browser are no news."""


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


def _server(port: int, handler: functools.partial[_Handler]) -> ThreadingHTTPServer:
    for each in range(port, min(port + _PORTS_TRIED, 65_536)) if port else [0]:
        try:
            return ThreadingHTTPServer((_ADDRESS, each), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise Failed(
        f"No port from {port} to {port + _PORTS_TRIED - 1} is free to serve the report.",
        "Name another with --port, or --port 0 for any.",
        Code.FILES,
    )
