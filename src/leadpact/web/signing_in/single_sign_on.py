"""Signing in through a service, also when it does not answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from requests import RequestException

View = Callable[..., HttpResponseBase]


def _or_told(view: View) -> View:
    """The view, or a page that says so where the service cannot be reached."""

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except RequestException:
            return render(request, "socialaccount/authentication_error.html", status=502)

    return answer


login = _or_told(views.login)
callback = _or_told(views.callback)
