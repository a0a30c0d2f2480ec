"""The REST interface under `/api/v1/`, put together."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.parser import Parser

from leadpact import __version__
from leadpact.api import (
    absences,
    channels,
    endpoints,
    examples,
    explanations,
    figures,
    lists,
    meetings,
    nurture,
    persons,
    problems,
    proposals,
    reading,
    told,
    writing,
)
from leadpact.api.callers import Key, Session
from leadpact.ledger import texts


class _Plain(Parser):
    """Reads bodies without what no database keeps."""

    def parse_body(self, request: HttpRequest) -> Any:
        """A body of JSON."""
        return texts.plain_of(super().parse_body(request))


class _Described(NinjaAPI):
    """Describes the shape of facts with examples, and problems as `application/problem+json`."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        """The description, for programs."""
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["components"]["schemas"] |= reading.shapes()
        examples.add(schema["components"]["schemas"])
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content[problems.MEDIA_TYPE] = content.pop("application/json")
        return schema


api = _Described(
    title="Leadpact",
    version=__version__,
    description="Facts go in, the state of every lead, clock and promise comes out.",
    urls_namespace="api",
    docs_url=None,
    parser=_Plain(),
    auth=[Key(), Session()],
)
problems.install(api)
api.add_router("", endpoints.router)
#: Each of these puts its endpoints on the list.
PARTS = (
    *(lists, explanations, nurture, figures, told, meetings, persons, proposals),
    *(writing, channels, absences),
)


@csrf_exempt
def not_found(_request: HttpRequest) -> HttpResponse:
    """The answer for an address under `/api/v1/` that is none."""
    return problems.told(404, "There is nothing at this address.")
