"""A stand-in for a customer system behind HTTP, on this machine alone."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from re import Pattern
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Reply:
    """What goes back to a program or a browser."""

    status: int
    text: str = ""
    kind: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Front(Protocol):
    """What people see of a stand-in, and what they can click."""

    #: The addresses of its pages; the first group is the record of a page that shows but one.
    addresses: Pattern[str]

    def page(self, number: str = "") -> str:
        """All people, or one."""
        ...

    def act(self, told: Mapping[str, str]) -> None:
        """Do what somebody clicked."""
        ...


class StandIn(ABC):
    """Serves while it is entered; `front` is what people see, if they are to see anything.

    `now` is its clock, which every answer tells.
    """

    def __init__(
        self, now: Callable[[], datetime], port: int = 0, front: Front | None = None
    ) -> None:
        self.now, self.front = now, front
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="stand-in", daemon=True
        )

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @abstractmethod
    def respond(self, method: str, target: str, token: str, text: bytes) -> Reply | None:
        """The answer to a program; None where it gets lost on its way."""

    def to_anybody(self, method: str, target: str, token: str, text: bytes) -> Reply | None:
        """The answer to a browser that asks for a page, else to a program."""
        seen = self.front.addresses.fullmatch(target) if self.front else None
        if self.front is None or seen is None:
            return self.respond(method, target, token, text)
        if method == "POST":
            self.front.act(dict(parse_qsl(text.decode())))
            return Reply(303, headers={"Location": target})
        return Reply(200, self.front.page(seen[1] or ""), "text/html; charset=utf-8")


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer leaves in one piece: its end would else wait for the caller to confirm its head.
        wbufsize = -1

        def _do(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            reply = stand_in.to_anybody(self.command, self.path, token, text)
            if reply is None:
                self.close_connection = True
                return
            said = reply.text.encode()
            self.send_response(reply.status)
            told = {"Content-Type": reply.kind, "Content-Length": str(len(said))}
            for name, value in {**told, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 the names of the base class

        def date_time_string(self, timestamp: float | None = None) -> str:
            at = stand_in.now().timestamp() if timestamp is None else timestamp
            return super().date_time_string(at)

        def log_message(self, format: str, *args: object) -> None:
            """Its requests are no news."""

    return Handler
