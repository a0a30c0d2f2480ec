"""Where a call may go: never to this machine or into the network it stands in.

A name is looked up once, every address it has is judged, and the call goes to the very address that
was judged: a name that changes its mind in between leads nowhere else. Nothing is followed.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadpact.notify.message import SendError


@dataclass(frozen=True)
class Target:
    """An address that a call may go to, with the name it stands for."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def target_of(url: str, *, private: bool = False) -> Target:
    """The target of an HTTP address; `private` admits addresses of this network (a setting).

    Raises SendError for anything else than HTTP, for a name nobody knows, and for a name of which
    any address is private.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise SendError(f"“{url[:80]}” is no address.", again=False) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SendError("Only http and https addresses can be called.", again=False)
    if parts.username or parts.password:
        raise SendError("An address with a password in it is not called.", again=False)
    addresses = _addresses(parts.hostname, port)
    if not private:
        refuse_private(addresses, parts.hostname)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path, addresses[0])


def refuse_private(addresses: list[str], host: str) -> None:
    """Raise SendError when one of these addresses is not one of the public internet."""
    for each in addresses:
        address = ipaddress.ip_address(each.partition("%")[0])
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        if not (inner or address).is_global or address.is_multicast:
            raise SendError(
                f"{host} leads into a private network, where nothing is called.", again=False
            )


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise SendError(f"The name {host} is not known.") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))
