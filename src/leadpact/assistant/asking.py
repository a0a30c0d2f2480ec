"""Asking a running Leadpact over its REST interface; whatever goes wrong is one sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import requests

_SECONDS = 60
_PAGE = 200
#: Of a list so many are read; whoever asks for more narrows the question.
MOST = 1_000


class NotAnswered(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """Leadpact gave no answer; the message is a sentence for whoever asked."""


class Leadpact:
    """A running Leadpact at an address such as `https://leads.example.com`, asked with a key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        # Given so and not as a header, which a password file of this account would replace.
        self._session.auth = _Bearer(key)

    def page(self, *steps: str) -> str:
        """The address of a page."""
        return "/".join([self.url, *(quote(step, safe="") for step in steps)])

    def ask(self, *steps: str, **query: Any) -> Any:
        """What is read at `/api/v1/…`. Raises NotAnswered."""
        asked = {name: _told(value) for name, value in query.items() if value is not None}
        try:
            answer = self._session.get(
                self.page("api", "v1", *steps), params=asked, timeout=_SECONDS,
                allow_redirects=False,
            )  # fmt: skip
        except requests.Timeout:
            raise NotAnswered(f"Leadpact at {self.url} took longer than {_SECONDS} s.") from None
        except requests.RequestException:
            raise NotAnswered(
                f"Leadpact does not answer at {self.url}: start it, or mend the address."
            ) from None
        body = _json(answer)
        if answer.status_code == requests.codes.ok and body is not None:
            return body
        raise NotAnswered(self._refusal(answer.status_code, body))

    def all(self, *steps: str, **query: Any) -> tuple[list[Any], bool]:
        """The first MOST of a list, and whether that is all of it. Raises NotAnswered."""
        found: list[Any] = []
        cursor = None
        while True:
            page = self.ask(*steps, limit=_PAGE, cursor=cursor, **query)
            found += page["items"]
            cursor = page["next"]
            if cursor is None or len(found) >= MOST:
                return found, cursor is None

    def _refusal(self, status: int, body: Any) -> str:
        if status == requests.codes.unauthorized:
            return (
                f"Leadpact at {self.url} does not know this key: make one with leadpact key create "
                "and give it as LEADPACT_API_KEY."
            )
        if not isinstance(body, dict) or "detail" not in body:
            return f"What answers at {self.url} is no Leadpact (status {status}); mend the address."
        if status == requests.codes.forbidden:
            return f"This key may not ask that. {body['detail']}"
        faults = [f"{each['at']}: {each['message']}" for each in body.get("faults", [])]
        return " ".join([str(body["detail"]), *faults])


class _Bearer(requests.auth.AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def is_address(url: str) -> bool:
    """Whether this can be the address of a Leadpact."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _told(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return None
