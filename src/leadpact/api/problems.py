"""What went wrong, as programs read it: RFC 9457, with every fault and its place."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from leadpact.api.callers import NotAllowed
from leadpact.ledger.services.absences import AbsenceError
from leadpact.ledger.services.access import AccessError
from leadpact.ledger.services.actions import Refused
from leadpact.ledger.services.agreements import PublishError
from leadpact.ledger.services.channels import ChannelError

MEDIA_TYPE = "application/problem+json"
_STATUS = {"not allowed": 403, "not found": 404, "held by another": 403}


class Fault(Schema):
    """One thing that is wrong, and where."""

    at: str
    message: str


class Problem(Schema):
    """An answer that is none: `detail` is one sentence, `faults` lists everything at once."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    faults: list[Fault] = Field(default_factory=list)


class Faulty(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """A request with faults, all of them told; nothing of it was done."""

    def __init__(self, detail: str, faults: Sequence[Fault] = (), status: int = 422) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = list(faults)
        self.status = status


def told(status: int, detail: str, faults: Sequence[Fault] = ()) -> HttpResponse:
    """The answer for a problem."""
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, detail=detail, faults=list(faults))
    return HttpResponse(body.model_dump_json(), status=status, content_type=MEDIA_TYPE)


def install(api: NinjaAPI) -> None:
    """Let the interface answer so, whatever goes wrong in it."""

    @api.exception_handler(Faulty)
    def faulty(_request: HttpRequest, error: Faulty) -> HttpResponse:
        return told(error.status, error.detail, error.faults)

    @api.exception_handler(Refused)
    def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
        return told(_STATUS.get(error.code, 409), error.message)

    @api.exception_handler(NotAllowed)
    def not_allowed(_request: HttpRequest, error: NotAllowed) -> HttpResponse:
        return told(403, str(error))

    @api.exception_handler(AbsenceError)
    @api.exception_handler(AccessError)
    @api.exception_handler(ChannelError)
    @api.exception_handler(PublishError)
    def conflict(_request: HttpRequest, error: Exception) -> HttpResponse:
        return told(409, str(error))

    @api.exception_handler(AuthenticationError)
    def unknown(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        answer = told(401, "Send a key: Authorization: Bearer lp_…, or sign in.")
        answer["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(ValidationError)
    def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [
            Fault(at=".".join(str(step) for step in each["loc"][1:]), message=each["msg"])
            for each in error.errors
        ]
        return told(422, "Some values are not as they must be.", faults)

    @api.exception_handler(HttpError)
    def other(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return told(error.status_code, str(error))
