"""Addresses of channels, put together from what people know of their service."""

from __future__ import annotations

import re
from urllib.parse import quote

from leadpact.notify.chat import RECEIVER, scheme_of

#: Services that are told by an address of theirs, which their page shows: the name that people
#: know, how apprise calls it, and what its addresses look like.
HOOKS: dict[str, tuple[str, frozenset[str], str]] = {
    "slack": ("Slack", frozenset({"slack"}), "https://hooks.slack.com/services/…"),
    "teams": (
        "Microsoft Teams", frozenset({"workflow", "workflows", "msteams"}),
        "https://….logic.azure.com/workflows/…",
    ),
    "google": ("Google Chat", frozenset({"gchat"}), "https://chat.googleapis.com/v1/spaces/…"),
}  # fmt: skip
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_SENDER = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SUBMISSION, _WITHIN_TLS = 587, 465


class AddressError(Exception):
    """Nothing can be told so; the message is a sentence for the user."""


def of_mail(host: str, port: str, user: str, password: str, sender: str) -> str:
    """A mail server by which everybody is told at their own address. Raises AddressError."""
    if not _HOST.fullmatch(host):
        raise AddressError("Name your mail server, such as smtp.example.com.")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        raise AddressError("The port of a mail server is a number, mostly 587.")
    if not _SENDER.fullmatch(sender):
        raise AddressError("Say from which address the mail comes, such as leads@example.com.")
    number = int(port or _SUBMISSION)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    mode = "ssl" if number == _WITHIN_TLS else "starttls"
    told = f"from={quote(sender, safe='@')}&mode={mode}&to={RECEIVER}"
    return f"mailtos://{login}{host}:{number}?{told}"


def of_hook(service: str, address: str) -> str:
    """The address that a service showed, if it is one of that service. Raises AddressError."""
    name, schemes, example = HOOKS[service]
    if scheme_of(address) not in schemes:
        raise AddressError(f"That is no address of {name}: it looks like {example}")
    return address
