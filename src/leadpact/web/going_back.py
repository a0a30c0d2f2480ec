"""Where a form leads back to: a page of ours that it names, and nowhere else."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back_of(request: HttpRequest) -> str:
    """The page named by the field `back`, else the first page."""
    back = request.POST.get("back", "/")
    mine = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if mine else "/"
