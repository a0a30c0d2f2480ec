"""The body of a request, unpacked where it comes packed, and never larger than it may be."""

from __future__ import annotations

import zlib

from django.http import HttpRequest

from leadpact.api.problems import Faulty

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = ("", "identity")


def body_of(request: HttpRequest, most: int) -> bytes:
    """What was sent, at most so many bytes, also when unpacked; raises Faulty."""
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    body = request.body
    if len(body) > most:
        raise _too_large(most)
    if coding in _PLAIN:
        return body
    if coding != "gzip":
        raise Faulty("The body may be packed with gzip, or not at all.", status=415)
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, most + 1)
    except zlib.error:
        raise Faulty("The body is said to be packed with gzip, and is not.", status=400) from None
    if len(plain) > most:
        raise _too_large(most)
    if not unpacking.eof:
        raise Faulty("The packed body ends too early.", status=400)
    return plain


def _too_large(most: int) -> Faulty:
    size = f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} kB"
    return Faulty(f"The body is larger than {size}.", status=413)
