"""Calls to Salesforce, no more than it allows, and again where that may help.

An organisation has so many calls in 24 hours, for all programs together; every answer says how many
were made (`Sforce-Limit-Info`). See “API Request Limits and Allocations”, “REST API” and “Bulk API
2.0” in Salesforce's documentation for developers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from leadpact.sources.crm.connector import PATIENT, CredentialError, CrmError, Limits, Patience
from leadpact.sources.crm.their_clock import TheirClock

VERSION = "62.0"
_DATA = f"/services/data/v{VERSION}/"
_LONGEST_PAUSE = 20.0
#: So much of the day's calls is left to the organisation's other programs.
_LEFT_TO_OTHERS = 0.05
_DAY_IS_USED_UP = timedelta(hours=1)
_IDENTITY = ("organization_id", "user_id")
_OFTEN_ENOUGH = ("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT")
_USED_UP = "REQUEST_LIMIT_EXCEEDED"
#: What a request may be refused for that its caller can mend: `code` tells which.
_EXPIRED = ("INVALID_QUERY_LOCATOR", "NOT_FOUND", "INVALIDJOB", "ENTITY_IS_DELETED")


class RefusedError(CrmError):
    """A request that Salesforce finds faulty; `code` is Salesforce's own word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"Salesforce refused a request ({code}: {message[:300]}).")
        self.code = code

    @property
    def is_gone(self) -> bool:
        """Whether what was asked for is not there any more."""
        return self.code in _EXPIRED


class Client:
    """Asks one organisation. `sleep` waits for some seconds, `ticking` never goes back.

    Credentials are `client_id` and `client_secret` of a connected app, with a `refresh_token` or
    without (client credentials flow), or the `token` of a session. `address` is the
    organisation's own (My Domain).
    """

    def __init__(
        self,
        credentials: Mapping[str, str],
        address: str,
        *,
        patience: Patience = PATIENT,
        sleep: Callable[[float], None] = time.sleep,
        ticking: Callable[[], float] = time.monotonic,
    ) -> None:
        if not address:
            raise CredentialError(
                "Salesforce needs the address of the organisation, such as "
                "https://acme.my.salesforce.com."
            )
        from simple_salesforce.api import Salesforce

        self.sleep, self._patience = sleep, patience
        self.clock = TheirClock(ticking)
        self._library = Salesforce
        self._credentials = dict(credentials)
        #: The organisation's own, where people see its records too.
        self.address = (address if "://" in address else f"https://{address}").rstrip("/")
        self._calls = 0
        self._used: tuple[int, int] | None = None
        self._opened: Any = None
        self.scopes: tuple[str, ...] = ()
        self._identity = ""
        self._described: dict[str, dict[str, Any]] = {}

    @property
    def limits(self) -> Limits:
        """Calls made so far, and what Salesforce said of those left for all programs."""
        if self._used is None:
            return Limits(self._calls)
        used, total = self._used
        return Limits(self._calls, max(0, total - used), total)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Ask for something below the data address. Raises CrmError."""
        return self._ask("GET", path, params=dict(params or {}))

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Ask for something that takes a body. Raises CrmError."""
        return self._ask(method, path, json=dict(body))

    def described(self, of: str) -> dict[str, Any]:
        """What an object is made of, asked for once. Raises CrmError."""
        if of not in self._described:
            self._described[of] = self.get(f"sobjects/{of}/describe")
        return self._described[of]

    def forget_described(self) -> None:
        """Ask anew what objects are made of."""
        self._described.clear()

    def identity(self) -> tuple[str, str]:
        """The numbers of the organisation and of the user as whom we come. Raises CrmError.

        They come with a token; for a session’s, which brings none, they are asked for.
        """
        if not self._identity and "token" not in self._credentials:
            self._tried(lambda _opened: None)
        if not self._identity:
            told = self._tried(lambda sf: sf.oauth2("userinfo")) or {}
            self._identity = "/".join(told.get(name) or "" for name in _IDENTITY)
        *_, organisation, user = ["", "", *self._identity.split("/")]
        return organisation, user

    def rows(self, job: str, locator: str, most: int) -> tuple[str, str]:
        """Rows of a finished query job as CSV, and where the next begin, empty after the last."""

        def fetch(sf: Any) -> tuple[str, str]:
            from simple_salesforce.util import exception_handler

            answer = sf.session.get(
                f"{sf.base_url}jobs/query/{job}/results",
                params={"maxRecords": str(most), **({"locator": locator} if locator else {})},
                headers={**sf.headers, "Accept": "text/csv"},
                timeout=self._patience.seconds,
            )
            if answer.status_code >= 300:
                exception_handler(answer)
            following = answer.headers.get("Sforce-Locator", "")
            return answer.content.decode("utf-8"), "" if following == "null" else following

        text, following = self._tried(fetch)
        return text, following

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        path = path.removeprefix(_DATA)
        return self._tried(
            lambda sf: sf.restful(path, method=method, timeout=self._patience.seconds, **more)
        )

    def _tried(self, call: Callable[[Any], Any]) -> Any:
        """What a call gives, tried again after what may pass. Raises CrmError."""
        from requests import RequestException
        from simple_salesforce.exceptions import SalesforceError

        self._spare_others()
        renewed = False
        error = CrmError("Salesforce was not asked.")
        for tried in range(self._patience.tries):
            try:
                opened = self._open()
                self._calls += 1
                found = call(opened)
                self._note(opened)
                return found
            except RequestException as failure:
                error = self._no_answer(failure)
            except SalesforceError as refused:
                code, message = _why(refused)
                if refused.status == 401 and not renewed and "token" not in self._credentials:
                    renewed, self._opened = True, None
                    continue
                error = self._refusal(int(refused.status), code, message)
                if not _may_pass(int(refused.status), code, message):
                    raise error from None
            if tried + 1 < self._patience.tries:
                self.sleep(min(2.0**tried, _LONGEST_PAUSE))
        raise error

    def _no_answer(self, failure: Exception) -> CrmError:
        from requests import JSONDecodeError

        if isinstance(failure, JSONDecodeError):
            return CrmError(f"What answers at {self.address} is not Salesforce: check the address.")
        return CrmError(
            f"Salesforce cannot be reached at {self.address} ({type(failure).__name__}): check the "
            "address, and this machine's network."
        )

    def _refusal(self, status: int, code: str, message: str) -> CrmError:
        if status == 401:
            return CredentialError(
                "Salesforce does not accept the credentials any more: the token was revoked or "
                "expired, or the connected app was changed."
            )
        if code == _USED_UP:
            return CrmError(
                "All calls that Salesforce allows the organisation a day are used up.",
                _DAY_IS_USED_UP,
            )
        if status == 403:
            return CredentialError(
                f"The user of the connected app may not do this in Salesforce ({code})."
            )
        if status >= 500 or code in _OFTEN_ENOUGH:
            return CrmError(f"Salesforce does not answer now (status {status}).")
        return RefusedError(code, message)

    def _spare_others(self) -> None:
        if self._used is None:
            return
        used, total = self._used
        if total - used < total * _LEFT_TO_OTHERS:
            # Asked again later, Salesforce tells anew how many are left.
            self._used = None
            raise CrmError(
                "Nearly all calls that Salesforce allows the organisation a day are used up; the "
                "rest is left to its other programs.",
                _DAY_IS_USED_UP,
            )

    def _note(self, opened: Any) -> None:
        usage = opened.api_usage.get("api-usage")
        if usage:
            self._used = int(usage.used), int(usage.total)

    def _hear(self, answer: Any, *_: Any, **__: Any) -> None:
        self.clock.hear(answer.headers.get("Date"))

    def _open(self) -> Any:
        """The library's connection, with a token that is good as far as we know."""
        if self._opened is None:
            token, address = self._token()
            opened = self._library(session_id=token, instance_url=address, version=VERSION)
            opened.base_url = address + _DATA
            opened.oauth2_url = f"{address}/services/oauth2/"
            opened.session.hooks["response"].append(self._hear)
            self._opened = opened
        return self._opened

    def _token(self) -> tuple[str, str]:
        if token := self._credentials.get("token"):
            return token, self.address
        import requests

        refresh = self._credentials.get("refresh_token")
        asked = {
            "grant_type": "refresh_token" if refresh else "client_credentials",
            "client_id": self._credentials.get("client_id", ""),
            "client_secret": self._credentials.get("client_secret", ""),
            **({"refresh_token": refresh} if refresh else {}),
        }
        self._calls += 1
        answer = requests.post(
            f"{self.address}/services/oauth2/token", data=asked, timeout=self._patience.seconds
        )
        if answer.status_code >= 500:
            raise requests.ConnectionError("the server is not available")
        told = answer.json() if answer.content else {}
        if answer.status_code >= 300 or "access_token" not in told:
            raise CredentialError(
                "Salesforce gives no token "
                f"({told.get('error') or answer.status_code}): check the connected app, its "
                "secret, and the user it runs as."
            )
        self._identity = str(told.get("id") or "")
        self.scopes = tuple(str(told.get("scope") or "").split())
        return str(told["access_token"]), str(told.get("instance_url") or self.address).rstrip("/")


def _why(refused: Any) -> tuple[str, str]:
    """Salesforce's code and words for a refusal."""
    content = refused.content
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return "UNKNOWN", ""
    return str(first.get("errorCode") or "UNKNOWN"), str(first.get("message") or "")


def _may_pass(status: int, code: str, message: str) -> bool:
    """Whether the same request may be answered a little later."""
    if code == _USED_UP:
        return "Concurrent" in message
    return status >= 500 or code in _OFTEN_ENOUGH
