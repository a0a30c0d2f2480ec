"""Calls to HubSpot, no faster than it allows, and again where that may help.

HubSpot allows 100 calls in ten seconds (190 for larger plans), five searches in a second, and so
many calls a day; every answer says how many are left. See “API usage guidelines” and “Search the
CRM” in HubSpot's documentation for developers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from leadpact.sources.crm.connector import PATIENT, CredentialError, CrmError, Limits, Patience
from leadpact.sources.crm.their_clock import TheirClock

ADDRESS = "https://api.hubapi.com"
_LONGEST_PAUSE = 20.0
#: One less than what is allowed a second: other programs of the account search too.
_SEARCHES_A_SECOND = 4
_DAY_IS_USED_UP = timedelta(hours=1)


@dataclass(frozen=True)
class Answer:
    """What HubSpot answered."""

    status: int
    body: dict[str, Any]


class UnknownOutcomeError(CrmError):
    """A call may have been done or not: its answer never came."""


class Client:
    """Asks one account. `sleep` waits for some seconds, `ticking` is a clock that never goes back.

    Credentials are `token`, or `client_id`, `client_secret` and `refresh_token` of an OAuth app.
    """

    def __init__(
        self,
        credentials: Mapping[str, str],
        address: str = "",
        *,
        patience: Patience = PATIENT,
        sleep: Callable[[float], None] = time.sleep,
        ticking: Callable[[], float] = time.monotonic,
    ) -> None:
        from hubspot.crm.objects import ApiClient, Configuration

        self._credentials = dict(credentials)
        self._patience, self._sleep, self._ticking = patience, sleep, ticking
        self.clock = TheirClock(ticking)
        self._configuration = Configuration(host=address or ADDRESS)
        self._configuration.access_token = credentials.get("token") or None
        self._configuration.retries = False
        self._api = ApiClient(configuration=self._configuration)
        self._calls = 0
        self._left: int | None = None
        self._of_a_day: int | None = None
        self._searched: list[float] = []

    @property
    def token(self) -> str:
        """The token that opens the account now."""
        if not self._configuration.access_token:
            self._renew()
        return str(self._configuration.access_token)

    @property
    def scheme(self) -> str:
        """How the account is spoken with: `https`, but for a stand-in on this machine."""
        return str(self._configuration.host).partition(":")[0]

    @property
    def is_oauth(self) -> bool:
        """Whether the token is that of an OAuth app, which is renewed every half hour."""
        return "refresh_token" in self._credentials

    @property
    def limits(self) -> Limits:
        """Calls made so far, and what HubSpot said of those left."""
        return Limits(self._calls, self._left, self._of_a_day)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask for something. Raises CrmError."""
        return self._ask("GET", path, query).body

    def find(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """As `get`; empty for what is not there."""
        answer = self._ask("GET", path, query, faulty=(404,))
        return answer.body if answer.status < 300 else {}

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for something that takes a body. Raises CrmError."""
        return self._ask("POST", path, None, body).body

    def search(self, of: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Search an object, no more often than is allowed. Raises CrmError."""
        while len(recent := [at for at in self._searched if at > self._ticking() - 1]) >= (
            _SEARCHES_A_SECOND
        ):
            self._sleep(max(0.01, recent[0] + 1 - self._ticking()))
        self._searched = [*recent, self._ticking()]
        return self.post(f"/crm/v3/objects/{of}/search", body)

    def try_post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """As `post`; a request that HubSpot finds faulty is answered, not raised."""
        return self._ask("POST", path, None, body, faulty=(400, 404, 409))

    def create(self, path: str, body: Mapping[str, Any]) -> Answer:
        """As `try_post` of what must not be done twice. Raises UnknownOutcomeError."""
        return self._ask("POST", path, None, body, faulty=(400, 404, 409), once=True)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None = None,
        faulty: tuple[int, ...] = (),
        once: bool = False,
    ) -> Answer:
        renewed = False
        error = CrmError("HubSpot was not asked.")
        for tried in range(self._patience.tries):
            _ = self.token
            try:
                status, headers, answer = self._send(method, path, query, body)
            except OSError as failure:
                error = CrmError("HubSpot cannot be reached.")
                if once:
                    raise UnknownOutcomeError(str(error)) from failure
                self._pause(tried, min(2**tried, _LONGEST_PAUSE))
                continue
            if status < 300 or status in faulty:
                return Answer(status, answer)
            if status == 401 and self.is_oauth and not renewed:
                renewed = True
                self._renew()
                continue
            if status not in (423, 429) and status < 500:
                raise _refusal(status, answer)
            if answer.get("policyName") == "DAILY":
                raise CrmError("All calls that HubSpot allows a day are used up.", _DAY_IS_USED_UP)
            error = CrmError(f"HubSpot does not answer now (status {status}).")
            if once and status >= 500:
                raise UnknownOutcomeError(str(error))
            self._pause(tried, _pause(headers, tried))
        raise error

    def _pause(self, tried: int, seconds: float) -> None:
        """Wait before the next try, if there is one."""
        if tried + 1 < self._patience.tries:
            self._sleep(seconds)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        from hubspot.crm.objects.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        self._calls += 1
        try:
            answer = self._api.call_api(
                path, method, query_params=list((query or {}).items()), body=body,
                header_params={"Accept": "application/json", "Content-Type": "application/json"},
                auth_settings=["oauth2"], _preload_content=False, _return_http_data_only=True,
                _request_timeout=self._patience.seconds,
            )  # fmt: skip
            status, headers, text = answer.status, answer.headers, answer.data
        except ApiException as refused:
            if not refused.status:
                raise OSError("no answer") from refused
            status, headers, text = refused.status, refused.headers or {}, refused.body or b""
        except HTTPError as failure:
            raise OSError("no answer") from failure
        self._note(headers)
        self.clock.hear(headers.get("Date"))
        return int(status), headers, _json(text)

    def _note(self, headers: Mapping[str, str]) -> None:
        left = headers.get("X-HubSpot-RateLimit-Daily-Remaining", "")
        allowed = headers.get("X-HubSpot-RateLimit-Daily", "")
        if left.isdigit() and allowed.isdigit():
            self._left, self._of_a_day = int(left), int(allowed)

    def _renew(self) -> None:
        """Get another token for the refresh token of an OAuth app."""
        from hubspot import HubSpot
        from hubspot.oauth.exceptions import ApiException

        if not self.is_oauth:
            raise CredentialError("HubSpot needs a token.")
        try:
            found = HubSpot(host=self._configuration.host).oauth.tokens_api.create(
                grant_type="refresh_token",
                client_id=self._credentials.get("client_id"),
                client_secret=self._credentials.get("client_secret"),
                refresh_token=self._credentials["refresh_token"],
            )
        except ApiException as refused:
            raise CredentialError(
                "HubSpot gives no token any more: the app was removed from the account, or its "
                "credentials were changed."
            ) from refused
        self._configuration.access_token = found.access_token


def _json(text: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _pause(headers: Mapping[str, str], tried: int) -> float:
    said = headers.get("Retry-After", "")
    if said.isdigit():
        return min(float(said), _LONGEST_PAUSE)
    milliseconds = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "")
    window = int(milliseconds) / 1000 if milliseconds.isdigit() else 1.0
    return float(min(max(window / 4, 2**tried / 2), _LONGEST_PAUSE))


def _refusal(status: int, answer: Mapping[str, Any]) -> CrmError:
    if status == 401:
        return CredentialError("HubSpot does not accept the token: it was revoked, or expired.")
    if status == 403:
        missing = sorted({scope for each in answer.get("errors") or () for scope in _scopes(each)})
        named = f" It lacks: {', '.join(missing)}." if missing else ""
        return CredentialError(f"The token may not do this in HubSpot.{named}")
    category = answer.get("category") or "error"
    return CrmError(f"HubSpot refused a request (status {status}, {category}).")


def _scopes(error: Any) -> list[str]:
    context = error.get("context") if isinstance(error, dict) else None
    found = context.get("requiredGranularScopes") if isinstance(context, dict) else None
    return [str(each) for each in found or ()]
