"""Mail, chat and everything else that apprise can speak to."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import quote

import apprise

from leadpact.notify.message import Message, SendError
from leadpact.notify.outgoing import refuse_private

#: What stands in an address for the receiver's own.
RECEIVER = "{email}"
#: Services of apprise that call any address: these are judged as webhooks are.
_ANYWHERE = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"})


def problem_of(url: str) -> str | None:
    """Why apprise cannot use an address, in a sentence; None when it can."""
    if apprise.Apprise.instantiate(url.replace(RECEIVER, "nobody@example.org")) is None:
        return "This is no address that can be told anything; see apprise's list of services."
    return None


def scheme_of(url: str) -> str:
    """What apprise calls the service of an address, also of one that the service itself shows."""
    server = apprise.Apprise.instantiate(url)
    written: Any = server
    return "" if server is None else str(written.url()).partition(":")[0].lower()


def send(url: str, message: Message, *, email: str = "", private: bool = False) -> None:
    """Tell a channel; `{email}` in its address stands for the receiver's. Raises SendError."""
    if RECEIVER in url and not email:
        raise SendError("The receiver has no email address.", again=False)
    server = apprise.Apprise.instantiate(url.replace(RECEIVER, quote(email, safe="")))
    if server is None:
        raise SendError("The channel's address is none.", again=False)
    if not private and url.partition(":")[0].lower() in _ANYWHERE:
        _refuse_private(server)
    told = apprise.Apprise()
    told.add(server)
    done = told.notify(
        title=message.subject, body=message.text, body_format=apprise.NotifyFormat.TEXT
    )
    if not done:
        raise SendError("The service did not take the message.")


def _refuse_private(server: apprise.NotifyBase) -> None:
    host = str(server.host)
    try:
        found = socket.getaddrinfo(host, None)
    except (socket.gaierror, UnicodeError):
        raise SendError(f"The name {host} is not known.") from None
    refuse_private([str(each[4][0]) for each in found], host)
